// Endpoints that a deploy tool registers, on real Envoys: registered, drained and taken away under load, and the only ones
// of an environment that traffic is switched to.
import { afterEach, expect, it } from 'vitest'
import { httpGet, until } from '../../src/demo/rig/index.ts'
import { failuresByEnvoy } from '../support/envoy-counts.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'
import {
  drain,
  holds,
  patch,
  portsOf,
  registeredManifests,
  set,
  startTalker,
  type Talker,
} from './endpoints-scene.ts'

let fleet: Fleet | undefined
const talkers: Talker[] = []
afterEach(async () => {
  for (const talker of talkers.splice(0)) talker.close()
  await fleet?.close()
  fleet = undefined
})

const blue = 'default/checkout/blue.1'

describeWithEnvoy('registered endpoints', () => {
  it('come, drain and go under load without a failed request, and carry a switch, on SotW and delta', async () => {
    const live = await startFleet({ variants: ['sotw', 'delta'], serveArgs: ['--retire-delay', '2s'] })
    fleet = live
    const [first = 0, second = 0] = portsOf(live, 'blue')
    await live.done(live.apply(registeredManifests(live.manifests())))
    await set(live, 'blue', [first, second])
    await live.ready()
    await holds(live, blue, [first, second])

    const load = await live.load()
    await until('enough requests are in flight', 10_000, async () =>
      (await load.sample()).targets.every(({ inFlight }) => inFlight >= 20) ? true : undefined,
    )
    for (let round = 0; round < 6; round++) {
      const going = round % 2 === 0 ? first : second
      await drain(live, 'blue', going)
      await holds(live, blue, [first, second], [going])
      await patch(live, 'blue', { remove: [going] })
      await holds(live, blue, [going === first ? second : first])
      await patch(live, 'blue', { put: [going] })
      await holds(live, blue, [first, second])
    }
    // To an environment that has nobody, nothing goes; once somebody is registered, all of it does.
    await expect(live.switchTo('green')).rejects.toThrow(/environment "green" has no endpoints/)
    await set(live, 'green', portsOf(live, 'green'))
    await live.done(live.switchTo('green'))
    await until('green answers', 5_000, async () =>
      (await load.sample()).targets.every(({ environments }) => (environments.green ?? 0) > 100)
        ? true
        : undefined,
    )
    const total = await load.stop()
    expect(total.targets.map(({ failures }) => failures)).toEqual([{}, {}])
    expect(await Promise.all(live.edges.map(({ envoy }) => failuresByEnvoy(envoy)))).toEqual([[], []])
    for (const { sent } of total.targets) expect((sent / total.atMs) * 1_000).toBeGreaterThan(400)
  }, 60_000)

  it('fail requests where a backend is gone and stays registered: the load sees it', async () => {
    const live = await startFleet({ variants: ['delta'] })
    fleet = live
    const talker = await startTalker('gone')
    await live.done(live.apply(registeredManifests(live.manifests())))
    await set(live, 'blue', [...portsOf(live, 'blue'), talker.port])
    await live.ready()
    talker.close()
    const load = await live.load({ ratePerSecond: 100 })
    await until('a request fails', 5_000, async () =>
      (await load.sample()).targets.some(({ failed }) => failed > 0) ? true : undefined,
    )
    await load.stop()
  }, 30_000)

  it.each(['sotw', 'delta'] as const)(
    'get no new sessions while they drain, and keep a long stream to its end (%s)',
    async (variant) => {
      const live = await startFleet({ variants: [variant] })
      fleet = live
      const made = [await startTalker('one'), await startTalker('two'), await startTalker('three')]
      talkers.push(...made)
      const [one, two, three] = made
      if (one === undefined || two === undefined || three === undefined) throw new Error('not started')
      await live.done(live.apply(registeredManifests(live.manifests())))
      await set(live, 'blue', [one.port])
      await live.ready()
      const url = `http://127.0.0.1:${live.edges[0]?.port}`
      const headers = { host: 'shop.test' }
      const stream = httpGet(`${url}/stream`, { headers, timeoutMs: 20_000 })
      await until('the stream began', 5_000, async () => (one.requests() > 0 ? true : undefined))
      await patch(live, 'blue', { put: [two.port, three.port] })
      await drain(live, 'blue', one.port)
      // Two of three drain: more than half, and still Envoy's panic sends them nothing.
      await drain(live, 'blue', three.port)
      await holds(live, blue, [one.port, two.port, three.port], [one.port, three.port])
      const before = [one.requests(), three.requests()]
      const answers = await Promise.all(Array.from({ length: 60 }, () => httpGet(`${url}/`, { headers })))
      expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['two']))
      expect([one.requests(), three.requests()]).toEqual(before)
      // The last one that takes new requests is not drained by mistake.
      await expect(drain(live, 'blue', two.port)).rejects.toThrow(
        /would have no endpoint left for new requests/,
      )
      one.endStreams()
      expect((await stream).body).toMatch(/^one begins\n\.+\none ends$/)
      await drain(live, 'blue', one.port, true)
      await holds(live, blue, [one.port, two.port, three.port], [three.port])
    },
    40_000,
  )
})
