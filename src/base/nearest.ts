// Which known name somebody most likely meant.

/** Longer texts are no typing errors of our names; the table below grows with the square. */
const comparable = 64

/** The candidate nearest to what was written, if it is near enough to be a slip; undefined otherwise. */
export function nearest(written: string, candidates: readonly string[]): string | undefined {
  if (written.length > comparable) return undefined
  const lower = written.toLowerCase()
  const allowed = Math.min(3, Math.max(1, Math.floor(written.length / 3)))
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const name of candidates) {
    const distance = editDistance(lower, name.toLowerCase())
    if (distance <= allowed && (best === undefined || distance < best.distance)) best = { name, distance }
  }
  return best?.name
}

/** `; did you mean "listeners"?`, or the candidates there are, when none is near and they are few. */
export function suggestion(written: string, candidates: readonly string[]): string {
  const near = nearest(written, candidates)
  if (near !== undefined) return `; did you mean "${near}"?`
  return candidates.length === 0 ? '' : `; wanted one of ${candidates.map((each) => `"${each}"`).join(', ')}`
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1)
      }
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
