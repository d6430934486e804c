// What else is in an environment: static endpoints, other owners' ones, and whether any would be left.
import type { Violation } from '../base/index.ts'
import {
  endpointText,
  keyOf,
  notRegistered,
  type ObservedEndpoint,
  socketsOf,
  type World,
} from '../model/index.ts'
import type { Found } from './place.ts'
import { observedIn } from './registry.ts'
import type { Part, Registered } from './types.ts'

/** Addresses that somebody else has: each with its field. What has lapsed may be taken. */
export function addressFaults(
  wanted: readonly ObservedEndpoint[],
  field: string,
  others: readonly Part[],
): readonly Violation[] {
  const taken = new Map<string, string>()
  for (const { owner, registrations } of others) {
    for (const { endpoint, lapsed } of registrations.values()) {
      if (lapsed) continue
      for (const socket of socketsOf(endpoint)) taken.set(socket, `is registered by "${owner}" already`)
    }
  }
  if (taken.size === 0) return []
  return wanted.flatMap((endpoint, index) => {
    const whose = socketsOf(endpoint).flatMap((socket) => taken.get(socket) ?? [])[0]
    if (whose === undefined) return []
    return [{ path: `${field}[${index}].address`, message: `${endpointText(endpoint)} ${whose}` }]
  })
}

/** Why an environment that carries traffic would have nobody left to take new sessions; undefined: it has, or had nobody. */
export function emptied(
  worlds: { readonly heads: World; readonly applied: World },
  { service, environment }: Found,
  before: Registered,
  after: Registered,
): string | undefined {
  const { namespace, name } = service
  const key = keyOf({ kind: 'Traffic', namespace, name })
  const carries = [worlds.heads, worlds.applied].some((world) => {
    const traffic = world.get(key)
    return traffic?.kind === 'Traffic' && Object.hasOwn(traffic.spec.weights, environment.name)
  })
  const usable = (registered: Registered): boolean => {
    const all = endpointsIn(registered)
    const fixed = notRegistered(environment.endpoints.static, all)
    return [...all, ...fixed].some(({ draining }) => draining !== true)
  }
  if (!carries || !usable(before) || usable(after)) return undefined
  return `environment "${environment.name}" of Service ${namespace}/${name} carries traffic and would have no endpoint left for new requests: move the traffic away first, or use force`
}

/** Of all owners, as translation sees them. */
export const endpointsIn = ({ parts }: Registered): readonly ObservedEndpoint[] =>
  [...parts.values()].flatMap(({ registrations }) => [...registrations.values()].map(observedIn))
