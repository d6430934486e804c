// The little that the store reads of other rooms' records, so that compaction never takes what they still need.
import type { Json } from '../base/index.ts'
import type { GroupKey } from '../model/index.ts'
import type { RecordTable } from './types.ts'

/** What a record says about the life of other things. */
export interface Hints {
  /** Nothing more will happen to it. Only pushes finish (they get a numeric `endedAt`). */
  readonly finished: boolean
  /** The revision it is about, if it says one (`revision`, `compensatedBy`). */
  readonly revisions: readonly number[]
  /** Generations it still needs: numbers under `generation`, `good`, `before`, `prepared`, `switched` beside a `group`. */
  readonly generations: readonly { readonly group: GroupKey; readonly number: number }[]
}

type JsonObject = { readonly [key: string]: Json }
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const numbersOf = (value: JsonObject, fields: readonly string[]): readonly number[] =>
  fields.map((field) => value[field]).filter((number) => typeof number === 'number')

/** Reads the hints of a record; a record of unknown shape needs nothing. */
export function hintsOf(table: RecordTable, value: Json): Hints {
  if (!isObject(value)) return { finished: false, revisions: [], generations: [] }
  const finished = table === 'push' && typeof value.endedAt === 'number'
  const revisions = numbersOf(value, ['revision', 'compensatedBy'])
  if (finished) return { finished, revisions, generations: [] }
  const places = [value, ...(Array.isArray(value.groups) ? value.groups : [])]
  const generations = places.flatMap((place: Json) => {
    if (!isObject(place) || typeof place.group !== 'string') return []
    const { group } = place
    return numbersOf(place, ['generation', 'good', 'before', 'prepared', 'switched']).map((number) => ({
      group,
      number,
    }))
  })
  return { finished, revisions, generations }
}
