// What a change of a TrafficPolicy, or its end, means for the cohorts and mirrors that are on.
import { type ContentOf, keyOf, titleOf, type World } from '../objects.ts'
import { type LiveTraffic, liveOf } from './live-traffic.ts'
import { percent, shareOf } from './traffic.ts'

export interface PolicyChange {
  readonly notes: readonly string[]
  readonly refusals: readonly string[]
}

/** `after` undefined: the policy is deleted. What is on is turned off by command first, unless Git manages the traffic. */
export function policyChange(
  heads: World,
  before: ContentOf<'TrafficPolicy'> | undefined,
  after: ContentOf<'TrafficPolicy'> | undefined,
): PolicyChange {
  if (before === undefined || after?.spec.managedBy === 'manifest') return { notes: [], refusals: [] }
  const { namespace, spec } = before
  const live = liveIn(heads, namespace, spec.service)
  if (live === undefined) return { notes: [], refusals: [] }
  const kept = after?.spec.service === spec.service ? after.spec : undefined
  const gone = [
    ...live.cohorts
      .filter((name) => kept?.cohorts?.some((each) => each.name === name) !== true)
      .map((name) => `cohort ${name}`),
    ...Object.keys(live.mirrors)
      .filter((name) => kept?.mirrors?.some((each) => each.name === name) !== true)
      .map((name) => `mirror ${name}`),
  ]
  const serving = (kept?.mirrors ?? []).filter(
    ({ name, to }) => shareOf(live.mirrors, name) > 0 && shareOf(live.weights, to) > 0,
  )
  return {
    refusals: [
      ...gone.map((what) => {
        const [verb, name] = what.split(' ')
        return `${titleOf(before)}: ${verb} "${name}" is on and cannot be taken away: turn it off first (verdigris ${verb} ${spec.service} ${name} off)`
      }),
      ...serving.map(
        ({ name, to }) =>
          `${titleOf(before)}: mirror "${name}" is on and cannot send its copies to "${to}", which serves ${percent(shareOf(live.weights, to))} of the traffic: turn it off first`,
      ),
    ],
    notes: (kept?.cohorts ?? []).flatMap(({ name, environment }) => {
      const was = spec.cohorts?.find((each) => each.name === name)
      const moves = live.cohorts.includes(name) && was !== undefined && was.environment !== environment
      if (!moves) return []
      return [
        `${namespace}/${spec.service}: cohort "${name}" is on and goes to ${environment} now, not ${was.environment}`,
      ]
    }),
  }
}

function liveIn(heads: World, namespace: string, service: string): LiveTraffic | undefined {
  const head = heads.get(keyOf({ kind: 'Traffic', namespace, name: service }))
  return head?.kind === 'Traffic' ? liveOf(head.spec) : undefined
}
