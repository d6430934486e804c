import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { FleetEffect } from '../../../src/fleet/index.ts'
import {
  createFleetView,
  forgettable,
  heldBackBy,
  inventoryOf,
  inventoryValue,
  isClosed,
  parseInventory,
  parseRefusals,
  refusalValue,
} from '../../../src/fleet/index.ts'
import { group, identity, told } from './support.ts'

const { cds, rds } = typeUrls
const kinds = (effects: readonly FleetEffect[]): readonly string[] => effects.map(({ kind }) => kind)
const nack = (node: string, generation: number, version = `v${generation}`, good = generation - 1) =>
  ({
    kind: 'nacked',
    stream: `s-${node}`,
    node,
    group,
    type: cds,
    generation,
    version,
    good,
    changed: ['a'],
    detail: 'bad',
    at: 0,
  }) as const

describe('what is known of a node', () => {
  it('is the least of its streams', () => {
    const fleet = told()
    fleet.join('edge-1', 'old')
    fleet.join('edge-1', 'new')
    fleet.holds('edge-1', 7, undefined, [], 'old')
    fleet.holds('edge-1', 6, undefined, [], 'new')
    const view = createFleetView(
      () => fleet.state,
      () => fleet.now.wall,
    )
    expect(view.node('edge-1')).toMatchObject({
      connected: true,
      holds: 6,
      group,
      streams: [{ id: 'old' }, { id: 'new' }],
    })
  })

  it('keeps a node in its group when a twin matches none: pushes were done with 0 of 0 proxies', () => {
    const fleet = told()
    fleet.join('edge-1')
    const twin = { kind: 'opened', stream: 's-twin', variant: 'sotw', peer: '127.0.0.1', at: 0 } as const
    fleet.tell({ ...twin, node: { ...identity('edge-1'), cluster: 'elsewhere' } })
    fleet.tell({ kind: 'placed', stream: 's-twin', node: 'edge-1', group: undefined })
    expect(fleet.state.nodes.get('edge-1')?.group).toBe(group)
    fleet.leave('edge-1')
    expect(fleet.state.nodes.get('edge-1')?.group).toBe(undefined)
  })

  it('warns of two streams of one id', () => {
    const fleet = told()
    fleet.join('edge-1', 'old')
    const effects = fleet.tell({
      kind: 'opened',
      stream: 'new',
      node: identity('edge-1'),
      variant: 'sotw',
      peer: '',
      at: 0,
    })
    expect(effects).toContainEqual({ kind: 'twins', node: 'edge-1', streams: 2 })
  })

  it('is written down at first sight, at a move and now and then, never at an ACK', () => {
    const fleet = told()
    expect(
      kinds(
        fleet.tell({
          kind: 'opened',
          stream: 's',
          node: identity('edge-1'),
          variant: 'sotw',
          peer: '',
          at: 0,
        }),
      ),
    ).toContain('record')
    expect(kinds(fleet.tell({ kind: 'placed', stream: 's', node: 'edge-1', group }))).toContain('record')
    expect(
      kinds(
        fleet.tell({
          kind: 'holds',
          stream: 's',
          node: 'edge-1',
          group,
          type: cds,
          generation: 1,
          acked: true,
          unwarmed: [],
          at: 0,
        }),
      ),
    ).toEqual(['touched'])
    fleet.wait(60_001)
    fleet.now.mono += 300_000
    fleet.now.wall += 300_000
    expect(kinds(fleet.tell({ kind: 'tick' }))).toContain('record')
  })

  it('is forgotten when it was not seen for longer than its group expects, or by command when it is away', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.join('edge-2')
    fleet.leave('edge-2')
    expect(forgettable(fleet.state, 'edge-1')).toBe(false)
    expect(fleet.tell({ kind: 'forget', node: 'edge-1' })).toEqual([])
    fleet.now.wall += 25 * 3_600_000
    fleet.now.mono += 25 * 3_600_000
    expect(inventoryOf(fleet.state, group, fleet.now).map(({ id }) => id)).toEqual(['edge-1'])
    expect(fleet.tell({ kind: 'tick' })).toContainEqual({ kind: 'strike', node: 'edge-2' })
    fleet.leave('edge-1')
    expect(fleet.tell({ kind: 'forget', node: 'edge-1' })).toContainEqual({ kind: 'strike', node: 'edge-1' })
    expect(fleet.state.nodes.size).toBe(0)
  })

  it('is still waited for when the wall clock jumps by a day: it is away for a minute', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.leave('edge-1')
    fleet.wait(60_000)
    fleet.now.wall += 26 * 3_600_000
    expect(inventoryOf(fleet.state, group, fleet.now).map(({ id }) => id)).toEqual(['edge-1'])
    expect(kinds(fleet.tell({ kind: 'tick' }))).not.toContain('strike')
    expect(fleet.state.nodes.size).toBe(1)
  })

  it('is expected back after our start, however long we were away, unless it was out of reach before', () => {
    const fleet = told()
    for (const id of ['edge-1', 'edge-2']) fleet.join(id)
    const inventory = parseInventory(
      new Map(
        [...fleet.state.nodes.values()].map((node) => [node.id, inventoryValue(node, node.id === 'edge-2')]),
      ),
    )
    const later = told({
      inventory: inventory.map((one) => ({ ...one, lastSeen: one.lastSeen - 26 * 3_600_000 })),
    })
    expect(inventoryOf(later.state, group, later.now).map(({ id }) => id)).toEqual(['edge-1'])
  })

  it('moves with its placement, and leaves the barriers of the old group', () => {
    const fleet = told()
    fleet.join('edge-1')
    const effects = fleet.tell({ kind: 'placed', stream: 's-edge-1', node: 'edge-1', group: undefined })
    expect(effects).toContainEqual({ kind: 'touched', node: 'edge-1', group })
    expect(inventoryOf(fleet.state, group, fleet.now)).toEqual([])
  })

  it('says nothing for a stream that is not known', () => {
    const fleet = told()
    expect(
      fleet.tell({
        kind: 'holds',
        stream: 'x',
        node: 'edge-9',
        group,
        type: cds,
        generation: 1,
        acked: true,
        unwarmed: [],
        at: 0,
      }),
    ).toEqual([])
  })
})

