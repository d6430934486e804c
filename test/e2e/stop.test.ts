// The graceful stop, on the real process: in the middle of every phase under load, and with everything stuck that can be.

import { readdir, readFile, readlink } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { connect } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { credentials, Client as GrpcClient } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient } from '../../src/client/index.ts'
import {
  type ControlPlane,
  freePorts,
  httpGet,
  openScope,
  type Scope,
  startControlPlane,
  until,
} from '../../src/demo/rig/index.ts'
import { edgeText, manyServices, serviceText } from '../bench/manifests.ts'
import { configurationOf, failuresByEnvoy } from '../support/envoy-counts.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { runCli } from '../support/run-cli.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'
import { request, stall } from '../unit/xds/support/ads-client.ts'

let fleet: Fleet | undefined
let scope: Scope | undefined
afterEach(async () => {
  await fleet?.close()
  await scope?.close()
  fleet = undefined
  scope = undefined
})

/** SIGTERM; how it ended, and after how long. */
async function terminate(controlPlane: ControlPlane): Promise<{ code: number | undefined; tookMs: number }> {
  const running = controlPlane.process()
  const began = performance.now()
  running.child.kill('SIGTERM')
  const { code } = await running.ended
  return { code, tookMs: performance.now() - began }
}

/** The last line of the log with this event. */
async function logged(
  controlPlane: ControlPlane,
  event: string,
): Promise<Record<string, unknown> | undefined> {
  const lines = (await readFile(controlPlane.logFile, 'utf8')).split('\n')
  const found = lines.filter((line) => line.includes(`"event":"${event}"`)).at(-1)
  return found === undefined ? undefined : JSON.parse(found)
}

