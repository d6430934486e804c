// What becomes of registered endpoints over time, on real Envoys: leases, a control plane that dies, new incarnations, files.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { httpGet, until } from '../../src/demo/rig/index.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'
import { drain, holds, list, portsOf, registeredManifests, set } from './endpoints-scene.ts'

let fleet: Fleet | undefined
const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  await fleet?.close()
  fleet = undefined
})

const blue = 'default/checkout/blue.1'
const variants = ['sotw', 'delta'] as const
const statuses = (live: Fleet): Promise<readonly number[]> =>
  Promise.all(
    live.edges.map(
      async ({ port }) =>
        (await httpGet(`http://127.0.0.1:${port}/`, { headers: { host: 'shop.test' } })).status,
    ),
  )
const updates = (live: Fleet): Promise<readonly (number | undefined)[]> =>
  Promise.all(
    live.edges.map(async ({ envoy }) => {
      const stats = await envoy.stats(
        '^cluster\\.default/checkout/blue_1\\.(membership_change|update_no_rebuild)$',
      )
      return stats.get('cluster.default/checkout/blue_1.membership_change')
    }),
  )

describeWithEnvoy('registered endpoints', () => {
  it('lapse where others are left, stay where nobody is, and outlive a control plane that is killed', async () => {
    const live = await startFleet({ variants })
    fleet = live
    const [first = 0, second = 0] = portsOf(live, 'blue')
    await live.done(live.apply(registeredManifests(live.manifests())))
    await set(live, 'blue', [first], { owner: 'a' })
    await set(live, 'blue', [second], { owner: 'b', ttlMs: 1_500 })
    await live.ready()
    await holds(live, blue, [first, second])
    // b falls silent, a is left.
    await holds(live, blue, [first])
    await set(live, 'blue', [first], { owner: 'a', ttlMs: 1_500 })
    await until('the lease ran out and the endpoint is kept', 8_000, async () =>
      (await list(live)).some(({ state }) => state === 'LAPSED') ? true : undefined,
    )
    expect(await statuses(live)).toEqual([200, 200])
    await drain(live, 'blue', first).then(
      () => expect.unreachable('the last one was drained'),
      () => undefined,
    )
    const before = await updates(live)
    await live.controlPlane.kill()
    expect(await statuses(live)).toEqual([200, 200])
    await live.controlPlane.start()
    await until('both are back', 15_000, async () =>
      (await live.admin.call('Nodes', 'List', {})).nodes.every(({ connected }) => connected)
        ? true
        : undefined,
    )
    expect((await list(live)).map(({ state }) => state)).toEqual(['LAPSED'])
    await holds(live, blue, [first])
    expect(await statuses(live)).toEqual([200, 200])
    expect(await updates(live)).toEqual(before)
  }, 60_000)

  it('of a new release carry its traffic, and there is no way back to an incarnation that is gone', async () => {
    const live = await startFleet({ variants, serveArgs: ['--retire-delay', '1s'] })
    fleet = live
    const service = (releases: { blue: string; green: string }): string =>
      registeredManifests(live.service(releases))
    await live.done(live.apply(registeredManifests(live.manifests())))
    await set(live, 'blue', portsOf(live, 'blue'))
    await set(live, 'green', portsOf(live, 'green'), { release: '1' })
    await live.ready()
    await live.done(live.switchTo('green'))
    await live.done(live.rollback())
    // Green gets another release: what was registered ran the old one.
    const answer = await live.apply(service({ blue: '1', green: '2' }))
    if (answer.push !== '') await live.done(answer)
    await expect(live.switchTo('green')).rejects.toThrow(/none is registered for its release/)
    await expect(set(live, 'green', portsOf(live, 'green'), { incarnation: 1 })).rejects.toThrow(
      /green\.1 is gone; there is green\.2 \(release 2\)/,
    )
    await set(live, 'green', portsOf(live, 'green'), { release: '2' })
    await live.done(live.switchTo('green'))
    expect(await statuses(live)).toEqual([200, 200])
    await holds(live, 'default/checkout/green.2', portsOf(live, 'green'))
    const next = await live.apply(service({ blue: '3', green: '2' }))
    if (next.push !== '') await live.done(next)
    await expect(live.rollback()).rejects.toThrow(
      /"blue\.1" is gone, .*there are blue\.2 \(3, 0 endpoints\), green\.2 \(2, 2 endpoints\)/,
    )
  }, 60_000)

  it('come from a watched folder: half-written, broken and gone files change nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'verdigris-endpoints-'))
    folders.push(folder)
    const live = await startFleet({ variants: ['delta'], serveArgs: ['--endpoints-file', folder] })
    fleet = live
    const file = join(folder, 'checkout.yaml')
    const content = (ports: readonly number[], release = '1'): string =>
      `endpoints:\n  - service: checkout\n    environment: blue\n    release: "${release}"\n    endpoints:\n${ports
        .map((port) => `      - { address: 127.0.0.1, port: ${port} }\n`)
        .join('')}`
    const replace = (text: string): void => {
      writeFileSync(join(folder, '.next'), text)
      renameSync(join(folder, '.next'), file)
    }
    const [first = 0, second = 0] = portsOf(live, 'blue')
    // There before its Service: taken when that comes.
    replace(content([first]))
    await live.done(live.apply(registeredManifests(live.manifests())))
    await live.ready()
    await holds(live, blue, [first])
    replace(content([first, second]))
    await holds(live, blue, [first, second])
    for (const bad of [
      '',
      content([first]).slice(0, -12),
      'endpoints: {',
      content([70_000]),
      content([first, first]),
    ]) {
      replace(bad)
      await new Promise((resolve) => setTimeout(resolve, 700))
      await holds(live, blue, [first, second])
    }
    replace(content([second]))
    await holds(live, blue, [second])
    renameSync(file, join(folder, 'aside.txt'))
    await new Promise((resolve) => setTimeout(resolve, 700))
    await holds(live, blue, [second])
    expect((await list(live)).map(({ owner }) => owner)).toEqual(['file:checkout.yaml'])
  }, 60_000)
})
