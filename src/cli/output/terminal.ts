// Where a command writes: data to stdout, progress and errors to stderr, colour only where somebody looks.
import picocolors from 'picocolors'

export type Colors = ReturnType<typeof picocolors.createColors>

export interface Terminal {
  /** A line of data on stdout. */
  out(text: string): void
  /** A line on stderr, for people. */
  say(text: string): void
  /** A line on stderr that the next one replaces, where stderr is a terminal; else only said when it changes. */
  progress(text: string): void
  /** Columns to fit tables into; Infinity when stdout is no terminal and COLUMNS is not set. */
  readonly width: number
  readonly color: Colors
  readonly errorColor: Colors
}

/** The terminal of this process. NO_COLOR and FORCE_COLOR are honoured. */
export function createTerminal(): Terminal {
  const wantsColor = (stream: NodeJS.WriteStream): boolean => {
    if (process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '') return false
    if (process.env.FORCE_COLOR !== undefined && process.env.FORCE_COLOR !== '0') return true
    return stream.isTTY === true && process.env.TERM !== 'dumb'
  }
  const columns = Number(process.env.COLUMNS)
  let live = false
  let last = ''
  const clear = (): void => {
    if (live) process.stderr.write('\r\x1b[K')
    live = false
  }
  return {
    out: (text) => {
      clear()
      process.stdout.write(`${text}\n`)
    },
    say: (text) => {
      clear()
      process.stderr.write(`${text}\n`)
    },
    progress: (text) => {
      if (text === last) return
      last = text
      if (process.stderr.isTTY) {
        process.stderr.write(`\r\x1b[K${text.slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1))}`)
        live = true
      } else {
        process.stderr.write(`${text}\n`)
      }
    },
    width: process.stdout.isTTY
      ? (process.stdout.columns ?? 80)
      : columns > 0
        ? columns
        : Number.POSITIVE_INFINITY,
    color: picocolors.createColors(wantsColor(process.stdout)),
    errorColor: picocolors.createColors(wantsColor(process.stderr)),
  }
}
