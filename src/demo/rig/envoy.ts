// One real Envoy: started from our bootstrap in a folder of its own, read through its admin port, stopped in order.
import { open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BootstrapInput, parseBootstrapOptions, renderBootstrap } from '../../bootstrap/index.ts'
import { httpGet, until } from './http-get.ts'
import type { Running, Scope } from './scope.ts'

export interface EnvoyOptions {
  /** Path of the binary. */
  readonly binary: string
  readonly bootstrap: Omit<BootstrapInput, 'adminAddress' | 'adminPort'>
  /** Worker threads. Default 2. */
  readonly concurrency?: number
  /** `--drain-time-s`: how long connections of a changed listener live on. Default 2. */
  readonly drainTimeS?: number
  readonly logLevel?: 'warning' | 'info' | 'debug'
  /** Changes the rendered bootstrap: for proxies that are set up wrongly on purpose. */
  readonly rewrite?: (yaml: string) => string
}

export interface EnvoyProcess {
  readonly nodeId: string
  readonly process: Running
  /** `127.0.0.1:port` of its admin interface. */
  readonly admin: string
  readonly logFile: string
  /** GET on the admin interface; the body. */
  get(path: string): Promise<string>
  /** True once /ready says LIVE: with our bootstrap, once CDS and LDS were answered. */
  isReady(): Promise<boolean>
  ready(timeoutMs: number): Promise<void>
  /** Counters and gauges whose names match the pattern (Envoy's own regex), by full name. */
  stats(pattern: string): Promise<ReadonlyMap<string, number>>
  /** SIGTERM, then SIGKILL after 2 s. */
  stop(): Promise<void>
}

/** Starts it; resolves when its admin port answers, which is before it is ready. */
export async function startEnvoy(scope: Scope, options: EnvoyOptions): Promise<EnvoyProcess> {
  const folder = await scope.folder()
  const parsed = parseBootstrapOptions({ ...options.bootstrap, adminAddress: '127.0.0.1', adminPort: 0 })
  if (!parsed.ok) throw new Error(parsed.error.message)
  const file = join(folder, 'bootstrap.yaml')
  const logFile = join(folder, 'envoy.log')
  const adminFile = join(folder, 'admin-address')
  const text = renderBootstrap(parsed.value)
  await writeFile(file, options.rewrite?.(text) ?? text)
  const log = await open(logFile, 'a')
  const { nodeId } = parsed.value
  const running = await scope.start(
    `envoy ${nodeId}`,
    options.binary,
    [
      ...['-c', file, '--admin-address-path', adminFile],
      ...['--concurrency', String(options.concurrency ?? 2)],
      ...['--drain-time-s', String(options.drainTimeS ?? 2), '--parent-shutdown-time-s', '3'],
      ...['-l', options.logLevel ?? 'info'],
      // No shared memory, so that any number runs beside each other and nothing is left behind.
      '--disable-hot-restart',
    ],
    { stdio: ['ignore', log.fd, log.fd], cwd: folder },
  )
  await log.close()

  const admin = await until(`the admin port of ${nodeId}`, 10_000, async () => {
    const end = running.end()
    if (end !== undefined) return ''
    return (await readFile(adminFile, 'utf8').catch(() => '')).trim() || undefined
  })
  if (admin === '') {
    const said = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-5).join('\n')
    throw new Error(`envoy ${nodeId} ended at once:\n${said}`)
  }
  const get = async (path: string): Promise<string> => (await httpGet(`http://${admin}${path}`)).body
  const isReady = async (): Promise<boolean> => {
    const answer = await httpGet(`http://${admin}/ready`).catch(() => undefined)
    return answer?.status === 200
  }
  return {
    nodeId,
    process: running,
    admin,
    logFile,
    get,
    isReady,
    async ready(timeoutMs) {
      await until(`${nodeId} is ready`, timeoutMs, async () => (await isReady()) || undefined)
    },
    async stats(pattern) {
      return parseStats(await get(`/stats?filter=${encodeURIComponent(pattern)}`))
    },
    async stop() {
      await running.stop(2_000)
    },
  }
}

/** `name: 12` lines; histograms and texts are left out. */
export function parseStats(text: string): ReadonlyMap<string, number> {
  const stats = new Map<string, number>()
  for (const line of text.split('\n')) {
    const colon = line.lastIndexOf(': ')
    const value = Number(line.slice(colon + 2))
    if (colon > 0 && /^\d+$/.test(line.slice(colon + 2))) stats.set(line.slice(0, colon), value)
  }
  return stats
}
