// A fleet of real Envoys from first contact to a control plane that dies and returns. The tests of a variant share a fleet
// and go in order.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpGet, until } from '../../src/demo/rig/index.ts'
import { configurationOf, failuresByEnvoy } from '../support/envoy-counts.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { describeWithBothEnvoys, supportedEnvoys } from '../support/with-envoy.ts'

/** Which environment answers at a proxy's gateway. */
async function answers(port: number): Promise<string> {
  const { status, body } = await httpGet(`http://127.0.0.1:${port}/`, { headers: { host: 'shop.test' } })
  return status === 200
    ? String((JSON.parse(body) as { environment: string }).environment)
    : `${status} ${body}`
}

const fleets = supportedEnvoys.flatMap((release) =>
  (['sotw', 'delta'] as const).map((variant) => ({ release, variant })),
)

describeWithBothEnvoys('a fleet', () => {
  describe.each(fleets)('of the $release Envoy supported, over $variant', ({ release, variant }) => {
    let fleet: Fleet
    const everywhere = (): Promise<string[]> => Promise.all(fleet.edges.map(({ port }) => answers(port)))
    beforeAll(async () => {
      fleet = await startFleet({ release, variants: [variant, variant], delayMs: 0 })
    })
    afterAll(() => fleet.close())

    it('holds proxies that match no node group: connected, reported, not ready, not answered empty', async () => {
      await until('both are seen', 10_000, async () => {
        const { nodes } = await fleet.admin.call('Nodes', 'List', {})
        return nodes.filter((node) => node.connected).length === 2 || undefined
      })
      const { nodes } = await fleet.admin.call('Nodes', 'List', {})
      expect(nodes.map(({ id, group, agent }) => [id, group, agent])).toEqual([
        ['edge-1', '', expect.stringMatching(/envoy/)],
        ['edge-2', '', expect.stringMatching(/envoy/)],
      ])
      expect(await fleet.edges[0]?.envoy.isReady()).toBe(false)
    })

    it('goes live with the first apply', async () => {
      const push = await fleet.done(fleet.apply(fleet.manifests()))
      await fleet.ready()
      expect(await everywhere()).toEqual(['blue', 'blue'])
      expect(push.groups.map(({ nodes, switchedNodes }) => [nodes, switchedNodes])).toEqual([
        [1, 1],
        [1, 1],
      ])
    })

    it('moves every proxy by one switch and back by one rollback, by routes alone', async () => {
      const before = await configurationOf(fleet.edges[0]?.envoy ?? expect.fail())
      await fleet.done(fleet.switchTo('green'))
      expect(await everywhere()).toEqual(['green', 'green'])
      await fleet.done(fleet.rollback())
      expect(await everywhere()).toEqual(['blue', 'blue'])
      const after = await configurationOf(fleet.edges[0]?.envoy ?? expect.fail())
      const changed = Object.keys(after).filter((stat) => after[stat] !== before[stat])
      expect(changed).toHaveLength(1)
      expect(changed[0]).toMatch(/config_reload$/)
    })

    it('records when each push was durable, prepared, decided and ACKed, in that order', async () => {
      const { timings } = await fleet.done(fleet.switchTo('green'))
      await fleet.done(fleet.rollback())
      const { decidedMs = 0, firstAckMs = 0, lastAckMs = 0, flushMs = 0 } = timings ?? {}
      expect(decidedMs).toBeGreaterThan(0)
      expect(firstAckMs).toBeGreaterThanOrEqual(decidedMs)
      expect(lastAckMs).toBeGreaterThanOrEqual(firstAckMs)
      expect(flushMs).toBeGreaterThan(0)
      expect(flushMs).toBeLessThan(lastAckMs)
    })

    it('takes back what a proxy refuses: nothing moves, and the revision is compensated', async () => {
      const before = await fleet.admin.call('Config', 'Get', {
        key: { namespace: 'default', kind: 'Gateway', name: 'edge-1' },
      })
      const taken = fleet.backends.instances[0]?.port ?? 0
      const broken = fleet
        .manifests()
        .split('---\n')
        .find((text) => text.includes('kind: Gateway') && text.includes('name: edge-1'))
      const answer = await fleet.apply(
        `${broken}    - name: taken\n      address: 127.0.0.1\n      port: ${taken}\n`,
      )
      const push = await fleet.admin.ended(answer)
      expect(['PUSH_PHASE_ABORTED', 'PUSH_PHASE_REVERTED']).toContain(push.phase)
      expect(push.refusals).toMatchObject([
        {
          node: 'edge-1',
          resources: [expect.stringContaining('edge-1/')],
          detail: expect.stringContaining('in use'),
        },
      ])
      expect(push.compensatedBy).toBeGreaterThan(push.revision)
      const after = await fleet.admin.call('Config', 'Get', {
        key: { namespace: 'default', kind: 'Gateway', name: 'edge-1' },
      })
      expect(after.manifest?.fields.spec).toEqual(before.manifest?.fields.spec)
      expect(await everywhere()).toEqual(['blue', 'blue'])
      // The proxy is repaired: the next push reaches it like any other.
      await fleet.done(fleet.switchTo('green'))
      expect(await everywhere()).toEqual(['green', 'green'])
    })

    it('serves a restarted Envoy the present state, before it is ready', async () => {
      await fleet.edges[1]?.envoy.stop()
      const envoy = await fleet.startEdge(1)
      await envoy.ready(10_000)
      expect(await everywhere()).toEqual(['green', 'green'])
    })

    it('lets no proxy change anything when the control plane is killed and comes back', async () => {
      const before = await Promise.all(fleet.edges.map(({ envoy }) => configurationOf(envoy)))
      await fleet.controlPlane.kill()
      expect(await everywhere()).toEqual(['green', 'green'])
      await fleet.controlPlane.start()
      await until('both are back and hold a generation', 15_000, async () => {
        const { nodes } = await fleet.admin.call('Nodes', 'List', {}, 2_000)
        return nodes.filter((node) => node.connected && node.holds !== undefined).length === 2 || undefined
      })
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      expect(await Promise.all(fleet.edges.map(({ envoy }) => configurationOf(envoy)))).toEqual(before)
      await fleet.done(fleet.rollback())
      expect(await everywhere()).toEqual(['blue', 'blue'])
    })

    it('resumes or takes back a push that was running when the control plane was killed', async () => {
      // Not waited for: the kill comes while it runs.
      const answer = await fleet.switchTo('green')
      await fleet.controlPlane.kill()
      await fleet.controlPlane.start()
      const push = await fleet.admin.ended(answer)
      const now = await everywhere()
      expect(new Set(now).size).toBe(1)
      expect(now[0]).toBe(push.phase === 'PUSH_PHASE_DONE' ? 'green' : 'blue')
    })

    it('gives a proxy that joins late what the others have', async () => {
      await fleet.edges[0]?.envoy.stop()
      await fleet
        .done(fleet.apply(fleet.service({ blue: '1', green: '2' }), { inPlace: true }))
        .catch(() => undefined)
      const envoy = await fleet.startEdge(0)
      await envoy.ready(10_000)
      const [first, second] = await everywhere()
      expect(first).toBe(second)
    })

    it('saw no failure on the proxies that were not stopped', async () => {
      for (const { envoy } of fleet.edges) {
        const failures = await failuresByEnvoy(envoy)
        expect(failures).toEqual([])
      }
    })
  })
})
