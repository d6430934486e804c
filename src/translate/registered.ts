// Registered endpoints beside the static ones of an environment and port.
import { canonicalAddress, parseClusterName, type ServiceEndpoints, type StoredOf } from '../model/index.ts'
import type { EndpointAddress } from './endpoints.ts'
import type { EnvironmentPort } from './environment-ports.ts'

/**
 * The target with what is registered for its environment, where the Service wants that. An address that is both static and
 * registered is there once, as it was registered: what was said last is known best. Priorities close up: endpoints come and
 * go, and Envoy wants no number left out.
 */
export function withRegistered(
  service: StoredOf<'Service'>,
  target: EnvironmentPort,
  observed: ServiceEndpoints | undefined,
): EnvironmentPort {
  const identity = parseClusterName(target.name)
  if (identity === undefined) return target
  const { environment, incarnation, port = service.spec.ports[0]?.name ?? '' } = identity
  const declared = service.spec.environments.find(({ name }) => name === environment)
  const found = observed?.get(`${environment}.${incarnation}`)
  if (declared?.endpoints.registered !== true || found === undefined || found.length === 0) return target
  const registered = found.flatMap((each): EndpointAddress[] => {
    // Registered before the service had this port: nobody knows where it is there.
    const number = Object.hasOwn(each.ports, port) ? each.ports[port] : undefined
    const { address, weight, priority, locality, draining } = each
    return number === undefined ? [] : [{ address, port: number, weight, priority, locality, draining }]
  })
  const known = new Set(registered.map(socketOf))
  const fixed = target.endpoints.filter((each) => !known.has(socketOf(each)))
  return { ...target, endpoints: closedUp([...fixed, ...registered]) }
}

const socketOf = ({ address, port }: EndpointAddress): string => `${canonicalAddress(address)} ${port}`

function closedUp(endpoints: readonly EndpointAddress[]): readonly EndpointAddress[] {
  const given = [...new Set(endpoints.map(({ priority = 0 }) => priority))].sort((a, b) => a - b)
  if (given.every((priority, rank) => priority === rank)) return endpoints
  return endpoints.map((each) => ({ ...each, priority: given.indexOf(each.priority ?? 0) }))
}
