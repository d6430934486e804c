// Rollback: back to the newest earlier traffic that differs, if what it pointed at is still there.
import { err, ok, type Problem, type Result } from '../../base/index.ts'
import { keyOf, type StoredOf, type TrafficContent, titleOf, type World } from '../objects.ts'
import { type Plan, refused, type Who } from './plan.ts'
import { planTraffic, serviceIn } from './plan-traffic.ts'
import { countOf, numberOf, type ServiceName, sameWeights, sharesText, withoutEndpoints } from './traffic.ts'

/** An earlier content of the service's Traffic. */
export type EarlierTraffic = TrafficContent & { readonly uid?: string; readonly revision?: number }

export interface RollbackCommand extends ServiceName {
  /** Newest first; the current content may be among them. Those of an earlier life of the object don't count. */
  readonly history: readonly EarlierTraffic[]
  readonly manager?: string | undefined
  readonly who?: Who | undefined
}

/** Restores the service's earlier shares and nothing else. Two rollbacks in a row go there and back. */
export function planRollback(heads: World, command: RollbackCommand): Result<Plan, Problem> {
  const found = serviceIn(heads, command)
  if (!found.ok) return found
  const service = found.value
  const head = heads.get(keyOf({ kind: 'Traffic', namespace: service.namespace, name: service.name }))
  const current = head?.kind === 'Traffic' ? head : undefined
  const target = command.history.find(
    ({ uid, spec }) =>
      (uid === undefined || current === undefined || uid === current.uid) &&
      (current === undefined || !sameWeights(spec.weights, current.spec.weights)),
  )
  if (target === undefined) {
    const now =
      current === undefined
        ? ''
        : `: it is at ${sharesText(service, current.spec.weights)} and was never elsewhere`
    return err(refused([`${titleOf(service)} has nothing to roll back to${now}`]))
  }
  const gone = whatIsGone(service, target)
  if (gone.length > 0) {
    const since = target.revision === undefined ? '' : ` (r${target.revision})`
    const shares = sharesText(service, target.spec.weights)
    return err(
      refused([
        `${titleOf(service)} cannot roll back to ${shares}${since}: ${gone.join(', ')}; there ${whatIsThere(service)}`,
      ]),
    )
  }
  const plan = planTraffic(heads, { ...command, weights: target.spec.weights })
  if (!plan.ok || target.revision === undefined) return plan
  return ok({ ...plan.value, notes: plan.value.notes.map((note) => `${note}, as of r${target.revision}`) })
}

/** Environments of the earlier shares that are not what they were. */
function whatIsGone(service: StoredOf<'Service'>, { spec }: EarlierTraffic): readonly string[] {
  const moved = Object.keys(spec.weights).flatMap((name) => {
    const now = numberOf(service.incarnations, name)
    const then = numberOf(spec.incarnations ?? {}, name)
    if (now === 0) return [`environment "${name}" is gone`]
    // Traffic kept without incarnations says nothing about what ran there.
    return then === 0 || then === now ? [] : [`"${name}.${then}" is gone`]
  })
  return [...moved, ...withoutEndpoints(service, spec.weights)]
}

function whatIsThere({ spec, incarnations }: StoredOf<'Service'>): string {
  const environments = spec.environments.map(
    ({ name, release, endpoints }) =>
      `${name}.${numberOf(incarnations, name)} (${release.version}, ${count(countOf(endpoints))})`,
  )
  return `${environments.length === 1 ? 'is' : 'are'} ${environments.join(', ')}`
}

const count = (endpoints: number): string => `${endpoints} ${endpoints === 1 ? 'endpoint' : 'endpoints'}`
