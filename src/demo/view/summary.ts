// The table at the end of the demo, and the addresses and commands to try. Pure.
import type pc from 'picocolors'
import type { Claim, Figures, Spread } from '../figures.ts'
import { grouped } from './frame.ts'

type Colors = ReturnType<typeof pc.createColors>

/** The figures as a table, at most 80 columns. */
export function renderSummary(figures: Figures, proxies: number, colors: Colors): string[] {
  const failures = Object.values(figures.failures).reduce((sum, count) => sum + count, 0)
  const good = failures === 0 && figures.envoy5xx === 0
  const row = (name: string, spread: Spread): string =>
    `${name.padEnd(31)}${String(spread.count).padStart(6)}${ms(spread.p50)}${ms(spread.p99)}${ms(spread.worst)}`
  return [
    `${grouped(figures.requests)} requests through ${proxies} Envoys: ${
      good
        ? colors.green('0 failed')
        : colors.red(`${failures} failed, ${figures.envoy5xx} answered 5xx by Envoy`)
    }`,
    ...Object.entries(figures.failures).map(([kind, count]) => `  ${colors.red(String(count))} × ${kind}`),
    '',
    colors.dim(
      `${'command → last ACK'.padEnd(31)}${'count'.padStart(6)}${'p50'.padStart(12)}${'p99'.padStart(12)}${'worst'.padStart(12)}`,
    ),
    row('switches', figures.switches),
    row('rollbacks', figures.rollbacks),
    row('of which flushing to disk', figures.flush),
    `${'worst skew between proxies'.padEnd(31)}${' '.repeat(30)}${ms(figures.worstSkewMs)}`,
  ]
}

/** One line that tells how it ended. */
export function renderVerdict(claims: readonly Claim[], colors: Colors): string {
  const broken = claims.filter((claim) => !claim.holds).length
  return broken === 0
    ? colors.green(`✔ all ${claims.length} claims hold`)
    : colors.red(`✖ ${broken} of ${claims.length} claims do not hold`)
}

const ms = (value: number): string => `${value.toFixed(1)} ms`.padStart(12)
