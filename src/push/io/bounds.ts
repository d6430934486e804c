// How large everything is that the engine keeps, beside what it may be.
import { type Bound, limits } from '../../base/index.ts'
import type { Engine } from './engine.ts'

/** Sizes now. */
export function boundsOf(engine: Engine): readonly Bound[] {
  let retiring = 0
  for (const each of engine.retirements.values()) retiring += each.size
  let refusals = 0
  for (const node of engine.fleet.nodes.values()) refusals += node.refusals.size
  const row = limits.changesWaiting + limits.pushesRunning
  return [
    { what: 'pushes under way', size: engine.pushes.size, limit: limits.pushesRunning },
    { what: 'pushes in memory', size: engine.running.size, limit: limits.pushesRunning },
    { what: 'pushes that are over', size: engine.ended.size, limit: limits.pushesKept },
    { what: 'changes that wait for their turn', size: engine.serial.waiting, limit: row },
    { what: 'clusters that retire', size: retiring, limit: limits.resourcesPerType },
    { what: 'nodes of the fleet', size: engine.fleet.nodes.size, limit: limits.nodes },
    { what: 'streams of the fleet', size: engine.fleet.streams.size, limit: limits.streams },
    { what: 'refusals that are open', size: refusals, limit: limits.nodes },
    { what: 'refusals to be written down', size: engine.refusals.length, limit: limits.nodes },
    { what: 'nodes to be written down', size: engine.unwritten.size, limit: limits.nodes },
    { what: 'writers remembered', size: engine.actors.size, limit: limits.revisionsKept + 1 },
  ]
}
