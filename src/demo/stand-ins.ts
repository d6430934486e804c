// Stand-ins for what is the user's own: a backend, and clients. For trials and for docker-compose.yml, where nothing else of
// them is there; each runs in the foreground until it is told to end.
import { randomInt } from 'node:crypto'
import { type AddressInfo, isIPv6 } from 'node:net'
import { hostname } from 'node:os'
import { backendServer } from './rig/backends/server.ts'
import { generate } from './rig/load/generator.ts'
import { type LoadReport, type LoadTarget, mixedTravels } from './rig/load/messages.ts'

export interface BackendOptions {
  readonly environment: string
  readonly address: string
  readonly port: number
  /** Milliseconds before an answer. */
  readonly delayMs: number
  /** 0 to 100. */
  readonly failPercent: number
  readonly say: (line: string) => void
}

/** Serves until SIGTERM or SIGINT; the exit status. */
export async function serveBackend(options: BackendOptions): Promise<number> {
  const { environment, address, delayMs, failPercent, say } = options
  const instance = `${environment}-${hostname()}`
  const server = backendServer(
    { environment, instance, protocol: 'HTTP', delayMs, port: options.port },
    () => randomInt(0, 10_000) < failPercent * 100,
  )
  const listening = new Promise<Error | undefined>((resolve) => {
    server.once('error', resolve)
    server.listen({ port: options.port, host: address, backlog: 4_096 }, () => resolve(undefined))
  })
  const failed = await listening
  if (failed !== undefined) {
    say(`the backend cannot listen: ${failed.message}`)
    return 1
  }
  const { port } = server.address() as AddressInfo
  say(`${instance} answers at http://${isIPv6(address) ? `[${address}]` : address}:${port}/`)
  await ended()
  server.close()
  if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function')
    server.closeAllConnections()
  return 0
}

export interface LoadOptions {
  /** `http://host:port/path`. */
  readonly targets: readonly string[]
  /** Host header; default: that of the target. */
  readonly host: string | undefined
  /** Requests a second to each target. */
  readonly rate: number
  readonly everyMs: number
  readonly say: (line: string) => void
}

/** Milliseconds without an answer after which a request has failed. */
const patienceMs = 5_000

/** Sends until SIGTERM or SIGINT, with a line every so often; the exit status: 0. A failure is no reason to end. */
export async function sendLoad(options: LoadOptions): Promise<number> {
  const { rate, everyMs, say } = options
  const targets = options.targets.map((url): LoadTarget => {
    const { hostname: host, port, pathname, search, host: authority } = new URL(url)
    const names = { name: authority, authority: options.host ?? authority }
    return { ...names, host, port: Number(port || 80), path: `${pathname}${search}`, ratePerSecond: rate }
  })
  say(`${rate} requests a second to ${targets.map(({ name }) => name).join(', ')}`)
  let before: LoadReport | undefined
  let stopped: () => void = () => undefined
  const over = new Promise<void>((resolve) => {
    stopped = resolve
  })
  const load = generate(
    { targets, mix: mixedTravels, timeoutMs: patienceMs, reportEveryMs: everyMs },
    (kind, report) => {
      for (const line of reportLines(before, report)) say(line)
      before = report
      if (kind === 'stopped') stopped()
    },
  )
  await ended()
  load.stop()
  await over
  return 0
}

/** One line a target: what came since the report before. */
export function reportLines(before: LoadReport | undefined, now: LoadReport): readonly string[] {
  return now.targets.map((target, index) => {
    const then = before?.targets[index]
    const since = (counts: Readonly<Record<string, number>>, earlier?: Readonly<Record<string, number>>) =>
      Object.entries(counts)
        .map(([name, count]) => [name, count - (earlier?.[name] ?? 0)] as const)
        .filter(([, count]) => count > 0)
        .map(([name, count]) => `${name} ${count}`)
    const answered = since(target.environments, then?.environments)
    const failures = since(target.failures, then?.failures)
    const parts = [...answered, `failed ${target.failed - (then?.failed ?? 0)}`]
    return `${target.name}: ${parts.join(', ')}${failures.length === 0 ? '' : ` (${failures.join('; ')})`}`
  })
}

const ended = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
