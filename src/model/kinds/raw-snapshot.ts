// RawSnapshot: Envoy resources as they are, served to node groups beside those that are generated.
import { z } from 'zod'
import { canonicalJson, limits } from '../../base/index.ts'
import { typeUrls } from '../../envoy-api/index.ts'
import { refuseRepeats } from '../fields.ts'
import type { KindDefinition } from '../kind-definition.ts'
import { nodeGroupReferences, nodeGroups } from './node-groups.ts'
import { type RawResource, readResource, shortType } from './raw/resource.ts'

const resource = z
  .looseObject({
    '@type': z
      .string()
      .optional()
      .describe('Its type URL, such as `type.googleapis.com/envoy.config.cluster.v3.Cluster`.'),
    any: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe(
        'Instead of its fields: the bytes of the whole `Any` in base64, as one text or cut into several.',
      ),
  })
  .superRefine((written, context) => {
    const read = readResource(written)
    if (read.ok) return
    const { path, message } = read.error
    context.addIssue({ code: 'custom', message, path: [...path] })
  })

export const rawSnapshotSpec = z
  .strictObject({
    nodeGroups: nodeGroups.describe('Node groups, of the same namespace, that are served these resources.'),
    resources: z
      .array(resource)
      .min(1, 'wanted at least one resource')
      .max(limits.resourcesPerRawSnapshot)
      .describe(
        'Resources in proto3 JSON: Cluster, ClusterLoadAssignment, Listener, RouteConfiguration, Secret (without keys), Runtime or TypedExtensionConfig.',
      ),
  })
  .superRefine(({ resources }, context) => {
    refuseRepeats(
      resources,
      (each) => {
        const read = readResource(each)
        return read.ok ? titleOf(read.value) : undefined
      },
      'resource',
      (index) => ['resources', index],
      context,
    )
  })

export type RawSnapshotSpec = z.infer<typeof rawSnapshotSpec>

const titleOf = ({ typeUrl, name: own }: RawResource): string => `${shortType(typeUrl)} ${own}`

const known = new WeakMap<RawSnapshotSpec, readonly RawResource[]>()

/** The resources of a RawSnapshot, read once; in the order of its list. */
export function rawResourcesOf(spec: RawSnapshotSpec): readonly RawResource[] {
  const found = known.get(spec)
  if (found !== undefined) return found
  const made = spec.resources.flatMap((written) => {
    const read = readResource(written)
    return read.ok ? [read.value] : []
  })
  known.set(spec, made)
  return made
}

export const rawSnapshot: KindDefinition<'RawSnapshot'> = {
  summary:
    'Envoy resources as they are, beside those of the model. No traffic command moves what they route; their names must not look like those of generated ones. See [raw-and-patch.md](../raw-and-patch.md).',
  spec: rawSnapshotSpec,
  references: ({ spec }) => nodeGroupReferences(spec.nodeGroups),
  claims: ({ namespace, spec }) =>
    spec.nodeGroups.flatMap((group) =>
      rawResourcesOf(spec).map((each, index) => ({
        claim: `resource ${namespace}/${group} ${titleOf(each)}`,
        path: `spec.resources[${index}]`,
        clash: (other: string) =>
          `${shortType(each.typeUrl)} "${each.name}" of node group "${group}" is that of ${other} already`,
      })),
    ),
  effect: (before, after) => {
    if (changed(before.spec, after?.spec, typeUrls.lds).length > 0) return 'drains'
    // A cluster that goes is retired first; one that changes is made anew.
    const clusters = changed(before.spec, after?.spec, typeUrls.cds)
    const stay = rawResourcesOf(after?.spec ?? none).map(titleOf)
    return clusters.some((each) => stay.includes(titleOf(each))) ? 'reconnects' : undefined
  },
  drains: (before, after) => changed(before.spec, after?.spec, typeUrls.lds).map((each) => each.name),
}

const none: RawSnapshotSpec = { nodeGroups: [], resources: [] }

/** Resources of this type that one of the node groups loses, or has otherwise. */
function changed(
  before: RawSnapshotSpec,
  after: RawSnapshotSpec | undefined,
  typeUrl: string,
): readonly RawResource[] {
  const leaves = before.nodeGroups.some((group) => after?.nodeGroups.includes(group) !== true)
  const now = new Map(rawResourcesOf(after ?? none).map((each) => [titleOf(each), canonicalJson(each.json)]))
  return rawResourcesOf(before).filter(
    (each) => each.typeUrl === typeUrl && (leaves || now.get(titleOf(each)) !== canonicalJson(each.json)),
  )
}
