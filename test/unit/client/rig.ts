// A whole control plane in this process, with the manifests of examples/single, and a way to it that can be cut.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect as connectSocket, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../../src/config.ts'
import { type Serving, serve } from '../../../src/main.ts'
import { createLogger } from '../../../src/ops/index.ts'

export interface Plane {
  readonly xds: number
  readonly admin: number
  readonly http: number
  /** Stops it and starts it again on the same ports and data. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const examples = join(import.meta.dirname, '..', '..', '..', 'examples', 'single')
export const manifests = ['fleet.yaml', 'checkout.yaml'].map((name) => ({
  name,
  text: readFileSync(join(examples, name), 'utf8'),
}))

/** `flags`: of `verdigris serve`, beside ports and folder. */
export async function startPlane(flags: Readonly<Record<string, string>> = {}): Promise<Plane> {
  const folder = mkdtempSync(join(tmpdir(), 'verdigris-client-'))
  const start = async (admin: number, http: number): Promise<Serving> => {
    const ports = { 'xds-port': '0', 'admin-port': String(admin), 'http-port': String(http) }
    const config = loadConfig({
      flags: { 'data-dir': join(folder, 'data'), settle: '0s', ...ports, ...flags },
      env: {},
    })
    if (!config.ok) throw new Error(config.error.message)
    const started = await serve(config.value, { log: createLogger({ level: 'fatal', format: 'json' }) })
    if (!started.ok) throw new Error(started.error.message)
    return started.value
  }
  let running = await start(0, 0)
  const admin = running.addresses.admin.port
  const http = running.addresses.http.port
  return {
    xds: running.addresses.xds.port,
    admin,
    http,
    restart: async () => {
      await running.stop()
      running = await start(admin, http)
    },
    stop: async () => {
      await running.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface Relay {
  readonly port: number
  /** Connections made so far. */
  readonly connections: () => number
  /** `pass`: both ways. `deaf`: what the server says is lost. `closed`: connections are refused, open ones broken. */
  set(mode: 'pass' | 'deaf' | 'closed'): void
  close(): void
}

/** A TCP way to a port. */
export async function startRelay(target: number): Promise<Relay> {
  let mode: 'pass' | 'deaf' | 'closed' = 'pass'
  let connections = 0
  const open = new Set<Socket>()
  const cut = (): void => {
    for (const socket of open) socket.destroy()
    open.clear()
  }
  const server = createServer((near) => {
    connections += 1
    if (mode === 'closed') return void near.destroy()
    const far = connectSocket(target, '127.0.0.1')
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => undefined)
    }
    near.on('close', () => far.destroy()).on('data', (bytes) => far.write(bytes))
    far.on('close', () => near.destroy()).on('data', (bytes) => mode === 'pass' && near.write(bytes))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => connections,
    set: (next) => {
      mode = next
      if (next === 'closed') cut()
    },
    close: () => {
      cut()
      server.close()
    },
  }
}

/** What a call was rejected with. */
export async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  try {
    await call
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
