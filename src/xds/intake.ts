// How many bytes of requests came in that nobody has taken yet: halves of messages, and messages of streams that are
// paused. A peer may send 32 MiB in one message, but many that begin one and never end it must not fill the memory.

/** Bounds, in bytes and milliseconds. */
export interface IntakeLimits {
  /** Over all calls. */
  readonly intakeBytes: number
  /** From one message of a call to the next, while one is under way. */
  readonly requestDeadlineMs: number
}

/** Changed in place by the functions below. `K`: whatever stands for a call. */
export interface Intake<K> {
  readonly limits: IntakeLimits
  readonly held: Map<K, { bytes: number; since: number }>
  total: number
}

export const createIntake = <K>(limits: IntakeLimits): Intake<K> => ({ limits, held: new Map(), total: 0 })

/** Bytes came for a call; `now` in monotonic milliseconds. Gives the call to cut: the one that holds most, if all hold too much. */
export function came<K>(intake: Intake<K>, call: K, bytes: number, now: number): K | undefined {
  const known = intake.held.get(call)
  if (known === undefined) intake.held.set(call, { bytes, since: now })
  else known.bytes += bytes
  intake.total += bytes
  return intake.total > intake.limits.intakeBytes ? largest(intake) : undefined
}

/** A whole message of so many bytes was taken. */
export function took<K>(intake: Intake<K>, call: K, bytes: number, now: number): void {
  const known = intake.held.get(call)
  if (known === undefined) return
  const taken = Math.min(known.bytes, bytes)
  known.bytes -= taken
  known.since = now
  intake.total -= taken
  if (known.bytes === 0) intake.held.delete(call)
}

/** The call is over, and what it held is free. */
export function gone<K>(intake: Intake<K>, call: K): void {
  intake.total -= intake.held.get(call)?.bytes ?? 0
  intake.held.delete(call)
}

/** Calls whose message was not whole in time. */
export const overdue = <K>(intake: Intake<K>, now: number): readonly K[] =>
  [...intake.held].flatMap(([call, { since }]) =>
    since + intake.limits.requestDeadlineMs <= now ? [call] : [],
  )

function largest<K>(intake: Intake<K>): K | undefined {
  let most: K | undefined
  let bytes = 0
  for (const [call, held] of intake.held) {
    if (held.bytes <= bytes) continue
    most = call
    bytes = held.bytes
  }
  return most
}
