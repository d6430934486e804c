// Envoys whose ways to the control plane are cut, lost and held, in every phase of a push: they come back by themselves, change
// nothing that they need not, and serve every request meanwhile. The tests of a variant share a fleet and go in order.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpGet, type Load, until } from '../../src/demo/rig/index.ts'
import { configurationOf, failuresByEnvoy } from '../support/envoy-counts.ts'
import { type Fleet, startFleet, type Variant } from '../support/fleet.ts'
import { openTcpWay, type TcpWay } from '../support/tcp-way.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

async function answers(port: number): Promise<string> {
  const { status, body } = await httpGet(`http://127.0.0.1:${port}/`, { headers: { host: 'shop.test' } })
  return status === 200
    ? String((JSON.parse(body) as { environment: string }).environment)
    : `${status} ${body}`
}

describeWithEnvoy('a fleet whose connections break', () => {
  describe.each(['sotw', 'delta'] as const)('over %s', (variant: Variant) => {
    let fleet: Fleet
    let load: Load
    const ways: TcpWay[] = []
    const everywhere = (): Promise<string[]> => Promise.all(fleet.edges.map(({ port }) => answers(port)))
    const streamsOf = async (node: string): Promise<readonly string[]> => {
      const { nodes } = await fleet.admin.call('Nodes', 'List', {}, 5_000)
      return nodes.find(({ id }) => id === node)?.streams.map(({ id }) => id) ?? []
    }
    /** A node has one stream, and none of these. */
    const isBack = (node: string, old: readonly string[]): Promise<readonly string[]> =>
      until(`${node} is back on a new stream`, 15_000, async () => {
        const now = await streamsOf(node)
        return now.length === 1 && !now.some((id) => old.includes(id)) ? now : undefined
      })
    const phaseOf = async (push: string): Promise<string> =>
      (await fleet.admin.call('Push', 'Get', { id: push })).phase
    const inPhase = (push: string, phase: string): Promise<string> =>
      until(`push ${push} is ${phase}`, 15_000, async () => {
        const now = await phaseOf(push)
        return now === phase ? now : undefined
      })
    const way = (index: number): TcpWay => ways[index] ?? expect.fail('no such way')

    beforeAll(async () => {
      fleet = await startFleet({
        variants: [variant, variant],
        delayMs: 0,
        serveArgs: ['--switch-timeout', '15s', '--retire-delay', '2s', '--gone-after', '3s'],
        through: async (xdsPort) => {
          const opened = await openTcpWay(xdsPort)
          ways.push(opened)
          return opened.port
        },
      })
      await fleet.done(fleet.apply(fleet.manifests()))
      await fleet.ready()
      load = await fleet.load({ ratePerSecond: 60 })
    })
    afterAll(async () => {
      await fleet.close()
      for (const one of ways) await one.end()
    })

    it('come back after a cut and change nothing: what they held is what they are served', async () => {
      const before = await Promise.all(fleet.edges.map(({ envoy }) => configurationOf(envoy)))
      for (let round = 0; round < 3; round += 1) {
        const old = await Promise.all(fleet.edges.map(({ name }) => streamsOf(name)))
        for (const one of ways) one.cut()
        await Promise.all(fleet.edges.map(({ name }, index) => isBack(name, old[index] ?? [])))
      }
      await until('both hold a generation again', 10_000, async () => {
        const { nodes } = await fleet.admin.call('Nodes', 'List', {})
        return nodes.every(({ holds }) => holds !== undefined) || undefined
      })
      expect(await Promise.all(fleet.edges.map(({ envoy }) => configurationOf(envoy)))).toEqual(before)
    })

    it('come back without a word (half-open): the old connection is cut by a ping, and a switch does not hang on it', async () => {
      const old = await streamsOf('edge-1')
      way(0).loseClient()
      await until('both streams are there', 10_000, async () => {
        const now = await streamsOf('edge-1')
        return now.some((id) => !old.includes(id)) || undefined
      })
      const push = await fleet.done(fleet.switchTo('green'))
      expect(push.phase).toBe('PUSH_PHASE_DONE')
      expect(await everywhere()).toEqual(['green', 'green'])
      await isBack('edge-1', old)
      await fleet.done(fleet.rollback())
    })

    it('come back while a push prepares: with the new clusters, on the old routes; then the push goes on', async () => {
      way(1).hang()
      const answer = await fleet.apply(fleet.service({ blue: '1', green: '2' }))
      await inPhase(answer.push, 'PUSH_PHASE_PREPARING')
      const old = await streamsOf('edge-1')
      way(0).cut()
      await isBack('edge-1', old)
      const envoy = fleet.edges[0]?.envoy ?? expect.fail()
      await until(
        'the new cluster is there',
        10_000,
        async () => (await envoy.get('/clusters')).includes('checkout/green.2') || undefined,
      )
      expect(await phaseOf(answer.push)).toBe('PUSH_PHASE_PREPARING')
      expect(await everywhere()).toEqual(['blue', 'blue'])
      way(1).flow()
      await fleet.done(answer)
    })

    it('come back while a push switches: with the new routes; then the push is done', async () => {
      way(1).hang()
      const answer = await fleet.switchTo('green')
      await inPhase(answer.push, 'PUSH_PHASE_SWITCHING')
      const old = await streamsOf('edge-1')
      way(0).cut()
      await isBack('edge-1', old)
      await until('it serves the new', 10_000, async () => (await everywhere())[0] === 'green' || undefined)
      expect(await phaseOf(answer.push)).toBe('PUSH_PHASE_SWITCHING')
      way(1).flow()
      await fleet.done(answer)
      expect(await everywhere()).toEqual(['green', 'green'])
    })

    it('come back while a push is taken back: on the old routes', async () => {
      way(1).hang()
      const answer = await fleet.rollback()
      await inPhase(answer.push, 'PUSH_PHASE_SWITCHING')
      await fleet.admin.call('Push', 'Abort', { id: answer.push, reason: 'test' })
      await until(
        'it is taken back',
        10_000,
        async () =>
          ['PUSH_PHASE_TAKING_BACK', 'PUSH_PHASE_REVERTING'].includes(await phaseOf(answer.push)) ||
          undefined,
      )
      const old = await streamsOf('edge-1')
      way(0).cut()
      await isBack('edge-1', old)
      await until('it serves as before', 10_000, async () => (await everywhere())[0] === 'green' || undefined)
      way(1).flow()
      expect((await fleet.admin.ended(answer)).phase).toBe('PUSH_PHASE_REVERTED')
      expect(await everywhere()).toEqual(['green', 'green'])
    })

    it('out of reach at the switch: it keeps what it had, the push names it, and the first contact brings the decision', async () => {
      way(0).close(true)
      way(0).cut()
      await until('it is away', 10_000, async () => (await streamsOf('edge-1')).length === 0 || undefined)
      const answer = await fleet.rollback()
      const push = await fleet.admin.ended(answer)
      expect([push.phase, push.verdict]).toEqual(['PUSH_PHASE_SPLIT', expect.stringContaining('edge-1')])
      expect(await everywhere()).toEqual(['green', 'blue'])
      way(0).close(false)
      await until('it is there', 15_000, async () => (await everywhere())[0] === 'blue' || undefined)
    })

    it('come back while clusters retire, quiet and then removed: nothing that is routed to goes', async () => {
      const answer = await fleet.apply(fleet.service({ blue: '1', green: '3' }))
      await fleet.done(answer)
      const old = await streamsOf('edge-1')
      way(0).cut()
      await isBack('edge-1', old)
      const envoy = fleet.edges[0]?.envoy ?? expect.fail()
      await until('the old cluster is gone', 20_000, async () => {
        const clusters = await envoy.get('/clusters')
        return (!clusters.includes('checkout/green.2') && clusters.includes('checkout/green.3')) || undefined
      })
      expect(await everywhere()).toEqual(['blue', 'blue'])
    })

    it('served every request meanwhile', async () => {
      const { targets } = await load.stop()
      expect(targets.map(({ name, failures }) => [name, failures])).toEqual(
        fleet.edges.map(({ name }) => [name, {}]),
      )
      for (const { envoy } of fleet.edges) expect(await failuresByEnvoy(envoy)).toEqual([])
    })
  })
})

