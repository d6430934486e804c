// One plain value → one manifest, or everything that is wrong with it.
import { z } from 'zod'
import { limits, suggestion } from '../../base/index.ts'
import { name } from '../fields.ts'
import { trafficState } from '../kinds/traffic.ts'
import { derivedKinds, isManifestKind, manifestKindNames, manifestKinds } from '../kinds.ts'
import { type Envelope, type Manifest, type ManifestKind, titleOf, type Written } from '../objects.ts'
import { holdsMoreThan, isFields, notAnObject } from './clean-value.ts'
import { describe, type Fault, quote } from './faults.ts'
import { check } from './translate-issues.ts'

/** Version of the manifests; part of every one. */
export const apiVersion = 'verdigris.dev/v1alpha1'

/** Labels are free text for people and selectors of tools; they configure nothing. */
const labels = z
  .record(z.string().min(1).max(limits.labelLength), z.string().max(limits.labelLength))
  .refine((value) => Object.keys(value).length <= limits.labels, `wanted at most ${limits.labels} labels`)

export const metadata = z.strictObject({
  namespace: name.optional().describe('Part of every key and Envoy cluster name. Default `default`.'),
  name: name.describe('A DNS label, unique in its namespace and kind.'),
  labels: labels.default({}).describe('Key → value, for people and tools.'),
  etag: z
    .string()
    .min(1)
    .max(limits.labelLength)
    .optional()
    .describe('What `get` printed: the write is refused when somebody else changed the object since.'),
})

const common = {
  apiVersion: z.literal(apiVersion),
  kind: z.string(),
  metadata,
  spec: z.unknown(),
  /** Printed by `get`, ignored when read. */
  status: z.unknown().optional(),
}
const envelope = z.strictObject(common)
const policyEnvelope = z.strictObject({ ...common, traffic: trafficState.optional() })

export interface ReadOptions {
  /** Namespace of manifests that name none. */
  readonly namespace?: string | undefined
}

/** The manifest, or its faults with the best name for the object that there is. */
export type Read =
  | { readonly manifest: Manifest }
  | { readonly object?: string; readonly faults: readonly Fault[] }

/** `earlier` are faults found before the schemas: places that they name are not named again. */
export function readObject(value: unknown, options: ReadOptions, earlier: readonly Fault[] = []): Read {
  if (!isFields(value)) return { faults: earlier.length > 0 ? earlier : [notAnObject(value)] }
  // A fault of the whole document hides what stands in it: the rest would be guessing.
  if (earlier.some(({ path }) => path.length === 0)) return { faults: withoutRepeats(earlier, []) }
  if (holdsMoreThan(limits.valuesPerObject, value)) {
    return {
      faults: [{ path: [], message: `wanted at most ${limits.valuesPerObject} values in one object` }],
    }
  }
  const kind = value.kind
  const faults: Fault[] = [...earlier]
  if (typeof kind === 'string' && isManifestKind(kind)) {
    const read = readKind(kind, value, options)
    if (faults.length === 0 && 'manifest' in read) return read
    if ('faults' in read) faults.push(...read.faults)
  } else {
    faults.push(...kindFaults(kind))
    const outer = check(envelope, { ...value, kind: '' })
    // Of a kind that nobody knows, only what all kinds share can be judged.
    if ('faults' in outer)
      faults.push(...outer.faults.filter(({ path }) => path[0] !== 'kind' && path[0] !== 'traffic'))
  }
  const object = nameFor(value, options)
  return { ...(object === undefined ? {} : { object }), faults: withoutRepeats(faults, earlier) }
}

function readKind<K extends ManifestKind>(
  kind: K,
  value: Readonly<Record<string, unknown>>,
  options: ReadOptions,
): { readonly manifest: Manifest } | { readonly faults: readonly Fault[] } {
  const outer = check<z.infer<typeof policyEnvelope>>(
    kind === 'TrafficPolicy' ? policyEnvelope : envelope,
    value,
  )
  const spec = check(manifestKinds[kind].spec, value.spec, ['spec'])
  if ('faults' in outer || 'faults' in spec) {
    return { faults: [...('faults' in outer ? outer.faults : []), ...('faults' in spec ? spec.faults : [])] }
  }
  const { traffic, metadata: given } = outer.value
  const { namespace = options.namespace ?? 'default', name: own, labels: tags, etag } = given
  const manifest: Envelope<K> & Written = {
    kind,
    namespace,
    name: own,
    labels: tags,
    spec: spec.value,
    ...(etag === undefined ? {} : { etag }),
    ...(traffic === undefined ? {} : { traffic }),
  }
  // Here text became a type: the spec was checked by the schema of this very kind.
  return { manifest: manifest as Manifest }
}

function kindFaults(kind: unknown): readonly Fault[] {
  const path = ['kind']
  if (typeof kind !== 'string') {
    const known = manifestKindNames.map((each) => `"${each}"`).join(', ')
    return [
      {
        path,
        message: `${kind === undefined ? 'missing, ' : ''}wanted one of ${known}${kind === undefined ? '' : `, found ${describe(kind)}`}`,
      },
    ]
  }
  if (Object.hasOwn(derivedKinds, kind)) {
    const hint =
      kind === 'Traffic' ? 'it is moved by switch, split and rollback' : 'it is written by deletions'
    return [{ path, message: `kind "${kind}" cannot be applied: ${hint}` }]
  }
  return [{ path, message: `unknown kind ${quote(kind)}${suggestion(kind, manifestKindNames)}` }]
}

/** `Kind namespace/name`, as far as the value says who it is. */
function nameFor(value: Readonly<Record<string, unknown>>, options: ReadOptions): string | undefined {
  const given = value.metadata
  const kind = value.kind
  if (typeof kind !== 'string' || kind.length > limits.nameLength || !isFields(given)) return undefined
  const own = name.safeParse(given.name)
  const namespace = name.safeParse(given.namespace ?? options.namespace ?? 'default')
  if (!own.success || !namespace.success) return undefined
  return titleOf({ kind, namespace: namespace.data, name: own.data })
}

/** One fault per place. What was refused inside an object is left out of it: what the object then lacks is no news. */
function withoutRepeats(faults: readonly Fault[], earlier: readonly Fault[]): readonly Fault[] {
  const seen = new Set<string>()
  const around = new Set(
    earlier.flatMap(({ path }) => path.map((_, index) => JSON.stringify(path.slice(0, index)))),
  )
  return faults.filter(({ path }) => {
    const place = JSON.stringify(path)
    return !around.has(place) && !seen.has(place) && seen.add(place)
  })
}
