// What differs in the registry → an observation for the delivery engine, with the records that keep it.
import type { Observation } from '../push/index.ts'
import { observedOfService } from './observed.ts'
import { serviceKey } from './place.ts'
import { partKey, partValue } from './records.ts'
import { registeredAt } from './registry.ts'
import type { Registry, Touched } from './types.ts'

/** Of every touched service all endpoints, and of every touched owner its record. */
export function observationOf(registry: Registry, touched: readonly Touched[]): Observation {
  const services = new Set(touched.map(({ place }) => serviceKey(place)))
  const rows = new Map<string, Touched['place']>()
  const owners = new Map<string, string>()
  for (const { place, owners: changed } of touched) {
    for (const owner of changed) {
      rows.set(partKey(place, owner), place)
      owners.set(partKey(place, owner), owner)
    }
  }
  const parts = [...rows].map(([key, place]) => ({
    key,
    place,
    part: registeredAt(registry, place).parts.get(owners.get(key) ?? ''),
  }))
  const [one = ''] = services
  return {
    endpoints: new Map([...services].map((key) => [key, observedOfService(registry, key)])),
    records: {
      put: parts.flatMap(({ key, place, part }) =>
        part === undefined ? [] : [{ table: 'endpoint' as const, key, value: partValue(place, part) }],
      ),
      delete: parts.flatMap(({ key, part }) =>
        part === undefined ? [{ table: 'endpoint' as const, key }] : [],
      ),
    },
    cause: services.size === 1 ? `endpoints of ${one}` : `endpoints of ${services.size} services`,
  }
}
