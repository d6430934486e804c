import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { BarrierOptions, Requirement } from '../../../src/fleet/index.ts'
import {
  count,
  createBarrier,
  heldBackBy,
  heldUpBy,
  inventoryValue,
  isClosed,
  isOpen,
  look,
  outOfReach,
  parseInventory,
  touch,
} from '../../../src/fleet/index.ts'
import { cluster, group, identity, type Told, told } from './support.ts'

const { cds, eds, lds, rds, sds } = typeUrls
const prepared = (more: Partial<Extract<Requirement, { kind: 'prepared' }>> = {}): Requirement => ({
  kind: 'prepared',
  group,
  since: new Map([
    [cds, 7],
    [eds, 7],
  ]),
  clusters: new Set([cluster]),
  empty: [],
  ...more,
})
const switched = (generation = 8, toldAt = Number.POSITIVE_INFINITY): Requirement => ({
  kind: 'switched',
  group,
  generation,
  toldAt,
})
const waitForAll: BarrierOptions = { unknown: 'wait' }
const barrierOf = (fleet: Told, wanted: Requirement, options = waitForAll) =>
  createBarrier(fleet.state, wanted, options, fleet.now)

describe('prepared', () => {
  it('is a proxy that holds clusters and endpoints of the generation, all needed ones warm', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.holds('edge-1', 7)
    expect(isOpen(barrierOf(fleet, prepared()))).toBe(true)
  })

  it('is nobody without an ACK of the clusters, or of the endpoints', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.holds('edge-1', 6)
    expect(heldUpBy(barrierOf(fleet, prepared()))).toEqual(['edge-1: CDS of generation 7 not ACKed'])
    fleet.holds('edge-1', 7, [cds])
    expect(heldUpBy(barrierOf(fleet, prepared()))).toEqual(['edge-1: EDS of generation 7 not ACKed'])
  })

  it('waits for a needed cluster whose endpoints are owed, and for no other', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.holds('edge-1', 7, undefined, [cluster])
    expect(heldUpBy(barrierOf(fleet, prepared()))).toEqual([
      `edge-1: held up by ${cluster}: its endpoints are not ACKed`,
    ])
    fleet.holds('edge-1', 7, [eds], ['default/cart/blue.1'])
    expect(isOpen(barrierOf(fleet, prepared()))).toBe(true)
  })

  it('is nobody while a needed cluster has no endpoint to answer', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.holds('edge-1', 7)
    expect(heldUpBy(barrierOf(fleet, prepared({ empty: [cluster] })))).toEqual([
      `edge-1: held up by ${cluster}: no endpoints`,
    ])
  })

  it('does not ask for a type that the stream never asked for', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.holds('edge-1', 7)
    const since = new Map([
      [cds, 7],
      [eds, 7],
      [sds, 7],
    ])
    expect(isOpen(barrierOf(fleet, prepared({ since })))).toBe(true)
  })

  it('counts a client apart that asks for clusters by name', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.tell({ kind: 'subscribed', stream: 's-edge-1', node: 'edge-1', type: cds, wildcard: false })
    expect(count(barrierOf(fleet, prepared()))).toMatchObject({ apart: 1, there: 0, open: true })
  })

  it('waits for a stream that is so fresh that it has asked for nothing yet', () => {
    const fleet = told()
    fleet.tell(
      { kind: 'opened', stream: 's', node: identity('edge-1'), variant: 'sotw', peer: '', at: 0 },
      { kind: 'placed', stream: 's', node: 'edge-1', group },
    )
    const barrier = barrierOf(fleet, prepared())
    expect(heldUpBy(barrier)).toEqual(['edge-1: has not asked for clusters yet'])
    fleet.wait(5_001)
    look(barrier, fleet.state, fleet.now)
    expect(count(barrier)).toMatchObject({ apart: 1, open: true })
  })

  it('says what a proxy refused', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.tell({
      kind: 'nacked',
      stream: 's-edge-1',
      node: 'edge-1',
      group,
      type: cds,
      generation: 7,
      version: 'v',
      good: 6,
      changed: [],
      detail: 'bad regex',
      at: 0,
    })
    expect(heldUpBy(barrierOf(fleet, prepared()))).toEqual(['edge-1: refused CDS of generation 7: bad regex'])
  })

  it('is a node only when all its streams are', () => {
    const fleet = told()
    fleet.join('edge-1', 'old')
    fleet.join('edge-1', 'new')
    fleet.holds('edge-1', 7, undefined, [], 'old')
    const barrier = barrierOf(fleet, prepared())
    expect(isOpen(barrier)).toBe(false)
    fleet.leave('edge-1', 'new')
    touch(barrier, fleet.state, 'edge-1', fleet.now)
    expect(isOpen(barrier)).toBe(true)
  })
})

