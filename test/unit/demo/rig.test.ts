// The rig that every claim about lost requests rests on: its counts have to be right, and it has to leave nothing behind.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  freePorts,
  type LoadConfig,
  mixedTravels,
  openScope,
  parseStats,
  type Scope,
  startBackends,
  startControlPlane,
  startLoad,
  thisPortOrFree,
  until,
} from '../../../src/demo/rig/index.ts'

let scope: Scope
beforeEach(async () => {
  scope = await openScope('rig')
})
afterEach(() => scope.close())

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
const config = (port: number, part: Partial<LoadConfig> = {}): LoadConfig => ({
  targets: [
    { name: 'edge-1', host: '127.0.0.1', port, authority: 'shop.test', path: '/', ratePerSecond: 400 },
  ],
  mix: mixedTravels,
  timeoutMs: 1_000,
  reportEveryMs: 50,
  ...part,
})
const only = (travel: keyof LoadConfig['mix']): LoadConfig['mix'] => ({
  'h1-kept': 0,
  'h1-new': 0,
  'h2-kept': 0,
  'h2-new': 0,
  [travel]: 1,
})
const backend = (protocol: 'HTTP' | 'HTTP2', delayMs = 20) => ({
  environment: 'blue',
  instance: 'blue-1',
  protocol,
  delayMs,
  port: 0,
})
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('a scope', () => {
  it('ends its processes and removes its folders when it closes, also those that ignore SIGTERM', async () => {
    const folder = await scope.folder()
    const stubborn = await scope.start('stubborn', 'sh', ['-c', 'trap "" TERM; while :; do sleep 0.1; done'])
    await scope.close()
    expect(alive(stubborn.pid)).toBe(false)
    expect(existsSync(folder)).toBe(false)
  })

  it('says what could not be started', async () => {
    await expect(scope.start('ghost', '/nowhere/ghost', [])).rejects.toThrow(
      'ghost cannot be started: spawn /nowhere/ghost ENOENT',
    )
  })

  it('leaves nothing behind when its owner is killed', async () => {
    const dist = new URL('../../../dist/demo/rig/index.js', import.meta.url).href
    const script = `
      import { openScope } from ${JSON.stringify(dist)}
      const scope = await openScope('rig')
      const folder = await scope.folder()
      const one = await scope.start('one', 'sleep', ['60'])
      console.log(JSON.stringify({ folder, pid: one.pid }))
      setInterval(() => {}, 1000)`
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const line = await new Promise<string>((resolve) => {
      createInterface({ input: owner.stdout }).once('line', resolve)
    })
    const { folder, pid } = JSON.parse(line) as { folder: string; pid: number }
    expect([alive(pid), existsSync(folder)]).toEqual([true, true])
    owner.kill('SIGKILL')
    await until('all is gone', 5_000, async () => (!alive(pid) && !existsSync(folder)) || undefined)
  })
})

