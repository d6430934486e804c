// The log: pino, one event name and fields per line, to stderr. JSON for machines; on a terminal the same fields
// as a line that a person can read.
import { type DestinationStream, type Logger, pino } from 'pino'

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'
export type { Logger } from 'pino'

/** Makes the root logger. `format: 'auto'` is text when stderr is a terminal. */
export function createLogger(options: {
  readonly level: LogLevel
  readonly format: 'auto' | 'json' | 'text'
  /** Default: stderr. */
  readonly write?: (line: string) => void
}): Logger {
  const write = options.write ?? ((line) => void process.stderr.write(line))
  const text = options.format === 'text' || (options.format === 'auto' && process.stderr.isTTY)
  const destination: DestinationStream = { write: text ? (line) => write(toText(line)) : write }
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['privateKey', 'secret', 'authorization', '*.privateKey', '*.secret', '*.authorization'],
        remove: true,
      },
    },
    destination,
  )
}

/** `12:00:01.250 info  push_done push=12 ms=3.4`. */
function toText(line: string): string {
  const { time, level, event, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>
  const clock = typeof time === 'string' ? time.slice(11, 23) : ''
  const parts = Object.entries(fields).map(([name, value]) => `${name}=${printField(value)}`)
  const error =
    typeof err === 'object' && err !== null && 'stack' in err && typeof err.stack === 'string'
      ? `\n${err.stack}`
      : ''
  const words = [clock, String(level).padEnd(5), event, msg, ...parts].filter(
    (word) => word !== undefined && word !== '',
  )
  return `${words.join(' ')}${error}\n`
}

const printField = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /^[^\s"]+$/.test(text) ? text : JSON.stringify(text)
}
