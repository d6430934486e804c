// The decision of a push: applied pointers, the generations with its routes, and what to go back to, in one flush.
import { isOpen } from '../../fleet/index.ts'
import { step } from '../machine.ts'
import type { Push } from '../push-state.ts'
import type { Before } from '../records.ts'
import { beforeRows, pushName, pushValue } from '../records.ts'
import { touchedGroups } from '../touched-groups.ts'
import { scopeOf, standBarriers } from './barriers.ts'
import { commitStep, pendingRoutes, planGroups, preparingBut } from './commit-step.ts'
import { drive, recount } from './drive.ts'
import type { Engine } from './engine.ts'
import { nowOf, numberAfter, targetOf } from './engine.ts'
import { rampTraffic } from './ramped-world.ts'
import { restandOthers } from './restand-others.ts'
import { keepsWaysBack } from './ways-back.ts'

/** Decides a push whose turn it is, if every proxy is still prepared. */
export async function decide(engine: Engine, id: string): Promise<void> {
  const push = engine.pushes.get(id)
  const running = engine.running.get(id)
  if (push === undefined || running === undefined || push.step.kind !== 'deciding') return
  // The world may have moved since the barrier opened.
  const why = standBarriers(engine, push, running)
  if (why !== undefined) return drive(engine, id, { kind: 'impossible', why })
  if (![...running.barriers.values()].every(isOpen)) {
    drive(engine, id, { kind: 'undecided' })
    return recount(engine, id)
  }
  const view = engine.store.view()
  const target = targetOf(engine, push)
  const kept = keepsWaysBack(engine, { target, objects: push.objects, without: [id] })
  if (!kept.ok) return drive(engine, id, { kind: 'impossible', why: kept.error.message })
  const before: Before = new Map(push.objects.map((key) => [key, view.applied.get(key)]))
  const first = push.ramp === undefined ? undefined : rampTraffic(target, push.objects, before, push.ramp)
  const others = preparingBut(engine, id)
  const pending = pendingRoutes(view.heads, others)
  const touched = touchedGroups({ before: view.applied, after: target, pending }, push.objects)
  const plans = planGroups(engine, {
    groups: new Set([...touched, ...push.groups.keys()]),
    applied: target,
    heads: view.heads,
    preparing: others,
    cause: `${pushName(id)} switched`,
    ...(first === undefined ? {} : { ramps: { also: [first] } }),
  })
  if (!plans.ok) return drive(engine, id, { kind: 'impossible', why: plans.error.message })
  const switched = new Map(
    [...push.groups.keys()].map((group) => [group, numberAfter(engine, plans.value, group)]),
  )
  const [preview] = step(push, { kind: 'decided', switched, flushMs: 0 }, nowOf(engine), engine.timeouts)
  const committed = await commitStep(
    engine,
    {
      applied: push.objects.map((key) => ({ key, to: view.heads.has(key) ? 'head' : 'absent' })),
      records: {
        put: [
          { table: 'push', key: id, value: pushValue(preview) },
          ...beforeRows(id, before).map((row) => ({ table: 'push' as const, ...row })),
        ],
      },
    },
    plans.value,
    { target, touched },
  )
  if (!committed.ok) return
  decided(engine, push, before, switched, committed.value.flushMs)
  restandOthers(engine, plans.value, id)
}

/** After the commit: who was told, what to go back to, and on. */
export function decided(
  engine: Engine,
  push: Push,
  before: Before,
  switched: ReadonlyMap<string, number>,
  flushMs: number,
): void {
  const running = engine.running.get(push.id)
  if (running === undefined) return
  running.before = before
  running.scope = scopeOf(engine, push.groups.keys())
  const empty = [...running.scope].filter(([, nodes]) => nodes.size === 0).map(([group]) => group)
  const verdict = empty.length === 0 ? undefined : `no proxy known yet in ${empty.join(', ')}`
  drive(engine, push.id, {
    kind: 'decided',
    switched,
    flushMs,
    ...(verdict === undefined ? {} : { verdict }),
  })
}
