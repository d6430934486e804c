// A command and the heads → what to put and delete. The model decides; this gives it what it has to know of the past.
import type { Problem, Result } from '../../base/index.ts'
import { err, limits } from '../../base/index.ts'
import type { EarlierTraffic, ObjectKey, Plan } from '../../model/index.ts'
import {
  keyOf,
  planApply,
  planDelete,
  planFence,
  planFenceRemoval,
  planRollback,
  planTraffic,
} from '../../model/index.ts'
import { wrongRamp } from '../ramp.ts'
import { pushName } from '../records.ts'
import type { ChangeCommand } from '../types.ts'
import { recallActors, whoIn } from './actors.ts'
import type { Engine } from './engine.ts'
import { nowOf } from './engine.ts'
import { planWayBack } from './plan-way-back.ts'

/** Plans a command against the heads of now. */
export async function planCommand(engine: Engine, command: ChangeCommand): Promise<Result<Plan, Problem>> {
  const { observed } = engine
  switch (command.verb) {
    case 'apply': {
      const keys = command.manifests.flatMap((manifest) => {
        const { namespace, name } = manifest
        return [keyOf(manifest), keyOf({ kind: 'Traffic', namespace, name })]
      })
      await recallActors(engine, keys)
      const { heads } = engine.store.view()
      const { manager, inPlace, force } = command
      const who = whoIn(engine, heads)
      return planApply(heads, command.manifests, { manager, inPlace, force, observed, who })
    }
    case 'delete': {
      await recallActors(
        engine,
        command.keys.map(({ key }) => key),
      )
      const { heads } = engine.store.view()
      return planDelete(heads, command.keys, { who: whoIn(engine, heads) })
    }
    case 'switch':
    case 'split':
    case 'cohort':
    case 'mirror':
    case 'set-traffic': {
      const wrong = command.ramp === undefined ? undefined : wrongRamp(command.ramp)
      if (wrong !== undefined) return err(wrong)
      await recallActors(engine, [trafficKey(command)])
      const { heads } = engine.store.view()
      const { namespace, service, weights, cohorts, mirrors, etag, manager, force } = command
      const who = whoIn(engine, heads)
      return planTraffic(heads, {
        namespace,
        service,
        weights,
        cohorts,
        mirrors,
        etag,
        manager,
        force,
        observed,
        who,
      })
    }
    case 'rollback': {
      const key = trafficKey(command)
      await recallActors(engine, [key])
      const history = await earlierTraffic(engine, key)
      const { heads } = engine.store.view()
      const { namespace, service, force } = command
      const who = whoIn(engine, heads)
      return planRollback(heads, { namespace, service, force, history, observed, who })
    }
    case 'undo':
    case 'restore':
      return planWayBack(engine, command)
    case 'fence': {
      const key = trafficKey(command)
      const moving = movingOf(engine, key)
      if (moving !== undefined) return moving
      const history = await earlierTraffic(engine, key)
      const { namespace, service, actor, reason: text } = command
      const at = Math.round(nowOf(engine).wall)
      const wholeHistory = history.length < limits.rollbackLooksBack
      const { heads } = engine.store.view()
      return planFence(heads, { namespace, service, text, actor, at, history, wholeHistory })
    }
    case 'unfence':
      return movingOf(engine, trafficKey(command)) ?? planFenceRemoval(engine.store.view().heads, command)
    default:
      return command satisfies never
  }
}

/** A push that moves this traffic may still go back to where it was: what is behind a fence is not known until it has ended. */
function movingOf(engine: Engine, key: ObjectKey): Result<never, Problem> | undefined {
  const push = [...engine.pushes.values()].find(({ objects }) => objects.includes(key))
  if (push === undefined) return undefined
  const message = `${pushName(push.id)} (${push.verb}) moves this traffic: send it again when it has ended`
  return err({ kind: 'precondition', message })
}

const trafficKey = ({
  namespace,
  service,
}: {
  readonly namespace: string
  readonly service: string
}): ObjectKey => keyOf({ kind: 'Traffic', namespace, name: service })

/** What the traffic was, newest first; without what was taken back, and without the taking back. */
async function earlierTraffic(engine: Engine, key: ObjectKey): Promise<readonly EarlierTraffic[]> {
  const history = await engine.store.history(key, limits.rollbackLooksBack)
  const undone = new Set(
    history
      .filter(({ revision: { verb } }) => verb === 'compensate' || verb === 'hold')
      .map(({ revision }) => revision.push),
  )
  return history.flatMap(({ revision, content }) => {
    const { push } = revision
    if (push !== undefined && (undone.has(push) || neverServed(engine, push))) return []
    return content !== 'deleted' && content.kind === 'Traffic' ? [content] : []
  })
}

/** Overtaken before it was decided: no proxy ever saw it. */
function neverServed(engine: Engine, push: string): boolean {
  const record = engine.ended.get(push)
  return record?.phase === 'overtaken' && record.groups.every(({ switched }) => switched === undefined)
}
