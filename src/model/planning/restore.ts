// The world as it was at a revision, as a way back from what is now.
import { err, ok, type Problem, type Result } from '../../base/index.ts'
import type { Manifest, ObjectKey, StoredObject, World } from '../objects.ts'
import { liveOf, sameLive } from './live-traffic.ts'
import { manifestOf, sameWritten, unreadable } from './undo.ts'
import type { TrafficTarget, WayBack } from './way-back.ts'

/** `earlier`: everything that was touched since, as it was then; undefined: it was not there. */
export function restoreOf(
  heads: World,
  revision: number,
  earlier: ReadonlyMap<ObjectKey, StoredObject | undefined>,
): Result<WayBack, Problem> {
  const manifests: Manifest[] = []
  const deletes: ObjectKey[] = []
  const traffic: TrafficTarget[] = []
  for (const [key, then] of earlier) {
    const now = heads.get(key)
    const kind = (then ?? now)?.kind
    if (kind === 'Tombstone' || kind === undefined) continue
    if (kind === 'Traffic') {
      if (then?.kind === 'Traffic') traffic.push(...trafficThen(then, now))
    } else if (then === undefined) {
      if (now !== undefined) deletes.push(key)
    } else if (now === undefined || !sameWritten(then, now)) {
      const manifest = manifestOf(then)
      if (!manifest.ok) return err(unreadable(manifest.error, `restoring r${revision}`))
      manifests.push(manifest.value)
    }
  }
  return ok({ manifests, deletes, traffic })
}

function trafficThen(
  then: Extract<StoredObject, { kind: 'Traffic' }>,
  now: StoredObject | undefined,
): readonly TrafficTarget[] {
  const { namespace, name: service, revision: since } = then
  const { fences: _, ...state } = then.spec
  if (now?.kind !== 'Traffic') {
    // Its service comes anew, in incarnations of its own.
    const { incarnations: __, ...anew } = state
    return [{ namespace, service, state: anew }]
  }
  const isSame =
    sameLive(liveOf(then.spec), liveOf(now.spec)) &&
    sameNumbers(then.spec.incarnations, now.spec.incarnations)
  return isSame ? [] : [{ namespace, service, state, since }]
}

const sameNumbers = (a: Readonly<Record<string, number>> = {}, b: Readonly<Record<string, number>> = {}) =>
  [...Object.keys(a), ...Object.keys(b)].every((name) => a[name] === b[name])
