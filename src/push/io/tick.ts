// What only time brings: deadlines of pushes, retirements that are due, generations that are closed, records of the
// inventory. Looks at little when nothing is under way.

import { onlyLane } from '../../channel/index.ts'
import { heldBackBy, heldUpBy, isClosed, outOfReach } from '../../fleet/index.ts'
import type { GroupKey } from '../../model/index.ts'
import { serviceOf } from '../push-events.ts'
import type { Push } from '../push-state.ts'
import { isSwitching } from '../push-state.ts'
import { advance } from '../retirement.ts'
import { commitStep, planGroups, preparingBut } from './commit-step.ts'
import { drive } from './drive.ts'
import type { Engine } from './engine.ts'
import { hasGroup, keptOf, nowOf } from './engine.ts'
import { tellHeldUp } from './held-up.ts'
import { writeInventory } from './inventory.ts'
import { stepRamps } from './ramps.ts'
import { restandOthers } from './restand-others.ts'
import { lookAgain, tellFleet } from './streams.ts'

/** One look at everything that time moves. */
export function tick(engine: Engine): void {
  tellFleet(engine, { kind: 'tick' })
  if (engine.pushes.size > 0) lookAgain(engine)
  tellHeldUp(engine)
  const isReady = engine.phase === 'ready'
  for (const push of [...engine.pushes.values()]) if (isReady || isSwitching(push)) passDeadline(engine, push)
  if (engine.store.condition().kind !== 'writable') return
  if (isReady) stepRamps(engine)
  if (isReady) retire(engine)
  closeGenerations(engine, engine.timeouts.closeAfterMs)
  writeInventory(engine)
}

function passDeadline(engine: Engine, push: Push): void {
  const { step } = push
  if (!('deadline' in step) || engine.clock.mono() < step.deadline) return
  const barriers = [...(engine.running.get(push.id)?.barriers.values() ?? [])]
  const isSilent = barriers.some(({ tally }) => tally.silent > 0)
  const held = barriers.flatMap((barrier) =>
    step.kind === 'preparing' || isSilent ? heldUpBy(barrier) : outOfReach(barrier),
  )
  drive(engine, push.id, { kind: 'deadline', held })
}

/** Moves retirements on; what is over goes in a generation of its own, and never in the middle of a switch. */
function retire(engine: Engine): void {
  const now = nowOf(engine)
  const due = new Map<GroupKey, Map<string, string>>()
  for (const [group, retirements] of engine.retirements) {
    if (retirements.size === 0 || !hasGroup(engine.store.view().applied, group)) continue
    if ([...engine.pushes.values()].some((push) => isSwitching(push) && push.groups.has(group))) continue
    const held = new Map<number, readonly string[]>()
    for (const retirement of retirements.values()) {
      const { left } = retirement
      const nodes = held.get(left) ?? heldBackBy(engine.fleet, group, left, now)
      held.set(left, nodes)
      // In-flight requests are counted once load reports are read.
      const outcome = advance(retirement, { heldBackBy: nodes, inFlight: 'unwatched' }, now, engine.timeouts)
      if (outcome.kind === 'waits') retirements.set(retirement.name, outcome.retirement)
      else due.set(group, (due.get(group) ?? new Map()).set(retirement.name, outcome.why))
    }
  }
  if (due.size === 0 || engine.retiring) return
  engine.retiring = true
  void engine.serial.run(() => remove(engine, due))
}

async function remove(
  engine: Engine,
  due: ReadonlyMap<GroupKey, ReadonlyMap<string, string>>,
): Promise<void> {
  engine.retiring = false
  const view = engine.store.view()
  const removing = new Map([...due].map(([group, names]) => [group, new Set(names.keys())]))
  const plans = planGroups(engine, {
    groups: due.keys(),
    applied: view.applied,
    heads: view.heads,
    preparing: preparingBut(engine),
    cause: `retire ${[...due.values()]
      .flatMap((names) => [...names.keys()])
      .slice(0, 3)
      .join(', ')}`,
    removing,
    leaveInvalid: true,
  })
  if (!plans.ok) return
  const committed = await commitStep(engine, {}, plans.value, { touched: [] })
  if (!committed.ok) return
  for (const [group, names] of due) {
    for (const [name, why] of names) {
      engine.log.info({ event: 'retirement_over', group, name, why })
      const isLate = why.startsWith('deadline')
      engine.onEvent({
        name: isLate ? 'retirement_overdue' : 'retirement_over',
        attributes: { group, name, why, ...serviceOf(name) },
      })
    }
  }
  restandOthers(engine, plans.value, undefined)
}

/** Writes down which newest generations everybody holds, after so much quiet, and says so. */
export function closeGenerations(engine: Engine, quietMs: number): void {
  const now = nowOf(engine)
  const closed: { readonly group: GroupKey; readonly generation: number }[] = []
  for (const [group, since] of engine.unclosed) {
    const newest = keptOf(engine, group).at(-1)
    if (newest === undefined || now.mono - since < quietMs) continue
    if (!isClosed(engine.fleet, group, newest.number, now)) continue
    engine.unclosed.delete(group)
    closed.push({ group, generation: newest.number })
  }
  if (closed.length === 0) return
  void engine.serial.run(async () => {
    const put = closed.map((each) => ({ table: 'closed' as const, key: each.group, value: each }))
    const written = await engine.store.commit({ records: { put } })
    if (!written.ok) return engine.log.error({ event: 'store_refused', problem: written.error })
    for (const { group, generation } of closed) {
      engine.decider.send({ kind: 'closed', group, lane: onlyLane, generation })
    }
  })
}
