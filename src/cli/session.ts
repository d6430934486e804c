// What every command that talks to a server goes through: connect, run, report a failure with what to do next.

import { type AdminClient, createClient, type Failure } from '../client/index.ts'
import { type Exit, exitCode } from './exit-codes.ts'
import { actorOr, type ServerOptions } from './options.ts'
import { clearProgress, createTerminal, type Terminal } from './output/terminal.ts'
import { reportFailure, reportProblem } from './report.ts'

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
