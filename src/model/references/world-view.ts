// A world with what its objects say of each other: who refers to whom, who claims what. Made once per world; what a
// change would make of it is laid over, so that checking it costs what the change touches.
import type { Claim, Reference } from '../kind-definition.ts'
import { kinds } from '../kinds.ts'
import {
  type ContentByKind,
  type Kind,
  keyOf,
  type ObjectContent,
  type ObjectKey,
  type World,
} from '../objects.ts'

/** A world to ask. */
export interface WorldView {
  readonly get: (key: ObjectKey) => ObjectContent | undefined
  /** Objects that refer to this key, whether or not it exists. */
  readonly referrers: (key: ObjectKey) => readonly ObjectKey[]
  /** Who claims this, with the details of the claims. */
  readonly claimants: (claim: string) => readonly Claimant[]
  /** Names of a kind in a namespace: for suggestions, so it may take a walk through the world. */
  readonly names: (kind: Kind, namespace: string) => readonly string[]
}

export interface Claimant {
  readonly key: ObjectKey
  readonly detail: string
}

/** What one object refers to and claims. */
export interface Statements {
  readonly references: readonly (Reference & { readonly target: ObjectKey })[]
  readonly claims: readonly Claim[]
  /** Of the references, those to Secrets. */
  readonly secrets: readonly ObjectKey[]
}

const none: readonly ObjectKey[] = []
const statements = new WeakMap<ObjectContent, Statements>()

/** What an object says of others; computed once per object. */
export function statementsOf(object: ObjectContent): Statements {
  const known = statements.get(object)
  if (known !== undefined) return known
  const made = read(object.kind, object)
  statements.set(object, made)
  return made
}

function read<K extends Kind>(kind: K, object: ContentByKind[K]): Statements {
  const { references, claims } = kinds[kind]
  const { namespace } = object
  const named = (references?.(object) ?? []).map((reference) => ({
    ...reference,
    target: keyOf({ kind: reference.kind, namespace, name: reference.name }),
  }))
  const secrets = named.filter((each) => each.kind === 'Secret').map(({ target }) => target)
  return {
    references: named,
    secrets: secrets.length === 0 ? none : [...new Set(secrets)],
    claims: claims?.(object) ?? [],
  }
}

/** Keys of the objects that an object names, each once. */
export const namedBy = (object: ObjectContent): readonly ObjectKey[] => [
  ...new Set(statementsOf(object).references.map(({ target }) => target)),
]

/** Keys of the objects of a world that name this one. */
export const namersOf = (world: World, key: ObjectKey): readonly ObjectKey[] => viewOf(world).referrers(key)

/** Keys of the Secrets that an object names. */
export const secretsNamedBy = (object: ObjectContent): readonly ObjectKey[] => statementsOf(object).secrets

const views = new WeakMap<World, WorldView>()

/** The view of a committed world; kept as long as the world. */
export function viewOf(world: World): WorldView {
  const known = views.get(world)
  if (known !== undefined) return known
  const { referrers, claimants } = indexOf(world)
  const made: WorldView = {
    get: (key) => world.get(key),
    referrers: (key) => referrers.get(key) ?? [],
    claimants: (claim) => claimants.get(claim) ?? [],
    names: (kind, namespace) => namesIn(world.values(), kind, namespace),
  }
  views.set(world, made)
  return made
}

/** The view as it would be after putting and deleting these. */
export function viewAfter(
  before: WorldView,
  puts: readonly ObjectContent[],
  deletes: readonly ObjectKey[],
): WorldView {
  const put = new Map(puts.map((object) => [keyOf(object), object]))
  const touched = new Set([...put.keys(), ...deletes])
  const { referrers, claimants } = indexOf(put)
  const untouched = (key: ObjectKey): boolean => !touched.has(key)
  const competing = new Map<string, readonly Claimant[]>()
  return {
    get: (key) => (touched.has(key) ? put.get(key) : before.get(key)),
    referrers: (key) => [...before.referrers(key).filter(untouched), ...(referrers.get(key) ?? [])],
    claimants: (claim) => {
      const known = competing.get(claim)
      if (known !== undefined) return known
      const kept = before.claimants(claim).filter(({ key }) => untouched(key))
      const all = [...kept, ...(claimants.get(claim) ?? [])]
      competing.set(claim, all)
      return all
    },
    names: (kind, namespace) => {
      const kept = before.names(kind, namespace).filter((name) => untouched(keyOf({ kind, namespace, name })))
      return [...kept, ...namesIn(put.values(), kind, namespace)]
    },
  }
}

function indexOf(objects: ReadonlyMap<ObjectKey, ObjectContent>) {
  const referrers = new Map<ObjectKey, ObjectKey[]>()
  const claimants = new Map<string, Claimant[]>()
  for (const [key, object] of objects) {
    const { references, claims } = statementsOf(object)
    for (const target of new Set(references.map((reference) => reference.target)))
      append(referrers, target, key)
    for (const { claim, detail } of claims) append(claimants, claim, { key, detail: detail ?? '' })
  }
  return { referrers, claimants }
}

function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}

function namesIn(objects: Iterable<ObjectContent>, kind: Kind, namespace: string): string[] {
  const names: string[] = []
  for (const object of objects) {
    if (object.kind === kind && object.namespace === namespace) names.push(object.name)
  }
  return names
}
