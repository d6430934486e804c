// The whole of what is live of a service: weights, cohorts and mirrors. What it means, whether two are the same, and what
// changed, in words.
import { canonicalJson } from '../../base/index.ts'
import type { TrafficState } from '../kinds/traffic.ts'
import { type ContentOf, keyOf, type StoredOf, type TrafficContent } from '../objects.ts'
import type { Observed } from '../observed.ts'
import { countEndpoints } from './endpoint-counts.ts'
import type { Who } from './plan.ts'
import { fits, listedSlices, nextSlices, type Slice } from './slices.ts'
import { numberOf, percent, serviceText, shareOf, sharesText, type Weights } from './traffic.ts'

export interface LiveTraffic {
  readonly weights: Weights
  /** Names of those that are on, sorted. */
  readonly cohorts: readonly string[]
  /** Name of each that is on → how much it copies, in 1/10,000. */
  readonly mirrors: Weights
}

type Policy = ContentOf<'TrafficPolicy'> | undefined

/** What a Traffic object says. */
export const liveOf = ({ weights, cohorts = [], mirrors = {} }: TrafficState): LiveTraffic => ({
  weights,
  cohorts: [...cohorts].sort(),
  mirrors,
})

export const sameLive = (a: LiveTraffic, b: LiveTraffic): boolean => canonicalJson(a) === canonicalJson(b)

/** The hash range of a service as it is: stored where it is not as the service lists its environments. */
export function slicesOf(service: ContentOf<'Service'>, { weights, slices }: TrafficState): readonly Slice[] {
  return slices !== undefined && fits(slices, weights) ? slices : listedSlices(service, weights)
}

/** Cohorts that are on and lead to this environment. */
export const visitorsOf = (
  policy: Policy,
  cohorts: readonly string[],
  environment: string,
): readonly string[] =>
  (policy?.spec.cohorts ?? [])
    .filter((each) => each.environment === environment && cohorts.includes(each.name))
    .map(({ name }) => name)

/** What an environment carries: `25 % of the traffic and cohort "beta"`; undefined when nothing. */
export function loadText(
  weights: Weights | undefined,
  visitors: readonly string[],
  environment: string,
): string | undefined {
  const share = shareOf(weights, environment)
  const parts = [
    ...(share === 0 ? [] : [`${percent(share)} of the traffic`]),
    ...visitors.map((name) => `cohort "${name}"`),
  ]
  return parts.length === 0 ? undefined : parts.join(' and ')
}

/**
 * The Traffic of a service with what is to be live, and the incarnations that it means now. `before` is what it was: sticky
 * users stay where they are as far as the weights allow. `exactly` is an earlier range, taken as it was if it fits.
 */
export function trafficContent(
  service: ContentOf<'Service'>,
  policy: Policy,
  live: LiveTraffic,
  range: { readonly before?: TrafficState | undefined; readonly exactly?: readonly Slice[] | undefined } = {},
): TrafficContent {
  const names = service.spec.environments.map(({ name }) => name)
  const carrying = names.filter((name) => shareOf(live.weights, name) > 0)
  const serving = names.filter(
    (name) => carrying.includes(name) || visitorsOf(policy, live.cohorts, name).length > 0,
  )
  const weights = Object.fromEntries(carrying.map((name) => [name, shareOf(live.weights, name)]))
  const listed = listedSlices(service, weights)
  const slices = sliced(service, weights, range) ?? listed
  return {
    kind: 'Traffic',
    namespace: service.namespace,
    name: service.name,
    labels: {},
    spec: {
      weights,
      incarnations: Object.fromEntries(serving.map((name) => [name, numberOf(service.incarnations, name)])),
      ...(canonicalJson(slices) === canonicalJson(listed) ? {} : { slices: [...slices] }),
      ...(live.cohorts.length === 0 ? {} : { cohorts: [...live.cohorts].sort() }),
      ...(Object.keys(live.mirrors).length === 0 ? {} : { mirrors: live.mirrors }),
      // They stand wherever the traffic goes.
      ...(range.before?.fences === undefined ? {} : { fences: range.before.fences }),
    },
  }
}