describe('the load', () => {
  it.each([
    ['h1-kept', 'HTTP'],
    ['h1-new', 'HTTP'],
    ['h2-kept', 'HTTP2'],
    ['h2-new', 'HTTP2'],
  ] as const)('counts every %s request once', async (travel, protocol) => {
    const { instances } = await startBackends(scope, [backend(protocol)])
    const load = await startLoad(scope, config(instances[0]?.port ?? 0, { mix: only(travel) }))
    await until(
      '100 requests',
      5_000,
      async () => ((await load.sample()).targets[0]?.sent ?? 0) >= 100 || undefined,
    )
    const total = (await load.stop()).targets[0]
    expect(total).toMatchObject({ failed: 0, failures: {}, inFlight: 0 })
    expect(total?.ok).toBe(total?.sent)
    expect(total?.environments).toEqual({ blue: total?.ok })
    expect(total?.travels[travel]).toBe(total?.sent)
  })

  it('notes where traffic turned, by what was sent after the turn, and not by what was in flight', async () => {
    let environment = 'blue'
    const server = createHttpServer((_, response) => {
      const answered = environment
      // Answers come 60 ms late and in their old colour: those in flight at a turn are no step back.
      setTimeout(() => response.setHeader('x-environment', answered).end('{}'), 60)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const load = await startLoad(scope, config(port, { mix: only('h1-kept') }))
    const turnsTo = (count: number) =>
      until(
        `${count} turns`,
        5_000,
        async () => (await load.sample()).targets[0]?.turns.length === count || undefined,
      )
    await turnsTo(1)
    environment = 'green'
    await turnsTo(2)
    environment = 'blue'
    await turnsTo(3)
    await pause(200)
    const total = (await load.stop()).targets[0]
    expect(total?.turns.map((turn) => turn.environment)).toEqual(['blue', 'green', 'blue'])
    server.close()
  })

  it('keeps the rate and has requests in flight when answers take their time', async () => {
    const { instances } = await startBackends(scope, [backend('HTTP', 100)])
    const load = await startLoad(scope, config(instances[0]?.port ?? 0, { mix: only('h1-kept') }))
    await pause(600)
    const { targets, atMs } = await load.sample()
    // 400 a second, 100 ms each: 40 at any time.
    expect(targets[0]?.inFlight).toBeGreaterThan(20)
    expect((targets[0]?.sent ?? 0) / atMs).toBeGreaterThan(0.3)
  })

  it('counts refused connections, answers that never come, connections cut before the answer, and 5xx, each by its name', async () => {
    const sockets = new Set<{ destroy(): void }>()
    const listen = (answer: string | undefined, then?: 'destroy') =>
      new Promise<number>((resolve) => {
        const server = createServer((socket) => {
          sockets.add(socket)
          socket.on('error', () => undefined)
          socket.on('data', () => {
            if (answer !== undefined) socket.write(answer)
            if (then === 'destroy') socket.destroy()
          })
        })
        server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
        server.unref()
      })
    const [closedPort = 0] = await freePorts(1)
    const ports = {
      refused: closedPort,
      silent: await listen(undefined),
      cut: await listen(undefined, 'destroy'),
      failing: await listen(
        'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 19\r\n\r\nno healthy upstream',
      ),
      anonymous: await listen('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'),
    }
    const load = await startLoad(
      scope,
      config(0, {
        targets: Object.entries(ports).map(([name, port]) => ({
          ...{ name, host: '127.0.0.1', port, authority: 'shop.test', path: '/', ratePerSecond: 40 },
        })),
        mix: only('h1-kept'),
        timeoutMs: 300,
      }),
    )
    await until('a failure of each', 20_000, async () => {
      const { targets } = await load.sample()
      return targets.every(({ failed }) => failed > 0) || undefined
    })
    const { targets } = await load.stop()
    for (const socket of sockets) socket.destroy()
    expect(Object.fromEntries(targets.map(({ name, failures }) => [name, Object.keys(failures)]))).toEqual({
      refused: ['connect ECONNREFUSED'],
      silent: ['timeout'],
      cut: [expect.stringMatching(/^request (closed|ECONNRESET)$/)],
      failing: ['503 no healthy upstream'],
      anonymous: ['200 without an environment'],
    })
    for (const target of targets) expect(target.failed, target.name).toBe(target.sent)
  })
})

describe('ports', () => {
  it('keeps a wanted port that is free, and takes another when it is not', async () => {
    const [free = 0] = await freePorts(1)
    expect(await thisPortOrFree(free)).toBe(free)
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(free, '127.0.0.1', resolve))
    expect(await thisPortOrFree(free)).not.toBe(free)
    await new Promise((resolve) => holder.close(resolve))
  })
})

describe('parseStats', () => {
  it('reads counters and gauges, and leaves out texts and histograms', () => {
    const text = 'a.b: 12\ncluster.x::y.rq: 3\nversion: "1"\nhist: P0(nan,1) P50(nan,2)\n'
    expect([...parseStats(text)]).toEqual([
      ['a.b', 12],
      ['cluster.x::y.rq', 3],
    ])
  })
})

describe('the control plane of the rig', () => {
  it('is never another one that answers on its ports: that one would get the commands', async () => {
    const stranger = createHttpServer((_request, response) => response.end('ready'))
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
    const { port: http } = stranger.address() as AddressInfo
    const [xds = 0, admin = 0] = await freePorts(2)
    try {
      await expect(startControlPlane(scope, { ports: { xds, admin, http } })).rejects.toThrow(
        /verdigris serve ended with 1:[\s\S]* is taken by another process/,
      )
    } finally {
      stranger.close()
    }
  })
})
