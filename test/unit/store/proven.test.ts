// What makes a generation proven: each of its proofs alone is not enough.
import { describe, expect, it } from 'vitest'
import { encodeGeneration } from '../../../src/store/generations.ts'
import { generationKey, recordKey, resourceKey } from '../../../src/store/keys.ts'
import { bytesPayload, emptyLedger, enter, jsonPayload, type RecordWrite } from '../../../src/store/ledger.ts'
import { rootWrite } from '../../../src/store/root.ts'
import { piecesOf } from '../../../src/store/salvage/pieces.ts'
import { emptyState } from '../../../src/store/state.ts'
import { generation, hashOf, proof } from './fixtures.ts'

const first = generation('g/edge', 1, { rds: { r: 'one' } })
const second = generation('g/edge', 2, { rds: { r: 'two' } })
const whole: readonly RecordWrite[] = [
  { key: generationKey('g/edge', 1), value: jsonPayload(encodeGeneration(first.generation, undefined)) },
  {
    key: generationKey('g/edge', 2),
    value: jsonPayload(encodeGeneration(second.generation, first.generation)),
  },
  ...[...first.resources, ...second.resources].map(([hash, body]) => ({
    key: resourceKey(hash),
    value: bytesPayload(body),
  })),
]

/** What is proven of these records, with some put in the place of others. */
function provenOf(...instead: readonly RecordWrite[]) {
  const { ledger, batch } = enter(emptyLedger, [...whole, ...instead])
  const root = rootWrite({ ...emptyState('a-store'), sequence: 2, revision: 2, ledger })
  const stored = new Map(
    [...batch, root].flatMap(({ key, value }) => (value === undefined ? [] : [[key, value] as const])),
  )
  const { groups, faults } = piecesOf(stored, { lost: [], answered: 2, proof })
  const edge = groups.get('g/edge')
  return {
    proven: edge?.proven.map(({ number }) => number),
    highest: edge?.highest,
    isNewest: edge?.isNewest,
    faults,
  }
}

describe('a generation', () => {
  it('is proven by its record, its base, its versions and its resources', () => {
    expect(provenOf()).toEqual({ proven: [1, 2], highest: 2, isNewest: true, faults: [] })
  })

  it('is not when a resource is another than its hash says, though its record is whole', () => {
    const found = provenOf({
      key: resourceKey(hashOf(Buffer.from('two'))),
      value: bytesPayload(Buffer.from('three')),
    })
    expect(found).toMatchObject({ proven: [1], highest: 2, isNewest: false })
    expect(found.faults.map(({ what }) => what)).toContain('its content has another hash')
  })

  it('is not when its version is not that of what it names, though its record is whole', () => {
    const other = { ...encodeGeneration(second.generation, first.generation) }
    const types: typeof other.types = other.types.map(([url, type]) => [url, { ...type, version: 'made up' }])
    expect(
      provenOf({ key: generationKey('g/edge', 2), value: jsonPayload({ ...other, types }) }),
    ).toMatchObject({
      proven: [1],
      highest: 2,
    })
  })

  it('is not when what it is told from is not known', () => {
    expect(
      provenOf({ key: generationKey('g/edge', 1), value: jsonPayload({ nonsense: true }) }),
    ).toMatchObject({
      proven: [],
      highest: 2,
    })
  })

  it('is not the newest when any record speaks of a newer one', () => {
    const value = { revision: 3, groups: [{ group: 'g/edge', before: 2, switched: 3 }] }
    const push = { key: recordKey('push', '7'), value: jsonPayload({ key: '7', value }) }
    expect(provenOf(push)).toMatchObject({ proven: [1, 2], highest: 3, isNewest: false })
  })
})
