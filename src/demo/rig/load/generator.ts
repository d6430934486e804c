// Load: starts requests at a steady rate whether or not earlier ones were answered (open loop), and counts how each ended.
import { http1Client } from './http1.ts'
import { http2Client } from './http2.ts'
import {
  type LoadConfig,
  type LoadReport,
  type LoadTarget,
  type TargetReport,
  type Travel,
  type Turn,
  travels,
} from './messages.ts'
import type { Outcome } from './outcome.ts'

/** Milliseconds between two turns of the pace maker. */
const turnMs = 4
/** Kinds of failure told apart per target; the rest are counted together. */
const failureKinds = 20
/** Turns from one environment to another kept per target: the newest. */
const turnsKept = 64

/** Everything about one target: its clients, its counts, its place in the mix. */
function startTarget(target: LoadTarget, config: LoadConfig, began: number) {
  const h1 = http1Client(target, config.timeoutMs)
  const h2 = http2Client(target, config.timeoutMs)
  const order = interleave(config.mix)
  const byTravel: Record<Travel, number> = { 'h1-kept': 0, 'h1-new': 0, 'h2-kept': 0, 'h2-new': 0 }
  const failures = new Map<string, number>()
  const environments = new Map<string, number>()
  let sent = 0
  let okCount = 0
  let failed = 0
  let missed = 0
  const turns: Turn[] = []

  const count = (outcome: Outcome, sentAt: number): void => {
    if (outcome.kind === 'ok') {
      okCount += 1
      turned(turns, outcome.environment, sentAt - began, performance.now() - began)
      environments.set(outcome.environment, (environments.get(outcome.environment) ?? 0) + 1)
      return
    }
    failed += 1
    const known = failures.has(outcome.reason) || failures.size < failureKinds
    const reason = known ? outcome.reason : 'other'
    failures.set(reason, (failures.get(reason) ?? 0) + 1)
  }
  function sendOne(): void {
    const travel = order[sent % order.length] ?? 'h1-kept'
    sent += 1
    byTravel[travel] += 1
    const sentAt = performance.now()
    const done = (outcome: Outcome): void => count(outcome, sentAt)
    if (travel === 'h1-kept') h1.kept(done)
    else if (travel === 'h1-new') h1.fresh(done)
    else if (travel === 'h2-kept') h2.kept(done)
    else h2.fresh(done)
  }
  return {
    /** Sends what is due. After a pause of ours a burst would measure us, so at most 100 ms are caught up. */
    pace(elapsedMs: number): void {
      const due = Math.floor((elapsedMs * target.ratePerSecond) / 1_000) - sent - missed
      const most = Math.ceil(target.ratePerSecond / 10)
      if (due > most) missed += due - most
      for (let index = Math.min(due, most); index > 0; index--) sendOne()
    },
    inFlight: () => sent - okCount - failed,
    report: (): TargetReport => ({
      name: target.name,
      sent,
      ok: okCount,
      failed,
      failures: Object.fromEntries(failures),
      environments: Object.fromEntries(environments),
      travels: { ...byTravel },
      inFlight: sent - okCount - failed,
      missed,
      turns: [...turns],
    }),
    close(): void {
      h1.close()
      h2.close()
    },
  }
}

/** Notes an answer: a turn, if it was sent after the environment of the last turn had answered. */
function turned(turns: Turn[], environment: string, sentAtMs: number, nowMs: number): void {
  const last = turns.at(-1)
  if (last?.environment === environment || (last !== undefined && sentAtMs < last.atMs)) return
  turns.push({ environment, atMs: nowMs })
  if (turns.length > turnsKept) turns.shift()
}

/** The travels spread evenly over one round of the mix. */
function interleave(mix: LoadConfig['mix']): readonly Travel[] {
  const total = travels.reduce((sum, travel) => sum + mix[travel], 0)
  const owed = new Map(travels.map((travel) => [travel, 0]))
  return Array.from({ length: total }, () => {
    let next: Travel = 'h1-kept'
    for (const travel of travels) {
      owed.set(travel, (owed.get(travel) ?? 0) + mix[travel])
      if ((owed.get(travel) ?? 0) > (owed.get(next) ?? 0)) next = travel
    }
    owed.set(next, (owed.get(next) ?? 0) - total)
    return next
  })
}

export interface Generator {
  /** The counts of this moment. */
  sample(): LoadReport
  /** No new requests; `stopped` is told when the running ones have ended. */
  stop(): void
}

/** Starts sending at once; `tell` is given a report every `reportEveryMs`, and the last one. */
export function generate(
  config: LoadConfig,
  tell: (kind: 'report' | 'stopped', report: LoadReport) => void,
): Generator {
  const began = performance.now()
  const targets = config.targets.map((target) => startTarget(target, config, began))
  let lastTurn = began
  let worstPauseMs = 0
  const sample = (): LoadReport => {
    const report = {
      atMs: Math.round(performance.now() - began),
      targets: targets.map((target) => target.report()),
      worstPauseMs: Math.round(worstPauseMs),
    }
    worstPauseMs = 0
    return report
  }
  const pacing = setInterval(() => {
    const now = performance.now()
    worstPauseMs = Math.max(worstPauseMs, now - lastTurn - turnMs)
    lastTurn = now
    for (const target of targets) target.pace(now - began)
  }, turnMs)
  const reporting = setInterval(() => tell('report', sample()), config.reportEveryMs)
  return {
    sample,
    stop() {
      clearInterval(pacing)
      const deadline = performance.now() + config.timeoutMs + 1_000
      const waiting = setInterval(() => {
        if (targets.some((target) => target.inFlight() > 0) && performance.now() < deadline) return
        clearInterval(waiting)
        clearInterval(reporting)
        tell('stopped', sample())
        for (const target of targets) target.close()
      }, 20)
    },
  }
}
