// Says who holds a push up, once for each of its phases, when it has waited for a while: whoever is on call wants the name before
// the deadline has it.
import { limits } from '../../base/index.ts'
import { pushFields } from '../push-events.ts'
import type { Push } from '../push-state.ts'
import { isRunning, phaseOf } from '../push-state.ts'
import { holdsUp } from './barriers.ts'
import type { Engine } from './engine.ts'

export function tellHeldUp(engine: Engine): void {
  for (const push of engine.pushes.values()) {
    const running = engine.running.get(push.id)
    const phase = phaseOf(push.step)
    if (running === undefined || running.heldUpIn === phase || !isRunning(push)) continue
    if (engine.clock.mono() - waitsSince(engine, push) < limits.pushHeldUpMs) continue
    const held = [...push.groups.keys()].flatMap((group) => holdsUp(engine, push, group))
    if (held.length === 0) continue
    running.heldUpIn = phase
    const heldUpBy = held.slice(0, limits.nodesNamed)
    engine.log.warn({ event: 'push_held_up', push: push.id, phase, heldUpBy })
    engine.onEvent({ name: 'push_held_up', attributes: { ...pushFields(push), phase, heldUpBy } })
  }
}

/** Monotonic ms: since when it is in its phase, as far as that is known. */
function waitsSince({ settleEnd }: Engine, { step, arrivedAt, timings }: Push): number {
  if ('toldAt' in step) return step.toldAt
  const prepared = step.kind === 'prepared' || step.kind === 'deciding' ? (timings.preparedMs ?? 0) : 0
  return Math.max(arrivedAt + prepared, settleEnd)
}
