// Times, shares and phases in words.
import type { PushPhase } from '../../api/index.ts'

/** `3s`, `5m`, `2h`, `4d`: how long ago. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}

/** `3.4ms`, `1.25s`. */
export function span(ms: number): string {
  if (ms < 1_000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)}ms`
  return `${(ms / 1_000).toFixed(2)}s`
}

/** 9,000 of 10,000 → `90%`, 125 → `1.25%`. */
export const shareText = (weight: number): string => `${Number((weight / 100).toFixed(2))}%`

/** `blue 90%, green 10%`; the largest first. */
export function shares(weights: Readonly<Record<string, number>>): string {
  return Object.entries(weights)
    .filter(([, weight]) => weight > 0)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([name, weight]) => `${name} ${shareText(weight)}`)
    .join(', ')
}

/** `PUSH_PHASE_DONE` → `done`. */
export const phaseWord = (phase: PushPhase): string => phase.replace('PUSH_PHASE_', '').toLowerCase()

/** `1 proxy`, `2 proxies`. */
export const proxies = (count: number): string => `${count} ${count === 1 ? 'proxy' : 'proxies'}`

/** Text from outside for a terminal: control characters become spaces. */
export const printable = (text: string): string => text.replace(/[^\P{Cc}\n\t]/gu, ' ')
