// One event through the push machine, and what follows from it: barriers of the new step, watchers, turns, commits.
import { assertNever, limits } from '../../base/index.ts'
import type { PushEffect, PushEvent } from '../machine.ts'
import { step } from '../machine.ts'
import { phaseEvent } from '../push-events.ts'
import type { Push } from '../push-state.ts'
import { isRunning, isSwitching, phaseOf } from '../push-state.ts'
import { recordOf } from '../records.ts'
import type { PushRecord } from '../types.ts'
import { absentOf, countsOf, holdsUp, standBarriers } from './barriers.ts'
import type { Engine } from './engine.ts'
import { nowOf } from './engine.ts'
import { traceStep } from './push-spans.ts'

/** Folds an event into a push that is not over; does what follows. */
export function drive(engine: Engine, id: string, event: PushEvent): void {
  const push = engine.pushes.get(id)
  if (push === undefined) return
  const [next, effects] = step(push, event, nowOf(engine), engine.timeouts)
  if (next === push) return
  engine.pushes.set(id, next)
  const isNewStep = next.step.kind !== push.step.kind
  if (isNewStep) {
    traceStep(engine, next)
    entered(engine, push, next)
  } else if (engine.watchers.wanted(id)) engine.watchers.tell(currentRecord(engine, next))
  for (const effect of effects) perform(engine, next, effect)
  if (isNewStep && (next.step.kind === 'switching' || next.step.kind === 'reverting')) restand(engine, id)
}

/** Makes the barriers of a push anew, and weighs them. */
export function restand(engine: Engine, id: string): void {
  const push = engine.pushes.get(id)
  const running = engine.running.get(id)
  if (push === undefined || running === undefined || !isRunning(push)) return
  const why = standBarriers(engine, push, running)
  if (why === undefined) recount(engine, id)
  else drive(engine, id, { kind: 'impossible', why })
}

/** Tells the push how its barriers stand. */
export function recount(engine: Engine, id: string): void {
  const running = engine.running.get(id)
  if (running === undefined) return
  drive(engine, id, { kind: 'counted', counts: countsOf(running), absent: absentOf(running) })
}

/** The record of a push as it is now. */
export const currentRecord = (engine: Engine, push: Push): PushRecord =>
  recordOf(push, (group) => holdsUp(engine, push, group))

/** Takes a push in that begins, or goes on after a restart. Its barriers are still to be made. */
export function admit(engine: Engine, push: Push): void {
  engine.pushes.set(push.id, push)
  engine.running.set(push.id, { barriers: new Map(), needs: new Map(), before: undefined, scope: undefined })
}

/** Lets prepared pushes begin whose groups are free; a rollback waits for nobody. */
function giveTurns(engine: Engine): void {
  for (const push of [...engine.pushes.values()]) {
    if (push.step.kind === 'prepared' && mayBegin(engine, push)) drive(engine, push.id, { kind: 'turn' })
  }
}

/** Whether no other push is in the middle of a switch in any of these groups, and we are not about to stop. */
export const mayBegin = (engine: Engine, push: Pick<Push, 'id' | 'verb' | 'groups'>): boolean =>
  engine.phase === 'ready' &&
  (push.verb === 'rollback' ||
    ![...engine.pushes.values()].some(
      (other) =>
        other.id !== push.id &&
        isSwitching(other) &&
        [...push.groups.keys()].some((group) => other.groups.has(group)),
    ))

function entered(engine: Engine, before: Push, next: Push): void {
  const from = phaseOf(before.step)
  const phase = phaseOf(next.step)
  const record = currentRecord(engine, next)
  if (!isRunning(next)) retire(engine, next, record)
  if (phase !== from) {
    const fields = {
      push: next.id,
      phase,
      revision: next.revision,
      verb: next.verb,
      ...(next.verdict === undefined ? {} : { verdict: next.verdict }),
    }
    engine.log.info({ event: 'push_phase', ...fields, timings: next.timings })
    engine.onEvent(phaseEvent(record))
  }
  engine.watchers.tell(record)
  // Somebody may have waited for this one to leave its groups.
  if (isSwitching(before) && !isSwitching(next)) queueMicrotask(() => giveTurns(engine))
}

function retire(engine: Engine, push: Push, record: PushRecord): void {
  engine.pushes.delete(push.id)
  engine.running.delete(push.id)
  engine.ended.set(push.id, record)
  if (engine.ended.size > limits.pushesKept) {
    const [oldest] = engine.ended.keys()
    if (oldest !== undefined) engine.ended.delete(oldest)
  }
}

function perform(engine: Engine, push: Push, effect: PushEffect): void {
  switch (effect.kind) {
    case 'askTurn':
      if (mayBegin(engine, push)) drive(engine, push.id, { kind: 'turn' })
      return
    case 'commit':
      void engine.serial
        .run(() => engine.commit(push, effect.what))
        .catch((cause: unknown) => {
          engine.log.error({ event: 'push_step_failed', push: push.id, step: effect.what, err: cause })
          throw cause
        })
      return
    default:
      assertNever(effect)
  }
}
