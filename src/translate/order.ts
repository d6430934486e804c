// One order for everything that has a name.

/** By code units, as `<` has it: the same on every machine, whatever its locale. */
export const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0
