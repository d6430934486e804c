// RawSnapshot → drafts: its resources, with the facts that streams need, and what is to be said of them.
import { typeUrls } from '../../envoy-api/index.ts'
import {
  keyOf,
  parseClusterName,
  rawResourcesOf,
  type StoredOf,
  shortType,
  titleOf,
} from '../../model/index.ts'
import type { Draft, DraftJson } from '../../translate/index.ts'
import { factsOf } from '../facts.ts'

/** Something to know of an object, that is no fault. */
export interface JoinNote {
  /** Key of the object. */
  readonly origin: string
  readonly text: string
}

export interface RawDrafts {
  readonly drafts: readonly Draft[]
  readonly notes: readonly JoinNote[]
}

const known = new WeakMap<StoredOf<'RawSnapshot'>, RawDrafts>()

/** The resources of a RawSnapshot; made once per object. */
export function rawDrafts(snapshot: StoredOf<'RawSnapshot'>): RawDrafts {
  const found = known.get(snapshot)
  if (found !== undefined) return found
  const drafts = rawResourcesOf(snapshot.spec).map(
    ({ typeUrl, name, json }, index): Draft => ({
      kind: 'whole',
      typeUrl,
      name,
      // Here JSON became a type: it was read with the schema of this very message.
      json: json as DraftJson,
      facts: factsOf(typeUrl, json),
      origins: [keyOf(snapshot)],
      written: { path: `spec.resources[${index}]` },
    }),
  )
  const made = { drafts, notes: drafts.flatMap((draft) => notesOf(snapshot, draft)) }
  known.set(snapshot, made)
  return made
}

/** Clusters that the routes and listeners of a RawSnapshot name. */
export const clustersLedTo = (snapshot: StoredOf<'RawSnapshot'>): readonly string[] =>
  rawDrafts(snapshot).drafts.flatMap(({ facts }) => facts.clusters ?? [])

function notesOf(snapshot: StoredOf<'RawSnapshot'>, { typeUrl, name, facts }: Draft): readonly JoinNote[] {
  if (typeUrl === typeUrls.cds || typeUrl === typeUrls.eds) return []
  return (facts.clusters ?? [])
    .filter((cluster) => parseClusterName(cluster) !== undefined)
    .map((cluster) => ({
      origin: keyOf(snapshot),
      text: `${titleOf(snapshot)}: ${shortType(typeUrl)} "${name}" leads to cluster "${cluster}": no traffic command moves that, and the next release of its environment has another name`,
    }))
}
