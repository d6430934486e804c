// Joins what people wrote in Envoy's own words to what is generated: resources of RawSnapshots beside it, Patches merged into it,
// before anything is checked. Without either this is nothing; with them, what did not change is not made again.
import type { Violation } from '../../base/index.ts'
import { typeUrls } from '../../envoy-api/index.ts'
import { keyOf, type StoredOf, shortType, titleOf } from '../../model/index.ts'
import { type Draft, type DraftGroup, type DraftService, identityMemo } from '../../translate/index.ts'
import { type Generated, type Patched, patched } from './patched.ts'
import { type JoinNote, rawDrafts } from './raw-drafts.ts'
import { generated, targetsOf } from './targets.ts'

export interface Joined {
  readonly drafts: DraftGroup
  /** What is worth saying of the objects, and no fault. */
  readonly notes: readonly JoinNote[]
  /** Endpoints are patched: they cannot be refreshed past the patches. */
  readonly endpoints: boolean
}

/** Makes the joiner; its memory lives as long as the drafts. */
export function createJoin(): (drafts: DraftGroup) => Joined {
  const merged = identityMemo<Generated, ReturnType<typeof patched>>()
  const services = identityMemo<DraftService, DraftService>()

  return (drafts) => {
    const { written } = drafts
    if (written === undefined) return { drafts, notes: [], endpoints: false }
    const violations: Violation[] = []
    const notes: JoinNote[] = []
    const results = new Map<Generated, Patched>()
    for (const [target, patches] of patchesByTarget(drafts, written.patches, violations)) {
      const made = merged(target, patches, () => patched(target, patches))
      if (!made.ok) violations.push(made.error)
      else {
        results.set(target, made.value)
        notes.push(...made.value.notes)
      }
    }
    const now = (draft: Draft): Draft => results.get(draft)?.draft ?? draft
    const raw = written.rawSnapshots.flatMap((snapshot) => {
      const made = rawDrafts(snapshot)
      notes.push(...made.notes)
      return made.drafts
    })
    violations.push(...collisions(drafts, raw))
    const routes = drafts.routeConfigurations.flatMap((each) => results.get(each)?.draft ?? [])
    return {
      drafts: {
        ...drafts,
        listeners: drafts.listeners.map(now),
        routeConfigurations: drafts.routeConfigurations.filter((each) => !results.has(each)),
        services: drafts.services.map((service) => {
          const own = [...service.clusters, ...service.assignments]
          if (!own.some((draft) => results.has(draft))) return service
          return services(service, own.map(now), () => ({
            ...service,
            clusters: service.clusters.map(now),
            assignments: service.assignments.map(now),
          }))
        }),
        extensions: drafts.extensions.map(now),
        fixed: drafts.fixed.map(now),
        joined: [...raw, ...routes],
        violations: [...drafts.violations, ...violations],
      },
      notes,
      endpoints: [...results.keys()].some(({ typeUrl }) => typeUrl === typeUrls.eds),
    }
  }
}

/** Which patches each resource gets, in the order in which they are merged. A patch without a target is a violation. */
function patchesByTarget(
  drafts: DraftGroup,
  patches: readonly StoredOf<'Patch'>[],
  violations: Violation[],
): ReadonlyMap<Generated, readonly StoredOf<'Patch'>[]> {
  const found = new Map<Generated, StoredOf<'Patch'>[]>()
  for (const patch of patches) {
    const targets = targetsOf(drafts, patch)
    if (!('found' in targets)) {
      violations.push({ object: keyOf(patch), ...targets })
      continue
    }
    for (const target of targets.found) {
      const list = found.get(target)
      if (list === undefined) found.set(target, [patch])
      else list.push(patch)
    }
  }
  return found
}

/** Resources of RawSnapshots with the name of one that is there: both are named. */
function collisions(drafts: DraftGroup, raw: readonly Draft[]): readonly Violation[] {
  const taken = new Map<string, string>()
  for (const typeUrl of new Set(raw.map((draft) => draft.typeUrl))) {
    for (const each of generated(drafts, typeUrl)) {
      const origin = each.kind === 'whole' ? each.origins[0] : each.origin
      taken.set(`${typeUrl} ${each.name}`, origin === undefined ? 'every node group' : titleIn(origin))
    }
  }
  return raw.flatMap((draft) => {
    const id = `${draft.typeUrl} ${draft.name}`
    const other = taken.get(id)
    const [origin = ''] = draft.origins
    taken.set(id, titleIn(origin))
    if (other === undefined) return []
    const message = `${shortType(draft.typeUrl)} "${draft.name}" of node group ${drafts.group} is that of ${other} already`
    return [{ object: origin, path: draft.written?.path ?? 'spec', message }]
  })
}

/** `namespace/Kind/name` → `Kind namespace/name`. */
function titleIn(key: string): string {
  const [namespace = '', kind = '', name = ''] = key.split('/')
  return titleOf({ namespace, kind, name })
}