describe('the inventory', () => {
  it('waits for an absent node, and lets it go when it is gone', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.holds('edge-1', 7)
    fleet.join('edge-2')
    fleet.leave('edge-2')
    const barrier = barrierOf(fleet, prepared())
    fleet.wait(12_000)
    look(barrier, fleet.state, fleet.now)
    expect(heldUpBy(barrier)).toEqual(['edge-2: not connected since 12 s'])
    fleet.wait(48_001)
    look(barrier, fleet.state, fleet.now)
    expect(count(barrier)).toMatchObject({ nodes: 2, there: 1, gone: 1, open: true })
    expect(outOfReach(barrier)).toEqual(['edge-2: out of reach'])
  })

  it('is never everybody when nobody is connected', () => {
    const fleet = told({}, 3)
    const barrier = barrierOf(fleet, prepared())
    expect(count(barrier)).toMatchObject({ nodes: 3, there: 0, open: false })
    expect(heldUpBy(barrier)).toEqual(['3 expected proxies of default/edge never seen'])
  })

  it('takes a late joiner in, and looks only at who was touched', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.holds('edge-1', 7)
    const barrier = barrierOf(fleet, prepared())
    fleet.join('edge-2')
    expect(isOpen(barrier)).toBe(true)
    touch(barrier, fleet.state, 'edge-2', fleet.now)
    expect(isOpen(barrier)).toBe(false)
  })

  it('keeps to its scope when it has one', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.holds('edge-1', 8)
    const barrier = barrierOf(fleet, switched(), { scope: new Set(['edge-1']), unknown: 'count' })
    fleet.join('edge-2')
    touch(barrier, fleet.state, 'edge-2', fleet.now)
    expect(count(barrier)).toMatchObject({ nodes: 1, open: true })
  })

  it('names a bounded number of those it waits for, and counts the rest', () => {
    const fleet = told()
    for (let each = 0; each < 30; each++) fleet.join(`edge-${String(each).padStart(2, '0')}`)
    const lines = heldUpBy(barrierOf(fleet, prepared()))
    expect(lines).toHaveLength(21)
    expect(lines.at(-1)).toBe('and 10 more')
  })
})

describe('switched', () => {
  it('is a proxy that holds every type of routes that it asked for', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.holds('edge-1', 8, [rds])
    const barrier = barrierOf(fleet, switched())
    expect(heldUpBy(barrier)).toEqual(['edge-1: LDS of generation 8 not ACKed'])
    fleet.holds('edge-1', 8, [lds])
    touch(barrier, fleet.state, 'edge-1', fleet.now)
    expect(isOpen(barrier)).toBe(true)
  })

  it('does not take a proxy that is only just back for silent', () => {
    const fleet = told()
    fleet.join('edge-1')
    expect(count(barrierOf(fleet, switched(8, fleet.now.mono - 1)))).toMatchObject({ away: 1, silent: 0 })
    expect(count(barrierOf(fleet, switched(8, fleet.now.mono)))).toMatchObject({ away: 0, silent: 1 })
  })
})

