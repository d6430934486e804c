// The xDS rules that pushes keep; `npm run test:breaks` shows that each test catches its break.
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { advance, type Retirement } from '../../../src/push/retirement.ts'
import { afterDeath, appliedRig, environment, service } from './support/rig.ts'

const nodes = ['edge-1', 'edge-2']
const newGreen = service('checkout', [environment('blue'), environment('green', 'v3', [9301])])
const timeouts = { retireDelayMs: 30_000, retireDeadlineMs: 900_000 }
const retirement: Retirement = {
  ...{ group: 'default/edge', name: 'default/checkout/green.1', resources: [], left: 2 },
  ...{ since: 0, deadline: 900_000, step: { kind: 'referenced' } },
}
const at = (ms: number) => ({ wall: ms, mono: ms })
const unused = { heldBackBy: [], inFlight: 'unwatched' } as const
const used = { heldBackBy: ['edge-2'], inFlight: 'unwatched' } as const

describe('a push', () => {
  it('rule 26: that is not prepared has a deadline', async () => {
    const rig = await appliedRig({ nodes })
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await rig.apply(newGreen)
    await rig.talk()
    await rig.clock.advance(21_000)
    expect(rig.push(answer).phase).toBe('aborted')
  })

  it('rule 26: that is not answered has a deadline, and so has its way back', async () => {
    const rig = await appliedRig({ nodes })
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await rig.switchTo('green')
    await rig.talk()
    await rig.clock.advance(5_100)
    expect(rig.push(answer).phase).toBe('reverting')
    await rig.clock.advance(5_100)
    expect(rig.push(answer).phase).toBe('split')
  })

  it('rule 24: waits for every proxy that has not ACKed what it prepares', async () => {
    const rig = await appliedRig({ nodes })
    rig.fleet.manner('edge-2', { kind: 'mute', types: [typeUrls.cds] })
    const answer = await rig.apply(newGreen)
    await rig.talk()
    expect(rig.push(answer).phase).toBe('preparing')
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(answer).phase).toBe('done')
    expect(rig.fleet.faults).toEqual([])
  })
})

describe('a cluster that left intent', () => {
  it('rule 26: goes at its deadline, whoever holds it back', () => {
    expect(advance(retirement, used, at(900_000), timeouts)).toMatchObject({ kind: 'remove' })
  })

  it('rule 29: stays while a proxy has not ACKed its routes away', () => {
    expect(advance(retirement, used, at(60_000), timeouts)).toEqual({ kind: 'waits', retirement })
  })

  it('rule 29: stays for the whole delay after that', () => {
    const quiet = advance(retirement, unused, at(60_000), timeouts)
    if (quiet.kind !== 'waits') throw new Error('it went at once')
    expect(advance(quiet.retirement, unused, at(89_999), timeouts).kind).toBe('waits')
    expect(advance(quiet.retirement, unused, at(90_000), timeouts).kind).toBe('remove')
  })

  it('rule 29: waits anew when a proxy comes back with older routes', () => {
    const quiet = { ...retirement, step: { kind: 'quiet', until: 90_000 } } as const
    expect(advance(quiet, used, at(95_000), timeouts)).toEqual({ kind: 'waits', retirement })
  })

  it('rule 29: goes in a generation of its own, not in that of the push', async () => {
    const rig = await appliedRig({ nodes })
    await rig.apply(service('checkout', [environment('blue')]))
    await rig.talk()
    expect(rig.fleet.clustersOf('edge-1')).toContain('default/checkout/green.1')
    await rig.clock.advance(31_000)
    await rig.talk()
    expect(rig.fleet.clustersOf('edge-1')).toEqual(['default/checkout/blue.1'])
  })
})

describe('a refusal', () => {
  it('rule 9: is on disk with its number before the forced resend is asked for', async () => {
    const rig = await appliedRig({ nodes })
    rig.fleet.manner('edge-2', { kind: 'refuses', type: typeUrls.cds })
    await rig.apply(newGreen)
    rig.fleet.deliver()
    expect(rig.fleet.heard.filter(({ kind }) => kind === 'doubt')).toEqual([])
    await rig.talk()
    expect(rig.fleet.heard.find(({ kind }) => kind === 'doubt')).toMatchObject({ node: 'edge-2', resend: 1 })
  })

  it('rule 33: stays parked over a restart, for its node and type', async () => {
    const first = await appliedRig({ nodes })
    first.fleet.manner('edge-2', { kind: 'refuses', type: typeUrls.cds })
    await first.apply(newGreen)
    await first.talk()
    const { fleet } = first
    const parked = fleet.heard.findLast(({ kind }) => kind === 'doubt')
    const heard = fleet.heard.length
    await afterDeath(first)
    expect(fleet.heard.slice(heard).find(({ kind }) => kind === 'doubt')).toMatchObject({
      node: 'edge-2',
      type: typeUrls.cds,
      parked: parked?.kind === 'doubt' ? parked.parked : '',
    })
  })
})

describe('generations', () => {
  it('rule 35: only rise, over a restart too, also when content comes back that was there before', async () => {
    const first = await appliedRig({ nodes })
    await first.switchTo('green')
    await first.talk()
    await first.rollback()
    await first.talk()
    const { fleet } = first
    expect(fleet.newest('default/edge')?.number).toBe(3)
    const second = await afterDeath(first, nodes)
    await second.talk()
    await second.switchTo('green')
    await second.talk()
    expect(fleet.newest('default/edge')?.number).toBe(4)
    expect(fleet.faults).toEqual([])
  })

  it('rule 7: have the same versions after a restart', async () => {
    const first = await appliedRig({ nodes })
    const { fleet } = first
    const versions = () =>
      [...(fleet.newest('default/edge')?.types ?? [])].map(([type, { version }]) => [type, version])
    const before = versions()
    const heard = fleet.heard.length
    await afterDeath(first, nodes)
    expect(fleet.heard.slice(heard).some(({ kind }) => kind === 'publish')).toBe(true)
    expect(versions()).toEqual(before)
  })
})
