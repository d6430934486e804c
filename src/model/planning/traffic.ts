// What plans have to know of a service's traffic: who may move it, what it says in words, where it cannot go.
import { canonicalJson } from '../../base/index.ts'
import { totalWeight } from '../fields.ts'
import type { Environment } from '../kinds/service.ts'
import { type ContentOf, keyOf, type StoredOf, type World } from '../objects.ts'

export type Weights = Readonly<Record<string, number>>

/** A service's name and namespace. */
export interface ServiceName {
  readonly namespace: string
  readonly service: string
}

/** The number of a name, by own members only; 0 when it has none. */
export const numberOf = (numbers: Readonly<Record<string, number>>, name: string): number =>
  Object.hasOwn(numbers, name) ? (numbers[name] ?? 0) : 0

/** Share of an environment in 1/10,000; 0 when it carries nothing. */
export const shareOf = (weights: Weights | undefined, environment: string): number =>
  weights === undefined ? 0 : numberOf(weights, environment)

/** `25 %`, `0.5 %`. */
export const percent = (share: number): string => `${(share * 100) / totalWeight} %`

/** Shares in the order of the service's environments: `90/10`; with names where there are many. */
export function sharesText(service: ContentOf<'Service'>, weights: Weights): string {
  const shares = service.spec.environments.map(
    ({ name }) => [name, (shareOf(weights, name) * 100) / totalWeight] as const,
  )
  const known = new Set(shares.map(([name]) => name))
  const gone = Object.entries(weights).filter(([name]) => !known.has(name))
  if (shares.length <= 4 && gone.length === 0) return shares.map(([, share]) => share).join('/')
  const carrying = [
    ...shares.filter(([, share]) => share > 0),
    ...gone.map(([name, share]) => [name, share / 100]),
  ]
  return carrying.map(([name, share]) => `${name}=${share}`).join(' ')
}

/** `default/checkout blue/green`: what a line about traffic begins with. */
export function serviceText(service: ContentOf<'Service'>): string {
  const { environments } = service.spec
  const names = environments.length <= 4 ? ` ${environments.map(({ name }) => name).join('/')}` : ''
  return `${service.namespace}/${service.name}${names}`
}

export const sameWeights = (a: Weights, b: Weights): boolean => canonicalJson(a) === canonicalJson(b)

/** Endpoints that an environment declares; a host name counts as one. */
const countOf = ({ static: fixed, dns }: Environment['endpoints']): number =>
  dns === undefined ? fixed.length : dns.hosts.length

/** Whether it can have no endpoint: it declares none, and nobody may register one. */
export const isBare = (endpoints: Environment['endpoints']): boolean =>
  endpoints.registered !== true && countOf(endpoints) === 0

/** The policy of a service, if it has one. Looks through the world's policies: fewer than its services. */
export function policyOf(
  heads: World,
  { namespace, service }: ServiceName,
): StoredOf<'TrafficPolicy'> | undefined {
  // Most policies are named like their service.
  const usual = heads.get(keyOf({ kind: 'TrafficPolicy', namespace, name: service }))
  if (usual?.kind === 'TrafficPolicy' && usual.spec.service === service) return usual
  for (const object of heads.values()) {
    if (object.kind === 'TrafficPolicy' && object.namespace === namespace && object.spec.service === service)
      return object
  }
  return undefined
}

/** Why this manager may not move the traffic by command; undefined when it may. */
export function notYours(
  policy: ContentOf<'TrafficPolicy'> | undefined,
  service: string,
  manager: string | undefined,
): string | undefined {
  const managedBy = policy?.spec.managedBy ?? 'operator'
  if (policy === undefined || managedBy === 'operator') return undefined
  const owner = `the traffic of ${service} is managed by`
  const by = `TrafficPolicy ${policy.namespace}/${policy.name} says managedBy: ${managedBy}`
  if (managedBy === 'manifest') {
    return `${owner} its manifest: change initial.weights there and apply it (${by})`
  }
  const name = managedBy.slice('external:'.length)
  if (manager === name) return undefined
  const found =
    manager === undefined ? 'the request names no manager' : `the request's manager is "${manager}"`
  return `${owner} "${name}", ${found} (${by})`
}
