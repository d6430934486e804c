// What follows from one look at the files of a Secret. A file that is bad for a moment is being written: nothing is said of it
// before `patienceMs`, and what was good last goes on as long as nothing better is there.
import type { Result, Violation } from '../base/index.ts'
import { type SoundMaterial, sameMaterial } from './check-material.ts'
import type { SecretNews, SecretState } from './types.ts'

/** Replaced at each look. */
export interface Watched {
  readonly files: string
  readonly good: SoundMaterial | undefined
  /** What is wrong now; `since` monotonic, milliseconds; `said`: somebody was told. */
  readonly bad:
    | { readonly faults: readonly Violation[]; readonly since: number; readonly said: boolean }
    | undefined
}

/** The state after a look, and what is to be told. */
export function look(
  before: Watched,
  found: Result<SoundMaterial, readonly Violation[]>,
  now: number,
  patienceMs: number,
): readonly [Watched, SecretNews | undefined] {
  const { files, good, bad } = before
  if (found.ok) {
    const after: Watched = { files, good: found.value, bad: undefined }
    if (good === undefined || !sameMaterial(good.material, found.value.material))
      return [after, { kind: 'changed', files, material: found.value.material }]
    return [after, bad?.said === true ? { kind: 'mended', files } : undefined]
  }
  const since = bad?.since ?? now
  const said = bad?.said === true
  const isOld = now - since >= patienceMs
  const after: Watched = { files, good, bad: { faults: found.error, since, said: said || isOld } }
  return [after, isOld && !said ? { kind: 'refused', files, faults: found.error } : undefined]
}

/** As it is shown. */
export function stateOf({ good, bad }: Watched): SecretState {
  const facts = good?.facts ?? []
  const faults = bad?.said === true || good === undefined ? (bad?.faults ?? []) : []
  const kind = good === undefined ? 'missing' : faults.length > 0 ? 'stale' : 'good'
  return { kind, facts, faults }
}
