// A fault as people read it.
import type { Outcome } from './simulate.ts'

/** Seed, rule, what was seen, and the last of the trace. */
export function failureText(outcome: Outcome, lines = 40): string {
  const { seed, fault, actions, elapsedMs, trace } = outcome
  const tail =
    lines === 0 ? [] : ['', `the last ${Math.min(lines, trace.length)} lines:`, ...trace.slice(-lines)]
  return [
    `seed ${seed} fails: ${fault?.rule}`,
    `  ${fault?.text}`,
    `  after ${actions} actions, at ${(elapsedMs / 1_000).toFixed(3)} s`,
    ...tail,
    '',
    `replay it: SEED=${seed} npm run sim`,
  ].join('\n')
}
