// Config: objects and their revisions.

import type {
  ChangeAnswer as AnswerMessage,
  Input,
  ObjectKey as KeyMessage,
  UndoRequest,
  View,
  WatchObjectsResponse,
} from '../../api/index.ts'
import { assertNever, err, invalid, limits, ok, type Problem, type Result } from '../../base/index.ts'
import {
  type Kind,
  keyOf,
  type Manifest,
  namedBy,
  namersOf,
  type ObjectKey,
  type World,
} from '../../model/index.ts'
import type { ChangeCommand } from '../../push/index.ts'
import type { Revision, Store } from '../../store/index.ts'
import { fromKey, toChangeAnswer, toConfigObject, toKey, toRevision, toViolation } from '../convert.ts'
import { readManifests } from '../manifests.ts'
import { unresolvedNotes } from '../named-hosts.ts'
import { type WatchItem, watchObjects } from '../watch-objects.ts'
import {
  type AdminRooms,
  changeOptions,
  type Handlers,
  isApiKind,
  namespaceOr,
  page,
  pageSize,
  parseKind,
} from './context.ts'

/** Revisions in an answer when no limit is asked for. */
const usualRevisions = 50

export function configHandlers(rooms: AdminRooms): Handlers<'Config'> {
  const apply = (manifests: readonly Manifest[], how: ApplyOptions): ChangeCommand => ({
    verb: 'apply',
    manifests,
    ...(how.inPlace ? { inPlace: true } : {}),
    ...(how.allowDrain === true ? { allowDrain: true } : {}),
    ...(how.manager === '' ? {} : { manager: how.manager }),
    ...how.options,
  })

  const back = async (
    verb: 'undo' | 'restore',
    request: Pick<UndoRequest, 'revision' | 'options' | 'inPlace' | 'allowDrain'>,
    where: { readonly namespace?: string },
    actor: string,
  ): Promise<Result<Input<AnswerMessage>, Problem>> => {
    const options = changeOptions(request.options, actor)
    if (!options.ok) return options
    const { revision } = request
    if (revision === 0) {
      return err(invalid([{ path: 'revision', message: 'wanted the number of a revision, from 1' }]))
    }
    const manager = request.options?.manager ?? ''
    const answer = await rooms.delivery.change({
      ...{ verb, revision, ...where },
      ...(request.inPlace ? { inPlace: true } : {}),
      ...(request.allowDrain ? { allowDrain: true } : {}),
      ...(manager === '' ? {} : { manager }),
      ...options.value,
    })
    return answer.ok ? ok(toChangeAnswer(answer.value, request.options?.dryRun === true)) : answer
  }

  return {
    Apply: async (request, call) => {
      const options = changeOptions(request.options, call.actor)
      if (!options.ok) return options
      const manifests = readManifests(request)
      if (!manifests.ok) return manifests
      const answer = await rooms.delivery.change(
        apply(manifests.value, {
          inPlace: request.inPlace,
          allowDrain: request.allowDrain,
          manager: request.options?.manager ?? '',
          options: options.value,
        }),
      )
      if (!answer.ok) return answer
      const notes = [...answer.value.notes, ...(await unresolvedNotes(manifests.value, rooms.lookUp))]
      return ok(toChangeAnswer({ ...answer.value, notes }, request.options?.dryRun === true))
    },

    Diff: async (request, call) => {
      const manifests = readManifests(request)
      if (!manifests.ok) return manifests
      const options = {
        actor: call.actor,
        reason: '',
        dryRun: true,
        ...(request.force ? { force: true } : {}),
      }
      const answer = await rooms.delivery.change(
        apply(manifests.value, { inPlace: request.inPlace, manager: request.manager, options }),
      )
      return answer.ok ? ok(toChangeAnswer(answer.value, true)) : answer
    },

    Validate: async (request, call) => {
      const manifests = readManifests(request)
      if (!manifests.ok) return asFaults(manifests.error)
      const options = { actor: call.actor, reason: '', dryRun: true }
      const answer = await rooms.delivery.change(
        apply(manifests.value, { inPlace: false, manager: '', options }),
      )
      if (!answer.ok) return asFaults(answer.error)
      return ok({ notes: answer.value.notes, objects: manifests.value.length })
    },

    Get: async (request) => {
      const key = readKey(request.key, 'key')
      if (!key.ok) return key
      const world = worldOf(rooms, request.view)
      const object = world.get(key.value)
      if (object === undefined) return err(notFound(key.value))
      const [usedBy, uses] = [namersOf(world, key.value), namedBy(object)].map(written)
      return ok({ ...toConfigObject(object, world, rooms.secrets), usedBy, uses })
    },

    List: async (request) => {
      const kind: Result<Kind | undefined, Problem> =
        request.kind === '' ? ok(undefined) : parseKind(request.kind, 'kind')
      if (!kind.ok) return kind
      const world = worldOf(rooms, request.view)
      const chosen = [...world.values()]
        .filter((object) => isApiKind(object.kind))
        .filter((object) => kind.value === undefined || object.kind === kind.value)
        .filter((object) => request.namespace === '' || object.namespace === request.namespace)
        .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      const { items, nextPageToken } = page(chosen, keyOf, request.pageToken, pageSize(request.pageSize))
      return ok({
        objects: items.map((object) => toConfigObject(object, world, rooms.secrets)),
        nextPageToken,
        revision: rooms.store.view().revision,
      })
    },

    Delete: async (request, call) => {
      const options = changeOptions(request.options, call.actor)
      if (!options.ok) return options
      const keys: { readonly key: ObjectKey; readonly etag?: string }[] = []
      for (const [index, target] of request.targets.entries()) {
        const key = readKey(target.key, `targets[${index}].key`)
        if (!key.ok) return key
        keys.push({ key: key.value, ...(target.etag === '' ? {} : { etag: target.etag }) })
      }
      const allowDrain = request.allowDrain ? { allowDrain: true } : {}
      const answer = await rooms.delivery.change({ verb: 'delete', keys, ...allowDrain, ...options.value })
      return answer.ok ? ok(toChangeAnswer(answer.value, request.options?.dryRun === true)) : answer
    },

    Undo: (request, call) => back('undo', request, {}, call.actor),

    Restore: (request, call) => {
      const { namespace } = request
      return back('restore', request, namespace === '' ? {} : { namespace }, call.actor)
    },

    ListRevisions: async (request) => {
      const kinds: Kind[] = []
      for (const [index, name] of request.kinds.entries()) {
        const kind = parseKind(name, `kinds[${index}]`)
        if (!kind.ok) return kind
        kinds.push(kind.value)
      }
      const limit = pageSize(request.limit, usualRevisions)
      const before = request.before === 0 ? undefined : request.before
      const touches = (namespace: string, kind: string, name: string): boolean =>
        (request.namespace === '' || request.namespace === namespace) &&
        (kinds.length === 0 || kinds.some((wanted) => wanted === kind)) &&
        (request.name === '' || request.name === name)
      const revisions = await matching(rooms.store, before, limit, (revision) =>
        [...revision.puts.map(keyOf), ...revision.deletes].some((key) => {
          const [namespace = '', kind = '', name = ''] = key.split('/')
          return touches(namespace, kind, name)
        }),
      )
      return ok({ revisions: revisions.map((revision) => toRevision(revision, request.includeObjects)) })
    },

    Watch: (request, call) => {
      const kind: Result<Kind | undefined, Problem> =
        request.kind === '' ? ok(undefined) : parseKind(request.kind, 'kind')
      if (!kind.ok) return kind
      const wanted = {
        namespace: request.namespace === '' ? undefined : request.namespace,
        kind: kind.value,
        name: request.name === '' ? undefined : request.name,
        view: request.view === 'VIEW_APPLIED' ? ('applied' as const) : ('heads' as const),
        after: request.afterRevision === 0 ? undefined : request.afterRevision,
      }
      return ok(messages(watchObjects(rooms.store, wanted, call.signal), rooms))
    },
  }
}

