// What happened, a line each: hashed whole, and the end of it kept (or all, to be read).
import { createHash } from 'node:crypto'

/** Lines kept when not all are. */
const keptLines = 400
const width = 80

export interface Trace {
  /** `at` in milliseconds. */
  line(at: number, text: string): void
  /** The newest lines, oldest first. */
  last(count: number): readonly string[]
  readonly lines: number
  /** Over every line so far. */
  hash(): string
}

/** `whole`: keeps every line. `show`: is given every line as it comes. */
export function createTrace(options: { readonly show?: ((line: string) => void) | undefined } = {}): Trace {
  const hash = createHash('sha256')
  const ring: string[] = []
  let lines = 0
  return {
    line: (at, text) => {
      const line = cut(`${(at / 1_000).toFixed(3).padStart(9)} ${text}`)
      hash.update(line)
      hash.update('\n')
      lines += 1
      ring.push(line)
      if (ring.length > 2 * keptLines) ring.splice(0, keptLines)
      options.show?.(line)
    },
    last: (count) => ring.slice(-count),
    get lines() {
      return lines
    },
    hash: () => hash.copy().digest('hex'),
  }
}

const cut = (line: string): string => (line.length <= width ? line : `${line.slice(0, width - 1)}…`)
