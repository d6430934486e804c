// Undo and restore: what the store knows of earlier contents → the plan that leads back there.
import type { Problem, Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import type { ObjectKey, Plan, StoredObject, UndoneObject } from '../../model/index.ts'
import { keyOf, planBack, restoreOf, undoOf } from '../../model/index.ts'
import type { Earlier, Revision } from '../../store/index.ts'
import { pushName } from '../records.ts'
import type { ChangeCommand } from '../types.ts'
import { recallActors, whoIn } from './actors.ts'
import type { Engine } from './engine.ts'

type Command = Extract<ChangeCommand, { verb: 'undo' | 'restore' }>

/** Verbs of our own book-keeping: what they did belongs to the change that their push is of. */
const bookkeeping: ReadonlySet<string> = new Set(['compensate', 'hold'])

export function planWayBack(engine: Engine, command: Command): Promise<Result<Plan, Problem>> {
  return command.verb === 'undo' ? planUndo(engine, command) : planRestore(engine, command)
}

async function planUndo(engine: Engine, command: Command): Promise<Result<Plan, Problem>> {
  const { store } = engine
  const { revision: number } = command
  const revision = await store.revision(number)
  if (revision === undefined) return err(missing(engine, number))
  const { verb, actor, push } = revision
  if (bookkeeping.has(verb)) {
    const of = push === undefined ? '' : ` of ${pushName(push)}`
    const message =
      verb === 'compensate'
        ? `r${number} took back the change${of}: there is nothing of its own to undo. Send that change again`
        : `r${number} wrote down how far the ramp${of} had come when another change overtook it: undo the switch or split that began it`
    return err({ kind: 'precondition', message })
  }
  const keys = [...new Set([...revision.puts.map(keyOf), ...revision.deletes])]
  const since = push === undefined ? [] : await ofPush(engine, keys, revision)
  const takenBack = since.find((each) => each.verb === 'compensate')
  if (takenBack !== undefined) {
    const note = `r${number} was taken back already, by r${takenBack.number} (${takenBack.reason}): there is nothing to undo`
    return ok({ ...nothing, notes: [note] })
  }
  const before = known(await store.contentsAt(keys, number - 1))
  if (!before.ok) return err(forgotten(before.error, `undoing r${number}`))
  const after = new Map<ObjectKey, StoredObject>()
  // Oldest first: a ramp that was held is what the revision has come to.
  for (const { puts } of [revision, ...since.toReversed()]) for (const put of puts) after.set(keyOf(put), put)
  const objects = keys.map(
    (key): UndoneObject => ({ key, before: before.value.get(key), after: after.get(key) }),
  )
  await recallActors(engine, keys)
  const { heads } = store.view()
  const who = whoIn(engine, heads)
  const way = undoOf(heads, number, objects, who)
  if (!way.ok) return way
  const plan = planBack(heads, way.value, { ...optionsOf(engine, command), who })
  if (!plan.ok) return plan
  const said = `undoes r${number} (${verb} by ${actor}${revision.reason === '' ? '' : `: ${revision.reason}`})`
  const isNothing = plan.value.puts.length === 0 && plan.value.deletes.length === 0
  const first = isNothing
    ? `r${number} is undone already: everything that it changed is as it was before`
    : said
  return ok({ ...plan.value, notes: [first, ...plan.value.notes], of: `undo of r${number}` })
}

async function planRestore(engine: Engine, command: Command): Promise<Result<Plan, Problem>> {
  const { store } = engine
  const { revision: number, namespace } = command
  if (number > store.view().revision) return err(missing(engine, number))
  const touched = store.touchedAfter(number)
  if (touched === undefined) return err(missing(engine, number))
  const keys = touched.filter((key) => namespace === undefined || key.startsWith(`${namespace}/`))
  const earlier = known(await store.contentsAt(keys, number))
  if (!earlier.ok) return err(forgotten(earlier.error, `restoring r${number}`))
  await recallActors(engine, keys)
  const { heads } = store.view()
  const who = whoIn(engine, heads)
  const way = restoreOf(heads, number, new Map(keys.map((key) => [key, earlier.value.get(key)])))
  if (!way.ok) return way
  const plan = planBack(heads, way.value, { ...optionsOf(engine, command), who })
  if (!plan.ok) return plan
  const where = namespace === undefined ? 'everything' : `everything in namespace "${namespace}"`
  const isNothing = plan.value.puts.length === 0 && plan.value.deletes.length === 0
  const first = `${where} ${isNothing ? 'is' : 'goes back to'} as it was at r${number}`
  return ok({ ...plan.value, notes: [first, ...plan.value.notes], of: `restore of r${number}` })
}

const nothing: Plan = { puts: [], deletes: [], expects: [], notes: [], diffs: [] }

const optionsOf = ({ observed }: Engine, { manager, inPlace, force }: Command) => ({
  manager,
  inPlace,
  force,
  observed,
})

/** Later revisions by which the push of this one was held or taken back, newest first. */
async function ofPush(
  { store }: Engine,
  keys: readonly ObjectKey[],
  { number, push }: Revision,
): Promise<readonly Revision[]> {
  const [key] = keys
  if (key === undefined) return []
  for (let limit = 8; ; limit *= 2) {
    const history = await store.history(key, limit)
    const later = history.filter(({ revision }) => revision.number > number)
    if (later.length === limit) continue
    return later
      .map(({ revision }) => revision)
      .filter((each) => each.push === push && bookkeeping.has(each.verb))
  }
}

/** What was there, by key; the first that nothing kept tells of. */
function known(
  found: ReadonlyMap<ObjectKey, Earlier>,
): Result<ReadonlyMap<ObjectKey, StoredObject>, ObjectKey> {
  const contents = new Map<ObjectKey, StoredObject>()
  for (const [key, earlier] of found) {
    if (earlier === 'forgotten') return err(key)
    if (earlier !== 'absent') contents.set(key, earlier)
  }
  return ok(contents)
}

function missing({ store }: Engine, number: number): Problem {
  const { revision } = store.view()
  if (number > revision) {
    const newest = revision === 0 ? 'there is none yet' : `the newest is r${revision}`
    return { kind: 'notFound', message: `there is no revision r${number}: ${newest}` }
  }
  return {
    kind: 'precondition',
    message: `r${number} is too old: the store no longer keeps what was changed then. Apply what is wanted`,
  }
}

function forgotten(key: ObjectKey, doing: string): Problem {
  const [namespace, kind, name] = key.split('/')
  return {
    kind: 'precondition',
    message: `${doing} needs what ${kind} ${namespace}/${name} was before, which the store no longer keeps. Apply what is wanted`,
  }
}
