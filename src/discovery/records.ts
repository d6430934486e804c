// What outlives the process: one record of the table `endpoint` for each owner and place. When leases were renewed is not
// written: nobody could renew while we were away, so all of them run anew.
import { z } from 'zod'
import type { Json } from '../base/index.ts'
import { endpointText, type ObservedEndpoint } from '../model/index.ts'
import { placeText } from './place.ts'
import { emptyRegistry, registeredAt, withRegistered } from './registry.ts'
import type { Part, Place, Registration, Registry } from './types.ts'

const registrationRecord = z.object({
  address: z.string(),
  ports: z.record(z.string(), z.int()),
  weight: z.int().optional(),
  priority: z.int().optional(),
  locality: z
    .object({
      region: z.string().optional(),
      zone: z.string().optional(),
      subZone: z.string().optional(),
    })
    .optional(),
  draining: z.literal(true).optional(),
  drained: z.literal(true).optional(),
  ttlMs: z.int().optional(),
  lapsed: z.literal(true).optional(),
})
const partRecord = z.object({
  namespace: z.string(),
  service: z.string(),
  environment: z.string(),
  incarnation: z.int(),
  owner: z.string(),
  endpoints: z.array(registrationRecord),
})

/** Key of an owner's record of a place. An owner's name holds no space. */
export const partKey = (place: Place, owner: string): string => `${placeText(place)} ${owner}`

export function partValue({ namespace, service, environment, incarnation }: Place, part: Part): Json {
  const endpoints = [...part.registrations]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, registration]) => registrationValue(registration))
  return { namespace, service, environment, incarnation, owner: part.owner, endpoints }
}

function registrationValue({ endpoint, drained, ttlMs, lapsed }: Registration): Json {
  const { address, ports, weight, priority, locality, draining } = endpoint
  return {
    address,
    ports,
    ...(weight === undefined ? {} : { weight }),
    ...(priority === undefined ? {} : { priority }),
    ...(locality === undefined ? {} : { locality: { ...locality } }),
    ...(draining === true ? { draining } : {}),
    ...(drained ? { drained } : {}),
    ...(ttlMs === undefined ? {} : { ttlMs }),
    ...(lapsed ? { lapsed } : {}),
  }
}

/** The registry that these records tell of, all leases renewed `now` (monotonic ms). Throws on a record that is not ours. */
export function restoreRegistry(records: ReadonlyMap<string, Json>, now: number): Registry {
  let registry = emptyRegistry
  for (const value of records.values()) {
    const { endpoints, owner, ...place } = partRecord.parse(value)
    const registrations = new Map(
      endpoints.map(({ drained, ttlMs, lapsed, ...rest }): [string, Registration] => {
        const endpoint = endpointOf(rest)
        const lease = { ttlMs, renewedAt: now, lapsed: lapsed === true }
        return [endpointText(endpoint), { endpoint, drained: drained === true, ...lease }]
      }),
    )
    const before = registeredAt(registry, place)
    const parts = new Map(before.parts).set(owner, { owner, registrations })
    registry = withRegistered(registry, { ...before, parts })
  }
  return registry
}

type StoredEndpoint = Omit<z.infer<typeof registrationRecord>, 'drained' | 'ttlMs' | 'lapsed'>

function endpointOf({
  address,
  ports,
  weight,
  priority,
  locality,
  draining,
}: StoredEndpoint): ObservedEndpoint {
  const { region, zone, subZone } = locality ?? {}
  return {
    address,
    ports,
    ...(weight === undefined ? {} : { weight }),
    ...(priority === undefined ? {} : { priority }),
    ...(locality === undefined
      ? {}
      : {
          locality: {
            ...(region === undefined ? {} : { region }),
            ...(zone === undefined ? {} : { zone }),
            ...(subZone === undefined ? {} : { subZone }),
          },
        }),
    ...(draining === true ? { draining } : {}),
  }
}
