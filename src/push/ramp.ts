// A ramp: a switch whose weights move in equal steps, within one push.
import { invalid, limits, type Problem } from '../base/index.ts'

export interface Ramp {
  /** Ms from the first step to the last, where every proxy answers in time. */
  readonly ms: number
  readonly steps: number
  /** From 1; the last one is what was decided. */
  readonly step: number
}

/** Why a ramp cannot take so long; undefined: it can. */
export function wrongRamp(ms: number): Problem | undefined {
  if (Number.isFinite(ms) && ms >= limits.rampStepMs && ms <= limits.rampMs) return undefined
  const message = `wanted ${limits.rampStepMs} ms to ${limits.rampMs / 3_600_000} h, found ${ms} ms`
  return invalid([{ path: 'ramp', message }])
}

/** The ramp at its first step. */
export const rampOver = (ms: number): Ramp => ({
  ms,
  steps: Math.min(limits.rampSteps, 1 + Math.floor(ms / limits.rampStepMs)),
  step: 1,
})

/** Ms between two steps. */
export const stepMs = ({ ms, steps }: Ramp): number => ms / (steps - 1)

export const isLastStep = (ramp: Ramp | undefined): boolean => ramp === undefined || ramp.step >= ramp.steps

/** `ramp 40 %`. */
export const rampText = ({ step, steps }: Pick<Ramp, 'step' | 'steps'>): string =>
  `ramp ${Math.round((step * 100) / steps)} %`
