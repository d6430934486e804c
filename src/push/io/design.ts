// What a planned change means for the fleet: which pushes it overtakes, which groups it touches, whether every one of
// them is valid, and whether anything has to be prepared. Decides, commits nothing.
import type { Problem, Result, Violation } from '../../base/index.ts'
import { err, invalid, ok } from '../../base/index.ts'
import { clusterTypes, createBarrier, isOpen } from '../../fleet/index.ts'
import type { GroupKey, ObjectContent, ObjectKey, Plan, StoredObject, World } from '../../model/index.ts'
import { contentOf, keyOf } from '../../model/index.ts'
import { composeTypes } from '../../snapshot/index.ts'
import { guardTypes } from '../../validate/index.ts'
import { compensation } from '../compensate.ts'
import type { GroupPlan } from '../group-plan.ts'
import type { Needs } from '../needs.ts'
import { needsOf } from '../needs.ts'
import { worldWith } from '../overlay-world.ts'
import type { Push, PushGroupState } from '../push-state.ts'
import { isUndecided } from '../push-state.ts'
import { rampOver } from '../ramp.ts'
import type { Before } from '../records.ts'
import { pushName } from '../records.ts'
import { touchedGroups } from '../touched-groups.ts'
import type { ChangeCommand } from '../types.ts'
import { preparation } from './barriers.ts'
import { pendingRoutes, planGroups, preparingBut } from './commit-step.ts'
import { mayBegin } from './drive.ts'
import type { Engine } from './engine.ts'
import { compiledOf, hasGroup, hasListeners, isServed, keptOf, nowOf, numberAfter } from './engine.ts'
import { rampTraffic } from './ramped-world.ts'
import { keepsWaysBack } from './ways-back.ts'

export interface Design {
  /** The number that its revision will have. */
  readonly revision: number
  readonly puts: readonly ObjectContent[]
  readonly deletes: readonly ObjectKey[]
  /** Whose applied pointers the push moves: its own, and those of undecided pushes that it takes over. */
  readonly objects: readonly ObjectKey[]
  readonly applied: readonly { readonly key: ObjectKey; readonly to: 'head' | 'absent' }[]
  readonly target: World
  readonly touched: readonly GroupKey[]
  readonly overtaken: readonly Push[]
  /** Nothing has to be prepared: the change is decided with its commit. */
  readonly isFast: boolean
  /** Groups whose proxies have to be told; none: the change has no push. */
  readonly groups: ReadonlyMap<GroupKey, PushGroupState>
  readonly needs: ReadonlyMap<GroupKey, Needs>
  readonly plans: readonly GroupPlan[]
  /** Generation that has the routes, by group; for a fast change. */
  readonly switched: ReadonlyMap<GroupKey, number>
}

/** The push of a planned change, or why the world that it makes is not valid. */
export function designPush(engine: Engine, command: ChangeCommand, plan: Plan): Result<Design, Problem> {
  const intent = intentOf(engine, command, plan)
  const { applied } = engine.store.view()
  const others = preparingWithout(engine, intent.overtaken)
  const pending = pendingRoutes(intent.heads, others)
  const touched = touchedGroups({ before: applied, after: intent.target, pending }, intent.objects)
  const needs = needsByGroup(engine, command, intent.target, touched)
  if (!needs.ok) return needs
  const kept = keepsWaysBack(engine, { ...intent, without: intent.overtaken.map(({ id }) => id) })
  if (!kept.ok) return kept
  const moving = [...needs.value].filter(([, { moves }]) => moves).map(([group]) => group)
  const overtakenGroups = intent.overtaken.filter(isUndecided).flatMap((push) => [...push.groups.keys()])
  const concerned = new Set([...touched, ...overtakenGroups])
  const number = engine.lastPush + 1
  const name = moving.length === 0 ? `r${intent.revision}` : pushName(String(number))

  const groups = new Map(moving.map((group) => [group, groupState(engine, group)]))
  const isFree = mayBegin(engine, { id: String(number), verb: command.verb, groups })
  const warming =
    isFree && isWarm(engine, intent, needs.value, moving)
      ? ok({ plans: [], isOpen: true })
      : preparationOf(engine, intent, concerned, needs.value, moving, `${name} prepared`)
  if (!warming.ok) return warming
  const isFast = moving.length === 0 || (isFree && warming.value.isOpen)
  const plans = isFast
    ? planGroups(engine, {
        groups: concerned,
        applied: intent.target,
        heads: intent.heads,
        preparing: preparingWithout(engine, intent.overtaken),
        cause: `${name} switched`,
        ramps: { without: intent.overtaken.map(({ id }) => id), also: firstStep(engine, command, intent) },
      })
    : ok(warming.value.plans)
  if (!plans.ok) return plans
  const generationOf = (group: GroupKey): number | undefined =>
    plans.value.find((each) => each.group === group)?.generation?.number
  for (const [group, state] of groups) {
    const prepared = isFast ? undefined : generationOf(group)
    if (prepared !== undefined) groups.set(group, { ...state, prepared })
  }
  const switched = new Map(moving.map((group) => [group, numberAfter(engine, plans.value, group)]))
  return ok({ ...intent, touched, isFast, groups, needs: needs.value, plans: plans.value, switched })
}

