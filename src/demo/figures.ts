// What the demo measured, as numbers: totals, moves with their durations, and claims that hold or don't.
import type { PushRecord } from '../api/index.ts'
import type { LoadReport } from './rig/index.ts'

/** A sentence about the product that the demo checked. */
export interface Claim {
  readonly text: string
  readonly holds: boolean
  /** What was seen, when it does not hold. */
  readonly seen?: string
  /** What somebody said, word for word; shown below. */
  readonly quote?: string
}

/** One finished switch or rollback. Milliseconds from the command's arrival, as the push's record has them. */
export interface Move {
  readonly verb: string
  readonly lastAckMs: number
  /** Between the first and the last proxy's ACK: both versions serve in this time. */
  readonly skewMs: number
  readonly flushMs: number
}

export interface Spread {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly worst: number
}

export interface Figures {
  readonly requests: number
  /** Counted by the clients. */
  readonly failures: Readonly<Record<string, number>>
  /** Counted by the proxies. */
  readonly envoy5xx: number
  readonly switches: Spread
  readonly rollbacks: Spread
  readonly flush: Spread
  readonly worstSkewMs: number
  readonly claims: readonly Claim[]
}

/** The move that a finished push was, or undefined when it did not arrive everywhere. */
export function moveOf(push: PushRecord): Move | undefined {
  const { timings } = push
  if (push.phase !== 'PUSH_PHASE_DONE' || timings?.lastAckMs === undefined) return undefined
  return {
    verb: push.verb,
    lastAckMs: timings.lastAckMs,
    skewMs: timings.lastAckMs - (timings.firstAckMs ?? timings.lastAckMs),
    flushMs: timings.flushMs ?? 0,
  }
}

/** Nearest-rank percentiles; zeros when there is nothing. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
  return { count: sorted.length, p50: rank(0.5), p99: rank(0.99), worst: rank(1) }
}

/** Failures of all targets, by kind. */
function failuresOf(report: LoadReport | undefined): Record<string, number> {
  const all: Record<string, number> = {}
  for (const target of report?.targets ?? []) {
    for (const [kind, count] of Object.entries(target.failures)) {
      const name = `${target.name}: ${kind}`
      all[name] = (all[name] ?? 0) + count
    }
  }
  return all
}

/** Everything together. */
export function figuresOf(
  report: LoadReport | undefined,
  envoy5xx: number,
  moves: readonly Move[],
  claims: readonly Claim[],
): Figures {
  const of = (verb: string): Spread =>
    spreadOf(moves.filter((move) => move.verb === verb).map((move) => move.lastAckMs))
  return {
    requests: (report?.targets ?? []).reduce((sum, target) => sum + target.sent, 0),
    failures: failuresOf(report),
    envoy5xx,
    switches: of('switch'),
    rollbacks: of('rollback'),
    flush: spreadOf(moves.map((move) => move.flushMs)),
    worstSkewMs: Math.max(0, ...moves.map((move) => move.skewMs)),
    claims,
  }
}
