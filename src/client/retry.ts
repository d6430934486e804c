// Whether a failed call is tried again, and when. Pure: time and chance come from outside.
import type { limits } from '../base/index.ts'
import type { Failure } from './failure.ts'

export interface RetryPolicy {
  /** Attempts of one call, the first included. */
  readonly attempts: number
  /** Milliseconds before the second attempt; doubled for each further one. */
  readonly firstDelayMs: number
  /** Milliseconds: no pause is longer. */
  readonly mostDelayMs: number
}

/**
 * Milliseconds to wait before attempt `next` (2: the first retry). Half of it is fixed and half is chance (`chance` from 0 to
 * 1), so that many clients of a server that was away do not come back in step.
 */
export function pauseBefore(next: number, policy: RetryPolicy, chance: number): number {
  const whole = Math.min(policy.firstDelayMs * 2 ** Math.max(0, next - 2), policy.mostDelayMs)
  return whole / 2 + (whole / 2) * chance
}

/** The same for a watch, which is a read: also a way that broke, and a queue that was full because it was read too slowly. */
export const mayResume = (failure: Failure): boolean =>
  mayPass(failure) ||
  failure.kind === 'broken' ||
  (failure.kind === 'refused' &&
    failure.problem.kind === 'limit' &&
    failure.problem.limit === ('watcherQueue' satisfies keyof typeof limits))

/** The server is away, says "not now" (UNAVAILABLE), or was silent (DEADLINE_EXCEEDED). All else stays as it is. */
export const mayPass = (failure: Failure): boolean =>
  (failure.kind === 'unreachable' && failure.foreign !== true) ||
  failure.kind === 'timedOut' ||
  (failure.kind === 'refused' && failure.problem.kind === 'unavailable')
