// The push machine: what happens to one push, and what has to be done about it.
//
//                      all prepared            turn             decided
//   ┌─► preparing ────────────────► prepared ───────► deciding ─────────► switching ──┬─ all there ───────► done
//   │      │   ▲                       │  │               │                  │        └─ some out of reach ► split
//   │      │   └── a node came ────────┘  │               │ cannot           │ refused, silent, abort
//   │      │ refused, time-out, abort     │               ▼                  ▼
//   │      └─────────────► aborting ◄─────┴───────────────┘              takingBack
//   │                         │ taken back                                   │ taken back
//   │                         ▼                                              ▼
//   │                      aborted (nothing moved)                       reverting ──┬─ all there ► reverted
//   │                                                                                └─ some not ─► split
//   └── start (what needs no prepare starts in switching)           any but `ended` ── overtaken ─► overtaken
//
//   from        event                         to           what is done
//   preparing   counted: all open             prepared     ask for the turn
//   preparing   deadline, refused, abort      aborting     commit: put the heads back
//   prepared    counted: not open             preparing
//   prepared    turn                          deciding     commit: applied, generations; then publish
//   prepared    refused, abort                aborting     commit: put the heads back
//   deciding    decided                       switching    (or takingBack, if refused meanwhile)
//   deciding    undecided                     preparing    a node came in, or the turn was lost
//   deciding    impossible                    aborting     another push made its world invalid
//   switching   counted: all open             done, split  commit: the record
//   switching   counted: all open, and a step of the ramp is left ─► ramping (the same when only absent are left)
//   ramping     due                       stepping     commit: the next generation; then publish
//   ramping     refused, abort            takingBack   commit: what was before; then publish
//   stepping    stepped                   switching    (or takingBack, if refused or aborted meanwhile, or it cannot)
//   switching   deadline, only absent left    split        commit: the record
//   switching   deadline, refused, abort      takingBack   commit: what was before; then publish
//   aborting    takenBack                     aborted
//   takingBack  takenBack                     reverting
//   reverting   counted: all open, deadline   reverted, split
//
// Every commit is durable before its first byte leaves. A step whose commit is under way (deciding, aborting,
// takingBack) is shown as the step before, and after a crash it is that step.
import { assertNever, invariant, limits } from '../base/index.ts'
import type { BarrierCount } from '../fleet/index.ts'
import type { GroupKey } from '../model/index.ts'
import type { Moment } from './push-counts.ts'
import { generationsOf, sum, withCounts } from './push-counts.ts'
import type { EndPhase, Push, PushStep, Refused } from './push-state.ts'
import { isUndecided } from './push-state.ts'
import type { Ramp } from './ramp.ts'
import { isLastStep, stepMs } from './ramp.ts'

/** Milliseconds. */
export interface PushTimeouts {
  readonly prepareMs: number
  readonly switchMs: number
}

export type PushEvent =
  /** The barriers of the present step stand so, in these groups. `absent`: who is out of reach, once nobody is waited for. */
  | {
      readonly kind: 'counted'
      readonly counts: ReadonlyMap<GroupKey, BarrierCount>
      readonly absent?: readonly string[]
    }
  /** A proxy refused something that this push changed for it. */
  | { readonly kind: 'refused'; readonly refused: Refused }
  /** Its deadline has passed. `held`: who holds it up. */
  | { readonly kind: 'deadline'; readonly held: readonly string[] }
  | { readonly kind: 'turn' }
  /** The decision is durable. Generations by group that the routes are in. */
  | {
      readonly kind: 'decided'
      readonly switched: ReadonlyMap<GroupKey, number>
      readonly flushMs: number
      readonly verdict?: string
    }
  /** The time of the ramp's next step has come, and its groups are free. */
  | { readonly kind: 'due' }
  /** The next step is durable. Generations by group that its routes are in. */
  | { readonly kind: 'stepped'; readonly switched: ReadonlyMap<GroupKey, number> }
  | { readonly kind: 'cannotStep'; readonly why: string }
  | { readonly kind: 'undecided' }
  | { readonly kind: 'impossible'; readonly why: string }
  | {
      readonly kind: 'takenBack'
      readonly revision: number | undefined
      readonly generations: ReadonlyMap<GroupKey, number>
    }
  | { readonly kind: 'abort'; readonly actor: string; readonly reason: string }
  | { readonly kind: 'overtaken'; readonly by: string }

