// What is wrong with a JSON form or with bytes, and where.

/** Steps into a JSON value: field names and map keys as strings, list positions as numbers. */
export type JsonPath = readonly (string | number)[]

/** `virtualHosts[0].routes[1].match` and, for keys that are no identifiers, `filterMetadata["envoy.lb"]`. */
export function formatPath(path: JsonPath): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (/^[A-Za-z_]\w*$/.test(step)) text += text === '' ? step : `.${step}`
    else text += `[${JSON.stringify(step)}]`
  }
  return text
}

/** A JSON form that is not the message it should be, or bytes that are not one. Expected: callers answer it as a violation. */
export class EnvoyApiError extends Error {
  override readonly name = 'EnvoyApiError'
  /** Where in the JSON form; empty when it is the whole. */
  readonly path: string
  /** What was found and what is wanted, without the path. */
  readonly reason: string

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(path === '' ? reason : `${path}: ${reason}`, options)
    this.path = path
    this.reason = reason
  }
}

/** `; did you mean "x"?` for the candidate nearest to what was written, or nothing. */
export function suggestion(written: string, candidates: Iterable<string>): string {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(written.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(written, candidate, bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best === undefined ? '' : `; did you mean "${best}"?`
}

/** Levenshtein distance, given up as soon as it cannot be below `bound`. */
function editDistance(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) >= bound) return bound
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution))
    }
    if (Math.min(...next) >= bound) return bound
    row = next
  }
  return row[b.length] ?? bound
}
