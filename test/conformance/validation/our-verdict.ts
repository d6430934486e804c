// What the product says of one changed resource among the others: the same checks that a compile runs, each named.
import {
  decodeJson,
  EnvoyApiError,
  encodeJson,
  messageOfTypeUrl,
  resourceTypeOf,
  typeUrls,
} from '../../../src/envoy-api/index.ts'
import { factsOf } from '../../../src/snapshot/index.ts'
import { type CheckedResource, checkResources, createDraftChecks } from '../../../src/validate/index.ts'
import { refusalsOf, refusalsOfWritten } from '../../../src/validate/refusals.ts'
import { isMembers } from './mutations.ts'
import type { Resource } from './world.ts'

export type OurVerdict =
  | { readonly kind: 'taken'; readonly bytes: Uint8Array }
  | { readonly kind: 'refused'; readonly by: 'form'; readonly why: string }
  | {
      readonly kind: 'refused'
      readonly by: 'constraint' | 'reference' | 'address'
      readonly why: string
      readonly bytes: Uint8Array
    }

/** The verdict on `changed` in the place of `before`, with the rest of the node group's resources as they are. */
export function ourVerdict(all: readonly Resource[], before: Resource, changed: Resource): OurVerdict {
  const message = messageOfTypeUrl(changed.typeUrl)
  let bytes: Uint8Array
  try {
    bytes = encodeJson(message, changed.json)
  } catch (error) {
    if (error instanceof EnvoyApiError) return { kind: 'refused', by: 'form', why: error.message }
    throw error
  }
  const refusals = before.written === true ? refusalsOfWritten : refusalsOf
  const [constraint] = refusals(message, changed.json)
  if (constraint !== undefined) {
    return { kind: 'refused', by: 'constraint', why: `${constraint.path}: ${constraint.message}`, bytes }
  }
  // In the form that everything downstream reads: one name per field, enums by name.
  const resources = all.map((each) =>
    each === before ? { ...changed, name: nameIn(changed), json: decodeJson(message, bytes) } : each,
  )
  const [reference] = checkResources(typesOf(resources))
  if (reference !== undefined) return { kind: 'refused', by: 'reference', why: reference.message, bytes }
  const [address] = addressFaults(resources)
  if (address !== undefined) return { kind: 'refused', by: 'address', why: address, bytes }
  return { kind: 'taken', bytes }
}

function typesOf(resources: readonly Resource[]): ReadonlyMap<string, ReadonlyMap<string, CheckedResource>> {
  const types = new Map<string, Map<string, CheckedResource>>()
  for (const { typeUrl, name, json } of resources) {
    const held = types.get(typeUrl) ?? new Map<string, CheckedResource>()
    types.set(typeUrl, held)
    held.set(name, { typeUrl, name, body: new Uint8Array(), facts: factsOf(typeUrl, json), origins: [] })
  }
  return types
}

function addressFaults(resources: readonly Resource[]): readonly string[] {
  const listeners = resources.filter(({ typeUrl }) => typeUrl === typeUrls.lds)
  const drafts = listeners.map(({ typeUrl, name, json, written }) => ({
    kind: 'whole' as const,
    typeUrl,
    name,
    json: isMembers(json) ? json : {},
    facts: {},
    origins: [],
    ...(written === undefined ? {} : { written: { path: 'spec' } }),
  }))
  return createDraftChecks()({
    group: 'default/edge',
    listeners: drafts,
    routeConfigurations: [],
    services: [],
    secrets: [],
    absentSecrets: new Set(),
    extensions: [],
    fixed: [],
    violations: [],
  }).map(({ message }) => message)
}

/** The name that the resource says it has. */
export function nameIn({ typeUrl, json }: Resource): string {
  const field = resourceTypeOf(typeUrl)?.nameField ?? 'name'
  const entry =
    typeof json === 'object' && json !== null
      ? Object.entries(json).find(([key]) => key === field)
      : undefined
  return typeof entry?.[1] === 'string' ? entry[1] : ''
}
