// The table of node groups: to the fleet first, so that whoever is placed is counted, then to the streams.
import type { GroupExpectation } from '../../fleet/index.ts'
import type { World } from '../../model/index.ts'
import { matchingOrder } from '../../model/index.ts'
import type { Engine } from './engine.ts'
import { tellFleet } from './streams.ts'

/** Tells everybody the applied node groups, in matching order. */
export function publishGroups(engine: Engine): void {
  const { applied } = engine.store.view()
  tellFleet(engine, { kind: 'groups', groups: expectations(applied) })
  engine.decider.send({ kind: 'groups', groups: matchingOrder(applied) })
}

function expectations(world: World): readonly GroupExpectation[] {
  const groups: GroupExpectation[] = []
  for (const object of world.values()) {
    if (object.kind !== 'NodeGroup') continue
    const { size, within } = object.spec.expected
    groups.push({ group: `${object.namespace}/${object.name}`, size, withinMs: within })
  }
  return groups
}
