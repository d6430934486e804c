// What listeners for TCP rest on: a tcp_proxy that comes by ECDS may change under running connections, on the oldest Envoy
// supported and the newest, SotW and delta. A bare server asks; the findings stand in docs/decisions/envoy-behaviour.md.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts, openScope, type Scope, until } from '../../src/demo/rig/index.ts'
import { typeUrlOf } from '../../src/envoy-api/index.ts'
import type { EchoConnection } from '../support/echo.ts'
import { describeWithBothEnvoys, envoyBinary, supportedEnvoys } from '../support/with-envoy.ts'
import { made, proxyTo, startTcpScene, type TcpScene, tcpListener, tcpProxy } from './support/tcp-scene.ts'

const columns = supportedEnvoys.flatMap((release) =>
  (['sotw', 'delta'] as const).map((variant) => ({ release, variant })),
)
const rounds = 20

describeWithBothEnvoys('a tcp_proxy by ECDS', () => {
  let scope: Scope
  beforeAll(async () => {
    scope = await openScope('tcp-ecds')
  })
  afterAll(() => scope?.close())

  describe.each(columns)('$release, $variant', ({ release, variant }) => {
    let scene: TcpScene
    beforeAll(async () => {
      scene = await startTcpScene(scope, { binary: envoyBinary(release), variant })
    }, 30_000)
    afterAll(() => scene?.close())
    /** Connections go to this backend from now on. */
    const leadsTo = (backend: string, port?: number): Promise<true> =>
      until(`connections to ${backend}`, 5_000, async () => {
        const one = await scene.dial(port).catch(() => undefined)
        one?.end()
        return one?.backend === backend || undefined
      })

    it('is ACKed and leads new connections elsewhere; running ones stay, and nothing drains', async () => {
      const all: EchoConnection[] = []
      for (let round = 0; round < rounds; round += 1) {
        const to = round % 2 === 0 ? 'green' : 'blue'
        expect((await scene.push('ecds', [proxyTo({ [to]: 10_000 })])).kind).toBe('ack')
        const fresh = await Promise.all([1, 2, 3, 4, 5].map(() => scene.dial()))
        expect(fresh.map(({ backend }) => backend)).toEqual(fresh.map(() => to))
        all.push(...fresh)
        await Promise.all(all.map((each, index) => each.say(`${round} ${index}`)))
      }
      expect(all.every((each) => each.isOpen())).toBe(true)
      expect(all).toHaveLength(rounds * 5)
      for (const each of all) each.end()
      expect(await scene.counter('listener_manager.listener_modified')).toBe(0)
      expect(await scene.counter('listener_manager.total_listeners_draining')).toBe(0)
    })

    it('splits by weight, connection by connection', async () => {
      await scene.push('ecds', [proxyTo({ blue: 9_000, green: 1_000 })])
      let green = 0
      for (let batch = 0; batch < 10; batch += 1) {
        const some = await Promise.all(Array.from({ length: 50 }, () => scene.dial()))
        green += some.filter(({ backend }) => backend === 'green').length
        for (const each of some) each.end()
      }
      // 50 of 500, four standard deviations.
      expect(green).toBeGreaterThan(23)
      expect(green).toBeLessThan(77)
    })

    it('stays as it was when one is refused: a weight of 0, none, another filter; the next is taken', async () => {
      await scene.push('ecds', [proxyTo({ blue: 10_000 })])
      await leadsTo('blue')
      const running = await scene.dial()
      const typed = (message: string) =>
        made('ecds', 'way', { name: 'way', typedConfig: { '@type': typeUrlOf(message) } })
      for (const bad of [
        proxyTo({ blue: 10_000, green: 0 }),
        proxyTo({}),
        typed(tcpProxy),
        typed('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation'),
      ]) {
        expect((await scene.push('ecds', [bad])).kind).toBe('nack')
        await running.say('still there')
        expect((await scene.dial()).backend).toBe('blue')
      }
      expect((await scene.push('ecds', [proxyTo({ green: 10_000 })])).kind).toBe('ack')
      await leadsTo('green')
      await running.say('still there')
    })

    it('is taken when it names a cluster that is not there, and then closes connections', async () => {
      expect((await scene.push('ecds', [proxyTo({ nowhere: 10_000 })])).kind).toBe('ack')
      await expect(scene.dial()).rejects.toThrow()
      await scene.push('ecds', [proxyTo({ blue: 10_000 })])
      await leadsTo('blue')
    })

    it('keeps running connections when their cluster is removed, or has no endpoints any more', async () => {
      const running = await scene.dial()
      expect(running.backend).toBe('blue')
      await scene.push('ecds', [proxyTo({ green: 10_000 })])
      await scene.withoutEndpoints('blue')
      await running.say('without endpoints')
      await scene.withoutCluster('blue')
      await running.say('without its cluster')
      await new Promise((resolve) => setTimeout(resolve, 300))
      await running.say('a while later')
      await scene.restore()
    })

    it('keeps a listener without default from its port until it comes; one with a default starts with that', async () => {
      const [late = 0, defaulted = 0] = await freePorts(2)
      const usual = tcpListener('tcp', scene.port)
      const usualWay = proxyTo({ blue: 10_000 })
      const lateListener = tcpListener('late', late, {}, 'late')
      expect((await scene.push('lds', [usual, lateListener])).kind).toBe('ack')
      await new Promise((resolve) => setTimeout(resolve, 300))
      await expect(scene.dial(late)).rejects.toThrow('ECONNREFUSED')
      const lateWay = proxyTo({ green: 10_000 }, 'late')
      await scene.push('ecds', [usualWay, lateWay])
      await leadsTo('green', late)
      const source = {
        defaultConfig: { '@type': typeUrlOf(tcpProxy), statPrefix: 'default', cluster: 'green' },
        applyDefaultConfigWithoutWarming: true,
      }
      await scene.push('lds', [usual, lateListener, tcpListener('other', defaulted, source, 'other')])
      await leadsTo('green', defaulted)
      await scene.push('ecds', [usualWay, lateWay, proxyTo({ blue: 10_000 }, 'other')])
      await leadsTo('blue', defaulted)
    })

    it('need not be sent again when its listener changes', async () => {
      await scene.push('lds', [{ ...tcpListener('tcp', scene.port, {}, 'way', 65_536) }], ['late', 'other'])
      await until('the change', 5_000, async () =>
        (await scene.counter('listener_manager.listener_modified')) === 1 &&
        (await scene.counter('listener_manager.total_listeners_warming')) === 0
          ? true
          : undefined,
      )
      await leadsTo('blue')
    })
  })
})