export type PushEffect =
  /** Prepared: may it begin? */
  | { readonly kind: 'askTurn' }
  | { readonly kind: 'commit'; readonly what: 'decision' | 'step' | 'compensation' | 'record' }

type Outcome = readonly [Push, readonly PushEffect[]]

/** One event in one push; events that come too late for its step change nothing. */
export function step(push: Push, event: PushEvent, now: Moment, timeouts: PushTimeouts): Outcome {
  switch (event.kind) {
    case 'counted':
      return counted(withCounts(push, event.counts, now), outOfReach(event.absent ?? []), now, timeouts)
    case 'refused':
      return refused(push, event.refused)
    case 'deadline':
      return deadline(push, event.held, now, timeouts)
    case 'turn':
      return push.step.kind === 'prepared' ? becomeDeciding(push) : unchanged(push)
    case 'decided':
      return becomeSwitching(push, event, now, timeouts)
    case 'due':
      return push.step.kind === 'ramping' ? becomeStepping(push) : unchanged(push)
    case 'stepped':
      return push.step.kind === 'stepping' ? becomeStepped(push, event, now, timeouts) : unchanged(push)
    case 'cannotStep':
      return push.step.kind === 'stepping' ? becomeTakingBack(push, event.why) : unchanged(push)
    case 'undecided':
      return push.step.kind === 'deciding' ? becomePreparing(push, now, timeouts) : unchanged(push)
    case 'impossible':
      return isUndecided(push) && push.step.kind !== 'aborting'
        ? becomeAborting(push, event.why)
        : unchanged(push)
    case 'takenBack':
      return takenBack(push, event, now, timeouts)
    case 'abort':
      return abort(push, `aborted by ${event.actor}${event.reason === '' ? '' : `: ${event.reason}`}`)
    case 'overtaken':
      return push.step.kind === 'ended'
        ? unchanged(push)
        : [ended(push, 'overtaken', `overtaken by ${event.by}`, now), []]
    default:
      return assertNever(event)
  }
}

function counted(push: Push, absent: string, now: Moment, timeouts: PushTimeouts): Outcome {
  const open = [...push.groups.values()].every(({ count }) => count?.open === true)
  switch (push.step.kind) {
    case 'preparing':
      return open ? becomePrepared(push, now) : unchanged(push)
    case 'prepared':
      return open ? unchanged(push) : becomePreparing(push, now, timeouts)
    case 'switching':
      if (!open) return unchanged(push)
      return push.ramp === undefined || isLastStep(push.ramp)
        ? becomeArrived(push, absent, now)
        : becomeRamping(push, push.ramp, now)
    case 'reverting':
      return open ? becomeReverted(push, absent, now) : unchanged(push)
    case 'deciding':
    case 'ramping':
    case 'stepping':
    case 'aborting':
    case 'takingBack':
    case 'ended':
      return unchanged(push)
    default:
      return assertNever(push.step)
  }
}

function refused(push: Push, refusal: Refused): Outcome {
  const known = push.refusals.length < limits.nodesNamed ? [...push.refusals, refusal] : push.refusals
  const told = { ...push, refusals: known }
  const why = `${refusal.node} refused: ${refusal.detail}`
  switch (push.step.kind) {
    case 'preparing':
    case 'prepared':
      return becomeAborting(told, why)
    case 'deciding':
      return [{ ...told, step: { kind: 'deciding', refused: push.step.refused ?? why } }, []]
    case 'stepping':
      return [{ ...told, step: { kind: 'stepping', refused: push.step.refused ?? why } }, []]
    case 'switching':
    case 'ramping':
      return becomeTakingBack(told, why)
    case 'aborting':
    case 'takingBack':
    case 'reverting':
      return [told, []]
    case 'ended':
      return unchanged(push)
    default:
      return assertNever(push.step)
  }
}