describe('an Envoy that is starting', () => {
  const starting = (fleet: Told): void => {
    const at = fleet.now.wall
    const stream = 's-edge-1'
    fleet.tell(
      { kind: 'opened', stream, node: identity('edge-1'), variant: 'delta', peer: '127.0.0.1', at },
      { kind: 'placed', stream, node: 'edge-1', group },
      { kind: 'subscribed', stream, node: 'edge-1', type: cds, wildcard: true },
      { kind: 'subscribed', stream, node: 'edge-1', type: typeUrls.rtds, wildcard: false },
    )
  }

  it('is not switched before it has asked for listeners: a first push was done while nothing was served', () => {
    const fleet = told()
    starting(fleet)
    fleet.holds('edge-1', 8, [cds, typeUrls.rtds])
    expect(heldUpBy(barrierOf(fleet, switched()))).toEqual([
      'edge-1: is starting: has not asked for listeners yet',
    ])
    fleet.tell({ kind: 'subscribed', stream: 's-edge-1', node: 'edge-1', type: lds, wildcard: true })
    expect(isOpen(barrierOf(fleet, switched()))).toBe(false)
    fleet.holds('edge-1', 8, [lds])
    expect(isOpen(barrierOf(fleet, switched()))).toBe(false)
    fleet.tell({
      kind: 'subscribed',
      stream: 's-edge-1',
      node: 'edge-1',
      type: typeUrls.rds,
      wildcard: false,
    })
    fleet.holds('edge-1', 8, [typeUrls.rds])
    expect(isOpen(barrierOf(fleet, switched()))).toBe(true)
  })

  it('is not switched by the first type that it asks for when it is back: a push was done before its routes came', () => {
    const fleet = told()
    const stream = 's-edge-1'
    const back = [typeUrls.rtds, cds, lds, typeUrls.rds]
    fleet.tell(
      { kind: 'opened', stream, node: identity('edge-1'), variant: 'sotw', peer: '', at: fleet.now.wall },
      { kind: 'placed', stream, node: 'edge-1', group },
    )
    for (const type of back) {
      expect(isOpen(barrierOf(fleet, switched())), type).toBe(false)
      expect(count(barrierOf(fleet, switched())), type).toMatchObject({ silent: 0 })
      fleet.tell({ kind: 'subscribed', stream, node: 'edge-1', type, wildcard: type === cds || type === lds })
      fleet.holds('edge-1', 8, [type])
    }
    expect(isOpen(barrierOf(fleet, switched()))).toBe(true)
  })

  it('is out of reach, not silent: its deadline takes nothing back', () => {
    const fleet = told()
    starting(fleet)
    expect(count(barrierOf(fleet, switched()))).toMatchObject({ away: 1, silent: 0 })
  })

  it('is not waited for when it warms no more and never asks: it has listeners of its own', () => {
    const fleet = told()
    starting(fleet)
    fleet.holds('edge-1', 8, [cds, typeUrls.rtds])
    fleet.wait(fleet.state.settings.subscribeGraceMs)
    expect(isOpen(barrierOf(fleet, switched()))).toBe(true)
  })
})

describe('a proxy that is back', () => {
  const openedAnew = (fleet: Told, stream: string): void => {
    const at = fleet.now.wall
    fleet.tell(
      { kind: 'opened', stream, node: identity('edge-1'), variant: 'delta', peer: '127.0.0.1', at },
      { kind: 'placed', stream, node: 'edge-1', group },
    )
  }

  it('is not passed over because its connection broke before it asked again: a push was done and it had the old routes', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.holds('edge-1', 7)
    fleet.leave('edge-1')
    openedAnew(fleet, 'cut')
    fleet.tell({ kind: 'subscribed', stream: 'cut', node: 'edge-1', type: typeUrls.rtds, wildcard: false })
    fleet.holds('edge-1', 8, [typeUrls.rtds], [], 'cut')
    fleet.wait(fleet.state.settings.subscribeGraceMs)
    expect(isOpen(barrierOf(fleet, prepared()))).toBe(false)
    expect(heldUpBy(barrierOf(fleet, switched()))).toEqual(['edge-1: has not asked for routes yet'])
    expect(heldBackBy(fleet.state, group, 8, fleet.now)).toEqual(['edge-1'])
    expect(isClosed(fleet.state, group, 8, fleet.now)).toBe(false)
    // A connection that is whole for longer than that is of a proxy that has another bootstrap now.
    fleet.wait(limits.xdsKeepaliveMs + limits.xdsKeepaliveTimeoutMs - fleet.state.settings.subscribeGraceMs)
    expect(isOpen(barrierOf(fleet, switched()))).toBe(false)
    fleet.wait(1_000)
    expect(isOpen(barrierOf(fleet, switched()))).toBe(true)
    fleet.leave('edge-1', 'cut')
    openedAnew(fleet, 'whole')
    fleet.wait(fleet.state.settings.subscribeGraceMs)
    expect(isOpen(barrierOf(fleet, switched()))).toBe(true)
  })

  it('is not passed over after our restart either', () => {
    const fleet = told()
    fleet.join('edge-1')
    const node = fleet.state.nodes.get('edge-1')
    if (node === undefined) throw new Error('it is there')
    const again = told({ inventory: parseInventory(new Map([['edge-1', inventoryValue(node, false)]])) })
    openedAnew(again, 'cut')
    again.wait(again.state.settings.subscribeGraceMs)
    expect(isOpen(barrierOf(again, switched()))).toBe(false)
  })
})
