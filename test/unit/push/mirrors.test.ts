// Pushes of cohorts and mirrors: nobody is told of them before their clusters are warm everywhere, and a mirror without anybody to
// copy to holds up nobody.
import { describe, expect, it } from 'vitest'
import { createRig, environment, type Rig, service, world } from './support/rig.ts'

const policy = `---
apiVersion: verdigris.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: checkout}
spec:
  service: checkout
  cohorts: [{name: testers, environment: green, matches: [{headers: [{name: x-team, present: true}]}]}]
  mirrors: [{name: reads, from: blue, to: green}]
`
const mirror = 'default/checkout/mirror~reads/green.1'
const by = { actor: 'deploy-bot', reason: 'test', namespace: 'default', service: 'checkout' }

async function turned(rig: Rig, change: object) {
  const answer = await rig.change({ ...by, verb: 'set-traffic', ...change })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}

describe('a mirror', () => {
  it('is on when its cluster is warm everywhere, and not before', async () => {
    const rig = await createRig({ nodes: ['edge-1', 'edge-2'] })
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const on =
      'managedBy: manifest\n  initial: {weights: {blue: 10000}, cohorts: [testers], mirrors: [reads]}'
    const answer = await rig.apply(`${policy}  ${on}\n`)
    await rig.talk()
    expect(rig.push(answer)).toMatchObject({ phase: 'preparing', groups: [{ preparedNodes: 1 }] })
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/blue.1'])
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(answer).phase).toBe('done')
    for (const node of ['edge-1', 'edge-2']) {
      expect(rig.fleet.routesOf(node)).toEqual([
        'default/checkout/blue.1',
        'default/checkout/green.1',
        mirror,
      ])
    }
    expect(rig.fleet.faults).toEqual([])
  })

  it('that loses its last endpoint holds up no push', async () => {
    const rig = await createRig({ nodes: ['edge-1'] })
    await rig.apply(world + policy)
    await rig.talk()
    await turned(rig, { mirrors: { reads: 'on' } })
    await rig.talk()
    const emptied = await rig.apply(
      service('checkout', [environment('blue'), environment('green', 'v2', [])]),
    )
    await rig.talk()
    expect(rig.push(emptied).phase).toBe('done')
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/blue.1', mirror])
  })
})
