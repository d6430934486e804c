// What happens to a ramp: its next step, its end by another change, and what may not change under it.
import type { Problem, Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import type { Plan } from '../../model/index.ts'
import { contentOf } from '../../model/index.ts'
import { step } from '../machine.ts'
import type { Push } from '../push-state.ts'
import { isRamping } from '../push-state.ts'
import { rampText } from '../ramp.ts'
import { beforeKeys, pushName, pushValue } from '../records.ts'
import { touchedGroups } from '../touched-groups.ts'
import { commitStep, pendingRoutes, planGroups, preparingBut } from './commit-step.ts'
import { drive, mayBegin } from './drive.ts'
import type { Engine } from './engine.ts'
import { nowOf, numberAfter } from './engine.ts'
import { rampTraffic } from './ramped-world.ts'
import { restandOthers } from './restand-others.ts'

/** Lets ramps take their next step whose time has come, when their groups are free. */
export function stepRamps(engine: Engine): void {
  for (const push of [...engine.pushes.values()]) {
    if (push.step.kind !== 'ramping' || engine.clock.mono() < push.step.dueAt) continue
    if (mayBegin(engine, push)) drive(engine, push.id, { kind: 'due' })
  }
}

/** Commits the next step of a ramp: generations with its shares, and how far it is. */
export async function stepRamp(engine: Engine, id: string): Promise<void> {
  const push = engine.pushes.get(id)
  const running = engine.running.get(id)
  const { ramp } = push ?? {}
  if (push?.step.kind !== 'stepping' || running === undefined || ramp === undefined) return
  const view = engine.store.view()
  const at = { step: ramp.step + 1, steps: ramp.steps }
  const next = rampTraffic(view.applied, push.objects, running.before, at)
  const others = preparingBut(engine)
  const pending = pendingRoutes(view.heads, others)
  const touched = touchedGroups({ before: view.applied, after: view.applied, pending }, push.objects)
  const plans = planGroups(engine, {
    groups: new Set([...touched, ...push.groups.keys()]),
    applied: view.applied,
    heads: view.heads,
    preparing: others,
    cause: `${pushName(id)} ${rampText(at)} switched`,
    ramps: { without: [id], also: next === undefined ? [] : [next] },
  })
  if (!plans.ok) return drive(engine, id, { kind: 'cannotStep', why: plans.error.message })
  const switched = new Map(
    [...push.groups.keys()].map((group) => [group, numberAfter(engine, plans.value, group)]),
  )
  const event = { kind: 'stepped' as const, switched }
  const [preview] = step(push, event, nowOf(engine), engine.timeouts)
  const put = [{ table: 'push' as const, key: id, value: pushValue(preview) }]
  const committed = await commitStep(engine, { records: { put } }, plans.value, { touched: [] })
  if (!committed.ok) return
  drive(engine, id, event)
  restandOthers(engine, plans.value, id)
}

/**
 * Ends ramps that another change overtakes: what they have reached becomes what is applied, in a revision of its own, so that
 * the next change starts from where the traffic is, and goes back there.
 */
export async function holdRamps(
  engine: Engine,
  ramps: readonly Push[],
  by: string,
): Promise<Result<void, Problem>> {
  for (const push of ramps) {
    const view = engine.store.view()
    const { ramp, id } = push
    if (ramp === undefined) continue
    const reached = rampTraffic(view.applied, push.objects, engine.running.get(id)?.before, ramp)
    if (reached === undefined) continue
    const [key, traffic] = reached
    const event = { kind: 'overtaken' as const, by }
    const [preview] = step(push, event, nowOf(engine), engine.timeouts)
    const committed = await commitStep(
      engine,
      {
        revision: {
          actor: pushName(id),
          reason: `overtaken by ${by} at ${rampText(ramp)}`,
          verb: 'hold',
          push: id,
          puts: [contentOf(traffic)],
          deletes: [],
        },
        applied: [{ key, to: 'head' }],
        records: {
          put: [{ table: 'push', key: id, value: pushValue(preview) }],
          delete: beforeKeys(view.records('push'), id).map((row) => ({ table: 'push' as const, key: row })),
        },
      },
      [],
      { touched: [] },
    )
    if (!committed.ok) return committed
    drive(engine, id, event)
  }
  return ok(undefined)
}

/** A release under traffic that a ramp still serves must not change: it would get what the ramp takes away. */
export function keepsRamps(engine: Engine, plan: Plan): Result<void, Problem> {
  const { heads } = engine.store.view()
  for (const push of engine.pushes.values()) {
    if (push.ramp === undefined || !isRamping(push)) continue
    for (const put of plan.puts) {
      if (put.kind !== 'Service') continue
      const key = `${put.namespace}/Traffic/${put.name}`
      const from = engine.running.get(push.id)?.before?.get(key)
      const now = heads.get(`${put.namespace}/Service/${put.name}`)
      if (!push.objects.includes(key) || from?.kind !== 'Traffic' || now?.kind !== 'Service') continue
      const lost = Object.keys(from.spec.weights).find(
        (name) => put.incarnations[name] !== now.incarnations[name],
      )
      if (lost === undefined) continue
      const message = `${pushName(push.id)} (${rampText(push.ramp)}) still sends traffic to "${lost}", whose release this would change: send it again when it has ended, or abort it`
      return err({ kind: 'precondition', message })
    }
  }
  return ok(undefined)
}
