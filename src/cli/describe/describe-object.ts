// One object with all that belongs to it: manifest, who uses it, revisions, pushes, refusals, events; of a service its traffic and
// endpoints, of a node group its proxies.
import { type ConfigObject, fromStruct, type ObjectKey } from '../../api/index.ts'
import { type Json, ok, type Result } from '../../base/index.ts'
import type { AdminClient, Failure } from '../../client/index.ts'
import type { Kind } from '../../model/index.ts'
import { nameOf } from '../object-names.ts'
import { dataText } from '../output/data.ts'
import type { Terminal } from '../output/terminal.ts'
import { at } from '../views/kind-views.ts'
import { groupPart } from './describe-group.ts'
import { type Part, servicePart } from './describe-service.ts'
import {
  eventsOf,
  eventsSection,
  nodesOf,
  pushesOf,
  pushesSection,
  refusalsIn,
  refusalsSection,
  revisionsOf,
  revisionsSection,
} from './parts.ts'
import type { Description, Section } from './section.ts'

type Key = { readonly namespace: string; readonly kind: Kind; readonly name: string }

export async function describeObject(
  client: AdminClient,
  terminal: Terminal,
  key: Key,
): Promise<Result<Description, Failure>> {
  const object = await client.call('Config', 'Get', { key, view: 'VIEW_HEAD' })
  if (!object.ok) return object
  const part = await partOf(client, terminal, key, object.value)
  if (!part.ok) return part
  const group = `${key.namespace}/${key.name}`
  const isGroup = key.kind === 'NodeGroup'
  const kinds = key.kind === 'Service' ? ['Service', 'TrafficPolicy', 'Traffic'] : [key.kind]
  const revisions = await revisionsOf(client, { namespace: key.namespace, kinds, name: key.name })
  if (!revisions.ok) return revisions
  const pushes = await pushesOf(client, isGroup ? { group } : { object: key })
  if (!pushes.ok) return pushes
  const groups = isGroup ? [group] : pushes.value.flatMap((push) => push.groups.map((each) => each.group))
  const nodes = await nodesOf(client, groups)
  if (!nodes.ok) return nodes
  const events = await eventsOf(client, isGroup ? { group } : { object: key })
  if (!events.ok) return events
  const refusals = refusalsIn(pushes.value, nodes.value)
  const { usedBy, uses, manifest } = object.value
  return ok({
    data: {
      ...{
        object: manifest,
        uid: object.value.uid,
        etag: object.value.etag,
        revision: object.value.revision,
      },
      ...{ usedBy, uses, ...part.value.data },
      ...{ revisions: revisions.value, pushes: pushes.value, refusedBy: refusals, events: events.value },
    },
    facts: [...factsOf(key, object.value), ...part.value.facts],
    sections: [
      ...part.value.sections,
      revisionsSection(revisions.value, terminal),
      pushesSection(pushes.value, terminal),
      refusalsSection(refusals, terminal),
      eventsSection(events.value, terminal),
    ],
  })
}

async function partOf(
  client: AdminClient,
  terminal: Terminal,
  key: Key,
  object: ConfigObject,
): Promise<Result<Part, Failure>> {
  switch (key.kind) {
    case 'Service':
      return servicePart(client, terminal, key)
    case 'NodeGroup':
      return groupPart(client, terminal, key)
    default:
      return ok({ data: {}, facts: [], sections: [specSection(object)] })
  }
}

function factsOf({ kind, namespace, name }: Key, object: ConfigObject): Description['facts'] {
  const manifest = manifestOf(object)
  const labels = at(manifest, 'metadata', 'labels')
  const named = (keys: readonly ObjectKey[]): string => keys.map((each) => nameOf(each, namespace)).join(', ')
  return [
    ['Name', name],
    ['Namespace', namespace],
    ['Kind', kind],
    ['Labels', labels === undefined ? '' : pairsIn(labels)],
    ['Revision', `r${object.revision}`],
    ['Used by', object.usedBy.length === 0 ? 'nobody' : named(object.usedBy)],
    ['Uses', named(object.uses)],
  ]
}

const pairsIn = (value: Json): string =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .map(([name, each]) => `${name}=${String(each)}`)
        .join(', ')
    : ''

function specSection(object: ConfigObject): Section {
  const manifest = manifestOf(object)
  const status = at(manifest, 'status')
  const shown = { spec: at(manifest, 'spec') ?? {}, ...(status === undefined ? {} : { status }) }
  return { title: 'Manifest', lines: dataText('yaml', shown).split('\n') }
}

const manifestOf = ({ manifest }: ConfigObject): Json => fromStruct(manifest ?? undefined)