describe('a refusal', () => {
  it('gets a resend number that is never given twice, not even after a repair', () => {
    const fleet = told()
    fleet.join('edge-1')
    const numbers = [7, 8].flatMap((generation) => {
      const found = fleet
        .tell(nack('edge-1', generation))
        .flatMap((effect) => (effect.kind === 'refused' ? [effect.refusal.resend] : []))
      fleet.tell({ kind: 'repaired', stream: 's-edge-1', node: 'edge-1', type: cds, generation })
      return found
    })
    expect(numbers).toEqual([1, 2])
  })

  it('ends on record when it is repaired, of a node too that left the inventory meanwhile', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.tell(nack('edge-1', 7))
    fleet.leave('edge-1')
    fleet.wait(25 * 3_600_000)
    expect(fleet.state.nodes.size).toBe(0)
    fleet.join('edge-1')
    expect(
      fleet.tell({ kind: 'repaired', stream: 's-edge-1', node: 'edge-1', type: cds, generation: 8 }),
    ).toContainEqual({ kind: 'repaired', node: 'edge-1', type: cds })
  })

  it('stands after a repair by what was before, and is over when something newer is held', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.tell(nack('edge-1', 7, 'bad', 6))
    const repaired = {
      kind: 'repaired',
      stream: 's-edge-1',
      node: 'edge-1',
      type: cds,
      generation: 6,
    } as const
    expect(kinds(fleet.tell(repaired))).toContain('repaired')
    const stands = fleet.state.nodes.get('edge-1')?.refusals.get(cds)
    expect(stands).toMatchObject({ parked: 'bad', good: 6, repaired: true })
    if (stands === undefined) return
    expect(parseRefusals(new Map([['k', refusalValue(stands)]]))).toEqual([stands])
    const held = { ...repaired, kind: 'holds', group, acked: true, unwarmed: [], at: 0 } as const
    expect(kinds(fleet.tell(held))).not.toContain('over')
    expect(kinds(fleet.tell({ ...held, generation: 8 }))).toContain('over')
    expect(fleet.state.nodes.get('edge-1')?.refusals.size).toBe(0)
  })

  it('of the good content keeps what was parked', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.tell(nack('edge-1', 7, 'bad', 6))
    const effects = fleet.tell(nack('edge-1', 6, 'good', 6))
    expect(effects[0]).toMatchObject({ refusal: { parked: 'bad', resend: 2 } })
  })

  it('repeated too often in a row is written down, and answered no more until there is other content', () => {
    const fleet = told()
    fleet.join('edge-1')
    const weary = [7, 7, 7, 7, 7, 8].map((generation) => {
      const [effect] = fleet.tell(nack('edge-1', generation))
      return effect?.kind === 'refused' && effect.weary
    })
    expect(weary).toEqual([false, false, false, true, true, false])
  })

  it('survives a restart, its number too', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.tell(nack('edge-1', 7))
    const node = fleet.state.nodes.get('edge-1')
    const refusal = node?.refusals.get(cds)
    if (node === undefined || refusal === undefined) throw new Error('no refusal')
    const again = told({
      inventory: parseInventory(new Map([['edge-1', inventoryValue(node, false)]])),
      refusals: parseRefusals(new Map([['k', refusalValue(refusal)]])),
    })
    again.join('edge-1')
    expect(again.tell(nack('edge-1', 8))[0]).toMatchObject({ refusal: { resend: 2 } })
  })
})

