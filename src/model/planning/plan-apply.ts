// Apply: manifests against the heads. Says what to put; moves no traffic unless Git manages it.
import { err, limits, ok, type Problem, type Result } from '../../base/index.ts'
import { policyClaim } from '../kinds/traffic-policy.ts'
import { locateViolations, repeats } from '../manifests/parse-manifests.ts'
import {
  type ContentOf,
  keyOf,
  type Manifest,
  type ObjectContent,
  type ObjectKey,
  type StoredObject,
  titleOf,
  type World,
} from '../objects.ts'
import type { Observed } from '../observed.ts'
import { checkReferences } from '../references/check-references.ts'
import { viewAfter, viewOf } from '../references/world-view.ts'
import { countEndpoints } from './endpoint-counts.ts'
import { nextIncarnations } from './incarnations.ts'
import { type LiveTraffic, loadText, visitorsOf } from './live-traffic.ts'
import { invalidObjects, type Plan, planOf, refused, sameContent, staleEtag, type Who } from './plan.ts'
import { policyChange } from './policy-changes.ts'
import { planServiceTraffic } from './service-traffic.ts'
import { policyOf } from './traffic.ts'

export interface ApplyOptions {
  /** Who applies, where a policy names its manager. */
  readonly manager?: string | undefined
  /** A new release in an environment that carries traffic is a rolling change of the same incarnation. */
  readonly inPlace?: boolean | undefined
  /** Empties an environment that carries traffic, or takes traffic over from another manager. Never past validity. */
  readonly force?: boolean | undefined
  /** Registered endpoints. */
  readonly observed?: Observed | undefined
  /** Names the author of an object's newest content, for notes. */
  readonly who?: Who | undefined
  /** Objects that go in the same change. */
  readonly going?: readonly ObjectKey[] | undefined
  /** Traffic that is moved in the same change, by its key: as it will be. */
  readonly moving?: ReadonlyMap<ObjectKey, LiveTraffic> | undefined
}

/** What one manifest comes to. */
interface Step {
  readonly content: ObjectContent
  readonly notes: readonly string[]
  readonly refusals: readonly string[]
  /** A tombstone that the object takes over from. */
  readonly replaces?: ObjectKey
}

/**
 * Unchanged objects are not put; applying twice plans nothing the second time. Every fault is reported at once, with
 * its place where the manifests were read from a text. The plan must be committed against these heads: it compares
 * the etags of all that it replaces or relies on.
 */
export function planApply(
  heads: World,
  manifests: readonly Manifest[],
  options: ApplyOptions = {},
): Result<Plan, Problem> {
  if (manifests.length > limits.objectsPerApply) {
    const message = `${manifests.length} objects at once, wanted at most ${limits.objectsPerApply}: apply them in parts`
    return err({ kind: 'limit', message, limit: 'objectsPerApply' })
  }
  if (manifests.length === 0)
    return invalidObjects([{ path: '', message: 'found no object, wanted at least one' }])
  const twice = repeats(manifests)
  if (twice.length > 0) return invalidObjects(twice)
  for (const manifest of manifests) {
    const seen = { key: keyOf(manifest), title: titleOf(manifest), etag: manifest.etag }
    const stale = staleEtag(heads, seen, options.who)
    if (stale !== undefined) return err(stale)
  }

  const steps = manifests.map((manifest) => stepOf(heads, manifest, options))
  const changed = steps.filter(({ content }) => {
    const head = heads.get(keyOf(content))
    return head === undefined || !sameContent(head, content)
  })
  const written = changed.map(({ content }) => content)
  const deletes = changed.flatMap(({ replaces }) => replaces ?? [])
  const touched = [...written.map(keyOf), ...deletes]
  const view = viewAfter(viewOf(heads), written, [...deletes, ...(options.going ?? [])])
  // An environment that carries traffic and goes is refused below, with what to do instead.
  const violations = checkReferences(view, touched).filter(({ object }) => !object?.startsWith('Traffic '))
  if (violations.length > 0) return invalidObjects(locateViolations(manifests, violations))

  const traffic = planServiceTraffic(heads, view, manifests, options)
  const refusals = [...changed.flatMap((step) => step.refusals), ...traffic.refusals]
  if (refusals.length > 0) return err(refused(refusals))
  const puts = [...written, ...traffic.puts]
  const put = new Set(puts.map(keyOf))
  return ok(
    planOf(heads, {
      puts,
      deletes,
      relies: written.flatMap((content) => reliesOn(heads, content)),
      unchanged: manifests.map(keyOf).filter((key) => !put.has(key)),
      notes: [...changed.flatMap((step) => step.notes), ...traffic.notes],
      forced: traffic.forced,
    }),
  )
}