describeWithEnvoy('a stop in the middle of a push', () => {
  it('loses no request and sends nothing twice, in whichever phase it comes', async () => {
    fleet = await startFleet({
      // The last one has no load: it is paused to keep a push in its phase.
      variants: ['sotw', 'delta', 'delta'],
      healthChecks: true,
      serveArgs: ['--retire-delay', '1s', '--stop-grace', '3s', '--switch-timeout', '20s'],
    })
    const { controlPlane, admin, edges } = fleet
    await fleet.done(fleet.apply(fleet.manifests()))
    await fleet.ready()
    const paused = edges[2]?.envoy ?? expect.fail()
    const served = edges.slice(0, 2)
    const load = await fleet.load({
      targets: served.map(({ name, port }) => ({
        ...{ name, host: '127.0.0.1', port, authority: 'shop.test', path: '/', ratePerSecond: 200 },
      })),
    })
    const counters = () => Promise.all(served.map(({ envoy }) => configurationOf(envoy)))
    const phaseOf = async (id: string) => (await admin.call('Push', 'Get', { id })).phase.slice(11)
    const phase = (id: string, wanted: string) =>
      until(`push ${id} is ${wanted}`, 10_000, async () => (await phaseOf(id)) === wanted || undefined)
    const back = () =>
      until('every proxy is back', 15_000, async () => {
        const { nodes } = await admin.call('Nodes', 'List', {}, 2_000)
        return (
          nodes.filter(({ connected, holds }) => connected && holds !== undefined).length === 3 || undefined
        )
      })
    const stopAndStart = async (meanwhile?: () => void): Promise<void> => {
      const ended = await terminate(controlPlane)
      expect(ended.code).toBe(0)
      expect(ended.tookMs).toBeLessThan(20_000)
      meanwhile?.()
      await controlPlane.start()
      await back()
      // Whatever is sent at a reconnect has been sent by now.
      await pause(500)
    }

    // Nothing under way: nothing changes anywhere.
    const before = await counters()
    await stopAndStart()
    expect(await counters()).toEqual(before)

    // Preparing: handed over at once, and done after the start.
    paused.process.child.kill('SIGSTOP')
    const released = await fleet.apply(fleet.service({ blue: '1', green: '2' }))
    await phase(released.push, 'PREPARING')
    await until('the others have the new clusters', 5_000, async () => {
      const all = await counters()
      return all.every((stats, index) => added(stats) === added(before[index] ?? {}) + 1) || undefined
    })
    const prepared = await counters()
    await stopAndStart(() => void paused.process.child.kill('SIGCONT'))
    expect(await logged(controlPlane, 'pushes_handed_over')).toMatchObject({
      pushes: [{ push: released.push, step: 'preparing' }],
    })
    await fleet.done(released)
    expect(reloadsAndChanges(await counters())).toEqual(reloadsAndChanges(prepared))

    // Switching: it waits a bounded time for the last ACK, and goes on after the start.
    paused.process.child.kill('SIGSTOP')
    const unmoved = await counters()
    const switched = await fleet.switchTo('green')
    await phase(switched.push, 'SWITCHING')
    await stopAndStart(() => void paused.process.child.kill('SIGCONT'))
    expect(await logged(controlPlane, 'pushes_handed_over')).toMatchObject({
      pushes: [{ push: switched.push, step: 'switching' }],
    })
    await fleet.done(switched)
    const moved = await counters()
    expect(moved.map(reloads)).toEqual(unmoved.map((stats) => reloads(stats) + 1))

    // Switching, and the last ACK comes while it stops: who waits for it is told, and nothing is handed over.
    paused.process.child.kill('SIGSTOP')
    const late = await fleet.rollback()
    await phase(late.push, 'SWITCHING')
    const waiting = admin.call('Push', 'Wait', { id: late.push, timeout: { seconds: 20, nanos: 0 } })
    waiting.catch(() => undefined)
    setTimeout(() => paused.process.child.kill('SIGCONT'), 400)
    await stopAndStart()
    expect(await waiting).toMatchObject({ outcome: 'REACHED', push: { phase: 'PUSH_PHASE_DONE' } })
    expect((await logged(controlPlane, 'pushes_handed_over'))?.pushes).toMatchObject([
      { push: switched.push },
    ])

    // On its way back: goes on going back.
    paused.process.child.kill('SIGSTOP')
    const regretted = await fleet.switchTo('green')
    await phase(regretted.push, 'SWITCHING')
    await admin.call('Push', 'Abort', { id: regretted.push, reason: 'regretted' })
    await phase(regretted.push, 'REVERTING')
    const waited = runCli([
      ...['push', 'watch', regretted.push, '--server', `127.0.0.1:${controlPlane.ports.admin}`],
    ])
    await until('the command line watches', 15_000, async () => {
      const { body } = await httpGet(`http://127.0.0.1:${controlPlane.ports.http}/metrics`)
      return body.includes('\nverdigris_admin_watchers 1\n') || undefined
    })
    await stopAndStart(() => void paused.process.child.kill('SIGCONT'))
    expect((await admin.ended(regretted)).phase).toBe('PUSH_PHASE_REVERTED')
    // The command line has waited for the server, and tells the end.
    expect(await waited).toMatchObject({ status: 4, stdout: expect.stringContaining('reverted') })

    // Retiring: the cluster that left goes after the start.
    await fleet.done(fleet.apply(fleet.service({ blue: '1', green: '3' })))
    await stopAndStart()
    await until('the old cluster is gone', 10_000, async () => {
      const names = [...((await served[0]?.envoy.stats('membership_total$')) ?? new Map()).keys()]
      return names.filter((name) => name.includes('green')).length === 1 || undefined
    })

    const { targets } = await load.stop()
    for (const { failures, turns } of targets) {
      expect(failures).toEqual({})
      expect(turns.map(({ environment }) => environment)).toEqual(['blue', 'green', 'blue', 'green', 'blue'])
    }
    for (const { envoy } of served) expect(await failuresByEnvoy(envoy)).toEqual([])
  }, 240_000)
})

const sumOf = (stats: Readonly<Record<string, number>>, names: RegExp): number =>
  Object.entries(stats)
    .filter(([name]) => names.test(name))
    .reduce((sum, [, value]) => sum + value, 0)
const added = (stats: Readonly<Record<string, number>>): number => sumOf(stats, /cluster_added/)
const reloads = (stats: Readonly<Record<string, number>>): number => sumOf(stats, /config_reload/)
const reloadsAndChanges = (all: readonly Readonly<Record<string, number>>[]): number[] =>
  all.map((stats) => sumOf(stats, /config_reload|modified|listener/))