function deadline(push: Push, held: readonly string[], now: Moment, timeouts: PushTimeouts): Outcome {
  const by = held.length === 0 ? '' : `: ${held.join('; ')}`
  switch (push.step.kind) {
    case 'preparing':
      return now.mono < push.step.deadline
        ? unchanged(push)
        : becomeAborting(push, `not prepared within ${timeouts.prepareMs} ms${by}`)
    case 'switching':
      if (now.mono < push.step.deadline) return unchanged(push)
      // Who is away gets the step that the ramp has reached when it is back.
      if (push.ramp !== undefined && !isLastStep(push.ramp) && sum(push, 'silent') === 0)
        return becomeRamping(push, push.ramp, now)
      return sum(push, 'silent') > 0
        ? becomeTakingBack(push, `no answer within ${timeouts.switchMs} ms${by}`)
        : becomeSplit(push, `out of reach${by}`, now)
    case 'reverting':
      return now.mono < push.step.deadline
        ? unchanged(push)
        : becomeSplit(push, `${push.step.why}; taken back, not confirmed${by}`, now)
    default:
      return unchanged(push)
  }
}

function abort(push: Push, why: string): Outcome {
  switch (push.step.kind) {
    case 'preparing':
    case 'prepared':
      return becomeAborting(push, why)
    case 'switching':
    case 'ramping':
      return becomeTakingBack(push, why)
    case 'stepping':
      return [{ ...push, step: { kind: 'stepping', refused: push.step.refused ?? why } }, []]
    default:
      return unchanged(push)
  }
}

function takenBack(
  push: Push,
  event: Extract<PushEvent, { kind: 'takenBack' }>,
  now: Moment,
  timeouts: PushTimeouts,
): Outcome {
  const told = event.revision === undefined ? push : { ...push, compensatedBy: event.revision }
  if (push.step.kind === 'aborting') return [ended(told, 'aborted', push.step.why, now), []]
  if (push.step.kind === 'takingBack') return becomeReverting(told, event.generations, now, timeouts)
  return unchanged(push)
}

// One function per transition; each refuses an impossible source, because that is a bug.

/** Back to preparing: a node that is not prepared came into scope, with the whole time-out before it. */
function becomePreparing(push: Push, now: Moment, timeouts: PushTimeouts): Outcome {
  const from = allow(push, 'prepared', 'deciding')
  if (from.kind === 'deciding' && from.refused !== undefined) return becomeAborting(push, from.refused)
  const before = from.kind === 'prepared' ? from.deadline : now.mono
  const deadline = Math.max(before, now.mono + timeouts.prepareMs)
  return [{ ...push, step: { kind: 'preparing', deadline } }, []]
}

function becomePrepared(push: Push, now: Moment): Outcome {
  const { deadline } = allow(push, 'preparing')
  const timings = { ...push.timings, preparedMs: now.mono - push.arrivedAt }
  return [{ ...push, timings, step: { kind: 'prepared', deadline } }, [{ kind: 'askTurn' }]]
}

function becomeDeciding(push: Push): Outcome {
  allow(push, 'prepared')
  return [{ ...push, step: { kind: 'deciding' } }, [{ kind: 'commit', what: 'decision' }]]
}

function becomeSwitching(
  push: Push,
  event: Extract<PushEvent, { kind: 'decided' }>,
  now: Moment,
  timeouts: PushTimeouts,
): Outcome {
  const from = allow(push, 'deciding')
  const { flushMs = 0 } = push.timings
  const switching: Push = {
    ...push,
    step: { kind: 'switching', deadline: now.mono + timeouts.switchMs, toldAt: now.mono },
    groups: generationsOf(push, 'switched', event.switched),
    timings: { ...push.timings, decidedMs: now.mono - push.arrivedAt, flushMs: flushMs + event.flushMs },
    ...(event.verdict === undefined ? {} : { verdict: event.verdict }),
  }
  return from.refused === undefined ? [switching, []] : becomeTakingBack(switching, from.refused)
}

/** Everybody has this step of the ramp. */
function becomeRamping(push: Push, ramp: Ramp, now: Moment): Outcome {
  const { toldAt } = allow(push, 'switching')
  // After a restart proxies count as told later than now.
  const dueAt = Math.min(toldAt, now.mono) + stepMs(ramp)
  return [{ ...push, step: { kind: 'ramping', dueAt } }, []]
}

