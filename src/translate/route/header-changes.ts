// Headers that a route adds, sets and removes.
import type { envoy } from '../../envoy-api/index.ts'
import type { HeaderChanges } from '../../model/index.ts'

/** What is added and removed, names in lower case. */
export function headerChanges(changes: HeaderChanges | undefined): {
  readonly added: readonly envoy.HeaderValueOption[]
  readonly removed: readonly string[]
} {
  const { set = {}, add = {}, remove = [] } = changes ?? {}
  const option =
    (appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD' | 'APPEND_IF_EXISTS_OR_ADD') =>
    ([name, value]: readonly [string, string]): envoy.HeaderValueOption => ({
      header: { key: name.toLowerCase(), value },
      appendAction,
    })
  return {
    added: [
      ...Object.entries(set).map(option('OVERWRITE_IF_EXISTS_OR_ADD')),
      ...Object.entries(add).map(option('APPEND_IF_EXISTS_OR_ADD')),
    ],
    removed: remove.map((name) => name.toLowerCase()),
  }
}
