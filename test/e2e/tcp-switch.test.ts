// TCP on real Envoys: connections under load while their service is switched, split, rolled back, refused and left alone by a
// control plane that restarts. None that runs is cut, none that is new fails, and each goes where the traffic says.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterEach, expect, it } from 'vitest'
import { freePorts, until } from '../../src/demo/rig/index.ts'
import type { SupportedEnvoy } from '../../src/envoy-binary/index.ts'
import { dial, type EchoBackend, type EchoConnection, startEcho, talk } from '../support/echo.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { createTrust } from '../support/trust.ts'
import { describeWithBothEnvoys, describeWithEnvoy, supportedEnvoys } from '../support/with-envoy.ts'

interface Scene {
  readonly fleet: Fleet
  readonly backends: readonly EchoBackend[]
  /** Of the TCP listener of each proxy. */
  readonly ports: readonly number[]
  move(environment: string): Promise<void>
  split(weights: Readonly<Record<string, number>>): Promise<void>
}

let scene: Scene | undefined
afterEach(async () => {
  await scene?.fleet.close()
  for (const one of scene?.backends ?? []) one.close()
  scene = undefined
})

const object = (kind: string, name: string, spec: object): string =>
  `${JSON.stringify({ apiVersion: 'verdigris.dev/v1alpha1', kind, metadata: { name }, spec })}\n---\n`

/** The Service of these backends; `green` runs another release where one is given. */
const serviceOf = (backends: readonly EchoBackend[], green = '1'): string =>
  object('Service', 'db', {
    ports: [{ name: 'tcp', protocol: 'TCP' }],
    environments: backends.map(({ name, port }) => ({
      name,
      release: { version: name === 'green' ? green : '1' },
      endpoints: { static: [{ address: '127.0.0.1', port }] },
    })),
  })

const gatewaysOf = (fleet: Fleet, ports: readonly number[], more: object = {}): string =>
  fleet.edges
    .map(({ name }, at) =>
      object('Gateway', `${name}-tcp`, {
        nodeGroups: [name],
        listeners: [
          {
            name: 'db',
            address: '127.0.0.1',
            port: ports[at],
            protocol: 'TCP',
            service: { name: 'db' },
            ...more,
          },
        ],
      }),
    )
    .join('')

interface More {
  readonly serveArgs?: readonly string[]
  /** Objects that go with the others. */
  readonly objects?: string
  /** More fields of the listeners. */
  readonly listener?: object
}

async function start(
  release: SupportedEnvoy,
  { serveArgs = [], objects = '', listener }: More = {},
): Promise<Scene> {
  const fleet = await startFleet({ variants: ['sotw', 'delta'], delayMs: 0, release, serveArgs })
  const backends = await Promise.all(['blue', 'green'].map(startEcho))
  const ports = await freePorts(2)
  await fleet.done(fleet.apply(fleet.manifests()))
  await fleet.ready()
  await fleet.done(fleet.apply([objects, serviceOf(backends), gatewaysOf(fleet, ports, listener)].join('')))
  const options = { reason: 'test' }
  return {
    ...{ fleet, backends, ports },
    async move(environment) {
      await fleet.done(fleet.admin.call('Traffic', 'Switch', { service: 'db', environment, options }))
    },
    async split(weights) {
      await fleet.done(fleet.admin.call('Traffic', 'Split', { service: 'db', weights, options }))
    },
  }
}

/** Connections that talk all the time, and new ones all the time. */
function startTalk(ports: readonly number[], each: number) {
  const faults: string[] = []
  let words = 0
  let dialled = 0
  let on = true
  const note = (cause: unknown): void => {
    if (on) faults.push(String(cause))
  }
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  async function long(port: number): Promise<void> {
    const connection = await dial(port)
    while (on) {
      words += 1
      await connection.say(`word ${words}`)
      await pause(2)
    }
    connection.end()
  }
  async function short(port: number): Promise<void> {
    while (on) {
      const connection = await dial(port)
      dialled += 1
      await connection.say(`once ${dialled}`)
      connection.end()
      await pause(3)
    }
  }
  const running = ports.flatMap((port) => [
    ...Array.from({ length: each }, () => long(port).catch(note)),
    ...Array.from({ length: 4 }, () => short(port).catch(note)),
  ])
  return {
    faults,
    counts: () => ({ words, dialled }),
    async stop() {
      on = false
      await Promise.all(running)
    },
  }
}

const some = (port: number, count: number): Promise<readonly EchoConnection[]> =>
  Promise.all(Array.from({ length: count }, () => dial(port)))