function becomeStepping(push: Push): Outcome {
  allow(push, 'ramping')
  return [{ ...push, step: { kind: 'stepping' } }, [{ kind: 'commit', what: 'step' }]]
}

function becomeStepped(
  push: Push,
  { switched }: Extract<PushEvent, { kind: 'stepped' }>,
  now: Moment,
  timeouts: PushTimeouts,
): Outcome {
  const from = allow(push, 'stepping')
  const { ramp } = push
  invariant(ramp !== undefined, `push ${push.id} has a ramp to step on`)
  const stepped: Push = {
    ...push,
    ramp: { ...ramp, step: ramp.step + 1 },
    step: { kind: 'switching', deadline: now.mono + timeouts.switchMs, toldAt: now.mono },
    groups: generationsOf(push, 'switched', switched),
  }
  return from.refused === undefined ? [stepped, []] : becomeTakingBack(stepped, from.refused)
}

/** Nobody is waited for any more: done, or split if some are out of reach. */
function becomeArrived(push: Push, absent: string, now: Moment): Outcome {
  allow(push, 'switching')
  if (sum(push, 'gone') > 0) return becomeSplit(push, absent, now)
  return [ended(push, 'done', push.verdict, now), [{ kind: 'commit', what: 'record' }]]
}

function becomeSplit(push: Push, why: string, now: Moment): Outcome {
  const from = allow(push, 'switching', 'reverting')
  const arrived = sum(push, 'there') + sum(push, 'apart')
  const nodes = sum(push, 'nodes')
  const verdict = from.kind === 'switching' ? `split ${arrived} of ${nodes}: ${why}` : why
  return [ended(push, 'split', verdict, now), [{ kind: 'commit', what: 'record' }]]
}

function becomeAborting(push: Push, why: string): Outcome {
  allow(push, 'preparing', 'prepared', 'deciding')
  return [
    { ...push, step: { kind: 'aborting', why }, verdict: why },
    [{ kind: 'commit', what: 'compensation' }],
  ]
}

function becomeTakingBack(push: Push, why: string): Outcome {
  allow(push, 'switching', 'ramping', 'stepping')
  return [
    { ...push, step: { kind: 'takingBack', why }, verdict: why },
    [{ kind: 'commit', what: 'compensation' }],
  ]
}

function becomeReverting(
  push: Push,
  generations: ReadonlyMap<GroupKey, number>,
  now: Moment,
  timeouts: PushTimeouts,
): Outcome {
  const { why } = allow(push, 'takingBack')
  const step: PushStep = { kind: 'reverting', deadline: now.mono + timeouts.switchMs, toldAt: now.mono, why }
  return [{ ...push, step, groups: generationsOf(push, 'reverted', generations) }, []]
}

/** Everybody in reach has the old routes again; those out of reach are named: they get them at first contact. */
function becomeReverted(push: Push, absent: string, now: Moment): Outcome {
  const { why } = allow(push, 'reverting')
  const verdict = sum(push, 'gone') > 0 ? `${why}; ${absent}` : why
  return [ended(push, 'reverted', verdict, now), [{ kind: 'commit', what: 'record' }]]
}

const outOfReach = (names: readonly string[]): string =>
  names.length === 0 ? 'out of reach' : `out of reach: ${names.join(', ')}`

function ended(push: Push, phase: EndPhase, verdict: string | undefined, now: Moment): Push {
  invariant(push.step.kind !== 'ended', `push ${push.id} ends once`)
  return {
    ...push,
    step: { kind: 'ended', phase },
    endedAt: now.wall,
    ...(verdict === undefined ? {} : { verdict }),
  }
}

/** The step, if it is one of these; anything else is a bug. */
function allow<K extends PushStep['kind']>(push: Push, ...kinds: K[]): Extract<PushStep, { kind: K }> {
  const found = push.step
  invariant(
    isOneOf(found, kinds),
    `push ${push.id} cannot go on from ${found.kind}, only from ${kinds.join(', ')}`,
  )
  return found
}

const isOneOf = <K extends PushStep['kind']>(
  step: PushStep,
  kinds: readonly K[],
): step is Extract<PushStep, { kind: K }> => kinds.some((kind) => kind === step.kind)

const unchanged = (push: Push): Outcome => [push, []]
