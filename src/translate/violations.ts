// What is wrong, said once.
import type { Violation } from '../base/index.ts'

/** The same list without repeats: two rules, or two environments, can show one fault of one field. */
export function withoutRepeats(violations: Iterable<Violation>): readonly Violation[] {
  const said = new Map<string, Violation>()
  for (const each of violations) said.set(JSON.stringify([each.object, each.path, each.message]), each)
  return [...said.values()]
}
