// Delete: what nobody refers to any more. A Service takes its Traffic with it and leaves a Tombstone.
import { err, ok, type Problem, type Result } from '../../base/index.ts'
import { parseKey } from '../names.ts'
import { type ContentOf, keyOf, type ObjectKey, type StoredObject, titleOf, type World } from '../objects.ts'
import { viewOf } from '../references/world-view.ts'
import { invalidObjects, type Plan, planOf, refused, staleEtag, titleOfKey, type Who } from './plan.ts'
import { policyChange } from './policy-changes.ts'

export interface DeleteOptions {
  readonly who?: Who | undefined
}

/** Refused as a whole when one object is missing, changed since, or referred to by one that stays. */
export function planDelete(
  heads: World,
  keys: readonly { readonly key: ObjectKey; readonly etag?: string | undefined }[],
  options: DeleteOptions = {},
): Result<Plan, Problem> {
  if (keys.length === 0)
    return invalidObjects([{ path: '', message: 'found no object to delete, wanted at least one' }])
  const going = new Map<ObjectKey, StoredObject>()
  for (const { key, etag } of keys) {
    const parts = parseKey(key)
    if (parts === undefined) {
      return invalidObjects([
        { path: 'key', message: `wanted namespace/Kind/name, found ${JSON.stringify(key.slice(0, 200))}` },
      ])
    }
    if (parts.kind === 'Traffic' || parts.kind === 'Tombstone') {
      const message = `kind "${parts.kind}" cannot be deleted: it lives and dies with its Service`
      return invalidObjects([{ path: 'key', message, object: titleOf(parts) }])
    }
    const head = heads.get(key)
    if (head === undefined) return err({ kind: 'notFound', message: `there is no ${titleOf(parts)}` })
    const stale = staleEtag(heads, { key, title: titleOf(parts), etag }, options.who)
    if (stale !== undefined) return err(stale)
    going.set(key, head)
  }
  const traffic = [...going.values()].flatMap((object) => trafficOf(heads, object))
  const deletes = new Set([...going.keys(), ...traffic])
  const view = viewOf(heads)
  const refusals = [...going.values()].flatMap((object) => {
    const referrers = view.referrers(keyOf(object)).filter((key) => !deletes.has(key))
    if (referrers.length === 0) return []
    const named = referrers.slice(0, 5).map(titleOfKey).join(', ')
    const more = referrers.length > 5 ? ` and ${referrers.length - 5} more` : ''
    return [
      `${titleOf(object)} cannot be deleted: ${named}${more} ${referrers.length === 1 ? 'refers' : 'refer'} to it`,
    ]
  })
  for (const object of going.values()) {
    if (object.kind !== 'TrafficPolicy') continue
    const { namespace, spec } = object
    if (deletes.has(keyOf({ kind: 'Service', namespace, name: spec.service }))) continue
    refusals.push(...policyChange(heads, object, undefined).refusals)
  }
  if (refusals.length > 0) return err(refused(refusals))
  const tombstones = [...going.values()].flatMap((object) =>
    object.kind === 'Service' ? [tombstoneOf(object)] : [],
  )
  return ok(planOf(heads, { puts: tombstones, deletes: [...deletes] }))
}

function trafficOf(heads: World, { kind, namespace, name }: StoredObject): readonly ObjectKey[] {
  const key = keyOf({ kind: 'Traffic', namespace, name })
  return kind === 'Service' && heads.has(key) ? [key] : []
}

/** What stays of a deleted Service: which incarnations were given. */
function tombstoneOf(service: ContentOf<'Service'>): ContentOf<'Tombstone'> {
  const { namespace, name, incarnationsEver } = service
  return { kind: 'Tombstone', namespace, name, labels: {}, spec: { incarnationsEver } }
}
