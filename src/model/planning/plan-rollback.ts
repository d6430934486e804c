// Rollback: back to the newest earlier traffic that differs, whole (weights, cohorts, mirrors), if what it pointed at is still there.
import { err, ok, type Problem, type Result } from '../../base/index.ts'
import type { TrafficState } from '../kinds/traffic.ts'
import { keyOf, type StoredOf, type TrafficContent, titleOf, type World } from '../objects.ts'
import type { Observed } from '../observed.ts'
import { countEndpoints } from './endpoint-counts.ts'
import { liveOf, liveText, sameLive, withoutEndpoints } from './live-traffic.ts'
import { type Plan, refused, type Who } from './plan.ts'
import { planTraffic, serviceIn, type TrafficCommand } from './plan-traffic.ts'
import { numberOf, policyOf, type ServiceName, shareOf } from './traffic.ts'

/** An earlier content of the service's Traffic. */
export type EarlierTraffic = TrafficContent & { readonly uid?: string; readonly revision?: number }

export interface RollbackCommand extends ServiceName {
  /** Newest first; the current content may be among them. Those of an earlier life of the object don't count. */
  readonly history: readonly EarlierTraffic[]
  readonly manager?: string | undefined
  /** Goes back over a fence. Never to what is gone. */
  readonly force?: boolean | undefined
  /** Registered endpoints. */
  readonly observed?: Observed | undefined
  readonly who?: Who | undefined
}

/** Restores the service's earlier traffic and nothing else. Two rollbacks in a row go there and back. */
export function planRollback(heads: World, command: RollbackCommand): Result<Plan, Problem> {
  const found = serviceIn(heads, command)
  if (!found.ok) return found
  const service = found.value
  const head = heads.get(keyOf({ kind: 'Traffic', namespace: service.namespace, name: service.name }))
  const current = head?.kind === 'Traffic' ? head : undefined
  const target = command.history.find(
    ({ uid, spec }) =>
      (uid === undefined || current === undefined || uid === current.uid) &&
      (current === undefined || !sameLive(liveOf(spec), liveOf(current.spec))),
  )
  if (target === undefined) {
    const now =
      current === undefined
        ? ''
        : `: it is at ${liveText(service, liveOf(current.spec))} and was never elsewhere`
    return err(refused([`${titleOf(service)} has nothing to roll back to${now}`]))
  }
  return planEarlier(heads, service, { ...command, target, doing: 'roll back' })
}

/** Back to earlier traffic, as far as it is there: what would serve must be, mirrors may stay off. */
export function planEarlier(
  heads: World,
  service: StoredOf<'Service'>,
  command: ServiceName &
    Pick<TrafficCommand, 'manager' | 'force' | 'gated' | 'observed' | 'who'> & {
      readonly target: { readonly spec: TrafficState; readonly revision?: number | undefined }
      readonly doing: 'roll back' | 'go back'
    },
): Result<Plan, Problem> {
  const { target, doing } = command
  const policy = policyOf(heads, command)
  const gone = whatIsGone(service, policy, target, command.observed)
  if (gone.length > 0) {
    const since = target.revision === undefined ? '' : ` (r${target.revision})`
    const shares = liveText(service, liveOf(target.spec))
    return err(
      refused([
        `${titleOf(service)} cannot ${doing} to ${shares}${since}: ${gone.join(', ')}; there ${whatIsThere(service, command.observed)}`,
      ]),
    )
  }
  const lost = lostMirrors(service, policy, target, command.observed)
  const mirrors = Object.entries(target.spec.mirrors ?? {}).filter(([name]) => !lost.includes(name))
  const earlier = { ...target.spec, mirrors: Object.fromEntries(mirrors) }
  const plan = planTraffic(heads, { ...command, earlier })
  if (!plan.ok) return plan
  const since = target.revision === undefined ? '' : `, as of r${target.revision}`
  const stays = lost.map(
    (name) => `${service.namespace}/${service.name}: mirror "${name}" stays off: it has nowhere to copy to`,
  )
  return ok({ ...plan.value, notes: [...plan.value.notes.map((note) => `${note}${since}`), ...stays] })
}

/** Environments and cohorts of the earlier traffic that are not what they were. */
function whatIsGone(
  service: StoredOf<'Service'>,
  policy: StoredOf<'TrafficPolicy'> | undefined,
  { spec }: { readonly spec: TrafficState },
  observed: Observed | undefined,
): readonly string[] {
  const live = liveOf(spec)
  const environments = new Set([...Object.keys(spec.weights), ...Object.keys(spec.incarnations ?? {})])
  const moved = [...environments].flatMap((name) => {
    const now = numberOf(service.incarnations, name)
    const then = numberOf(spec.incarnations ?? {}, name)
    if (now === 0) return [`environment "${name}" is gone`]
    // Traffic kept without incarnations says nothing about what ran there.
    return then === 0 || then === now ? [] : [`"${name}.${then}" is gone`]
  })
  const cohorts = live.cohorts
    .filter((name) => policy?.spec.cohorts?.some((each) => each.name === name) !== true)
    .map((name) => `cohort "${name}" is gone`)
  return [...moved, ...cohorts, ...withoutEndpoints(service, policy, { live, before: live }, observed)]
}

/** Mirrors of the earlier traffic that cannot copy any more: no reason to stay where users fail. */
function lostMirrors(
  service: StoredOf<'Service'>,
  policy: StoredOf<'TrafficPolicy'> | undefined,
  { spec }: { readonly spec: TrafficState },
  observed: Observed | undefined,
): readonly string[] {
  return Object.keys(spec.mirrors ?? {}).filter((name) => {
    const to = policy?.spec.mirrors?.find((each) => each.name === name)?.to
    if (to === undefined || shareOf(spec.weights, to) > 0) return true
    return countEndpoints(service, to, observed).usable === 0
  })
}

function whatIsThere(service: StoredOf<'Service'>, observed: Observed | undefined): string {
  const environments = service.spec.environments.map(({ name, release }) => {
    const { declared, registered } = countEndpoints(service, name, observed)
    return `${name}.${numberOf(service.incarnations, name)} (${release.version}, ${count(declared + registered)})`
  })
  return `${environments.length === 1 ? 'is' : 'are'} ${environments.join(', ')}`
}

const count = (endpoints: number): string => `${endpoints} ${endpoints === 1 ? 'endpoint' : 'endpoints'}`
