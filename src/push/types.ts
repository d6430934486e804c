// What a push is, to those who start, watch and store it.
import type { Problem, Result } from '../base/index.ts'
import type {
  GroupKey,
  LiveChange,
  Manifest,
  ObjectKey,
  SecretMaterial,
  ServiceEndpoints,
} from '../model/index.ts'
import type { Change } from '../store/index.ts'

export type PushPhase =
  | 'preparing'
  | 'prepared'
  | 'switching'
  | 'done'
  | 'aborted'
  | 'reverting'
  | 'reverted'
  | 'split'
  /** A newer push on the same objects took over. */
  | 'overtaken'

/** Phases after which nothing more happens. */
export const finalPhases: readonly PushPhase[] = ['done', 'aborted', 'reverted', 'split', 'overtaken']

/** Per group: which generations carry the push and how its nodes stand. */
export interface PushGroup {
  readonly group: GroupKey
  readonly before: number
  readonly prepared?: number
  readonly switched?: number
  /** Inventory in scope at the start. */
  readonly nodes: number
  readonly preparedNodes: number
  readonly switchedNodes: number
  /** Why it waits, capped at limits.nodesNamed: `edge-1: shop/checkout/green.4: no endpoints`. */
  readonly heldUpBy: readonly string[]
}

/** The record of a push: kept in the store, streamed to watchers. Times in ms since the epoch; durations in ms, monotonic. */
export interface PushRecord {
  readonly id: string
  readonly revision: number
  readonly verb: string
  readonly actor: string
  readonly reason: string
  readonly objects: readonly ObjectKey[]
  readonly phase: PushPhase
  readonly startedAt: number
  readonly endedAt?: number
  /** From the command's arrival: to durable, to prepared everywhere, to decided (durable), to the first and last switch ACK. */
  readonly timings: {
    readonly committedMs?: number
    readonly preparedMs?: number
    readonly decidedMs?: number
    readonly firstAckMs?: number
    readonly lastAckMs?: number
    /** Part of the above that was spent flushing to disk. */
    readonly flushMs?: number
  }
  readonly groups: readonly PushGroup[]
  /** `resources`: of those that the push changed, the ones that the proxy's text names, else all that it may mean (capped). */
  readonly refusals: readonly {
    readonly node: string
    readonly type: string
    readonly resources: readonly string[]
    readonly detail: string
  }[]
  /** One sentence: why it ended as it did. */
  readonly verdict?: string
  /** Its weights move in `steps` over `ms`; `step` of them have been taken. */
  readonly ramp?: { readonly ms: number; readonly steps: number; readonly step: number }
  /** Revision that took it back, if any. */
  readonly compensatedBy?: number
}

/** A change of intent as the admin API hands it over; checked, planned, committed and pushed by `Delivery.change`. */
export type ChangeCommand = {
  readonly actor: string
  readonly reason: string
  readonly requestId?: string
  readonly dryRun?: boolean
  /** Goes past the shrink guard and warnings that say so; never past validity. */
  readonly force?: boolean
} & (
  | {
      readonly verb: 'apply'
      readonly manifests: readonly Manifest[]
      readonly manager?: string
      readonly inPlace?: boolean
      /** Listeners in use may drain. */
      readonly allowDrain?: boolean
    }
  | {
      readonly verb: 'delete'
      readonly keys: readonly { readonly key: ObjectKey; readonly etag?: string }[]
      /** Listeners in use may drain. */
      readonly allowDrain?: boolean
    }
  | ({
      readonly verb: 'switch' | 'split' | 'cohort' | 'mirror' | 'set-traffic'
      readonly namespace: string
      readonly service: string
      readonly etag?: string
      readonly manager?: string
      /** Ms over which the weights move in steps; only of `switch` and `split`. */
      readonly ramp?: number
    } & LiveChange)
  | { readonly verb: 'rollback'; readonly namespace: string; readonly service: string }
  /** Puts back what a revision changed; `restore`: everything, of one namespace or all, as it was when the revision was newest. */
  | {
      readonly verb: 'undo' | 'restore'
      readonly revision: number
      /** Only of `restore`. */
      readonly namespace?: string
      readonly manager?: string
      readonly inPlace?: boolean
      /** Listeners in use may drain. */
      readonly allowDrain?: boolean
    }
  /** `reason` is the fence's text. */
  | { readonly verb: 'fence'; readonly namespace: string; readonly service: string }
  | {
      readonly verb: 'unfence'
      readonly namespace: string
      readonly service: string
      readonly fence: number
    }
)

/** Back to a stored generation while the store takes no changes. */
export interface ServeStoredCommand {
  readonly group: GroupKey
  /** Absent: the newest stored. */
  readonly generation?: number
  readonly actor: string
  readonly reason: string
}

/** `generation` is the number under which the content of generation `content` is served; not durable. */
export interface ServedStored {
  readonly group: GroupKey
  readonly generation: number
  readonly content: number
  /** Pushes that rest until the next start: `push/7`. */
  readonly resting: readonly string[]
}

/** What is seen now, where it differs from what was. Has no revision; undefined: nothing is known any more. */
export interface Observation {
  /** `namespace/service`. */
  readonly endpoints?: ReadonlyMap<string, ServiceEndpoints | undefined>
  /** By the files that Secrets name (`secretFilesKey`). */
  readonly secrets?: ReadonlyMap<string, SecretMaterial | undefined>
  /** Written with it, so that the last known survives a restart. */
  readonly records?: Change['records']
  /** Kept with the generations that it makes: `endpoints of shop/checkout`. */
  readonly cause: string
}

/** One object's difference, before and after. `effect` as Envoy answers it. */
export interface ObjectDiff {
  readonly key: ObjectKey
  readonly change: 'created' | 'changed' | 'deleted' | 'unchanged'
  readonly lines: readonly string[]
  readonly effect?: 'drains' | 'reconnects'
}

export interface ChangeAnswer {
  /** The committed revision; absent for a dry run or when nothing changed. */
  readonly revision?: number
  readonly push?: string
  readonly objects: readonly ObjectDiff[]
  /** `traffic unchanged: 90/10, set by deploy-bot in r41`. */
  readonly notes: readonly string[]
}

/** What the admin API needs of the delivery engine. */
export interface Delivery {
  /** Answers when durable. The push goes on; watch it by its id. */
  change(command: ChangeCommand): Promise<Result<ChangeAnswer, Problem>>
  push(id: string): PushRecord | undefined
  /** Newest first. */
  pushes(limit: number): readonly PushRecord[]
  /**
   * The record now and after every change until it is final (or the signal aborts). `undefined`: all pushes, without end.
   * `behind`: told when the watcher reads so slowly that it would miss a push, and the watch ends; without it, it misses it.
   */
  watchPushes(id: string | undefined, signal: AbortSignal, behind?: () => void): AsyncIterable<PushRecord>
  abort(id: string, actor: string, reason: string): Promise<Result<PushRecord, Problem>>
  /** Answers when durable and published. No push: endpoints come and go without anybody's decision. */
  observe(observation: Observation): Promise<Result<void, Problem>>
  /** Refused while the store takes changes. */
  serveStored(command: ServeStoredCommand): Promise<Result<ServedStored, Problem>>
}

/** A cluster that left intent and is not yet removed. */
export interface RetirementStatus {
  readonly group: GroupKey
  readonly name: string
  readonly step: 'referenced' | 'quiet' | 'draining'
  /** Milliseconds since it left intent. */
  readonly ageMs: number
}
