// What the streams say: folded into the fleet at once and in order, then weighed by the barriers that it touches.
import { assertNever, limits } from '../../base/index.ts'
import type { FromStreams } from '../../channel/index.ts'
import type { FleetEffect, FleetEvent } from '../../fleet/index.ts'
import { inventoryValue, look, refusalKey, refusalValue, step, touch } from '../../fleet/index.ts'
import { countsAgainst, resourcesMeant } from '../attribution.ts'
import { publication } from '../publish.ts'
import { typeNameOf } from '../push-events.ts'
import { drive, recount } from './drive.ts'
import type { Engine } from './engine.ts'
import { keptOf, lookupIn, nowOf } from './engine.ts'
import { writeInventory } from './inventory.ts'

/** Takes one message of the streams in. */
export function hear(engine: Engine, message: FromStreams): void {
  announce(engine, message)
  tellFleet(engine, message)
}

/** Folds an event into the fleet and does what follows. */
export function tellFleet(engine: Engine, event: FleetEvent): void {
  const now = nowOf(engine)
  const [fleet, effects] = step(engine.fleet, event, now)
  engine.fleet = fleet
  const dirty = new Set<string>()
  for (const effect of effects) {
    if (effect.kind !== 'touched') continue
    for (const [id, { barriers }] of engine.running) {
      const barrier = barriers.get(effect.group)
      if (barrier === undefined) continue
      touch(barrier, engine.fleet, effect.node, now)
      dirty.add(id)
    }
  }
  // A refusal is weighed before the counts: a push that is refused does not end well on the same message.
  for (const effect of effects) perform(engine, effect)
  for (const id of dirty) recount(engine, id)
}

/** Looks again at everybody that running pushes wait for: time alone excuses some. */
export function lookAgain(engine: Engine): void {
  const now = nowOf(engine)
  for (const [id, { barriers }] of [...engine.running]) {
    for (const barrier of barriers.values()) look(barrier, engine.fleet, now)
    recount(engine, id)
  }
}

function perform(engine: Engine, effect: FleetEffect): void {
  switch (effect.kind) {
    case 'touched':
      return
    case 'record':
    case 'strike':
      engine.unwritten.set(effect.node, effect.kind)
      if (engine.phase === 'ready') writeInventory(engine)
      return
    case 'refused':
      refused(engine, effect)
      return
    case 'repaired':
      repaired(engine, effect.node, effect.type)
      return
    case 'over':
      void engine.serial.run(() => settleRefusal(engine, effect.node, effect.type))
      return
    case 'twins':
      engine.log.warn({ event: 'twin_streams', node: effect.node, streams: effect.streams })
      engine.onEvent({ name: 'twin_streams', attributes: { node: effect.node, streams: effect.streams } })
      return
    case 'full':
      engine.log.warn({ event: 'inventory_full', node: effect.node })
      engine.onEvent({ name: 'inventory_full', attributes: { node: effect.node } })
      return
    case 'resync': {
      const newest = keptOf(engine, effect.group).at(-1)
      if (newest !== undefined)
        engine.decider.send(publication(undefined, newest, lookupIn(engine, effect.group)))
      return
    }
    default:
      assertNever(effect)
  }
}

function refused(engine: Engine, effect: Extract<FleetEffect, { kind: 'refused' }>): void {
  const { refusal, group, changed, weary } = effect
  const { node, type, generation, detail } = refusal
  engine.log.warn({ event: 'nack', node, type, group, generation, detail, resend: refusal.resend, weary })

  const running = [...engine.pushes.values()]
  const stopped = running.filter((push) => {
    const { needs, scope } = engine.running.get(push.id) ?? {}
    const told = { node, group, type, generation, changed }
    return countsAgainst(push, needs?.get(group), scope?.get(group), told)
  })
  const typeName = typeNameOf(type)
  const stops =
    stopped.length === 0 ? {} : { pushes: stopped.map(({ id }) => id).slice(0, limits.nodesNamed) }
  engine.onEvent({ name: 'nack', attributes: { node, type, typeName, group, generation, detail, ...stops } })
  if (weary) engine.onEvent({ name: 'resend_given_up', attributes: { node, group, type, typeName } })
  // An earlier refusal of the same type is written over: what it stopped is stopped by this one.
  const before = running.filter(({ refusals }) =>
    refusals.some((each) => each.node === node && each.type === type),
  )
  const pushes = [...new Set([...stopped, ...before])].map(({ id }) => id)
  engine.refusals.push({ refusal: { ...refusal, pushes }, weary })
  // One job writes all that has come up when its turn is there: a fleet that refuses at once costs one flush.
  if (engine.refusals.length === 1) void engine.serial.run(() => writeRefusals(engine))
  for (const { id } of stopped) {
    const resources = resourcesMeant(engine.running.get(id)?.needs.get(group), { type, changed }, detail)
    drive(engine, id, { kind: 'refused', refused: { node, type, resources, detail } })
  }
}

