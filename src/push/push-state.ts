// One push in memory: what it is, and the step it is in. The step is a union with its own data; only `machine.ts` makes
// one from another.
import type { BarrierCount } from '../fleet/index.ts'
import type { GroupKey, ObjectKey } from '../model/index.ts'
import type { Ramp } from './ramp.ts'
import { isLastStep } from './ramp.ts'
import type { PushPhase, PushRecord } from './types.ts'

/** Deadlines and moments in ms of the monotonic clock. */
export type PushStep =
  /** Clusters of old and new are served; waiting until every proxy in scope holds them warm. */
  | { readonly kind: 'preparing'; readonly deadline: number }
  /** Every proxy is prepared; waiting for its turn in its node groups. */
  | { readonly kind: 'prepared'; readonly deadline: number }
  /** The decision is on its way to disk. `refused`: a proxy refused meanwhile. */
  | { readonly kind: 'deciding'; readonly refused?: string }
  /** Decided, durable, published; waiting until every proxy in scope has taken the routes. */
  | { readonly kind: 'switching'; readonly deadline: number; readonly toldAt: number }
  /** Every proxy in scope has the present step of the ramp; waiting for the time of the next. */
  | { readonly kind: 'ramping'; readonly dueAt: number }
  /** The next step of the ramp is on its way to disk. `refused`: a proxy refused, or somebody aborted, meanwhile. */
  | { readonly kind: 'stepping'; readonly refused?: string }
  /** Nothing moved; the compensating revision is on its way to disk. */
  | { readonly kind: 'aborting'; readonly why: string }
  /** Some may have switched; the revision that takes it back is on its way to disk. */
  | { readonly kind: 'takingBack'; readonly why: string }
  /** Taken back, durable, published; waiting until every proxy in reach has the old routes again. */
  | { readonly kind: 'reverting'; readonly deadline: number; readonly toldAt: number; readonly why: string }
  | { readonly kind: 'ended'; readonly phase: EndPhase }

export type EndPhase = Extract<PushPhase, 'done' | 'aborted' | 'reverted' | 'split' | 'overtaken'>

/** How a push stands in one node group. Generations; `count` is of the barrier of the present step. */
export interface PushGroupState {
  readonly group: GroupKey
  /** Newest generation before the push; 0: there was none. */
  readonly before: number
  readonly prepared?: number
  readonly switched?: number
  readonly reverted?: number
  readonly nodes: number
  readonly preparedNodes: number
  readonly switchedNodes: number
  readonly count?: BarrierCount
}

export interface Refused {
  readonly node: string
  readonly type: string
  /** Names that the refusal may mean; empty: cannot be told. */
  readonly resources: readonly string[]
  readonly detail: string
}

export interface Push {
  readonly id: string
  /** Order of the pushes. */
  readonly number: number
  readonly revision: number
  readonly verb: string
  readonly actor: string
  readonly reason: string
  /** Objects whose applied pointers it moves; no two running pushes share one. */
  readonly objects: readonly ObjectKey[]
  /** Wall clock. */
  readonly startedAt: number
  /** Monotonic: the command's arrival. After a restart of ours: that start. */
  readonly arrivedAt: number
  readonly step: PushStep
  readonly groups: ReadonlyMap<GroupKey, PushGroupState>
  readonly timings: PushRecord['timings']
  /** Its weights move in steps. */
  readonly ramp?: Ramp
  readonly refusals: readonly Refused[]
  readonly verdict?: string
  readonly compensatedBy?: number
  readonly endedAt?: number
}

/** Before its decision: it has moved nothing yet, and its objects' heads are ahead of what is applied. */
export const isUndecided = (push: Push): boolean =>
  push.step.kind === 'preparing' ||
  push.step.kind === 'prepared' ||
  push.step.kind === 'deciding' ||
  push.step.kind === 'aborting'

/** In the middle of a switch: no other push of the same node group may begin one. */
export const isSwitching = (push: Push): boolean =>
  push.step.kind === 'deciding' ||
  push.step.kind === 'switching' ||
  push.step.kind === 'stepping' ||
  push.step.kind === 'takingBack' ||
  push.step.kind === 'reverting'

/** Decided, and what is served is on the way there: until the last step, or the commit that takes it back. */
export const isRamping = ({ ramp, step: { kind } }: Push): boolean =>
  !isLastStep(ramp) &&
  (kind === 'switching' || kind === 'ramping' || kind === 'stepping' || kind === 'takingBack')

export const isRunning = (push: Push): boolean => push.step.kind !== 'ended'

/** The phase as the world sees it: what is not durable yet is not said. */
export function phaseOf(step: PushStep): PushPhase {
  switch (step.kind) {
    case 'aborting':
      return 'preparing'
    case 'deciding':
      return 'prepared'
    case 'takingBack':
    case 'ramping':
    case 'stepping':
      return 'switching'
    case 'ended':
      return step.phase
    default:
      return step.kind
  }
}
