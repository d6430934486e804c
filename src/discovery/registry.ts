// What is registered, as one immutable value, and the small changes that everything else is made of.
import type { ObservedEndpoint } from '../model/index.ts'
import { serviceKey, slotKey } from './place.ts'
import type { Part, Place, Registered, Registration, Registry } from './types.ts'

export const emptyRegistry: Registry = { services: new Map(), size: 0, nextLapse: Number.POSITIVE_INFINITY }

/** What is registered for a place; empty when nothing is. */
export function registeredAt({ services }: Registry, place: Place): Registered {
  const found = services.get(serviceKey(place))?.get(slotKey(place))
  return found ?? { place, parts: new Map(), lapses: [], goneSince: undefined }
}

/** The registry with this in its place. Owners without endpoints are left out, and places without owners. */
export function withRegistered(registry: Registry, wanted: Registered): Registry {
  const { place } = wanted
  const parts = new Map([...wanted.parts].filter(([, { registrations }]) => registrations.size > 0))
  const registered = parts.size === wanted.parts.size ? wanted : { ...wanted, parts }
  const before = registeredAt(registry, place)
  const slots = new Map(registry.services.get(serviceKey(place)))
  if (registered.parts.size === 0) slots.delete(slotKey(place))
  else slots.set(slotKey(place), registered)
  const services = new Map(registry.services)
  if (slots.size === 0) services.delete(serviceKey(place))
  else services.set(serviceKey(place), slots)
  return {
    services,
    size: registry.size - sizeOf(before) + sizeOf(registered),
    nextLapse: Math.min(registry.nextLapse, firstLapse(registered)),
  }
}

/** Endpoints of all owners. */
export function sizeOf({ parts }: Registered): number {
  let size = 0
  for (const { registrations } of parts.values()) size += registrations.size
  return size
}

/** Endpoints of all places by how they stand; one that lapsed is counted as that alone. */
export function countByState({ services }: Registry): {
  readonly live: number
  readonly draining: number
  readonly lapsed: number
} {
  const count = { live: 0, draining: 0, lapsed: 0 }
  for (const slots of services.values())
    for (const { parts } of slots.values())
      for (const { registrations } of parts.values())
        for (const each of registrations.values())
          count[each.lapsed ? 'lapsed' : observedIn(each).draining === true ? 'draining' : 'live'] += 1
  return count
}

/** When the next lease there runs out; those that have lapsed wait for a word and for no moment. */
export function firstLapse({ parts }: Registered): number {
  let first = Number.POSITIVE_INFINITY
  for (const { registrations } of parts.values())
    for (const each of registrations.values()) if (!each.lapsed) first = Math.min(first, lapseOf(each))
  return first
}

/** Monotonic ms at which its lease runs out. */
export const lapseOf = ({ ttlMs, renewedAt }: Registration): number =>
  ttlMs === undefined ? Number.POSITIVE_INFINITY : renewedAt + ttlMs

/** As translation wants it: draining by its owner or by an operator. */
export function observedIn({ endpoint, drained, lapsed }: Registration): ObservedEndpoint {
  if (!drained && !lapsed) return endpoint
  return { ...endpoint, ...(drained ? { draining: true } : {}), ...(lapsed ? { lapsed: true } : {}) }
}

/** A part with some of its registrations changed (undefined: gone). */
export function withRegistrations(
  part: Part,
  changes: Iterable<readonly [string, Registration | undefined]>,
): Part {
  const registrations = new Map(part.registrations)
  for (const [key, registration] of changes) {
    if (registration === undefined) registrations.delete(key)
    else registrations.set(key, registration)
  }
  return { ...part, registrations }
}