function stepOf(heads: World, manifest: Manifest, options: ApplyOptions): Step {
  const { etag: _etag, source: _source, traffic: _traffic, ...content } = manifest
  const head = heads.get(keyOf(content))
  switch (content.kind) {
    case 'Service':
      return serviceStep(heads, content, options)
    case 'TrafficPolicy': {
      const before = head?.kind === 'TrafficPolicy' ? head : undefined
      const { notes, refusals } = policyChange(heads, before, content)
      return { content, notes, refusals: [...takeover(head, content, options), ...refusals] }
    }
    default:
      return { content, notes: [], refusals: [] }
  }
}

function serviceStep(
  heads: World,
  written: Omit<ContentOf<'Service'>, 'incarnations' | 'incarnationsEver'>,
  options: ApplyOptions,
): Step {
  const { namespace, name, spec } = written
  const head = heads.get(keyOf(written))
  const tombstone = heads.get(keyOf({ kind: 'Tombstone', namespace, name }))
  const traffic = heads.get(keyOf({ kind: 'Traffic', namespace, name }))
  const before = head?.kind === 'Service' ? head : undefined
  const weights = before !== undefined && traffic?.kind === 'Traffic' ? traffic.spec.weights : undefined
  const policy = policyOf(heads, { namespace, service: name })
  const cohorts = before !== undefined && traffic?.kind === 'Traffic' ? (traffic.spec.cohorts ?? []) : []
  const visitors = (environment: string) => visitorsOf(policy, cohorts, environment)
  const load = (environment: string) => loadText(weights, visitors(environment), environment)
  const { incarnations, incarnationsEver, notes, refusals } = nextIncarnations({
    namespace,
    name,
    spec,
    before,
    tombstone: tombstone?.kind === 'Tombstone' ? tombstone : undefined,
    weights,
    visitors,
    inPlace: options.inPlace ?? false,
  })
  const emptied = spec.environments.filter((environment) => {
    if (before === undefined || load(environment.name) === undefined) return false
    const count = (service: typeof before): number => {
      const { declared, registered } = countEndpoints(service, environment.name, options.observed)
      return declared + registered
    }
    return count(before) > 0 && count({ ...before, spec, incarnations }) === 0
  })
  const empties = emptied.map(
    (each) =>
      `${titleOf(written)}: environment "${each.name}" carries ${load(each.name)} and would lose its last endpoint: move the traffic away first, or use force`,
  )
  return {
    content: { ...written, incarnations, incarnationsEver },
    notes,
    refusals: options.force === true ? refusals : [...refusals, ...empties],
    ...(tombstone === undefined ? {} : { replaces: keyOf(tombstone) }),
  }
}

/** Only the manager that a policy names hands the traffic on, unless forced. */
function takeover(
  head: StoredObject | undefined,
  written: ContentOf<'TrafficPolicy'>,
  { manager, force }: ApplyOptions,
): readonly string[] {
  if (head?.kind !== 'TrafficPolicy') return []
  const { managedBy, service } = head.spec
  if (!managedBy.startsWith('external:') || managedBy === written.spec.managedBy) return []
  const name = managedBy.slice('external:'.length)
  if (manager === name || force === true) return []
  return [
    `${titleOf(written)}: the traffic of ${service} is managed by "${name}", which alone may hand it to "${written.spec.managedBy}": apply as that manager, or use force`,
  ]
}

/** What was read to decide about this object, and is not written with it. */
function reliesOn(heads: World, content: ObjectContent): readonly ObjectKey[] {
  const { namespace, name } = content
  if (content.kind === 'Service') {
    const policies = viewOf(heads).claimants(policyClaim(namespace, name))
    return [keyOf({ kind: 'Traffic', namespace, name }), ...policies.map(({ key }) => key)]
  }
  if (content.kind === 'TrafficPolicy')
    return [keyOf({ kind: 'Traffic', namespace, name: content.spec.service })]
  return []
}
