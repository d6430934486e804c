// Patch: a merge into one kind of generated resource, for what the model has no field for.
import { z } from 'zod'
import { canonicalJson } from '../../base/index.ts'
import { encodeJson, resourceTypesInAddOrder } from '../../envoy-api/index.ts'
import { name } from '../fields.ts'
import { keyMaterialIn } from '../key-material.ts'
import type { Effect, KindDefinition, Mismatch, Reference } from '../kind-definition.ts'
import type { ContentOf, ObjectContent } from '../objects.ts'
import { nodeGroupReferences, nodeGroups } from './node-groups.ts'
import { attempt, type RawFault, shortType } from './raw/resource.ts'

/** Types that may be patched. A Secret may not: it has nothing but key material. */
const patchTypes = [
  'Cluster',
  'ClusterLoadAssignment',
  'Listener',
  'RouteConfiguration',
  'Runtime',
  'TypedExtensionConfig',
] as const
const ofService: readonly string[] = ['Cluster', 'ClusterLoadAssignment']

const target = z
  .strictObject({
    type: z.enum(patchTypes).describe('Type of the generated resource.'),
    name: z
      .string()
      .min(1, 'wanted the name of a resource')
      .optional()
      .describe('Its name. That of a cluster ends with each new release: better name its service.'),
    service: name
      .optional()
      .describe(
        'Instead of a name: the clusters (or load assignments) of this Service, whatever their incarnation.',
      ),
    environment: name.optional().describe('Only those of this environment; without it, of all.'),
    port: name.optional().describe('Only those of this port; without it, of all.'),
  })
  .superRefine((given, context) => {
    const say = (field: string, message: string): void =>
      context.addIssue({ code: 'custom', message, path: [field] })
    const byName = given.name !== undefined
    if (byName === (given.service !== undefined)) {
      return say(
        byName ? 'service' : 'name',
        `wanted either "name" or "service", found ${byName ? 'both' : 'neither'}`,
      )
    }
    if (byName && given.environment !== undefined) say('environment', 'wanted only beside "service"')
    if (byName && given.port !== undefined) say('port', 'wanted only beside "service"')
    if (!byName && !ofService.includes(given.type)) {
      say('service', `wanted "name": a ${given.type} belongs to no service`)
    }
  })

export const patchSpec = z
  .strictObject({
    nodeGroups: nodeGroups.describe('Node groups, of the same namespace, for which the resource is patched.'),
    target: target.describe('What is patched. It is an error when a node group has no such resource.'),
    priority: z
      .int('wanted a whole number')
      .min(-1000, 'wanted -1000 or more')
      .max(1000, 'wanted at most 1000')
      .default(0)
      .describe(
        'Several patches of one resource: the lowest first, and of equal ones in the order of their names.',
      ),
    merge: z
      .record(z.string(), z.json())
      .describe(
        'RFC 7396 merge on the proto3 JSON form of the resource: null takes away, lists are replaced whole.',
      ),
  })
  .superRefine((spec, context) => {
    for (const { path, message } of mergeFaults(spec.target.type, spec.merge)) {
      context.addIssue({ code: 'custom', message, path: ['merge', ...path] })
    }
  })

export type PatchSpec = z.infer<typeof patchSpec>
export type PatchTarget = PatchSpec['target']

/** The resource type behind a target's `type`. */
export const patchedTypeUrl = (type: PatchTarget['type']): string => rowOf(type)?.typeUrl ?? ''

const rowOf = (type: PatchTarget['type']) =>
  resourceTypesInAddOrder.find(({ typeUrl }) => shortType(typeUrl) === type)

/** What is wrong with a merge by itself; the rest is seen when it is merged. */
function mergeFaults(type: PatchTarget['type'], merge: PatchSpec['merge']): readonly RawFault[] {
  const row = rowOf(type)
  if (row === undefined) return []
  if (Object.keys(merge).length === 0)
    return [{ path: [], message: 'wanted something to merge, found nothing' }]
  const identity = Object.keys(merge).find(
    (key) => /^(name|cluster_?name)$/i.test(key) && key !== 'clusterType',
  )
  if (identity === row.nameField || (row.nameField === 'clusterName' && identity === 'cluster_name')) {
    return [
      { path: [identity], message: 'the name of a resource is what it is known by: it cannot be patched' },
    ]
  }
  const snake = Object.keys(merge).find((key) => key.includes('_'))
  if (snake !== undefined) {
    const camel = snake.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    return [{ path: [snake], message: `wanted the JSON name "${camel}": members are merged by their names` }]
  }
  const keys = keyMaterialIn(row.message, merge)
  if (keys.length > 0) return keys
  // Inside of an Any that the merge does not name itself, its type is that of what it is merged into.
  const encoded = attempt(() => encodeJson(row.message, merge))
  return encoded.ok || encoded.error.path.at(-1) === '@type' ? [] : [encoded.error]
}

export const patch: KindDefinition<'Patch'> = {
  summary:
    'A JSON merge into generated resources of some node groups, for what there is no field for. It is checked like everything else. See [raw-and-patch.md](../raw-and-patch.md).',
  spec: patchSpec,
  references: ({ spec }) => [...nodeGroupReferences(spec.nodeGroups), ...serviceReferences(spec.target)],
  effect: (before, after) =>
    after !== undefined && isSame(before, after) ? undefined : (consequence(before) ?? consequence(after)),
  drains: (before, after) => {
    if (after !== undefined && isSame(before, after)) return []
    return [...new Set([before, after].flatMap((each) => (each === undefined ? [] : listeners(each))))]
  },
  created: (after) => {
    const effect = consequence(after)
    return { ...(effect === undefined ? {} : { effect }), drains: listeners(after) }
  },
}

function serviceReferences({ service, environment, port }: PatchTarget): readonly Reference[] {
  if (service === undefined) return []
  const check = (found: ObjectContent): readonly Mismatch[] => {
    if (found.kind !== 'Service') return []
    const { environments, ports } = found.spec
    return [...missing('environment', environment, environments), ...missing('port', port, ports)]
  }
  return [{ kind: 'Service', name: service, path: 'spec.target.service', check }]
}

function missing(
  what: 'environment' | 'port',
  wanted: string | undefined,
  there: readonly { readonly name: string }[],
): readonly Mismatch[] {
  if (wanted === undefined || there.some((each) => each.name === wanted)) return []
  const names = there.map((each) => each.name).join(', ')
  return [{ path: `spec.target.${what}`, message: `there is no ${what} "${wanted}"; there are ${names}` }]
}

const consequence = (content: ContentOf<'Patch'> | undefined): Effect | undefined =>
  content?.spec.target.type === 'Listener'
    ? 'drains'
    : content?.spec.target.type === 'Cluster'
      ? 'reconnects'
      : undefined

const listeners = ({ spec }: ContentOf<'Patch'>): readonly string[] =>
  spec.target.type === 'Listener' && spec.target.name !== undefined ? [spec.target.name] : []

const isSame = (a: ContentOf<'Patch'>, b: ContentOf<'Patch'>): boolean =>
  canonicalJson(a.spec) === canonicalJson(b.spec)