/** Refusals are durable before the streams are told: a resend number is never given twice. */
async function writeRefusals(engine: Engine): Promise<void> {
  const due = engine.refusals.splice(0)
  const nodes = [...new Set(due.map(({ refusal }) => refusal.node))]
  const written = await engine.store.commit({
    records: {
      put: [
        ...due.map(({ refusal }) => ({
          table: 'refusal' as const,
          key: refusalKey(refusal.node, refusal.type),
          value: refusalValue(refusal),
        })),
        ...nodes.flatMap((id) => {
          const node = engine.fleet.nodes.get(id)
          return node === undefined
            ? []
            : [{ table: 'inventory' as const, key: id, value: inventoryValue(node, false) }]
        }),
      ],
    },
  })
  // A store that takes no writes does not keep a proxy from being repaired.
  if (!written.ok) engine.log.error({ event: 'store_refused', problem: written.error })
  for (const { refusal, weary } of due) {
    const { node, type, resend, parked, good } = refusal
    if (!weary) engine.decider.send({ kind: 'doubt', node, type, resend, parked, good })
  }
}

function repaired(engine: Engine, node: string, type: string): void {
  engine.log.info({ event: 'repaired', node, type })
  engine.onEvent({ name: 'repaired', attributes: { node, type, typeName: typeNameOf(type) } })
  void engine.serial.run(async () => {
    if (await settleRefusal(engine, node, type)) engine.decider.send({ kind: 'trust', node, type })
  })
}

/** Writes down that a refusal is repaired, or deletes it when it is over; false if it was refused again meanwhile. */
async function settleRefusal(engine: Engine, node: string, type: string): Promise<boolean> {
  const refusal = engine.fleet.nodes.get(node)?.refusals.get(type)
  // The newer refusal stands.
  if (refusal !== undefined && refusal.repaired !== true) return false
  const key = refusalKey(node, type)
  const written = await engine.store.commit({
    records:
      refusal === undefined
        ? { delete: [{ table: 'refusal', key }] }
        : { put: [{ table: 'refusal', key, value: refusalValue(refusal) }] },
  })
  if (!written.ok) engine.log.error({ event: 'store_refused', problem: written.error })
  return true
}

function announce(engine: Engine, message: FromStreams): void {
  switch (message.kind) {
    case 'opened': {
      const { stream, node, variant, peer } = message
      engine.log.info({ event: 'node_connected', node: node.id, stream, variant, peer, agent: node.agent })
      engine.onEvent({
        name: 'node_connected',
        attributes: { node: node.id, stream, variant, agent: node.agent },
      })
      return
    }
    case 'placed': {
      const { node, group } = message
      if (group === undefined) {
        engine.log.warn({ event: 'node_unplaced', node, reason: 'no node group selects it' })
        engine.onEvent({ name: 'node_held', attributes: { node } })
      } else engine.onEvent({ name: 'node_placed', attributes: { node, group } })
      return
    }
    case 'closed': {
      const { node, stream, reason } = message
      if (node === undefined) return
      engine.log.info({ event: 'node_disconnected', node, stream, reason })
      engine.onEvent({ name: 'node_disconnected', attributes: { node, stream, cause: reason } })
      return
    }
    default:
      return
  }
}