describe('closed generations', () => {
  it('are those that everybody holds whole', () => {
    const fleet = told()
    expect(isClosed(fleet.state, group, 7, fleet.now)).toBe(false)
    fleet.join('edge-1')
    fleet.holds('edge-1', 7)
    expect(isClosed(fleet.state, group, 7, fleet.now)).toBe(true)
    fleet.join('edge-2')
    expect(isClosed(fleet.state, group, 7, fleet.now)).toBe(false)
  })

  it('are none while a node that was sent them is away without an answer, or has refused something', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.holds('edge-1', 7)
    fleet.join('edge-2')
    fleet.holds('edge-2', 6)
    fleet.leave('edge-2')
    expect(isClosed(fleet.state, group, 7, fleet.now)).toBe(true)
    fleet.join('edge-2')
    fleet.tell({
      kind: 'sent',
      stream: 's-edge-2',
      node: 'edge-2',
      type: cds,
      generation: 7,
      resources: 1,
      bytes: 1,
    })
    fleet.leave('edge-2')
    expect(isClosed(fleet.state, group, 7, fleet.now)).toBe(false)
    fleet.join('edge-2')
    fleet.holds('edge-2', 7)
    fleet.tell(nack('edge-2', 7))
    expect(isClosed(fleet.state, group, 7, fleet.now)).toBe(false)
  })
})

describe('routes left behind', () => {
  it('are remembered of a node that goes, and unknown of one that was here before our start', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.holds('edge-1', 7)
    fleet.leave('edge-1')
    expect(heldBackBy(fleet.state, group, 7, fleet.now)).toEqual([])
    expect(heldBackBy(fleet.state, group, 8, fleet.now)).toEqual(['edge-1'])
    const node = fleet.state.nodes.get('edge-1')
    if (node === undefined) throw new Error('no node')
    const again = told({ inventory: parseInventory(new Map([['edge-1', inventoryValue(node, false)]])) })
    expect(heldBackBy(again.state, group, 1, again.now)).toEqual(['edge-1'])
    again.join('edge-1')
    again.holds('edge-1', 7, [rds])
    expect(heldBackBy(again.state, group, 7, again.now)).toEqual(['edge-1'])
  })
})
