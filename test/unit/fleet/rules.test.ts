// The xDS rules that the fleet keeps; `npm run test:breaks` shows that each test catches its break.
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { Requirement } from '../../../src/fleet/index.ts'
import {
  createBarrier,
  inventoryValue,
  isOpen,
  parseInventory,
  parseRefusals,
  refusalValue,
} from '../../../src/fleet/index.ts'
import { cluster, group, type Told, told } from './support.ts'

const { cds, eds } = typeUrls
const prepared = (empty: readonly string[] = []): Requirement => ({
  kind: 'prepared',
  group,
  since: new Map([
    [cds, 7],
    [eds, 7],
  ]),
  clusters: new Set([cluster]),
  empty,
})
const open = (fleet: Told, wanted = prepared()): boolean =>
  isOpen(createBarrier(fleet.state, wanted, { unknown: 'wait' }, fleet.now))
const nack = (generation: number) =>
  ({
    kind: 'nacked',
    stream: 's-edge-1',
    node: 'edge-1',
    group,
    type: cds,
    generation,
    version: `v${generation}`,
    good: generation - 1,
    changed: ['a'],
    detail: 'bad',
    at: 0,
  }) as const

describe('the barrier', () => {
  it('rule 24: waits for the ACK of both clusters and endpoints', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.holds('edge-1', 7, [cds])
    fleet.holds('edge-1', 6, [eds])
    expect(open(fleet)).toBe(false)
    fleet.holds('edge-1', 7, [eds])
    expect(open(fleet)).toBe(true)
  })

  it('rule 24: waits while a needed cluster warms, and not for others', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.holds('edge-1', 7, undefined, [cluster])
    expect(open(fleet)).toBe(false)
    fleet.holds('edge-1', 7, undefined, ['default/cart/blue.1'])
    expect(open(fleet)).toBe(true)
  })

  it('rule 24: waits while a needed cluster has no usable endpoint, whatever was ACKed', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.holds('edge-1', 7)
    expect(open(fleet, prepared([cluster]))).toBe(false)
  })

  it('rule 24: waits for every proxy', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.join('edge-2')
    fleet.holds('edge-1', 7)
    expect(open(fleet)).toBe(false)
    fleet.holds('edge-2', 7)
    expect(open(fleet)).toBe(true)
  })
})

describe('a refusal', () => {
  it('rule 9: gets a number of resend that no other had, over a restart too', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.tell(nack(7))
    fleet.tell({ kind: 'repaired', stream: 's-edge-1', node: 'edge-1', type: cds, generation: 6 })
    const second = fleet.tell(nack(8))[0]
    expect(second).toMatchObject({ refusal: { resend: 2 } })
    const node = fleet.state.nodes.get('edge-1')
    if (node === undefined) throw new Error('edge-1 is not known')
    const again = told({ inventory: parseInventory(new Map([['edge-1', inventoryValue(node, false)]])) })
    again.join('edge-1')
    expect(again.tell(nack(9))[0]).toMatchObject({ refusal: { resend: 3 } })
  })

  it('rule 33: parks the version refused, in a record that a restart reads', () => {
    const fleet = told()
    fleet.join('edge-1')
    fleet.tell(nack(7))
    const refusal = fleet.state.nodes.get('edge-1')?.refusals.get(cds)
    if (refusal === undefined) throw new Error('no refusal')
    const read = parseRefusals(new Map([['key', refusalValue(refusal)]]))
    expect(read).toMatchObject([{ node: 'edge-1', type: cds, parked: 'v7' }])
  })

  it('rule 33: is not answered without end while nothing else is there to send', () => {
    const fleet = told()
    fleet.join('edge-1')
    const answered = [7, 7, 7, 7, 7, 7, 7].filter((generation) => {
      const [effect] = fleet.tell(nack(generation))
      return effect?.kind === 'refused' && !effect.weary
    })
    expect(answered).toHaveLength(3)
  })
})
