// What an apply means for the traffic of its services: made at the first apply, set where Git manages it, otherwise
// left alone, and said so.

import { totalWeight } from '../fields.ts'
import { policyClaim } from '../kinds/traffic-policy.ts'
import {
  type ContentOf,
  keyOf,
  type Manifest,
  type StoredOf,
  type TrafficContent,
  type World,
} from '../objects.ts'
import type { WorldView } from '../references/world-view.ts'
import type { Who } from './plan.ts'
import {
  type ServiceName,
  sameWeights,
  serviceText,
  sharesText,
  trafficContent,
  unchangedText,
  type Weights,
  withoutEndpoints,
} from './traffic.ts'

export interface ServiceTraffic {
  readonly puts: readonly TrafficContent[]
  readonly notes: readonly string[]
  readonly refusals: readonly string[]
}

/** Over all services that the manifests name or whose policy they name. `after` is the world as they make it. */
export function planServiceTraffic(
  heads: World,
  after: WorldView,
  manifests: readonly Manifest[],
  who: Who | undefined,
): ServiceTraffic {
  const puts: TrafficContent[] = []
  const notes: string[] = []
  const refusals: string[] = []
  for (const { name, printed } of servicesOf(manifests)) {
    const service = after.get(keyOf({ kind: 'Service', namespace: name.namespace, name: name.service }))
    if (service?.kind !== 'Service') continue
    const head = heads.get(keyOf({ kind: 'Traffic', namespace: name.namespace, name: name.service }))
    const current = head?.kind === 'Traffic' ? head : undefined
    const wanted = wantedWeights(service, policyIn(after, name), current)
    if (current !== undefined && sameWeights(current.spec.weights, wanted)) {
      notes.push(unchangedText(service, current, who) + printedText(service, wanted, printed))
      continue
    }
    puts.push(trafficContent(service, wanted))
    if (current === undefined) {
      notes.push(`${serviceText(service)}: traffic starts at ${sharesText(service, wanted)}`)
      continue
    }
    const shares = `${sharesText(service, current.spec.weights)} to ${sharesText(service, wanted)}`
    notes.push(`${serviceText(service)}: traffic moves from ${shares}, as its manifest says`)
    const where = `${service.namespace}/${service.name}: traffic cannot move to ${sharesText(service, wanted)}`
    refusals.push(...withoutEndpoints(service, wanted).map((reason) => `${where}: ${reason}`))
  }
  return { puts, notes, refusals }
}

/** Every service once, with the traffic that a printed policy of it carries. */
function servicesOf(
  manifests: readonly Manifest[],
): Iterable<{ readonly name: ServiceName; readonly printed?: Weights }> {
  const services = new Map<string, { readonly name: ServiceName; readonly printed?: Weights }>()
  for (const manifest of manifests) {
    if (manifest.kind !== 'Service' && manifest.kind !== 'TrafficPolicy') continue
    const service = manifest.kind === 'Service' ? manifest.name : manifest.spec.service
    const name = { namespace: manifest.namespace, service }
    const printed = manifest.traffic?.weights
    const known = services.get(`${name.namespace}/${service}`)
    services.set(
      `${name.namespace}/${service}`,
      printed === undefined ? (known ?? { name }) : { name, printed },
    )
  }
  return services.values()
}

function policyIn(
  view: WorldView,
  { namespace, service }: ServiceName,
): ContentOf<'TrafficPolicy'> | undefined {
  const [claimant] = view.claimants(policyClaim(namespace, service))
  const policy = claimant === undefined ? undefined : view.get(claimant.key)
  return policy?.kind === 'TrafficPolicy' ? policy : undefined
}

function wantedWeights(
  service: ContentOf<'Service'>,
  policy: ContentOf<'TrafficPolicy'> | undefined,
  current: StoredOf<'Traffic'> | undefined,
): Weights {
  const initial = policy?.spec.initial?.weights
  if (current !== undefined && (policy?.spec.managedBy !== 'manifest' || initial === undefined)) {
    return current.spec.weights
  }
  if (initial !== undefined) return initial
  const [first] = service.spec.environments
  return first === undefined ? {} : { [first.name]: totalWeight }
}

/** Says so when a printed manifest's traffic part is not what is live: it is read, not applied. */
function printedText(service: ContentOf<'Service'>, live: Weights, printed: Weights | undefined): string {
  if (printed === undefined || sameWeights(printed, live)) return ''
  return `; the manifest's traffic part (${sharesText(service, printed)}) is not applied: use switch or split`
}