function sliced(
  service: ContentOf<'Service'>,
  weights: Weights,
  {
    before,
    exactly,
  }: { readonly before?: TrafficState | undefined; readonly exactly?: readonly Slice[] | undefined },
): readonly Slice[] | undefined {
  if (exactly !== undefined && fits(exactly, weights)) return exactly
  if (before === undefined) return undefined
  const next = nextSlices(slicesOf(service, before), weights)
  // Too many pieces: cut anew, which moves users once.
  return fits(next, weights) ? next : undefined
}

/**
 * Why traffic cannot go there: an environment that would serve has nowhere to send it. The target of a mirror counts only when it is
 * turned on: one that has died since holds up nobody's switch.
 */
export function withoutEndpoints(
  service: ContentOf<'Service'>,
  policy: Policy,
  { live, before }: { readonly live: LiveTraffic; readonly before?: LiveTraffic | undefined },
  observed: Observed | undefined,
): readonly string[] {
  const copied = (policy?.spec.mirrors ?? [])
    .filter(({ name }) => shareOf(live.mirrors, name) > 0 && shareOf(before?.mirrors, name) === 0)
    .map(({ to }) => to)
  return service.spec.environments.flatMap(({ name, endpoints }) => {
    const serves = loadText(live.weights, visitorsOf(policy, live.cohorts, name), name) !== undefined
    if (!serves && !copied.includes(name)) return []
    const { declared, registered, usable } = countEndpoints(service, name, observed)
    if (usable > 0) return []
    if (declared + registered > 0) return [`all endpoints of environment "${name}" are draining`]
    const hint = endpoints.registered === true ? ': none is registered for its release' : ''
    return [`environment "${name}" has no endpoints${hint}`]
  })
}

/** A line for everything that changes. */
export function moveNotes(
  service: ContentOf<'Service'>,
  policy: Policy,
  from: LiveTraffic | undefined,
  to: LiveTraffic,
): readonly string[] {
  const where = `${service.namespace}/${service.name}`
  const notes: string[] = []
  if (from === undefined || canonicalJson(from.weights) !== canonicalJson(to.weights)) {
    const was = from === undefined ? 'nothing' : sharesText(service, from.weights)
    notes.push(`${serviceText(service)}: traffic moves from ${was} to ${sharesText(service, to.weights)}`)
  }
  for (const { name, environment } of policy?.spec.cohorts ?? []) {
    const [was, is] = [from?.cohorts.includes(name) ?? false, to.cohorts.includes(name)]
    if (was === is) continue
    notes.push(`${where}: cohort "${name}" goes ${is ? `to ${environment}` : 'where the weights say'}`)
  }
  for (const mirror of policy?.spec.mirrors ?? []) {
    const [was, is] = [shareOf(from?.mirrors, mirror.name), shareOf(to.mirrors, mirror.name)]
    if (was === is) continue
    if (is === 0) {
      const serves = shareOf(to.weights, mirror.to) > 0
      notes.push(
        `${where}: mirror "${mirror.name}" ${serves ? `goes off: ${mirror.to} serves now` : 'copies nothing any more'}`,
      )
      continue
    }
    const idle = loadText(to.weights, visitorsOf(policy, to.cohorts, mirror.from), mirror.from) === undefined
    const hint = idle ? `, which has no traffic now` : ''
    notes.push(
      `${where}: mirror "${mirror.name}" copies ${percent(is)} of the requests of ${mirror.from}${hint} to ${mirror.to}`,
    )
  }
  return notes
}

/** `90/10`, with what is on besides: `90/10, cohort "beta" on, mirror "try" at 25 %`. */
export function liveText(service: ContentOf<'Service'>, live: LiveTraffic): string {
  return [
    sharesText(service, live.weights),
    ...live.cohorts.map((name) => `cohort "${name}" on`),
    ...Object.entries(live.mirrors).map(([name, share]) => `mirror "${name}" at ${percent(share)}`),
  ].join(', ')
}

/** `traffic unchanged: 90/10, set by deploy-bot in r41`. */
export function unchangedText(
  service: ContentOf<'Service'>,
  traffic: StoredOf<'Traffic'>,
  who?: Who,
): string {
  const actor = who?.(keyOf(traffic))
  const by = actor === undefined ? '' : ` by ${actor}`
  const text = liveText(service, liveOf(traffic.spec))
  return `${serviceText(service)}: traffic unchanged: ${text}, set${by} in r${traffic.revision}`
}