async function* messages(
  items: AsyncIterable<WatchItem>,
  { secrets }: AdminRooms,
): AsyncGenerator<Input<WatchObjectsResponse>> {
  for await (const item of items) {
    switch (item.kind) {
      case 'change':
        yield item.change === 'deleted'
          ? { change: { type: 'DELETED', key: toKey(item.key) } }
          : {
              change: {
                type: item.change === 'added' ? 'ADDED' : 'CHANGED',
                key: toKey(keyOf(item.object)),
                object: toConfigObject(item.object, item.world, secrets),
              },
            }
        break
      case 'mark':
        yield { mark: { revision: item.revision, listComplete: item.isListComplete } }
        break
      case 'gap':
        yield { gap: { reason: item.reason } }
        break
      default:
        assertNever(item)
    }
  }
}

/** Of these keys the objects that somebody wrote, sorted: Traffic belongs to its service, and is moved with it. */
const written = (keys: readonly ObjectKey[]): readonly KeyMessage[] =>
  keys
    .map(toKey)
    .filter(({ kind }) => isApiKind(kind) && kind !== 'Traffic')
    .sort(byKey)

const byKey = (a: KeyMessage, b: KeyMessage): number =>
  a.kind < b.kind || (a.kind === b.kind && a.name < b.name) ? -1 : 1

interface ApplyOptions {
  readonly inPlace: boolean
  readonly allowDrain?: boolean
  readonly manager: string
  readonly options: { readonly actor: string; readonly reason: string }
}

const worldOf = (rooms: AdminRooms, view: View): World =>
  view === 'VIEW_APPLIED' ? rooms.store.view().applied : rooms.store.view().heads

function readKey(key: KeyMessage | null, path: string): Result<ObjectKey, Problem> {
  const kind = parseKind(key?.kind ?? '', `${path}.kind`)
  if (!kind.ok) return kind
  return ok(
    fromKey({ namespace: namespaceOr(key?.namespace ?? ''), kind: kind.value, name: key?.name ?? '' }),
  )
}

function notFound(key: ObjectKey): Problem {
  const [namespace = '', kind = '', name = ''] = key.split('/')
  const cut = (text: string): string => text.slice(0, limits.nameLength)
  return { kind: 'notFound', message: `no ${kind} ${cut(namespace)}/${cut(name)}` }
}

/** Validate answers faults as data; what is no fault of the input stays an error. */
function asFaults(
  problem: Problem,
): Result<{ readonly violations: readonly ReturnType<typeof toViolation>[] }, Problem> {
  if (problem.kind !== 'invalid') return err(problem)
  const violations =
    problem.violations.length > 0 ? problem.violations : [{ path: '', message: problem.message }]
  return ok({ violations: violations.map(toViolation) })
}

/** Pages through the revisions until `limit` of them match or none is left. */
async function matching(
  store: Pick<Store, 'revisions'>,
  before: number | undefined,
  limit: number,
  matches: (revision: Revision) => boolean,
): Promise<readonly Revision[]> {
  const found: Revision[] = []
  let from = before
  while (found.length < limit) {
    const read = await store.revisions({
      limit: usualRevisions,
      ...(from === undefined ? {} : { before: from }),
    })
    for (const revision of read) {
      if (found.length < limit && matches(revision)) found.push(revision)
    }
    from = read.at(-1)?.number
    if (read.length < usualRevisions || from === undefined) break
  }
  return found
}
