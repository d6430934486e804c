// Two proxies that share a node id (a copied bootstrap, a hot restart): each counts, each where it is.
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { FleetEffect } from '../../../src/fleet/index.ts'
import { createBarrier, heldBackBy, inventoryOf, isClosed, isOpen, touch } from '../../../src/fleet/index.ts'
import { group, identity, type Told, told } from './support.ts'

const other = 'default/other'
const types = [typeUrls.cds, typeUrls.eds, typeUrls.lds, typeUrls.rds]
const open = (fleet: Told, stream: string, where: string): readonly FleetEffect[] =>
  fleet.tell(
    {
      kind: 'opened',
      stream,
      node: { ...identity('edge-1'), cluster: where },
      variant: 'delta',
      peer: '',
      at: 0,
    },
    { kind: 'placed', stream, node: 'edge-1', group: where },
    ...types.map(
      (type) =>
        ({ kind: 'subscribed', stream, node: 'edge-1', type, wildcard: type === typeUrls.cds }) as const,
    ),
  )
const holds = (fleet: Told, stream: string, where: string, generation: number): readonly FleetEffect[] =>
  types.flatMap((type) =>
    fleet.tell({
      ...({ kind: 'holds', acked: true, unwarmed: [], at: 0 } as const),
      ...{ stream, node: 'edge-1', group: where, type, generation },
    }),
  )
const members = (fleet: Told, where: string): readonly string[] =>
  inventoryOf(fleet.state, where, fleet.now).map(({ id }) => id)

function twins(): Told {
  const fleet = told()
  fleet.tell({
    kind: 'groups',
    groups: [group, other].map((one) => ({ group: one, size: undefined, withinMs: 1_000_000 })),
  })
  open(fleet, 'left', group)
  open(fleet, 'right', other)
  return fleet
}

describe('twins in two groups', () => {
  it('rule 40: count in both, and a push of either group waits for the one that is there', () => {
    const fleet = twins()
    expect([members(fleet, group), members(fleet, other)]).toEqual([['edge-1'], ['edge-1']])
    const barrierOf = (where: string, generation: number) =>
      createBarrier(
        fleet.state,
        { kind: 'switched', group: where, generation, toldAt: fleet.now.mono },
        { unknown: 'wait' },
        fleet.now,
      )
    const [left, right] = [barrierOf(group, 8), barrierOf(other, 3)]
    expect([isOpen(left), isOpen(right)]).toEqual([false, false])
    // The numbers of one group say nothing in the other.
    const effects = holds(fleet, 'left', group, 8)
    expect(effects.flatMap((effect) => (effect.kind === 'touched' ? [effect.group] : []))).toContain(other)
    for (const barrier of [left, right]) touch(barrier, fleet.state, 'edge-1', fleet.now)
    expect([isOpen(left), isOpen(right)]).toEqual([true, false])
    holds(fleet, 'right', other, 3)
    touch(right, fleet.state, 'edge-1', fleet.now)
    expect(isOpen(right)).toBe(true)
  })

  it('close each their own generation, and hold back each the retirements of their own group', () => {
    const fleet = twins()
    holds(fleet, 'left', group, 8)
    holds(fleet, 'right', other, 3)
    expect([isClosed(fleet.state, group, 8, fleet.now), isClosed(fleet.state, other, 3, fleet.now)]).toEqual([
      true,
      true,
    ])
    expect(heldBackBy(fleet.state, group, 8, fleet.now)).toEqual([])
    expect(heldBackBy(fleet.state, other, 4, fleet.now)).toEqual(['edge-1'])
  })

  it('leave only the group that no stream is in any more, whichever ends first', () => {
    for (const [gone, stays] of [
      ['left', other],
      ['right', group],
    ] as const) {
      const fleet = twins()
      fleet.tell({ kind: 'closed', stream: gone, node: 'edge-1', reason: '', at: 0 })
      expect([group, other].filter((where) => members(fleet, where).length > 0)).toEqual([stays])
      expect(fleet.state.nodes.get('edge-1')?.group).toBe(stays)
    }
  })

  it('count in a group that is made after they are there', () => {
    const fleet = told()
    open(fleet, 'left', group)
    open(fleet, 'right', 'default/late')
    fleet.tell({ kind: 'groups', groups: [{ group: 'default/late', size: undefined, withinMs: 1_000_000 }] })
    expect(members(fleet, 'default/late')).toEqual(['edge-1'])
  })
})

describe('twins in one group', () => {
  it('are both waited for, and one that leaves is not', () => {
    const fleet = told()
    open(fleet, 'left', group)
    open(fleet, 'right', group)
    holds(fleet, 'left', group, 8)
    const wanted = { kind: 'switched', group, generation: 8, toldAt: fleet.now.mono } as const
    const barrier = createBarrier(fleet.state, wanted, { unknown: 'wait' }, fleet.now)
    expect(isOpen(barrier)).toBe(false)
    fleet.tell({ kind: 'closed', stream: 'right', node: 'edge-1', reason: '', at: 0 })
    touch(barrier, fleet.state, 'edge-1', fleet.now)
    expect(isOpen(barrier)).toBe(true)
  })

  it('rule 40: do not wait for one that matches no group and is held', () => {
    const fleet = told()
    open(fleet, 'left', group)
    fleet.tell(
      { kind: 'opened', stream: 'held', node: identity('edge-1'), variant: 'delta', peer: '', at: 0 },
      { kind: 'placed', stream: 'held', node: 'edge-1', group: undefined },
      { kind: 'subscribed', stream: 'held', node: 'edge-1', type: typeUrls.cds, wildcard: true },
    )
    holds(fleet, 'left', group, 8)
    const wanted = { kind: 'switched', group, generation: 8, toldAt: fleet.now.mono } as const
    expect(isOpen(createBarrier(fleet.state, wanted, { unknown: 'wait' }, fleet.now))).toBe(true)
  })
})
