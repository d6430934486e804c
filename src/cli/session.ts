// What every command that talks to a server goes through: connect, run, report a failure with what to do next.

import { describeViolation, problemTable } from '../api/index.ts'
import type { Problem, Violation } from '../base/index.ts'
import { type AdminClient, createClient, type Failure } from '../client/index.ts'
import { type Exit, exitCode } from './exit-codes.ts'
import { actorOr, type ServerOptions } from './options.ts'
import { clearProgress, createTerminal, type Terminal } from './output/terminal.ts'
import { printable } from './output/words.ts'

/** A connected command. */
export interface Session {
  /** Its calls end at Ctrl-C. */
  readonly client: AdminClient
  readonly terminal: Terminal
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal
}

/** Milliseconds for an answer, and with --wait for a push, when --timeout does not say. */
const usualTimeoutMs = 30_000
export const usualWaitMs = 120_000

/** Runs a command against the server and sets the exit status. */
export async function withSession(
  options: ServerOptions,
  run: (session: Session) => Promise<Exit | Failure>,
): Promise<void> {
  const terminal = createTerminal()
  const actor = actorOr(options.actor)
  const client = createClient({
    server: options.server,
    timeoutMs: options.timeout ?? usualTimeoutMs,
    ...(actor === undefined ? {} : { actor }),
    // An empty one takes away what a context says.
    tls: {
      ...(isGiven(options.serverCa) ? { ca: options.serverCa } : {}),
      ...(isGiven(options.clientCert) ? { cert: options.clientCert } : {}),
      ...(isGiven(options.clientKey) ? { key: options.clientKey } : {}),
    },
  })
  if (!client.ok) {
    process.exitCode = exitCode(reportProblem(terminal, client.error))
    return
  }
  const interrupt = new AbortController()
  const stop = (): void => {
    // The second time nothing is waited for.
    if (interrupt.signal.aborted) process.exit(exitCode('interrupted'))
    interrupt.abort()
  }
  process.on('SIGINT', stop)
  try {
    const { signal } = interrupt
    const outcome = await run({ client: interruptible(client.value, signal), terminal, signal })
    const exit = typeof outcome === 'string' ? outcome : reportFailure(terminal, outcome)
    process.exitCode = exitCode(interrupt.signal.aborted ? 'interrupted' : exit)
  } finally {
    process.off('SIGINT', stop)
    clearProgress()
    client.value.close()
  }
}

const isGiven = (file: string | undefined): file is string => file !== undefined && file !== ''

/** The same client, whose calls end when the signal aborts. */
function interruptible(client: AdminClient, signal: AbortSignal): AdminClient {
  return {
    ...client,
    call: (service, method, request, options) =>
      client.call(service, method, request, { signal, ...options }),
  }
}

/** Says what went wrong and what to do next; gives the exit. */
export function reportFailure(terminal: Terminal, failure: Failure): Exit {
  switch (failure.kind) {
    case 'refused':
      return reportProblem(terminal, failure.problem)
    case 'unreachable':
      say(terminal, failure.message, failure.foreign === true ? otherVersion : whereToLook)
      return 'notConnected'
    case 'timedOut':
      say(
        terminal,
        failure.message,
        'the server may still do it: look with `verdigris push list`; give more time with --timeout',
      )
      return 'notConnected'
    case 'cancelled':
      return 'interrupted'
    case 'broken':
      say(terminal, failure.message, 'look at the log of the server')
      return 'failed'
  }
}

const whereToLook =
  'start it with `verdigris serve`, or say where it is with --server HOST:PORT (TLS: --server-ca)'
const otherVersion =
  'compare `verdigris version`; the admin API is on port 18001, not that of proxies (18000) or of HTTP (18002)'

/** The same for a Problem, from the server or from reading files. */
export function reportProblem(terminal: Terminal, problem: Problem): Exit {
  const faults = problem.kind === 'invalid' ? problem.violations.map(describeFault) : []
  // One fault is said in one line; more of them below a count.
  const first =
    faults.length === 1
      ? (faults[0] ?? '')
      : faults.length > 1
        ? `${countFaults(problem)} problems`
        : problem.message
  const lines = faults.length > 1 ? faults.map((fault) => `  ${fault}`) : []
  const refusals =
    problem.kind === 'precondition'
      ? (problem.refusals ?? []).map(
          (refusal) => `  ${refusal.node} refused ${refusal.type}: ${refusal.detail}`,
        )
      : []
  const winner =
    problem.kind === 'conflict' && problem.winner !== undefined ? [`  first was: ${problem.winner}`] : []
  say(terminal, [first, ...lines, ...refusals, ...winner].join('\n'), problemTable[problem.kind].todo)
  switch (problem.kind) {
    case 'invalid':
      return 'usage'
    case 'unavailable':
      return 'notConnected'
    // The change is made; only its push is not there yet.
    case 'deadline':
      return 'notThereYet'
    default:
      return 'failed'
  }
}

/** How many there are, with those that were only counted (`and 30 more`). */
function countFaults(problem: Problem): number {
  if (problem.kind !== 'invalid') return 0
  const more = Number(/^and (\d+) more$/.exec(problem.violations.at(-1)?.message ?? '')?.[1] ?? Number.NaN)
  return Number.isNaN(more) ? problem.violations.length : problem.violations.length - 1 + more
}

/** `shop.yaml:12:5: Service default/cart: wanted … (spec.ports[0].name)`. */
function describeFault(fault: Violation): string {
  const text = describeViolation(fault)
  return fault.path === '' ? text : `${text} (${fault.path})`
}

function say(terminal: Terminal, message: string, next: string): void {
  const { errorColor } = terminal
  terminal.say(`${errorColor.red('error:')} ${printable(message)}`)
  terminal.say(`${errorColor.dim('next:')}  ${next}`)
}
