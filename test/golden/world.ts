// Worlds for tests: manifests as YAML → stored objects, as a first apply would leave them.
import { parseAllDocuments } from 'yaml'
import {
  gatewaySpec,
  keyOf,
  nodeGroupSpec,
  type ObjectContent,
  type ObjectKey,
  patchSpec,
  rawSnapshotSpec,
  routeSpec,
  type StoredObject,
  secretSpec,
  serviceSpec,
  sidecarSpec,
  type TrafficPolicySpec,
  trafficPolicySpec,
  type World,
} from '../../src/model/index.ts'

interface Document {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec: unknown
  /** Services only, tests only: environment → incarnation, 1 where nothing is said. */
  readonly incarnations?: Readonly<Record<string, number>>
}

let etags = 0

/** What the store gives: a new identity and etag for each content. */
function stored(content: ObjectContent): StoredObject {
  etags++
  return { ...content, uid: keyOf(content), etag: `e${etags}`, revision: etags }
}

/** The world of these manifests; each Service gets Traffic by its policy's initial weights, or all to the first environment. */
export function worldOf(yaml: string): World {
  const objects = new Map<ObjectKey, StoredObject>()
  const add = (content: ObjectContent): void => {
    objects.set(keyOf(content), stored(content))
  }
  const documents = parseAllDocuments(yaml).map((each): Document => each.toJS())
  for (const document of documents) for (const content of contentsOf(document)) add(content)
  for (const object of [...objects.values()]) {
    if (object.kind === 'Service' && !objects.has(trafficKey(object.namespace, object.name))) {
      const first = object.spec.environments[0]?.name ?? ''
      add(traffic(object.namespace, object.name, { [first]: 10_000 }))
    }
  }
  return objects
}

/** A world with some objects put in place of those of the same key, and some taken out. */
export function changed(
  world: World,
  puts: readonly ObjectContent[],
  deletes: readonly ObjectKey[] = [],
): World {
  const next = new Map(world)
  for (const content of puts) next.set(keyOf(content), stored(content))
  for (const key of deletes) next.delete(key)
  return next
}

/** The Traffic of a service. */
export const traffic = (
  namespace: string,
  name: string,
  weights: Readonly<Record<string, number>>,
): ObjectContent => ({ kind: 'Traffic', namespace, name, labels: {}, spec: { weights } })

/** What a policy starts with. */
function initialTraffic(
  namespace: string,
  { service, initial, mirrors = [] }: TrafficPolicySpec,
): ObjectContent {
  const on = mirrors.filter(({ name }) => initial?.mirrors?.includes(name))
  const weights = initial?.weights ?? {}
  const spec = {
    weights,
    ...(initial?.cohorts === undefined ? {} : { cohorts: initial.cohorts }),
    ...(on.length === 0
      ? {}
      : { mirrors: Object.fromEntries(on.map(({ name, percent }) => [name, percent * 100])) }),
  }
  return { kind: 'Traffic', namespace, name: service, labels: {}, spec }
}

const trafficKey = (namespace: string, name: string): ObjectKey => keyOf({ kind: 'Traffic', namespace, name })

function contentsOf(document: Document): readonly ObjectContent[] {
  const { kind, spec } = document
  const { name, namespace = 'default' } = document.metadata
  const envelope = { namespace, name, labels: {} }
  switch (kind) {
    case 'NodeGroup':
      return [{ ...envelope, kind, spec: nodeGroupSpec.parse(spec) }]
    case 'Secret':
      return [{ ...envelope, kind, spec: secretSpec.parse(spec) }]
    case 'Gateway':
      return [{ ...envelope, kind, spec: gatewaySpec.parse(spec) }]
    case 'Sidecar':
      return [{ ...envelope, kind, spec: sidecarSpec.parse(spec) }]
    case 'Route':
      return [{ ...envelope, kind, spec: routeSpec.parse(spec) }]
    case 'Service': {
      const parsed = serviceSpec.parse(spec)
      const incarnations = Object.fromEntries(
        parsed.environments.map((environment) => [
          environment.name,
          document.incarnations?.[environment.name] ?? 1,
        ]),
      )
      return [{ ...envelope, kind, spec: parsed, incarnations, incarnationsEver: incarnations }]
    }
    case 'TrafficPolicy': {
      const parsed = trafficPolicySpec.parse(spec)
      const policy: ObjectContent = { ...envelope, kind, spec: parsed }
      return parsed.initial === undefined ? [policy] : [policy, initialTraffic(namespace, parsed)]
    }
    case 'RawSnapshot':
      return [{ ...envelope, kind, spec: rawSnapshotSpec.parse(spec) }]
    case 'Patch':
      return [{ ...envelope, kind, spec: patchSpec.parse(spec) }]
    default:
      throw new Error(`no such kind in a test world: ${kind}`)
  }
}

/** Keys of all node groups of a world. */
export const groupsOf = (world: World): readonly string[] =>
  [...world.values()].flatMap((object) =>
    object.kind === 'NodeGroup' ? [`${object.namespace}/${object.name}`] : [],
  )
