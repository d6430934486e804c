// Milliseconds as google.protobuf.Timestamp and Duration, and back.
import type { Duration, Timestamp } from './api.generated.ts'

/** Milliseconds since the epoch as a google.protobuf.Timestamp. */
export const toTimestamp = (ms: number): Timestamp => {
  const seconds = Math.floor(ms / 1_000)
  return { seconds, nanos: Math.round((ms - seconds * 1_000) * 1_000_000) }
}

/** Milliseconds as a google.protobuf.Duration. */
export function toDuration(ms: number): Duration {
  const seconds = Math.trunc(ms / 1_000)
  return { seconds, nanos: Math.round((ms - seconds * 1_000) * 1_000_000) }
}

/** A google.protobuf.Duration in milliseconds. */
export const fromDuration = (duration: Duration): number =>
  duration.seconds * 1_000 + duration.nanos / 1_000_000
