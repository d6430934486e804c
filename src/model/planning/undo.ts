// What one revision changed, put back into what is now: its objects as they were before, with what others changed since.
import { canonicalJson, err, type Json, ok, type Problem, type Result } from '../../base/index.ts'
import { parseObject } from '../manifests/parse-manifests.ts'
import { printSpec } from '../manifests/print-manifest.ts'
import { apiVersion } from '../manifests/read-object.ts'
import type { Manifest, ObjectContent, ObjectKey, StoredObject, World } from '../objects.ts'
import { diffLines } from './diff.ts'
import { refused, titleOfKey, type Who } from './plan.ts'
import { type Clash, putBack } from './three-way.ts'
import { type TrafficClash, trafficBack } from './undo-traffic.ts'
import type { TrafficTarget, WayBack } from './way-back.ts'

/** An object that a revision wrote or took away. */
export interface UndoneObject {
  readonly key: ObjectKey
  /** Undefined: it was not there. */
  readonly before: StoredObject | undefined
  /** Undefined: the revision deleted it. */
  readonly after: StoredObject | undefined
}

/** The way back from one revision; a conflict where a later one changed the same fields. */
export function undoOf(
  heads: World,
  revision: number,
  objects: readonly UndoneObject[],
  who: Who,
): Result<WayBack, Problem> {
  const manifests: Manifest[] = []
  const deletes: ObjectKey[] = []
  const traffic: TrafficTarget[] = []
  const clashes: string[] = []
  let winner: string | undefined
  for (const object of objects) {
    const { key, before, after } = object
    const now = heads.get(key)
    const kind = (before ?? after)?.kind
    if (kind === 'Tombstone' || kind === undefined) continue
    const found: string[] = []
    if (kind === 'Traffic') {
      const target = trafficOf(object, now, heads, found)
      if (target !== undefined) traffic.push(target)
    } else {
      const step = stepBack(object, now, found)
      if (step === 'delete') deletes.push(key)
      else if (step !== undefined) {
        const manifest = parseObject(step)
        if (!manifest.ok) return err(unreadable(manifest.error, `undoing r${revision}`))
        manifests.push(manifest.value)
      }
    }
    if (found.length === 0) continue
    const by = writerOf(now, key, who)
    winner ??= by
    const last = by === undefined ? 'is gone since' : `was changed since, last by ${by}`
    clashes.push(`${titleOfKey(key)} ${last}: ${found.join(', ')}`)
  }
  if (clashes.length === 0) return ok({ manifests, deletes, traffic })
  const { message } = refused(clashes)
  return err({
    kind: 'conflict',
    message: `r${revision} cannot be undone: ${message}: undo what came later first, or apply what is wanted`,
    ...(winner === undefined ? {} : { winner }),
  })
}

/** An earlier content as a manifest: read again, so that today's rules hold. */
export const manifestOf = (object: ObjectContent): Result<Manifest, Problem> =>
  parseObject(withWritten(object, writtenOf(object)))

/** Content of before that today's rules refuse: said as such. */
export const unreadable = (problem: Problem, doing: string): Problem => ({
  ...problem,
  message: `${doing} makes what is not valid: ${problem.message}`,
})

function writerOf(now: StoredObject | undefined, key: ObjectKey, who: Who): string | undefined {
  if (now === undefined) return undefined
  const actor = who(key)
  return `r${now.revision}${actor === undefined ? '' : ` by ${actor}`}`
}

/** What to apply, that it is to go, or undefined: it is as it was. */
function stepBack(
  { before, after }: UndoneObject,
  now: StoredObject | undefined,
  clashes: string[],
): Json | 'delete' | undefined {
  if (before === undefined) return created(after, now, clashes)
  if (after === undefined) {
    if (now === undefined) return withWritten(before, writtenOf(before))
    if (!sameWritten(before, now)) clashes.push('it was deleted, and made again')
    return undefined
  }
  if (now === undefined) {
    clashes.push('it was changed, and is not there any more')
    return undefined
  }
  const found: Clash[] = []
  const wanted = putBack(
    { before: writtenOf(before), after: writtenOf(after), now: writtenOf(now) },
    '',
    found,
  )
  clashes.push(...found.map(clashText))
  return found.length > 0 || same(wanted, writtenOf(now)) ? undefined : withWritten(now, wanted)
}

/** It goes, unless others have put something into it since: that would go with it. */
function created(
  after: StoredObject | undefined,
  now: StoredObject | undefined,
  clashes: string[],
): 'delete' | undefined {
  if (after === undefined || now === undefined) return undefined
  if (sameWritten(after, now)) return 'delete'
  clashes.push(...diffLines(after, now))
  return undefined
}

/** Labels and spec as people write them. */
const writtenOf = (object: ObjectContent): Json => ({
  metadata: { labels: { ...object.labels } },
  spec: printSpec(object),
})

const same = (a: Json | undefined, b: Json | undefined): boolean =>
  a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b)

/** Whether both are as the same manifest makes them; incarnations may differ. */
export const sameWritten = (a: ObjectContent, b: ObjectContent): boolean => same(writtenOf(a), writtenOf(b))

function withWritten({ kind, namespace, name }: ObjectContent, written: Json | undefined): Json {
  const { metadata, spec } = { metadata: {}, spec: {}, ...(written as Partial<Record<string, Json>>) }
  return { apiVersion, kind, metadata: { ...(metadata as object), namespace, name }, spec }
}

function clashText({ path, after, now }: Clash): string {
  const said = (value: Json | undefined): string =>
    value === undefined ? 'nothing' : typeof value === 'object' ? 'another value' : String(value)
  return typeof now === 'object' && typeof after === 'object'
    ? `${path} is another value`
    : `${path} is ${said(now)}, not ${said(after)}`
}

function trafficOf(
  { before, after }: UndoneObject,
  now: StoredObject | undefined,
  heads: World,
  clashes: string[],
): TrafficTarget | undefined {
  // It began with its service and ends with it.
  if (before?.kind !== 'Traffic') return undefined
  const { namespace, name: service } = before
  if (after?.kind !== 'Traffic' || now?.kind !== 'Traffic') {
    const { fences: _, incarnations: __, ...state } = before.spec
    const isGone = after === undefined && !heads.has(`${namespace}/Service/${service}`)
    return isGone ? { namespace, service, state } : undefined
  }
  const found: TrafficClash[] = []
  const target = trafficBack({ before: before.spec, after: after.spec, now: now.spec }, found)
  clashes.push(...found)
  if (target === undefined || found.length > 0) return undefined
  return { namespace, service, since: before.revision, onlyGained: true, ...target }
}
