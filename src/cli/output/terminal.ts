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

/** Whether a line stands on stderr that the next one replaces: there is one stderr, so one line. Whether its end is seen to. */
let isLive = false
let isWatched = false

/** Takes that line away; done before anything else is written, and when the process ends. */
export function clearProgress(): void {
  if (isLive) process.stderr.write('\r\x1b[K')
  isLive = false
}

/** NO_COLOR goes before everything; FORCE_COLOR and CLICOLOR_FORCE colour what is no terminal, CLICOLOR=0 nothing. */
export function wantsColor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  const says = (name: string): boolean => env[name] !== undefined && env[name] !== '' && env[name] !== '0'
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (says('FORCE_COLOR') || says('CLICOLOR_FORCE')) return true
  return stream.isTTY === true && env.TERM !== 'dumb' && env.CLICOLOR !== '0'
}

/** The terminal of this process. */
export function createTerminal(): Terminal {
  const columns = Number(process.env.COLUMNS)
  let last = ''
  return {
    out: (text) => {
      clearProgress()
      process.stdout.write(`${text}\n`)
    },
    say: (text) => {
      clearProgress()
      process.stderr.write(`${text}\n`)
    },
    progress: (said) => {
      const text = said.replace(/\p{Cc}/gu, ' ')
      if (text === last) return
      last = text
      if (process.stderr.isTTY) {
        process.stderr.write(`\r\x1b[K${text.slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1))}`)
        isLive = true
        if (!isWatched) process.once('exit', clearProgress)
        isWatched = true
      } else {
        process.stderr.write(`${text}\n`)
      }
    },
    width: process.stdout.isTTY
      ? (process.stdout.columns ?? 80)
      : columns > 0
        ? columns
        : Number.POSITIVE_INFINITY,
    color: picocolors.createColors(wantsColor(process.stdout, process.env)),
    errorColor: picocolors.createColors(wantsColor(process.stderr, process.env)),
  }
}
