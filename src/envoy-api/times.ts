// google.protobuf.Duration and Timestamp between their JSON form ("1.5s", "2026-01-02T03:04:05Z") and seconds and
// nanoseconds.

export interface SecondsNanos {
  readonly seconds: number
  readonly nanos: number
}

/** Bounds of the two types, in seconds: ±10,000 years; years 1 to 9999. */
const durationSeconds = 315_576_000_000
const timestampFrom = -62_135_596_800
const timestampTo = 253_402_300_799

/** `-1.5s` as seconds and nanoseconds (same sign); undefined when it is no duration. */
export function parseDuration(text: string): SecondsNanos | undefined {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text)
  if (match === null) return undefined
  const sign = match[1] === '-' ? -1 : 1
  const seconds = Number(match[2]) * sign || 0
  const nanos = Number((match[3] ?? '').padEnd(9, '0')) * sign || 0
  return Math.abs(seconds) > durationSeconds ? undefined : { seconds, nanos }
}

/** Seconds and nanoseconds as `-1.5s`: no more digits than needed, in threes. */
export function formatDuration({ seconds, nanos }: SecondsNanos): string {
  const sign = seconds < 0 || nanos < 0 ? '-' : ''
  return `${sign}${Math.abs(seconds)}${fraction(Math.abs(nanos))}s`
}

/** RFC 3339 text as seconds and nanoseconds since the epoch; undefined when it is none. */
export function parseTimestamp(text: string): SecondsNanos | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/.exec(text)
  if (match === null) return undefined
  const day = match[1] ?? ''
  const whole = Date.parse(`${day}T${match[2]}${(match[4] ?? '').toUpperCase()}`)
  // Date.parse turns February 30 into March 2.
  if (Number.isNaN(whole) || !new Date(Date.parse(`${day}T00:00:00Z`)).toISOString().startsWith(day))
    return undefined
  const seconds = whole / 1000
  if (seconds < timestampFrom || seconds > timestampTo) return undefined
  return { seconds, nanos: Number((match[3] ?? '').padEnd(9, '0')) }
}

/** Seconds and nanoseconds since the epoch as RFC 3339 in UTC. */
export function formatTimestamp({ seconds, nanos }: SecondsNanos): string {
  const whole = new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, '')
  return `${whole}${fraction(nanos)}Z`
}

/** `.5` as `.500`: three, six or nine digits, or nothing. */
function fraction(nanos: number): string {
  if (nanos === 0) return ''
  let digits = String(nanos).padStart(9, '0')
  while (digits.endsWith('000')) digits = digits.slice(0, -3)
  return `.${digits}`
}
