// Taking a push back: before its decision the heads go back and nothing moved; after it, applied and routes go back too.
import { limits } from '../../base/index.ts'
import type { StoredObject } from '../../model/index.ts'
import { compensation } from '../compensate.ts'
import { step } from '../machine.ts'
import { worldWith } from '../overlay-world.ts'
import type { Push } from '../push-state.ts'
import type { Before } from '../records.ts'
import { beforeKeys, parseBeforeRows, pushName, pushValue } from '../records.ts'
import { touchedGroups } from '../touched-groups.ts'
import { commitStep, pendingRoutes, planGroups, preparingBut } from './commit-step.ts'
import { drive } from './drive.ts'
import type { Engine } from './engine.ts'
import { hasGroup, nowOf, numberAfter } from './engine.ts'
import { restandOthers } from './restand-others.ts'

/** Commits the compensating revision of a push that is aborting or being taken back. */
export async function takeBack(engine: Engine, id: string): Promise<void> {
  const push = engine.pushes.get(id)
  if (push === undefined) return
  const { step: at } = push
  if (at.kind !== 'aborting' && at.kind !== 'takingBack') return
  const isAbort = at.kind === 'aborting'
  const before = isAbort ? appliedOf(engine, push) : await beforeOf(engine, push)
  const view = engine.store.view()
  const { puts, deletes, applied } = compensation(before, view.heads)
  const isEmpty = puts.length === 0 && deletes.length === 0
  const number = isEmpty ? undefined : view.revision + 1
  const heads = worldWith(view.heads, provisional(before, deletes))
  const target = isAbort ? view.applied : worldWith(view.applied, provisional(before, deletes))
  const others = preparingBut(engine, id)
  const pending = pendingRoutes(view.heads, others)
  const touched = touchedGroups({ before: view.applied, after: target, pending }, push.objects)
  const groups = new Set([...touched, ...push.groups.keys()])
  const plans = planGroups(engine, {
    groups,
    applied: target,
    heads,
    preparing: others,
    cause: `${pushName(id)} ${isAbort ? 'aborted' : 'reverted'}`,
    leaveInvalid: true,
    ramps: { without: [id] },
  })
  if (!plans.ok) {
    engine.log.error({ event: 'push_not_taken_back', push: id, problem: plans.error })
    return
  }
  const generations = new Map(
    [...push.groups.keys()]
      .filter((group) => hasGroup(target, group))
      .map((group) => [group, numberAfter(engine, plans.value, group)]),
  )
  const event = { kind: 'takenBack' as const, revision: number, generations }
  const [preview] = step(push, event, nowOf(engine), engine.timeouts)
  const committed = await commitStep(
    engine,
    {
      ...(isEmpty
        ? {}
        : {
            revision: {
              actor: pushName(id),
              reason: at.why.slice(0, limits.reasonLength),
              verb: 'compensate',
              push: id,
              puts,
              deletes,
            },
          }),
      applied,
      records: {
        put: [{ table: 'push', key: id, value: pushValue(preview) }],
        delete: isAbort
          ? beforeKeys(view.records('push'), id).map((key) => ({ table: 'push' as const, key }))
          : [],
      },
    },
    plans.value,
    { target, touched: isAbort ? [] : touched },
  )
  if (!committed.ok) return
  drive(engine, id, event)
  restandOthers(engine, plans.value, id)
}

/** Before the decision, what is applied is what was before. */
const appliedOf = (engine: Engine, push: Push): Before => {
  const { applied } = engine.store.view()
  return new Map(push.objects.map((key) => [key, applied.get(key)]))
}

/** What the objects were, from memory or, after a restart, from the revisions that wrote them. */
export async function beforeOf(engine: Engine, push: Push): Promise<Before> {
  const known = engine.running.get(push.id)?.before
  if (known !== undefined) return known
  const before = new Map<string, StoredObject | undefined>()
  for (const { revision, keys } of parseBeforeRows(engine.store.view().records('push'), push.id)) {
    const written = revision === 0 ? undefined : await engine.store.revision(revision)
    for (const key of keys) {
      const content = written?.puts.find(
        ({ namespace, kind, name }) => `${namespace}/${kind}/${name}` === key,
      )
      if (revision === 0 || content !== undefined) before.set(key, content)
      else engine.log.error({ event: 'content_lost', push: push.id, object: key, revision })
    }
  }
  const running = engine.running.get(push.id)
  if (running !== undefined) running.before = before
  return before
}

function provisional(
  before: Before,
  deletes: readonly string[],
): readonly (readonly [string, StoredObject | undefined])[] {
  return [...before, ...deletes.map((key) => [key, undefined] as const)]
}
