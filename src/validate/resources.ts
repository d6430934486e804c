// After encoding: every name that a resource refers to is there, nothing is larger or more than a proxy should get.
import { limits, type Violation } from '../base/index.ts'
import { typeUrls } from '../envoy-api/index.ts'
import { identityMemo, type ResourceFacts } from '../translate/index.ts'

/** What the checks read of an encoded resource. */
export interface CheckedResource {
  readonly typeUrl: string
  readonly name: string
  readonly body: Uint8Array
  readonly facts: ResourceFacts
  readonly origins: readonly string[]
  readonly path?: string
}
export type CheckedTypes = ReadonlyMap<string, ReadonlyMap<string, CheckedResource>>

/**
 * What is wrong with the resources of one group; types that passed before are not looked at again. `absent`: secrets that
 * are known and whose files are not at hand: a reference to one waits for it and is no fault.
 */
export function checkResources(
  types: CheckedTypes,
  absent: ReadonlySet<string> = new Set(),
): readonly Violation[] {
  const violations: Violation[] = []
  for (const [typeUrl, resources] of types) {
    violations.push(...caps(resources, [], () => capViolations(typeUrl, resources)))
  }
  for (const { from, to, what, names } of references) {
    const sources = types.get(from)
    if (sources === undefined) continue
    const targets = types.get(to) ?? nothing
    const excused = to === typeUrls.sds ? [...absent].sort() : []
    violations.push(
      ...referenceMemos[what](sources, [targets, ...excused], () =>
        missing(sources, new Set([...targets.keys(), ...excused]), what, names),
      ),
    )
  }
  return violations
}

type Resources = ReadonlyMap<string, CheckedResource>
type What =
  | 'cluster'
  | 'loadAssignment'
  | 'routes'
  | 'listenerCluster'
  | 'extensionCluster'
  | 'listenerExtension'
  | 'clusterSecret'
  | 'listenerSecret'

const nothing: Resources = new Map()
const caps = identityMemo<Resources, readonly Violation[]>()
const memo = () => identityMemo<Resources, readonly Violation[]>()
const referenceMemos: Readonly<Record<What, ReturnType<typeof memo>>> = {
  cluster: memo(),
  loadAssignment: memo(),
  routes: memo(),
  listenerCluster: memo(),
  extensionCluster: memo(),
  listenerExtension: memo(),
  clusterSecret: memo(),
  listenerSecret: memo(),
}

/** Every kind of reference: which type's resources name which others. */
const references: readonly {
  readonly from: string
  readonly to: string
  readonly what: What
  readonly names: (resource: CheckedResource) => readonly string[]
}[] = [
  { from: typeUrls.lds, to: typeUrls.rds, what: 'routes', names: ({ facts }) => facts.routes ?? [] },
  { from: typeUrls.rds, to: typeUrls.cds, what: 'cluster', names: ({ facts }) => facts.clusters ?? [] },
  {
    from: typeUrls.lds,
    to: typeUrls.cds,
    what: 'listenerCluster',
    names: ({ facts }) => facts.clusters ?? [],
  },
  {
    from: typeUrls.ecds,
    to: typeUrls.cds,
    what: 'extensionCluster',
    names: ({ facts }) => facts.clusters ?? [],
  },
  {
    from: typeUrls.lds,
    to: typeUrls.ecds,
    what: 'listenerExtension',
    names: ({ facts }) => facts.extensions ?? [],
  },
  {
    from: typeUrls.cds,
    to: typeUrls.eds,
    what: 'loadAssignment',
    names: ({ name, facts }) => (facts.discovery === 'eds' ? [facts.edsName ?? name] : []),
  },
  { from: typeUrls.cds, to: typeUrls.sds, what: 'clusterSecret', names: ({ facts }) => facts.secrets ?? [] },
  { from: typeUrls.lds, to: typeUrls.sds, what: 'listenerSecret', names: ({ facts }) => facts.secrets ?? [] },
]
const words: Readonly<Record<What, string>> = {
  routes: 'route configuration',
  cluster: 'cluster',
  listenerCluster: 'cluster',
  extensionCluster: 'cluster',
  listenerExtension: 'extension',
  loadAssignment: 'load assignment',
  clusterSecret: 'secret',
  listenerSecret: 'secret',
}

function missing(
  sources: Resources,
  targets: ReadonlySet<string>,
  what: What,
  names: (resource: CheckedResource) => readonly string[],
): readonly Violation[] {
  const violations: Violation[] = []
  for (const source of sources.values()) {
    for (const name of names(source)) {
      if (!targets.has(name)) {
        violations.push(
          violation(source, `refers to ${words[what]} "${name}", which is not among the resources`),
        )
      }
    }
  }
  return violations
}

function capViolations(typeUrl: string, resources: Resources): readonly Violation[] {
  const violations: Violation[] = []
  if (resources.size > limits.resourcesPerType) {
    const short = typeUrl.slice(typeUrl.lastIndexOf('.') + 1)
    violations.push({
      path: 'spec',
      message: `found ${resources.size} resources of type ${short}, wanted at most ${limits.resourcesPerType}`,
    })
  }
  for (const resource of resources.values()) {
    if (resource.body.length > limits.resourceBytes) {
      violations.push(
        violation(resource, `has ${resource.body.length} bytes, wanted at most ${limits.resourceBytes}`),
      )
    }
    if (resource.name.length > limits.resourceNameLength) {
      violations.push(
        violation(
          resource,
          `has a name of ${resource.name.length} characters, wanted at most ${limits.resourceNameLength}`,
        ),
      )
    }
  }
  return violations
}

function violation(resource: CheckedResource, text: string): Violation {
  const short = resource.typeUrl.slice(resource.typeUrl.lastIndexOf('.') + 1)
  const name =
    resource.name.length > limits.nameLength * 4
      ? `${resource.name.slice(0, limits.nameLength)}…`
      : resource.name
  const object = resource.origins[0]
  const path = resource.path ?? 'spec'
  return { ...(object === undefined ? {} : { object }), path, message: `${short} "${name}" ${text}` }
}
