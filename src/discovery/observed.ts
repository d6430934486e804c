// What is registered, as translation and planning see it.
import type { Json } from '../base/index.ts'
import type { ObservedEndpoint, ServiceEndpoints } from '../model/index.ts'
import { restoreRegistry } from './records.ts'
import { observedIn } from './registry.ts'
import type { Registry } from './types.ts'

/** What was known when the process ended, by `namespace/service`: what the delivery engine begins with. */
export function knownEndpoints(records: ReadonlyMap<string, Json>): ReadonlyMap<string, ServiceEndpoints> {
  const { services } = restoreRegistry(records, 0)
  const found = new Map<string, ServiceEndpoints>()
  for (const key of services.keys()) {
    const endpoints = observedOfService({ services }, key)
    if (endpoints !== undefined) found.set(key, endpoints)
  }
  return found
}

/** One service; undefined: nothing is registered for it. Owners and endpoints sorted. */
export function observedOfService(
  { services }: Pick<Registry, 'services'>,
  key: string,
): ServiceEndpoints | undefined {
  const slots = services.get(key)
  if (slots === undefined) return undefined
  const endpoints = new Map<string, readonly ObservedEndpoint[]>()
  for (const [slot, { parts }] of slots) {
    const all = [...parts.values()].flatMap(({ registrations }) => [...registrations])
    const sorted = all.sort(([a], [b]) => (a < b ? -1 : 1))
    endpoints.set(
      slot,
      sorted.map(([, registration]) => observedIn(registration)),
    )
  }
  return endpoints
}
