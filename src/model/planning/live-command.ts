// What a command asks for → what is to be live, whole; or which of its fields is wrong.
import { limits, ok, type Problem, type Result, suggestion, type Violation } from '../../base/index.ts'
import { totalWeight, weights as weightsSchema } from '../fields.ts'
import { violationsOf } from '../manifests/faults.ts'
import { check } from '../manifests/translate-issues.ts'
import { type ContentOf, titleOf } from '../objects.ts'
import type { LiveTraffic } from './live-traffic.ts'
import { invalidObjects } from './plan.ts'
import { percent, shareOf, type Weights } from './traffic.ts'

/** What changes; the rest stays. Names are free text from outside. */
export interface LiveChange {
  /** Environment → share in 1/10,000; sums to 10,000; environments without a share are left out. */
  readonly weights?: Weights | undefined
  /** Cohort → whether it is on. */
  readonly cohorts?: Readonly<Record<string, boolean>> | undefined
  /** Mirror → how much it copies, in 1/10,000; `on`: what its policy says; `off`: nothing. */
  readonly mirrors?: Readonly<Record<string, number | 'on' | 'off'>> | undefined
}

/** `before` is what is live; undefined where there is nothing yet. */
export function changedLive(
  service: ContentOf<'Service'>,
  policy: ContentOf<'TrafficPolicy'> | undefined,
  before: LiveTraffic | undefined,
  change: LiveChange,
): Result<LiveTraffic, Problem> {
  const weights = wantedWeights(service, before, change)
  if (!weights.ok) return weights
  const faults: Violation[] = []
  const object = titleOf(service)
  const cohorts = wantedCohorts(policy, before?.cohorts ?? [], change, faults)
  const asked = wantedMirrors(policy, before?.mirrors ?? {}, change, faults)
  const mirrors = withoutServing(policy, weights.value, asked, change, faults)
  if (Object.keys(mirrors).length > limits.mirrorsOn) {
    const message = `wanted at most ${limits.mirrorsOn} mirrors that are on, found ${Object.keys(mirrors).length}`
    faults.push({ path: 'mirrors', message })
  }
  if (faults.length > 0) return invalidObjects(faults.map((each) => ({ ...each, object })))
  return ok({ weights: weights.value, cohorts: [...cohorts].sort(), mirrors })
}

function wantedWeights(
  service: ContentOf<'Service'>,
  before: LiveTraffic | undefined,
  { weights: given, cohorts, mirrors }: LiveChange,
): Result<Weights, Problem> {
  const isEmpty = (part: object | undefined): boolean => part === undefined || Object.keys(part).length === 0
  const names = service.spec.environments.map(({ name }) => name)
  if (given === undefined && !(isEmpty(cohorts) && isEmpty(mirrors))) {
    const [first = ''] = names
    return ok(before?.weights ?? { [first]: totalWeight })
  }
  const asked = given ?? {}
  // The one name that zod passes over in silence.
  if (Object.hasOwn(asked, '__proto__')) return noEnvironments(service, ['__proto__'], names)
  const checked = check(weightsSchema, asked, ['weights'])
  if ('faults' in checked) return invalidObjects(violationsOf(checked.faults, { object: titleOf(service) }))
  const unknown = Object.keys(checked.value).filter((name) => !names.includes(name))
  return unknown.length > 0 ? noEnvironments(service, unknown, names) : ok(checked.value)
}

function wantedCohorts(
  policy: ContentOf<'TrafficPolicy'> | undefined,
  before: readonly string[],
  { cohorts = {} }: LiveChange,
  faults: Violation[],
): ReadonlySet<string> {
  const on = new Set(before)
  const known = (policy?.spec.cohorts ?? []).map(({ name }) => name)
  for (const [name, wanted] of Object.entries(cohorts)) {
    if (!wanted) on.delete(name)
    if (known.includes(name)) {
      if (wanted) on.add(name)
    } else if (wanted || !before.includes(name)) {
      faults.push({ path: `cohorts.${cut(name)}`, message: unknownName('cohort', name, policy, known) })
    }
  }
  return on
}

function wantedMirrors(
  policy: ContentOf<'TrafficPolicy'> | undefined,
  before: Weights,
  { mirrors = {} }: LiveChange,
  faults: Violation[],
): Weights {
  const on = new Map(Object.entries(before))
  const rules = policy?.spec.mirrors ?? []
  for (const [name, wanted] of Object.entries(mirrors)) {
    const path = `mirrors.${cut(name)}`
    const rule = rules.find((each) => each.name === name)
    if (rule === undefined) {
      if (wanted === 'off' && on.delete(name)) continue
      const known = rules.map((each) => each.name)
      faults.push({ path, message: unknownName('mirror', name, policy, known) })
    } else if (wanted === 'off') on.delete(name)
    else {
      const share = wanted === 'on' ? Math.round(rule.percent * 100) : wanted
      if (Number.isInteger(share) && share >= 1 && share <= totalWeight) on.set(name, share)
      else {
        const message = `wanted a whole number from 1 to ${totalWeight} (1/10,000: 2500 is 25 %), found ${share}`
        faults.push({ path: `${path}.share`, message })
      }
    }
  }
  return Object.fromEntries(on)
}

/** An environment that serves is sent no copies: a mirror that is asked for is refused, one that is on goes off. */
function withoutServing(
  policy: ContentOf<'TrafficPolicy'> | undefined,
  weights: Weights,
  mirrors: Weights,
  change: LiveChange,
  faults: Violation[],
): Weights {
  const kept = Object.entries(mirrors).filter(([name]) => {
    const to = policy?.spec.mirrors?.find((each) => each.name === name)?.to ?? ''
    const share = shareOf(weights, to)
    if (share === 0) return true
    if (!Object.hasOwn(change.mirrors ?? {}, name)) return false
    const message = `its copies would go to "${to}", which serves ${percent(share)} of the traffic: wanted an environment without`
    faults.push({ path: `mirrors.${name}`, message })
    return true
  })
  return Object.fromEntries(kept)
}

function unknownName(
  what: 'cohort' | 'mirror',
  name: string,
  policy: ContentOf<'TrafficPolicy'> | undefined,
  known: readonly string[],
): string {
  if (policy === undefined) return `the service has no TrafficPolicy, so there is no ${what} "${cut(name)}"`
  const hint = known.length === 0 ? `; it has no ${what}s` : suggestion(name, known)
  return `${titleOf(policy)} has no ${what} "${cut(name)}"${hint}`
}

const cut = (text: string): string => text.slice(0, limits.nameLength)

function noEnvironments(
  service: ContentOf<'Service'>,
  unknown: readonly string[],
  names: readonly string[],
): Result<never, Problem> {
  return invalidObjects(
    unknown.map((name) => ({
      path: `weights.${name}`,
      message: `there is no environment "${name}"${suggestion(name, names)}${listed(name, names)}`,
      object: titleOf(service),
    })),
  )
}

/** The environments there are, unless the suggestion already lists them. */
function listed(name: string, names: readonly string[]): string {
  return suggestion(name, names).startsWith('; wanted')
    ? ''
    : ` There are ${names.map((each) => `"${each}"`).join(', ')}`
}