/** The shares that a ramp begins with. */
function firstStep(engine: Engine, command: ChangeCommand, { objects, target }: Intent) {
  if (!('ramp' in command) || command.ramp === undefined) return []
  const { applied } = engine.store.view()
  const before: Before = new Map(objects.map((key) => [key, applied.get(key)]))
  const first = rampTraffic(target, objects, before, rampOver(command.ramp))
  return first === undefined ? [] : [first]
}

interface Intent
  extends Pick<Design, 'revision' | 'puts' | 'deletes' | 'objects' | 'applied' | 'target' | 'overtaken'> {
  readonly heads: World
}

/** The worlds that the change makes, with what it overtakes. */
function intentOf(engine: Engine, command: ChangeCommand, plan: Plan): Intent {
  const view = engine.store.view()
  const revision = view.revision + 1
  const keys = new Set([...plan.puts.map(keyOf), ...plan.deletes])
  const overtaken = [...engine.pushes.values()].filter((push) => push.objects.some((key) => keys.has(key)))
  const rest = overtaken.filter(isUndecided).flatMap(({ objects }) => objects.filter((key) => !keys.has(key)))
  // A rollback takes what it overtakes back to what is applied; any other change carries it on.
  const back =
    command.verb === 'rollback'
      ? compensation(new Map(rest.map((key) => [key, view.applied.get(key)])), view.heads)
      : { puts: [], deletes: [] }
  const puts = [...plan.puts, ...back.puts]
  const deletes = [...plan.deletes, ...back.deletes]
  const moved: [ObjectKey, StoredObject | undefined][] = [
    ...puts.map((content): [ObjectKey, StoredObject] => [
      keyOf(content),
      provisional(view.heads, content, revision),
    ]),
    ...deletes.map((key): [ObjectKey, undefined] => [key, undefined]),
  ]
  const heads = worldWith(view.heads, moved)
  const objects = [...new Set([...moved.map(([key]) => key), ...rest])]
  const target = worldWith(
    view.applied,
    objects.map((key) => [key, heads.get(key)]),
  )
  const applied = objects.map((key) => ({
    key,
    to: heads.has(key) ? ('head' as const) : ('absent' as const),
  }))
  return { revision, puts, deletes, objects, applied, target, overtaken, heads }
}

/** The object as the store will make it, but for what only the store gives. */
function provisional(heads: World, content: ObjectContent, revision: number): StoredObject {
  const uid = heads.get(keyOf(content))?.uid ?? ''
  return { ...contentOf(content), uid, etag: '', revision }
}

