// One world and one node group → every resource that the group is served, checked and encoded.
import { err, invalid, limits, ok, type Problem, type Result, type Violation } from '../base/index.ts'
import { typeUrls } from '../envoy-api/index.ts'
import { type GroupKey, keyOf, type ObjectKey, type Observed, type World } from '../model/index.ts'
import {
  createTranslator,
  type Draft,
  type DraftGroup,
  type DraftService,
  sameItems,
} from '../translate/index.ts'
import { checkResources, createDraftChecks } from '../validate/index.ts'
import { createEncoder, type EncodeCounts, EncodeError } from './encode.ts'
import { createJoin } from './join/join.ts'
import type { CompiledGroup, EncodedResource } from './types.ts'
import { isSorted, sortedByName } from './versions.ts'

/** Parts of a compile, for whoever measures them. */
export type CompilePart = 'translate' | 'validate' | 'encode'

export interface CompilerOptions {
  /** Runs one part; the default just runs it. Told so that time can be measured where there is a clock. */
  readonly measure?: <T>(part: CompilePart, run: () => T) => T
  /** RawSnapshots and Patches may have what runs code, uses files and so on. Default: it is refused. */
  readonly allowUnsafeExtensions?: boolean
}

/** Compiles worlds; remembers what it made, bounded: by the life of the objects, and a few results per group. */
export interface Compiler {
  /**
   * All resources of the group, or what is wrong with the objects (`invalid`, each violation naming the object),
   * or `notFound` when the world has no such node group. Equal worlds give equal bytes, whatever came before.
   */
  compile(world: World, group: GroupKey, observed?: Observed): Result<CompiledGroup, Problem>
  /**
   * What a compile of this world gave, with the endpoints of these services (`namespace/name`) as they are observed now: the
   * same as compiling it again, past the translation of everything else. Undefined: more may differ, so compile it.
   */
  refresh(
    world: World,
    compiled: CompiledGroup,
    services: readonly string[],
    observed: Observed,
  ): CompiledGroup | undefined
  /** How much was encoded since the start. */
  encodeCounts(): EncodeCounts
}

/** What a compile was made of, so that the next one of the group can share. */
interface Recent {
  readonly compiled: CompiledGroup
  readonly sources: ReadonlyMap<string, readonly object[]>
}

/** The last resource of this name, if one is remembered. */
type Previous = (name: string) => EncodedResource | undefined

