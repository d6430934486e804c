// What is seen becomes the next generation of the groups that it concerns: durable, then published, without a push.
import type { Problem, Result } from '../../base/index.ts'
import { ok } from '../../base/index.ts'
import type { ObjectKey, Observed, World } from '../../model/index.ts'
import { keyOf, secretFilesKey } from '../../model/index.ts'
import { touchedGroups } from '../touched-groups.ts'
import type { Observation } from '../types.ts'
import { commitStep, pendingRoutes, planGroups, preparingBut } from './commit-step.ts'
import type { Engine } from './engine.ts'
import { availability } from './engine.ts'
import { restandOthers } from './restand-others.ts'

/** Takes an observation; one at a time. What cannot be written is not believed. */
export async function observe(engine: Engine, observation: Observation): Promise<Result<void, Problem>> {
  const available = availability(engine)
  if (!available.ok) return available
  const { observed } = engine
  look(engine, withObservation(observed, observation))
  const { applied, heads } = engine.store.view()
  const preparing = preparingBut(engine)
  const pending = pendingRoutes(heads, preparing)
  const plans = planGroups(engine, {
    groups: touchedGroups(
      { before: applied, after: heads, pending },
      objectsOf(observation, [applied, heads]),
    ),
    applied,
    heads,
    preparing,
    cause: observation.cause,
    leaveInvalid: true,
  })
  const { records } = observation
  const committed = plans.ok
    ? await commitStep(engine, records === undefined ? {} : { records }, plans.value, { touched: [] })
    : plans
  if (!committed.ok || !plans.ok) {
    look(engine, observed)
    return committed.ok ? ok(undefined) : committed
  }
  restandOthers(engine, plans.value, undefined)
  return ok(undefined)
}

/** From now on everything is compiled with this. */
export function look(engine: Engine, observed: Observed): void {
  engine.observed = observed
}

function withObservation(before: Observed, { endpoints, secrets }: Observation): Observed {
  return { endpoints: merged(before.endpoints, endpoints), secrets: merged(before.secrets, secrets) }
}

function merged<Value>(
  before: ReadonlyMap<string, Value>,
  changes: ReadonlyMap<string, Value | undefined> | undefined,
): ReadonlyMap<string, Value> {
  if (changes === undefined || changes.size === 0) return before
  const after = new Map(before)
  for (const [name, value] of changes) {
    if (value === undefined) after.delete(name)
    else after.set(name, value)
  }
  return after
}

/** Objects that it is about: Services by name, Secrets by the files that they name. */
function objectsOf({ endpoints, secrets }: Observation, worlds: readonly World[]): readonly ObjectKey[] {
  const services = [...(endpoints?.keys() ?? [])].flatMap((service) => {
    const [namespace, name] = service.split('/')
    return namespace === undefined || name === undefined ? [] : [keyOf({ kind: 'Service', namespace, name })]
  })
  if (secrets === undefined || secrets.size === 0) return services
  const named = worlds.flatMap((world) =>
    [...world.values()].flatMap((object) =>
      object.kind === 'Secret' && secrets.has(secretFilesKey(object.spec)) ? [keyOf(object)] : [],
    ),
  )
  return [...services, ...new Set(named)]
}
