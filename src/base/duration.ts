// Durations as people write them, and as milliseconds inside.

const form = /^(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d{1,3})?)s)?(?:(\d+)ms)?$/

/** `250ms`, `1.5s`, `1m30s`, `2h` → whole milliseconds; undefined when it is not a duration. */
export function parseDuration(text: string): number | undefined {
  const match = form.exec(text)
  if (match === null) return undefined
  const [hours, minutes, seconds, milliseconds] = match.slice(1).map((part) => Number(part ?? 0))
  return Math.round(
    (hours ?? 0) * 3_600_000 + (minutes ?? 0) * 60_000 + (seconds ?? 0) * 1_000 + (milliseconds ?? 0),
  )
}

/** Milliseconds → the shortest usual text; `parseDuration` gives the same number back. */
export function printDuration(ms: number): string {
  if (ms === 0) return '0s'
  if (ms < 1_000) return `${ms}ms`
  const hours = Math.floor(ms / 3_600_000)
  const minutes = Math.floor(ms / 60_000) % 60
  const seconds = (ms % 60_000) / 1_000
  return [
    hours === 0 ? '' : `${hours}h`,
    minutes === 0 ? '' : `${minutes}m`,
    seconds === 0 ? '' : `${seconds}s`,
  ].join('')
}