/** A fresh compiler knows nothing and gives the same results, only slower. */
export function createCompiler({
  measure = (_part, run) => run(),
  allowUnsafeExtensions = false,
}: CompilerOptions = {}): Compiler {
  const translator = createTranslator()
  const join = createJoin()
  const checkDrafts = createDraftChecks({ allowUnsafe: allowUnsafeExtensions })
  const checkService = (service: DraftService): readonly Violation[] =>
    checkDrafts({ ...nothingDrafted, services: [service] })
  const encoder = createEncoder()
  const recents = new Map<GroupKey, readonly Recent[]>()

  /** The resources of one type: the very map of a recent compile if nothing changed. */
  function assemble<Source extends object>(
    known: readonly Recent[],
    typeUrl: string,
    sources: readonly Source[],
    resourcesOf: (source: Source, previous: Previous) => readonly EncodedResource[],
  ): ReadonlyMap<string, EncodedResource> {
    for (const { compiled, sources: before } of known) {
      const held = compiled.types.get(typeUrl)
      if (held !== undefined && sameItems(before.get(typeUrl) ?? [], sources)) return held
    }
    const previous: Previous = (name) => {
      for (const { compiled } of known) {
        const found = compiled.types.get(typeUrl)?.get(name)
        if (found !== undefined) return found
      }
      return undefined
    }
    const made = new Map<string, EncodedResource>()
    for (const source of sources) {
      for (const resource of resourcesOf(source, previous)) made.set(resource.name, resource)
    }
    const sorted = isSorted(made.keys()) ? made : sortedByName(made)
    for (const { compiled } of known) {
      const held = compiled.types.get(typeUrl)
      if (held !== undefined && sameItems([...held.values()], [...sorted.values()])) return held
    }
    return sorted
  }

  function encode(drafts: DraftGroup, known: readonly Recent[]): Recent {
    const sources = new Map<string, readonly object[]>()
    const types = new Map<string, ReadonlyMap<string, EncodedResource>>()
    function add<Source extends object>(
      typeUrl: string,
      items: readonly Source[],
      resourcesOf: (source: Source, previous: Previous) => readonly EncodedResource[],
    ): void {
      sources.set(typeUrl, items)
      types.set(typeUrl, assemble(known, typeUrl, items, resourcesOf))
    }
    const fixed = (typeUrl: string): readonly Draft[] =>
      drafts.fixed.filter((draft) => draft.typeUrl === typeUrl)
    const joined = (typeUrl: string): readonly Draft[] =>
      (drafts.joined ?? []).filter((draft) => draft.typeUrl === typeUrl)
    add(
      typeUrls.cds,
      [...fixed(typeUrls.cds), ...drafts.services, ...joined(typeUrls.cds)],
      (source, previous) =>
        ('clusters' in source ? source.clusters : [source]).map((draft) =>
          encoder.whole(draft, previous(draft.name)),
        ),
    )
    add(
      typeUrls.eds,
      [...fixed(typeUrls.eds), ...drafts.services, ...joined(typeUrls.eds)],
      (source, previous) =>
        ('assignments' in source ? source.assignments : [source]).map((draft) =>
          encoder.whole(draft, previous(draft.name)),
        ),
    )
    add(typeUrls.sds, [...drafts.secrets, ...joined(typeUrls.sds)], (draft, previous) => [
      encoder.whole(draft, previous(draft.name)),
    ])
    add(typeUrls.lds, [...drafts.listeners, ...joined(typeUrls.lds)], (draft, previous) => [
      encoder.whole(draft, previous(draft.name)),
    ])
    add(typeUrls.rds, [...drafts.routeConfigurations, ...joined(typeUrls.rds)], (source, previous) => [
      source.kind === 'whole' ? encoder.whole(source, previous(source.name)) : encoder.routes(source),
    ])
    for (const [typeUrl, more] of [
      [typeUrls.ecds, drafts.extensions],
      [typeUrls.rtds, []],
    ] as const) {
      add(typeUrl, [...fixed(typeUrl), ...more, ...joined(typeUrl)], (draft, previous) => [
        encoder.whole(draft, previous(draft.name)),
      ])
    }
    return { compiled: { group: drafts.group, types }, sources }
  }

  return {
    compile(world, group, observed) {
      for (const each of recents.keys()) if (!world.has(nodeGroupKey(each))) recents.delete(each)
      if (!world.has(nodeGroupKey(group))) {
        return err({ kind: 'notFound', message: `there is no NodeGroup ${group}` })
      }
      const { drafts, notes, endpoints } = measure('translate', () =>
        join(translator.translate(world, group, observed)),
      )
      const early = measure('validate', () => [...drafts.violations, ...checkDrafts(drafts)])
      if (early.length > 0) return err(invalid(early))
      const known = recents.get(group) ?? []
      const encoded = measure('encode', () => attempt(() => encode(drafts, known)))
      if (!encoded.ok) return err(invalid([encoded.error]))
      const made = withNotes(encoded.value, notes, endpoints)
      const late = measure('validate', () => checkResources(made.compiled.types, drafts.absentSecrets))
      if (late.length > 0) return err(invalid(late))
      recents.set(group, [made, ...known].slice(0, limits.compilesRemembered))
      return ok(made.compiled)
    },
    refresh(world, compiled, services, observed) {
      const held = compiled.types.get(typeUrls.eds)
      if (held === undefined || compiled.patchedEndpoints === true) return undefined
      const drafts = services.flatMap((name) => translator.service(world, name, observed) ?? [])
      const served = drafts.filter(({ assignments }) => assignments.some(({ name }) => held.has(name)))
      const changed = new Map<string, EncodedResource>()
      for (const draft of served) {
        // What its proxies' zones are is told to others too.
        if (tellsZones(draft) || draft.violations.length > 0) return undefined
        if (checkService(draft).length > 0) return undefined
        for (const assignment of draft.assignments) {
          const before = held.get(assignment.name)
          const encoded = before && attempt(() => encoder.whole(assignment, before))
          if (encoded?.ok !== true || encoded.value.body.length > limits.resourceBytes) return undefined
          if (encoded.value !== before) changed.set(assignment.name, encoded.value)
        }
      }
      if (changed.size === 0) return compiled
      // The names are the same, so their order is.
      const endpoints = new Map(held)
      for (const [name, resource] of changed) endpoints.set(name, resource)
      const made = { ...compiled, types: new Map(compiled.types).set(typeUrls.eds, endpoints) }
      const known = recents.get(compiled.group) ?? []
      // Of its endpoints no source is known any more: the old ones would stand for what is no longer so.
      const sources = new Map(known.find((each) => each.compiled === compiled)?.sources)
      sources.delete(typeUrls.eds)
      recents.set(compiled.group, [{ compiled: made, sources }, ...known].slice(0, limits.compilesRemembered))
      return made
    },
    encodeCounts: () => encoder.counts(),
  }
}

/** A compile without RawSnapshots and Patches stays what it is. */
function withNotes(made: Recent, notes: CompiledGroup['notes'] = [], patchedEndpoints = false): Recent {
  if (notes.length === 0 && !patchedEndpoints) return made
  const more = { notes, ...(patchedEndpoints ? { patchedEndpoints: true as const } : {}) }
  return { ...made, compiled: { ...made.compiled, ...more } }
}

const tellsZones = ({ service: { spec } }: DraftService): boolean =>
  [spec, ...spec.environments].some(({ upstream }) => upstream?.loadBalancing?.zones === 'Local')

const nothingDrafted: DraftGroup = {
  group: '',
  listeners: [],
  routeConfigurations: [],
  services: [],
  secrets: [],
  absentSecrets: new Set(),
  extensions: [],
  fixed: [],
  violations: [],
}

/** The outcome of encoding; everything but a draft that cannot be encoded is a bug and goes on. */
function attempt<T>(run: () => T): Result<T, Violation> {
  try {
    return ok(run())
  } catch (error) {
    if (error instanceof EncodeError) return err(error.violation)
    throw error
  }
}

/** `namespace/name` → the key of the NodeGroup object. */
function nodeGroupKey(group: GroupKey): ObjectKey {
  const [namespace = '', name = ''] = group.split('/')
  return keyOf({ kind: 'NodeGroup', namespace, name })
}
