// What an apply means for the traffic of its services: made at the first apply, set where Git manages it, otherwise
// left alone, and said so.

import { totalWeight } from '../fields.ts'
import { policyClaim } from '../kinds/traffic-policy.ts'
import {
  type ContentOf,
  keyOf,
  type Manifest,
  type ObjectKey,
  type TrafficContent,
  type World,
} from '../objects.ts'
import type { Observed } from '../observed.ts'
import type { WorldView } from '../references/world-view.ts'
import { fencesBefore } from './fences.ts'
import {
  type LiveTraffic,
  liveOf,
  liveText,
  moveNotes,
  sameLive,
  trafficContent,
  unchangedText,
  withoutEndpoints,
} from './live-traffic.ts'
import type { Who } from './plan.ts'
import { gateOf } from './switch-gate.ts'
import { type ServiceName, sameWeights, serviceText, sharesText, type Weights } from './traffic.ts'

export interface ServiceTraffic {
  readonly puts: readonly TrafficContent[]
  readonly notes: readonly string[]
  readonly refusals: readonly string[]
  /** What was gone past: see Plan. */
  readonly forced: readonly string[]
}

/** Over all services that the manifests name or whose policy they name. `after` is the world as they make it. */
export function planServiceTraffic(
  heads: World,
  after: WorldView,
  manifests: readonly Manifest[],
  options: {
    readonly observed?: Observed | undefined
    readonly who?: Who | undefined
    readonly force?: boolean | undefined
    readonly moving?: ReadonlyMap<ObjectKey, LiveTraffic> | undefined
  },
): ServiceTraffic {
  const { observed, who } = options
  const puts: TrafficContent[] = []
  const notes: string[] = []
  const refusals: string[] = []
  const forced: string[] = []
  for (const { name, printed } of servicesOf(manifests)) {
    const service = after.get(keyOf({ kind: 'Service', namespace: name.namespace, name: name.service }))
    if (service?.kind !== 'Service') continue
    const key = keyOf({ kind: 'Traffic', namespace: name.namespace, name: name.service })
    const head = heads.get(key)
    const current = head?.kind === 'Traffic' ? head : undefined
    const policy = policyIn(after, name)
    const live = current === undefined ? undefined : liveOf(current.spec)
    const moving = policy?.spec.managedBy === 'manifest' ? undefined : options.moving?.get(key)
    // Planned with the change that moves it.
    if (moving !== undefined && live !== undefined) continue
    const wanted = moving ?? wantedLive(service, policy, live)
    if (current !== undefined && live !== undefined && sameLive(live, wanted)) {
      notes.push(unchangedText(service, current, who) + printedText(service, wanted.weights, printed))
      continue
    }
    puts.push(trafficContent(service, policy, wanted, { before: current?.spec }))
    if (live === undefined) {
      notes.push(`${serviceText(service)}: traffic starts at ${liveText(service, wanted)}`)
      continue
    }
    notes.push(...moveNotes(service, policy, live, wanted).map((note) => `${note}, as its manifest says`))
    const where = `${service.namespace}/${service.name}: traffic cannot move to ${liveText(service, wanted)}`
    const over = fencesBefore(service, policy, current?.spec.fences, { before: live, after: wanted })
    const nowhere = withoutEndpoints(service, policy, { live: wanted, before: live }, observed)
    refusals.push(...nowhere.map((reason) => `${where}: ${reason}`))
    const small =
      nowhere.length > 0 ? [] : gateOf(service, { before: live.weights, after: wanted.weights, observed })
    if (options.force === true) {
      const reasons = [...over.map(({ why }) => why), ...small]
      notes.push(...reasons.map((why) => `${service.namespace}/${service.name}: forced, although ${why}`))
      forced.push(...over.map(({ fence }) => `fence ${fence.id}`))
      if (small.length > 0) forced.push('the gate of switches')
    } else {
      refusals.push(...over.map(({ why }) => `${where}: ${why}: use force if that is no harm`))
      refusals.push(...small.map((reason) => `${where}: ${reason}`))
    }
  }
  return { puts, notes, refusals, forced }
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

function wantedLive(
  service: ContentOf<'Service'>,
  policy: ContentOf<'TrafficPolicy'> | undefined,
  current: LiveTraffic | undefined,
): LiveTraffic {
  const initial = policy?.spec.initial
  if (current !== undefined && (policy?.spec.managedBy !== 'manifest' || initial === undefined))
    return current
  const [first] = service.spec.environments
  const weights = initial?.weights ?? (first === undefined ? {} : { [first.name]: totalWeight })
  const on = (policy?.spec.mirrors ?? []).filter(({ name }) => initial?.mirrors?.includes(name))
  return {
    weights,
    cohorts: [...(initial?.cohorts ?? [])].sort(),
    mirrors: Object.fromEntries(on.map(({ name, percent }) => [name, Math.round(percent * 100)])),
  }
}

/** Says so when a printed manifest's traffic part is not what is live: it is read, not applied. */
function printedText(service: ContentOf<'Service'>, live: Weights, printed: Weights | undefined): string {
  if (printed === undefined || sameWeights(printed, live)) return ''
  return `; the manifest's traffic part (${sharesText(service, printed)}) is not applied: use switch or split`
}