/** Compiles and checks every touched group of the target. */
function needsByGroup(
  engine: Engine,
  command: ChangeCommand,
  target: World,
  touched: readonly GroupKey[],
): Result<ReadonlyMap<GroupKey, Needs>, Problem> {
  const { applied } = engine.store.view()
  const needs = new Map<GroupKey, Needs>()
  const violations: Violation[] = []
  for (const group of touched) {
    if (!hasGroup(target, group)) continue
    const wanted = compiledOf(engine, target, group)
    if (!wanted.ok) {
      if (wanted.error.kind !== 'invalid') return wanted
      violations.push(...wanted.error.violations)
      continue
    }
    const current = hasGroup(applied, group) ? compiledOf(engine, applied, group) : undefined
    const compiled = current?.ok === true ? current.value : undefined
    if (compiled !== undefined) {
      const types = composeTypes({ routes: compiled, warm: [], retiring: [] }).types
      const next = composeTypes({ routes: wanted.value, warm: [], retiring: [] }).types
      violations.push(...guardTypes(group, types, next, { force: command.force ?? false }))
    }
    if (isServed(engine, group) || hasListeners(wanted.value))
      needs.set(group, needsOf(compiled, wanted.value))
  }
  return violations.length > 0 ? err(refusal(engine, violations)) : ok(needs)
}

/** What is invalid; and where it leans on what other pushes are still bringing, that too. */
function refusal(engine: Engine, violations: readonly Violation[]): Problem {
  const problem = invalid(violations)
  const pending = [...engine.pushes.values()].filter(isUndecided).map(({ id }) => pushName(id))
  if (pending.length === 0) return problem
  return { ...problem, message: `${problem.message} (not applied yet: what ${pending.join(', ')} brings)` }
}

/**
 * Whether all that is needed is served as it is to be, and every proxy holds it: then there is nothing to prepare, and what would
 * be served meanwhile need not be made up. The usual switch.
 */
function isWarm(
  engine: Engine,
  { target, overtaken }: Intent,
  needs: ReadonlyMap<GroupKey, Needs>,
  moving: readonly GroupKey[],
): boolean {
  if (overtaken.length > 0) return false
  return moving.every((group) => {
    const wanted = needs.get(group)
    const compiled = compiledOf(engine, target, group)
    const kept = keptOf(engine, group)
    const newest = kept.at(-1)
    if (wanted === undefined || !compiled.ok || newest === undefined) return false
    for (const type of clusterTypes) {
      if (wanted.changed.has(type)) return false
      const resources = compiled.value.types.get(type)
      const served = newest.types.get(type)?.entries
      for (const name of wanted.clusters) {
        if (resources?.get(name)?.hash !== served?.get(name)) return false
      }
    }
    const [requirement, options] = preparation(engine, { group, before: newest.number }, wanted, kept)
    return isOpen(createBarrier(engine.fleet, requirement, options, nowOf(engine)))
  })
}

/** What would be served while this prepares, and whether every proxy is prepared already. */
function preparationOf(
  engine: Engine,
  intent: Intent,
  concerned: ReadonlySet<GroupKey>,
  needs: ReadonlyMap<GroupKey, Needs>,
  moving: readonly GroupKey[],
  cause: string,
): Result<{ readonly plans: readonly GroupPlan[]; readonly isOpen: boolean }, Problem> {
  const { applied } = engine.store.view()
  const groups = new Map(moving.map((group) => [group, groupState(engine, group)]))
  const plans = planGroups(engine, {
    groups: concerned,
    applied,
    heads: intent.heads,
    preparing: [
      ...preparingWithout(engine, intent.overtaken),
      { objects: intent.objects, groups, target: intent.target },
    ],
    cause,
    leaveInvalid: true,
  })
  if (!plans.ok) return plans
  const now = nowOf(engine)
  const open = moving.every((group) => {
    const wanted = needs.get(group)
    if (wanted === undefined) return true
    const next = plans.value.find((each) => each.group === group)?.generation
    const kept = keptOf(engine, group)
    const state = { group, before: kept.at(-1)?.number ?? 0 }
    const [requirement, options] = preparation(
      engine,
      state,
      wanted,
      next === undefined ? kept : [...kept, next],
    )
    return isOpen(createBarrier(engine.fleet, requirement, options, now))
  })
  return ok({ plans: plans.value, isOpen: open })
}

const preparingWithout = (engine: Engine, overtaken: readonly Push[]): readonly Push[] =>
  preparingBut(engine, ...overtaken.map(({ id }) => id))

function groupState(engine: Engine, group: GroupKey): PushGroupState {
  const before = keptOf(engine, group).at(-1)?.number ?? 0
  return { group, before, nodes: 0, preparedNodes: 0, switchedNodes: 0 }
}
