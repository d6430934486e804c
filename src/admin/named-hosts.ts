// The host names that manifests bring, and what is said of those that do not resolve.
import { limits } from '../base/index.ts'
import type { DnsEndpoints, Manifest } from '../model/index.ts'

export interface AskedName {
  readonly host: string
  readonly resolvers?: DnsEndpoints['resolvers']
}

/** Looks a name up: why it does not resolve, or undefined. */
export type NameLookup = (name: AskedName) => Promise<string | undefined>

/** One sentence for each name of these Services that does not resolve from here; a bounded number is asked for. */
export async function unresolvedNotes(
  manifests: readonly Manifest[],
  lookUp: NameLookup,
): Promise<readonly string[]> {
  const names = new Map<string, { readonly asked: AskedName; readonly where: string }>()
  for (const manifest of manifests) {
    if (manifest.kind !== 'Service') continue
    for (const { name, endpoints } of manifest.spec.environments) {
      for (const { host } of endpoints.dns?.hosts ?? []) {
        const where = `${manifest.namespace}/${manifest.name}, environment "${name}"`
        const { resolvers } = endpoints.dns ?? {}
        names.set(`${host} ${JSON.stringify(resolvers)}`, { asked: { host, resolvers }, where })
      }
    }
  }
  const asked = [...names.values()].slice(0, limits.namesLookedUp)
  const notes = await Promise.all(
    asked.map(async ({ asked: name, where }) => {
      const why = await lookUp(name)
      return why === undefined ? [] : [`${where}: ${name.host} does not resolve from here (${why})`]
    }),
  )
  return notes.flat()
}
