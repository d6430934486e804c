// What the public client throws: one class, one closed set of kinds.
import type { PushRecord } from '../api/api.generated.ts'
import type { Problem, Violation } from '../base/index.ts'
import type { Failure } from './failure.ts'
import type { Answer } from './services.ts'

/** What a proxy did not accept, in its own words. */
export interface ProxyRefusal {
  readonly node: string
  /** The type URL of what it refused. */
  readonly type: string
  readonly detail: string
}

/**
 * Why a call gave nothing. From the server: `invalid`, `notFound`, `conflict`, `precondition`, `limit`, `denied`,
 * `deadline`, `unavailable` (see docs/reference/errors.md). From the way there: `unreachable`, `timedOut`, `cancelled`, `broken`.
 */
export type ErrorKind = Problem['kind'] | Exclude<Failure['kind'], 'refused'>

/** A call that gave nothing. `message` says what, which, wanted and found; `kind` is what to decide by. */
export class VerdigrisError extends Error {
  override readonly name = 'VerdigrisError'
  readonly kind: ErrorKind
  /** `traffic.switch`. */
  readonly method: string
  /** What the server said, whole; undefined when it said nothing. */
  readonly problem: Problem | undefined
  /** Faults of the request, field by field. Of `invalid`; else empty. */
  readonly violations: readonly Violation[]
  /** What proxies refused. Of `precondition`; else empty. */
  readonly refusals: readonly ProxyRefusal[]
  /** Who was first. Of `conflict`, where it is known. */
  readonly winner: string | undefined
  /** The push that did not arrive. Only of `arrived`. */
  readonly push: Answer<PushRecord> | undefined
  /** The push that was waited for: of `arrived`, and of a change with `options.wait` that ended in a `deadline`. */
  readonly pushId: string | undefined
  /**
   * Of a change: the request id that it was sent under. After `unreachable`, `timedOut`, `cancelled` or `broken` the server may
   * have done it or not: sent again under this id it is done once, and answered as the first time.
   */
  readonly requestId: string | undefined
  /** How often it was tried. */
  readonly attempts: number

  constructor(
    failure: Failure,
    about: {
      readonly method: string
      readonly requestId?: string | undefined
      readonly attempts?: number
      readonly push?: Answer<PushRecord> | undefined
      readonly pushId?: string
      readonly cause?: unknown
    },
  ) {
    super(`${about.method}: ${textOf(failure)}`, about.cause === undefined ? {} : { cause: about.cause })
    const problem = failure.kind === 'refused' ? failure.problem : undefined
    this.kind = failure.kind === 'refused' ? failure.problem.kind : failure.kind
    this.method = about.method
    this.problem = problem
    this.violations = problem?.kind === 'invalid' ? problem.violations : []
    this.refusals = problem?.kind === 'precondition' ? (problem.refusals ?? []) : []
    this.winner = problem?.kind === 'conflict' ? problem.winner : undefined
    this.push = about.push
    this.pushId = problem?.kind === 'deadline' ? problem.push : about.pushId
    this.requestId = about.requestId
    this.attempts = about.attempts ?? 1
  }
}

function textOf(failure: Failure): string {
  switch (failure.kind) {
    case 'refused':
      return failure.problem.message
    case 'cancelled':
      return 'cancelled'
    default:
      return failure.message
  }
}