describeWithEnvoy('connections with an age', () => {
  it('end, and the proxies come back on new ones without changing anything', async () => {
    const fleet = await startFleet({
      variants: ['sotw', 'delta'],
      delayMs: 0,
      serveArgs: ['--xds-connection-age', '1s'],
    })
    try {
      await fleet.done(fleet.apply(fleet.manifests()))
      await fleet.ready()
      const peers = async (): Promise<readonly string[]> =>
        (await fleet.admin.call('Nodes', 'List', {})).nodes.flatMap(({ streams }) =>
          streams.map(({ peer }) => peer),
        )
      const load = await fleet.load({ ratePerSecond: 60 })
      const before = await Promise.all(fleet.edges.map(({ envoy }) => configurationOf(envoy)))
      const old = await peers()
      await until('both are on other connections', 20_000, async () => {
        const now = await peers()
        return (now.length === 2 && !now.some((peer) => old.includes(peer))) || undefined
      })
      await fleet.admin.call('Nodes', 'List', {})
      expect(await Promise.all(fleet.edges.map(({ envoy }) => configurationOf(envoy)))).toEqual(before)
      await fleet.done(fleet.switchTo('green'))
      const { targets } = await load.stop()
      expect(targets.map(({ failures }) => failures)).toEqual([{}, {}])
    } finally {
      await fleet.close()
    }
  })
})
