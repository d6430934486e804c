// Ramps that are under way: what is served differs from what is applied in the shares of their services, and in nothing else.
// Both come from what is durable (the push's record, what its objects were, what is applied), so after a crash it is the same.
import type { ObjectKey, StoredObject, StoredOf, World } from '../../model/index.ts'
import { trafficBetween } from '../../model/index.ts'
import { worldWith } from '../overlay-world.ts'
import { isRamping } from '../push-state.ts'
import type { Ramp } from '../ramp.ts'
import type { Before } from '../records.ts'
import type { Engine } from './engine.ts'

/** The Traffic of a ramp at a step, in this world; undefined where there is nothing between before and after. */
export function rampTraffic(
  world: World,
  objects: readonly ObjectKey[],
  before: Before | undefined,
  ramp: Pick<Ramp, 'step' | 'steps'>,
): readonly [ObjectKey, StoredOf<'Traffic'>] | undefined {
  for (const key of objects) {
    const [from, to] = [before?.get(key), world.get(key)]
    if (from?.kind === 'Traffic' && to?.kind === 'Traffic')
      return [key, trafficBetween(world, from, to, ramp)]
  }
  return undefined
}

/** A ramp that begins or goes on with a commit; `without`: those that end with it, or are given anew. */
export interface RampScene {
  readonly without?: readonly string[]
  readonly also?: readonly (readonly [ObjectKey, StoredObject])[]
}

/** This applied world with the shares that ramps have reached. */
export function asRamped(engine: Engine, applied: World, { without = [], also = [] }: RampScene = {}): World {
  const moved: (readonly [ObjectKey, StoredObject])[] = [...also]
  for (const push of engine.pushes.values()) {
    if (push.ramp === undefined || !isRamping(push) || without.includes(push.id)) continue
    const reached = rampTraffic(applied, push.objects, engine.running.get(push.id)?.before, push.ramp)
    if (reached !== undefined) moved.push(reached)
  }
  return worldWith(applied, moved)
}