describeWithEnvoy('a stop with everything stuck', () => {
  it('says so first, tells who waits, refuses what is new, and ends in its grace with status 0', async () => {
    const { controlPlane, admin, push, proxy } = await stuckPush(['--stop-grace', '4s', '--settle', '3s'])
    const { ports } = controlPlane
    const server = `127.0.0.1:${ports.admin}`
    // Readers that do not read: of ADS, of events; an HTTP client that keeps its connection, one that never ends its request.
    const stalled = stall(ports.xds, 'sotw', request('sotw', 'cds', { node: 'stalled', cluster: 'edge-1' }))
    const watcher = connect(`http://${server}`, { settings: { initialWindowSize: 0 } })
    watcher.on('error', () => undefined)
    const watch = watcher.request({
      ...{ ':method': 'POST', ':path': '/verdigris.admin.v1alpha1.Events/Watch' },
      ...{ 'content-type': 'application/grpc', te: 'trailers' },
    })
    watch.on('error', () => undefined)
    // `from_id: 1`: everything that has happened.
    watch.write(Buffer.from([0, 0, 0, 0, 2, 8, 1]))
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    await new Promise((resolve) =>
      get({ host: '127.0.0.1', port: ports.http, path: '/healthz', agent }, (answer) =>
        answer.resume().on('end', resolve),
      ),
    )
    const half = connectTcp(ports.http, '127.0.0.1')
    half.on('error', () => undefined)
    half.write('GET /metrics HTTP/1.1\r\n')
    const waited = admin.call('Push', 'Wait', { id: push, timeout: { seconds: 60, nanos: 0 } }).then(
      () => 'answered',
      (cause: Error) => cause.message,
    )
    const health = watchHealth(server)
    await until('health says SERVING', 5_000, async () => health.said[0])

    const ended = terminate(controlPlane)
    const readyz = await until('readyz says that it stops', 2_000, async () => {
      const answer = await httpGet(`http://127.0.0.1:${ports.http}/readyz`, { timeoutMs: 500 })
      return answer.status === 503 ? answer.body : undefined
    })
    expect(readyz).toBe('not ready: the server is stopping\n')
    await expect(admin.call('Traffic', 'Rollback', { service: 'checkout' })).rejects.toThrow(
      'the server is stopping, and nothing was changed: send it again when it is back',
    )
    expect((await admin.call('Push', 'Get', { id: push })).phase).toBe('PUSH_PHASE_SWITCHING')
    expect(health.said).toEqual([serving, notServing])

    const { code, tookMs } = await ended
    expect(await logged(controlPlane, 'stop_late')).toBeUndefined()
    expect(code).toBe(0)
    expect(tookMs).toBeLessThan(20_000)
    expect(await waited).toBe(
      `the server is stopping; push ${push} is switching and goes on when it is back: wait again then`,
    )
    expect(await logged(controlPlane, 'stop_late')).toBeUndefined()
    proxy.child.kill('SIGCONT')
    for (const close of [stalled.close, () => watcher.destroy(), () => agent.destroy(), () => half.destroy()])
      close()
    health.close()
    await controlPlane.start()
    // The reader that did not read is in the inventory, and has not come back.
    expect(await admin.ended({ ...noAnswer, push })).toMatchObject({
      phase: 'PUSH_PHASE_SPLIT',
      verdict: expect.stringContaining('split 1 of 2'),
    })
  }, 60_000)

  it.each([
    ['SIGTERM', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
    ['SIGINT', 'SIGINT'],
  ] as const)('ends at once when it is asked twice (%s, %s), and loses nothing', async (first, second) => {
    const { controlPlane, admin, push, proxy } = await stuckPush(['--stop-grace', '30s'])
    const running = controlPlane.process()
    running.child.kill(first)
    await until('it stops', 5_000, () => logged(controlPlane, 'stopping'))
    await pause(200)
    const began = performance.now()
    running.child.kill(second)
    expect((await running.ended).code).toBe(130)
    expect(performance.now() - began).toBeLessThan(2_000)
    proxy.child.kill('SIGCONT')
    await controlPlane.start()
    expect((await admin.ended({ ...noAnswer, push })).phase).toBe('PUSH_PHASE_DONE')
  })
})

describe('a stop in the middle of a big change', () => {
  it('keeps a big change that is being written, or has not begun it', async () => {
    const { controlPlane, server } = await started(['--stop-grace', '5s'])
    const client = createClient({ server, timeoutMs: 30_000, tls: {} })
    if (!client.ok) throw new Error(client.error.message)
    // Several in the row: the first is under way, the other waits for its turn.
    const asked = [200, 201].map((services, index) =>
      client.value.call('Config', 'Apply', {
        sources: [{ name: 'world.yaml', text: world(services) }],
        options: { reason: 'big', requestId: `big-${index}` },
      }),
    )
    await pause(250)
    // How long it takes to hear the signal is the machine's matter; the rooms end in their time.
    expect((await terminate(controlPlane)).code).toBe(0)
    expect(await logged(controlPlane, 'stop_late')).toBeUndefined()
    const answers = await Promise.all(asked)
    await controlPlane.start()
    for (const [index, answer] of answers.entries()) {
      // Answered and there; or refused, and sent again it is done now.
      if (!answer.ok) expect(answer.error.kind, JSON.stringify(answer.error)).toMatch(/refused|unreachable/)
      const again = await client.value.call('Config', 'Apply', {
        sources: [{ name: 'world.yaml', text: world(200 + index) }],
        options: { reason: 'big', requestId: `big-${index}` },
      })
      if (!again.ok) throw new Error(JSON.stringify(again.error))
      if (answer.ok) expect(again.value.revision).toBe(answer.value.revision)
    }
    client.value.close()
  }, 60_000)

  it('while the state is still being loaded ends with status 0', async () => {
    const { controlPlane } = await started([])
    await controlPlane.stop()
    const starting = controlPlane.start().catch((cause: Error) => cause.message)
    const before = controlPlane.process()
    await until('it is starting', 5_000, async () => controlPlane.process() !== before || undefined, 1)
    const running = controlPlane.process()
    await until(
      'it opens its store',
      10_000,
      async () => (await hasOpen(running.pid, controlPlane.dataDir)) || undefined,
      1,
    )
    running.child.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
    await starting
  })
})

/** Whether a process has a file of this folder open. */
async function hasOpen(pid: number, folder: string): Promise<boolean> {
  const fds = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const files = await Promise.all(fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')))
  return files.some((file) => file.startsWith(folder))
}

/** A switch that is decided, and waits for a proxy that does not answer: it is paused. */
async function stuckPush(args: readonly string[]) {
  fleet = await startFleet({ variants: ['delta'], serveArgs: ['--switch-timeout', '60s', ...args] })
  await fleet.done(fleet.apply(fleet.manifests()))
  await fleet.ready()
  const proxy = fleet.edges[0]?.envoy.process ?? expect.fail()
  proxy.child.kill('SIGSTOP')
  const { push } = await fleet.switchTo('green')
  return { controlPlane: fleet.controlPlane, admin: fleet.admin, push, proxy }
}

const noAnswer = {
  ...{ revision: 0, objects: [], notes: [], dryRun: false },
  phase: 'PUSH_PHASE_UNSPECIFIED' as const,
}

/** As grpc.health.v1 numbers them. */
const serving = 1
const notServing = 2

/** What the health service says, one after another. */
function watchHealth(server: string): { readonly said: readonly number[]; close(): void } {
  const client = new GrpcClient(server, credentials.createInsecure())
  const said: number[] = []
  client
    .makeServerStreamRequest(
      '/grpc.health.v1.Health/Watch',
      () => Buffer.alloc(0),
      (bytes: Buffer) => bytes[1] ?? 0,
      {},
    )
    .on('data', (status: number) => said.push(status))
    .on('error', () => undefined)
  return { said, close: () => client.close() }
}

/** Many services on one gateway. */
const world = (services: number): string =>
  [edgeText(10_000), ...manyServices(services, ['blue', 'green'], 10).map(serviceText)].join('---\n')

/** A control plane without proxies. */
async function started(args: readonly string[]): Promise<{ controlPlane: ControlPlane; server: string }> {
  scope = await openScope('stop')
  const [xds = 0, admin = 0, http = 0] = await freePorts(3)
  const controlPlane = await startControlPlane(scope, { ports: { xds, admin, http }, args })
  return { controlPlane, server: `127.0.0.1:${admin}` }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
