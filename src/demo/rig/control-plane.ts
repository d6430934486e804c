// Our own `verdigris serve` as a process: started on given ports, killed, started again on the same folder and ports.
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { childScript } from './child-script.ts'
import { httpGet, until } from './http-get.ts'
import type { Running, Scope } from './scope.ts'

export interface ControlPlanePorts {
  readonly xds: number
  readonly admin: number
  readonly http: number
}

export interface ControlPlane {
  readonly ports: ControlPlanePorts
  readonly dataDir: string
  readonly logFile: string
  /** The process of this moment; another one after each start. */
  process(): Running
  /** SIGKILL: no time for any last word. */
  kill(): Promise<void>
  /** Starts it again on the same folder and ports; resolves when it is ready. */
  start(): Promise<void>
  stop(): Promise<void>
}

export interface ControlPlaneOptions {
  readonly ports: ControlPlanePorts
  /** Default: a new folder of the scope. */
  readonly dataDir?: string
  /** More arguments of `serve`. */
  readonly args?: readonly string[]
  /** Another script that takes the same arguments (a composition for tests). Default: the CLI. */
  readonly script?: string
}

/** What a user has set for their own control plane must not reach this one. */
export const withoutOurVariables: Readonly<Record<string, undefined>> = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => name.startsWith('VERDIGRIS_'))
    .map((name) => [name, undefined]),
)

/** The compiled command. */
export const cliScript = (): string =>
  join(childScript('guard-child'), '..', '..', '..', 'cli', 'verdigris.js')

/** Starts the control plane; resolves when it has its ports and its /readyz says so. Rejects with the end of its log when not. */
export async function startControlPlane(scope: Scope, options: ControlPlaneOptions): Promise<ControlPlane> {
  const { ports } = options
  const dataDir = options.dataDir ?? join(await scope.folder(), 'data')
  const logFile = join(await scope.folder(), 'verdigris.log')
  let running: Running | undefined

  async function start(): Promise<void> {
    const log = await open(logFile, 'a')
    const { size: saidBefore } = await log.stat()
    const one = await scope.start(
      'verdigris',
      process.execPath,
      [
        ...[options.script ?? cliScript(), 'serve', '--data-dir', dataDir],
        ...['--xds-port', String(ports.xds), '--admin-port', String(ports.admin)],
        ...['--http-port', String(ports.http), ...(options.args ?? [])],
      ],
      { stdio: ['ignore', log.fd, log.fd], env: withoutOurVariables },
    )
    await log.close()
    running = one
    await until('the control plane is ready', 60_000, async () => {
      const end = one.end()
      if (end !== undefined) return 'ended'
      // Until it says that it has its ports, whoever answers there is another one: it must never be commanded.
      const said = (await readFile(logFile)).subarray(saidBefore).toString()
      if (!said.includes('"event":"serving"')) return undefined
      const answer = await httpGet(`http://127.0.0.1:${ports.http}/readyz`, { timeoutMs: 1_000 })
      return answer.status === 200 ? 'ready' : undefined
    })
    const end = one.end()
    if (end === undefined) return
    const said = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-8).join('\n')
    throw new Error(`verdigris serve ended with ${end.signal ?? end.code}:\n${said}`)
  }

  await start()
  return {
    ports,
    dataDir,
    logFile,
    process() {
      if (running === undefined) throw new Error('the control plane was never started')
      return running
    },
    start,
    async kill() {
      await running?.kill()
    },
    async stop() {
      await running?.stop(12_000)
    },
  }
}
