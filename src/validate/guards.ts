// The guard against empty and sharply shrunken sets: most outages of control planes began as a small, valid-looking
// configuration that had lost its contents on the way.
import { limits, names, type Violation } from '../base/index.ts'
import { resourceTypes } from '../envoy-api/index.ts'
import type { GenerationTypes } from '../store/index.ts'

/**
 * What is suspicious about going from one generation to the next of a node group:
 * - a type that had resources and would have none. Of listeners and clusters Envoy takes everything away and says
 *   ACK, and serves nothing;
 * - a type of at least `limits.shrinkGuardFrom` resources that would lose more than half of their names.
 *
 * `force` lets both through: it says that a person meant it. It lets nothing else through: what is invalid, refers to
 * what is missing or is too large is refused before, with or without it. What every group has does not count.
 */
export function guardTypes(
  group: string,
  before: GenerationTypes | undefined,
  after: GenerationTypes,
  options: { readonly force: boolean },
): readonly Violation[] {
  if (before === undefined || options.force) return []
  const violations: Violation[] = []
  for (const { key, typeUrl } of Object.values(resourceTypes)) {
    if (before.get(typeUrl) === after.get(typeUrl)) continue
    const held = namesOf(before, typeUrl)
    if (held.size === 0) continue
    const next = namesOf(after, typeUrl)
    let lost = 0
    for (const name of held) if (!next.has(name)) lost++
    const say = (message: string): void => {
      violations.push({ object: objectOf(group), path: key, message })
    }
    if (next.size === 0) {
      say(
        `would take away all ${held.size} ${words[key]} of node group ${group}, wanted at least one to stay; if it is meant, send it again with force`,
      )
    } else if (held.size >= limits.shrinkGuardFrom && lost * 2 > held.size) {
      say(
        `would take away ${lost} of ${held.size} ${words[key]} of node group ${group}, wanted at most half at once; if it is meant, send it again with force`,
      )
    }
  }
  return violations
}

/** Names that intent gave, without those that every group has. */
function namesOf(types: GenerationTypes, typeUrl: string): ReadonlySet<string> {
  const found = new Set(types.get(typeUrl)?.entries.keys())
  for (const name of everywhere) found.delete(name)
  return found
}
const everywhere: readonly string[] = [names.floorCluster, names.localCluster]

const words = {
  lds: 'listeners',
  rds: 'route configurations',
  cds: 'clusters',
  eds: 'load assignments',
  sds: 'secrets',
  rtds: 'runtime layers',
  ecds: 'extension configurations',
} as const

function objectOf(group: string): string {
  const [namespace = '', name = ''] = group.split('/')
  return `${namespace}/NodeGroup/${name}`
}