describeWithBothEnvoys('a TCP listener', () => {
  it.each(supportedEnvoys)(
    'cuts no running connection and fails no new one over 20 switches, splits and rollbacks, and shares by weight, on the %s Envoy',
    async (release) => {
      scene = await start(release)
      const { fleet, ports, move, split } = scene
      const talking = startTalk(ports, 20)
      const kept: EchoConnection[] = []
      for (let round = 0; round < 20; round += 1) {
        const to = round % 2 === 0 ? 'green' : 'blue'
        if (round === 8) await split({ blue: 5_000, green: 5_000 })
        if (round === 13) {
          const options = { reason: 'test' }
          await fleet.done(fleet.admin.call('Traffic', 'Rollback', { service: 'db', options }))
        } else await move(to)
        for (const port of ports) {
          const fresh = await some(port, 4)
          expect(fresh.map(({ backend }) => backend)).toEqual([to, to, to, to])
          kept.push(...fresh)
        }
        await Promise.all(kept.map((each, at) => each.say(`${round} ${at}`)))
      }
      expect(talking.faults).toEqual([])
      await talking.stop()
      expect(talking.faults).toEqual([])
      const { words, dialled } = talking.counts()
      expect(words).toBeGreaterThan(2_000)
      expect(dialled).toBeGreaterThan(200)
      expect(kept.filter((each) => each.isOpen())).toHaveLength(kept.length)
      expect(new Set(kept.map(({ backend }) => backend))).toEqual(new Set(['blue', 'green']))
      for (const each of kept) each.end()
      await split({ blue: 9_000, green: 1_000 })
      for (const port of ports) {
        const fresh = (await Promise.all([1, 2, 3, 4].map(() => some(port, 75)))).flat()
        const green = fresh.filter(({ backend }) => backend === 'green').length
        for (const each of fresh) each.end()
        // 30 of 300, four standard deviations.
        expect(green).toBeGreaterThan(9)
        expect(green).toBeLessThan(51)
      }
      for (const { envoy } of fleet.edges) {
        const stats = await envoy.get('/stats?filter=^listener_manager\\.')
        expect(stats).toContain('listener_manager.listener_modified: 0')
        expect(stats).toContain('listener_manager.total_listeners_draining: 0')
      }
    },
    60_000,
  )
})

describeWithEnvoy('a TCP listener', () => {
  it('lives through a control plane that is killed, and through the retirement of the cluster that it is on', async () => {
    scene = await start('newest', { serveArgs: ['--retire-delay', '200ms'] })
    const { fleet, ports, backends, move } = scene
    const talking = startTalk(ports, 5)
    await move('green')
    const old = (await Promise.all(ports.map((port) => some(port, 3)))).flat()
    await fleet.controlPlane.kill()
    await Promise.all(old.map((each) => each.say('nobody decides')))
    expect((await some(ports[0] ?? 0, 1))[0]?.backend).toBe('green')
    await fleet.controlPlane.start()
    await move('blue')
    await fleet.done(fleet.apply(serviceOf(backends, '2')))
    for (const { envoy } of fleet.edges) {
      await until('the end of green.1', 20_000, async () => {
        const held = await envoy.get('/clusters')
        return held.includes('default/db/green.2') && !held.includes('default/db/green.1') ? true : undefined
      })
    }
    await Promise.all(old.map((each) => each.say('its cluster is gone')))
    expect(talking.faults).toEqual([])
    await talking.stop()
    for (const each of old) each.end()
  }, 60_000)

  it('may change where it leads and how long it waits without a drain, and takes TLS', async () => {
    const trust = createTrust()
    const dir = mkdtempSync(join(tmpdir(), 'verdigris-secrets-'))
    const { cert, key } = trust.issue(['db.test'])
    writeFileSync(join(dir, 'db.crt'), cert)
    writeFileSync(join(dir, 'db.key'), key)
    const secret = object('Secret', 'db', { certificate: { chain: 'db.crt', key: 'db.key' } })
    const listener = { tls: { secrets: ['db'] } }
    scene = await start('newest', { serveArgs: ['--secrets-dir', dir], objects: secret, listener })
    const { fleet, ports, move } = scene
    const shake = (port: number) =>
      talk(connectTls({ host: '127.0.0.1', port, ca: trust.ca, servername: 'db.test' }))
    // The listener opens when it has its certificate, which it asks for when it is there.
    const answering = (port: number) => until('TLS', 5_000, () => shake(port).catch(() => undefined))
    const running = await Promise.all(ports.map(answering))
    await move('green')
    const fresh = await Promise.all(ports.map(shake))
    expect(fresh.map(({ backend }) => backend)).toEqual(['green', 'green'])
    await fleet.done(fleet.apply(gatewaysOf(fleet, ports, { ...listener, timeouts: { idle: '1s' } })))
    await Promise.all(running.map((each) => each.say('still there')))
    const [brief] = await Promise.all(ports.map(shake))
    await until('the end of an idle connection', 5_000, async () => (brief?.isOpen() ? undefined : true))
    for (const each of [...running, ...fresh]) each.end()
    rmSync(dir, { recursive: true, force: true })
  }, 60_000)

  it('refuses what a connection cannot be led by, with the reason', async () => {
    scene = await start('newest')
    const { fleet, ports } = scene
    const policy = (spec: object) => fleet.apply(object('TrafficPolicy', 'db', { service: 'db', ...spec }))
    await expect(policy({ stickiness: { header: 'x-user' } })).rejects.toThrow(/speaks TCP/)
    const route = { hosts: ['db.test'], rules: [{ service: { name: 'checkout' } }] }
    const gateways = [{ name: `${fleet.edges[0]?.name}-tcp` }]
    await expect(fleet.apply(object('Route', 'db', { ...route, gateways }))).rejects.toThrow(/takes TCP/)
    const listener = { service: { name: 'checkout' } }
    await expect(fleet.apply(gatewaysOf(fleet, ports, listener))).rejects.toThrow(/speaks HTTP, wanted TCP/)
  }, 60_000)
})
