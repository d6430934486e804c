// A Service taken apart: one target per environment and port, with everything that its cluster and its endpoints
// are made of.
import type { Violation } from '../base/index.ts'
import {
  clusterName,
  type DnsEndpoints,
  type Environment,
  keyOf,
  mirrorClusterName,
  type ObjectKey,
  type ServiceSpec,
  type StoredOf,
  type Upstream,
} from '../model/index.ts'
import type { EndpointAddress } from './endpoints.ts'

/** One environment and port: becomes one cluster and one load assignment of the same name. */
export interface EnvironmentPort {
  readonly name: string
  readonly namespace: string
  readonly serviceName: string
  readonly protocol: ServiceSpec['ports'][number]['protocol']
  /** The environment's settings over the service's. */
  readonly upstream: Upstream
  readonly endpoints: readonly EndpointAddress[]
  /** How the host names among its endpoints are looked up; undefined: they are addresses, and come by EDS. */
  readonly dns?: DnsEndpoints
  /** Key of the Service. */
  readonly origin: ObjectKey
}

/** Cluster name of an environment of this service, by port name; undefined when there is no such environment. */
export function clusterOf(
  service: StoredOf<'Service'>,
  environment: string,
  port: string,
): string | undefined {
  const incarnation = service.incarnations[environment]
  if (incarnation === undefined) return undefined
  const { namespace, name, spec } = service
  const identity = { namespace, service: name, environment, incarnation }
  return clusterName(spec.ports.length === 1 ? identity : { ...identity, port })
}

/**
 * Cluster name of a mirror and port, `<namespace>/<service>/mirror~<name>/<environment>.<n>[/<port>]`: a part more than those of
 * environments have. Undefined when there is no such environment.
 */
export function mirrorClusterOf(
  service: StoredOf<'Service'>,
  mirror: { readonly name: string; readonly to: string },
  port: string,
): string | undefined {
  const name = clusterOf(service, mirror.to, port)
  return name === undefined ? undefined : mirrorClusterName(mirror.name, name)
}

/** Every environment and port, and what is wrong with the endpoints given. */
export function environmentPorts(service: StoredOf<'Service'>): {
  readonly targets: readonly EnvironmentPort[]
  readonly violations: readonly Violation[]
} {
  const targets: EnvironmentPort[] = []
  const violations: Violation[] = []
  const origin = keyOf(service)
  service.spec.environments.forEach((environment, index) => {
    for (const port of service.spec.ports) {
      const name = clusterOf(service, environment.name, port.name)
      if (name === undefined) {
        violations.push({
          object: origin,
          path: `incarnations.${environment.name}`,
          message:
            'the environment has no incarnation: the object was written by something other than a plan',
        })
        continue
      }
      const endpoints = endpointsOf(environment, port.name, service.spec.ports.length === 1)
      endpoints.missing.forEach((at) => {
        violations.push({
          object: origin,
          path: `spec.environments[${index}].endpoints.${environment.endpoints.dns === undefined ? 'static' : 'dns.hosts'}[${at}]`,
          message: `found no port number for port "${port.name}", wanted ${
            service.spec.ports.length === 1 ? '"port"' : `"ports.${port.name}"`
          }`,
        })
      })
      targets.push({
        name,
        namespace: service.namespace,
        serviceName: service.name,
        protocol: port.protocol,
        upstream: { ...service.spec.upstream, ...environment.upstream },
        endpoints: endpoints.found,
        ...(environment.endpoints.dns === undefined ? {} : { dns: environment.endpoints.dns }),
        origin,
      })
    }
  })
  return { targets, violations }
}

function endpointsOf(environment: Environment, port: string, only: boolean) {
  const found: EndpointAddress[] = []
  const missing: number[] = []
  const { static: fixed, dns } = environment.endpoints
  const declared =
    dns === undefined ? fixed : dns.hosts.map(({ host, ...more }) => ({ ...more, address: host }))
  declared.forEach((endpoint, at) => {
    const { ports, port: one, ...rest } = endpoint
    const number = ports?.[port] ?? (only ? one : undefined)
    if (number === undefined) missing.push(at)
    else found.push({ ...rest, port: number })
  })
  return { found, missing }
}
