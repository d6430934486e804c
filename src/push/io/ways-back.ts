// A decided push may still be taken back. A change that would leave no valid world behind it then has to wait for its end.
import type { Problem, Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import type { GroupKey, ObjectKey, World } from '../../model/index.ts'
import { worldWith } from '../overlay-world.ts'
import type { Push } from '../push-state.ts'
import { isRamping } from '../push-state.ts'
import { pushName } from '../records.ts'
import { subjectsOf, touchedGroups } from '../touched-groups.ts'
import type { Engine } from './engine.ts'
import { compiledOf, hasGroup } from './engine.ts'

/** What is about to be applied. */
export interface Move {
  readonly target: World
  /** In what it differs from what is applied. */
  readonly objects: readonly ObjectKey[]
  /** Pushes that are over with it: nobody takes them back. */
  readonly without: readonly string[]
}

/**
 * Refuses a change after which a running push could not be taken back any more: what it goes back to would lead to what the change
 * takes away. One push at a time is enough: two of them were checked against each other when the later came.
 */
export function keepsWaysBack(engine: Engine, move: Move): Result<void, Problem> {
  const { applied } = engine.store.view()
  let subjects: ReadonlySet<string> | undefined
  for (const push of engine.pushes.values()) {
    if (!mayBeTakenBack(push) || move.without.includes(push.id)) continue
    const before = engine.running.get(push.id)?.before
    if (before === undefined) continue
    subjects ??= subjectsOf([applied, move.target], move.objects)
    // What has nothing to do with each other is not compiled: teams that push side by side cost each other nothing.
    const without = worldWith(applied, before)
    const theirs = subjectsOf([applied, without], push.objects)
    if (![...theirs].some((subject) => subjects?.has(subject))) continue
    const back = worldWith(move.target, before)
    for (const group of touchedGroups({ before: move.target, after: back }, push.objects)) {
      const wrong = wrongIn(engine, back, group)
      if (wrong === undefined || wrongIn(engine, without, group) !== undefined) continue
      return err(refusal(push, group, wrong))
    }
  }
  return ok(undefined)
}

const mayBeTakenBack = (push: Push): boolean =>
  isRamping(push) || push.step.kind === 'switching' || push.step.kind === 'takingBack'

function wrongIn(engine: Engine, world: World, group: GroupKey): string | undefined {
  const compiled = hasGroup(world, group) ? compiledOf(engine, world, group) : undefined
  return compiled === undefined || compiled.ok ? undefined : compiled.error.message
}

function refusal(push: Push, group: GroupKey, wrong: string): Problem {
  return {
    kind: 'precondition',
    message: `${pushName(push.id)} (${push.verb}) is not over and may be taken back, which this would make impossible (${group}: ${wrong}): send it again when ${pushName(push.id)} has ended`,
  }
}
