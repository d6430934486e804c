// The start: everything is read back from the store, said to the streams in order (groups, doubts, generations, what is
// closed), interrupted pushes go on from their durable step, and only then is anybody served.
import { limits } from '../../base/index.ts'
import { onlyLane } from '../../channel/index.ts'
import { isStored } from '../../envoy-api/index.ts'
import { createFleet, parseInventory, parseRefusals } from '../../fleet/index.ts'
import type { GroupKey } from '../../model/index.ts'
import type { EncodedResource } from '../../snapshot/index.ts'
import { bodilessSecret, diffTypes, isBodiless, restoreResource } from '../../snapshot/index.ts'
import type { Generation } from '../../store/index.ts'
import { parseClosed } from '../closed.ts'
import { publication } from '../publish.ts'
import { isRunning, isUndecided } from '../push-state.ts'
import { parsePushes, recordOf } from '../records.ts'
import { parseRetirement } from '../retirement.ts'
import { needsOfDecided } from './barriers.ts'
import { admit, drive, restand } from './drive.ts'
import type { Engine } from './engine.ts'
import { compiledOf, hasGroup, nowOf } from './engine.ts'
import { publishGroups } from './node-groups.ts'
import { followFiles, loadSecrets, secretBodies } from './secrets.ts'
import { hear } from './streams.ts'
import { beforeOf } from './take-back.ts'
import { tick } from './tick.ts'

/** Loads the state and begins to deliver. */
export async function start(engine: Engine): Promise<void> {
  const { store, timeouts } = engine
  const now = nowOf(engine)
  const view = store.view()
  const inventory = parseInventory(view.records('inventory'))
  const refusals = parseRefusals(view.records('refusal'))
  engine.fleet = createFleet(now, { inventory, refusals }, timeouts)
  engine.settleEnd = inventory.length === 0 ? now.mono : now.mono + timeouts.settleMs
  await loadSecrets(engine)
  const secrets = secretBodies(engine)
  const bodyOf = async (hash: string): Promise<Uint8Array | undefined> =>
    (await store.resource(hash)) ?? [...secrets.values()].find((each) => each.hash === hash)?.body
  for (const value of view.records('retirement').values()) {
    const retirement = await parseRetirement(value, bodyOf, now)
    const known = engine.retirements.get(retirement.group) ?? new Map()
    engine.retirements.set(retirement.group, known.set(retirement.name, retirement))
  }
  await admitPushes(engine)

  engine.decider.receive((message) => hear(engine, message))
  publishGroups(engine)
  for (const { node, type, resend, parked, good, repaired } of refusals) {
    engine.decider.send({ kind: 'doubt', node, type, resend, parked, good })
    // It holds what is good; the refused content stays parked.
    if (repaired === true) engine.decider.send({ kind: 'trust', node, type })
  }
  guardGroups(engine)
  const closed = parseClosed(view.records('closed'))
  for (const [group, kept] of view.generations) {
    await replay(engine, group, kept, secrets)
    const generation = closed.get(group)
    if (generation !== undefined) engine.decider.send({ kind: 'closed', group, lane: onlyLane, generation })
    if (generation !== kept.at(-1)?.number) engine.unclosed.set(group, now.mono)
  }
  // What was refused right before the end: its push goes back before anybody is served.
  for (const { node, type, detail, pushes = [] } of refusals) {
    for (const id of pushes)
      drive(engine, id, { kind: 'refused', refused: { node, type, resources: [], detail } })
  }
  await engine.serial.idle()
  engine.decider.send({ kind: 'ready' })
  engine.phase = 'ready'
  for (const id of [...engine.pushes.keys()]) restand(engine, id)
  engine.log.info({
    event: 'delivery_ready',
    revision: view.revision,
    groups: view.generations.size,
    nodes: inventory.length,
    pushes: engine.pushes.size,
  })
  engine.stopTicking = engine.clock.every(timeouts.tickMs, () => tick(engine))
  compileLater(engine)
  await followFiles(engine)
}

/** The first command finds the applied world compiled, if it comes a moment after the start: nobody waits for it meanwhile. */
function compileLater(engine: Engine): void {
  const cancel = engine.clock.every(limits.compileAfterMs, () => {
    cancel()
    if (engine.phase !== 'ready') return
    const { applied, generations } = engine.store.view()
    for (const group of generations.keys()) if (hasGroup(applied, group)) compiledOf(engine, applied, group)
  })
}

/** Of a damaged store newer generations may be lost: who holds anything else than the newest known is left alone. */
function guardGroups(engine: Engine): void {
  const condition = engine.store.condition()
  if (condition.kind !== 'damaged') return
  for (const { group, isNewest } of condition.groups)
    if (!isNewest) engine.decider.send({ kind: 'guard', group, on: true })
}

/** Finished pushes are remembered, interrupted ones go on. */
async function admitPushes(engine: Engine): Promise<void> {
  const { mono } = nowOf(engine)
  const { settleEnd, timeouts } = engine
  const resume = {
    mono,
    prepareDeadline: settleEnd + timeouts.prepareMs,
    switchDeadline: settleEnd + timeouts.switchMs,
    toldAt: settleEnd,
  }
  for (const push of parsePushes(engine.store.view().records('push'), resume)) {
    engine.lastPush = Math.max(engine.lastPush, push.number)
    if (!isRunning(push)) {
      engine.ended.set(
        push.id,
        recordOf(push, () => []),
      )
      continue
    }
    admit(engine, push)
    const running = engine.running.get(push.id)
    if (running === undefined || isUndecided(push)) continue
    running.before = await beforeOf(engine, push)
    running.needs = needsOfDecided(engine, push, running)
  }
}

/** By `<hash> <name>`. */
type Resources = ReadonlyMap<string, EncodedResource>

/** Says the kept generations of a group again, oldest first: a proxy that comes back is known by its versions. */
async function replay(
  engine: Engine,
  group: GroupKey,
  kept: readonly Generation[],
  secrets: Resources,
): Promise<void> {
  const resources = await resourcesOf(engine, group, kept, secrets)
  let base: Generation | undefined
  for (const generation of kept) {
    const lookup = (_typeUrl: string, name: string, hash: string): EncodedResource => {
      const found = resources.get(`${hash} ${name}`)
      if (found === undefined)
        throw new Error(`generation ${generation.number} of ${group} names ${hash}, which is gone`)
      return found
    }
    engine.decider.send(publication(base, generation, lookup))
    base = generation
  }
  if (base === undefined) return
  engine.served.set(
    group,
    new Map(
      [...base.types].map(([typeUrl, { entries }]) => [
        typeUrl,
        new Map(
          [...entries].flatMap(([name, hash]) => {
            const found = resources.get(`${hash} ${name}`)
            return found === undefined || isBodiless(found) ? [] : [[name, found] as const]
          }),
        ),
      ]),
    ),
  )
}

/**
 * Every resource that the kept generations name, by hash and name. Read, not compiled: decoding what was checked when it was
 * written takes a tenth of making it anew, and a fleet that comes back waits for this.
 */
async function resourcesOf(
  engine: Engine,
  group: GroupKey,
  kept: readonly Generation[],
  secrets: Resources,
): Promise<Resources> {
  const found = new Map<string, EncodedResource>()
  const note = (resource: EncodedResource): void => {
    found.set(`${resource.hash} ${resource.name}`, resource)
  }
  for (const { resources } of engine.retirements.get(group)?.values() ?? [])
    for (const each of resources) note(each)
  const missing = new Map<string, readonly [name: string, hash: string]>()
  let earlier: Generation | undefined
  for (const generation of kept) {
    for (const [typeUrl, { put }] of diffTypes(earlier?.types, generation.types)) {
      for (const name of put) {
        const hash = generation.types.get(typeUrl)?.entries.get(name) ?? ''
        if (!isStored(typeUrl)) note(secrets.get(`${hash} ${name}`) ?? bodilessSecret(name, hash))
        else if (!found.has(`${hash} ${name}`)) missing.set(`${hash} ${name}`, [name, hash])
      }
    }
    earlier = generation
  }
  const wanted = [...missing.values()]
  for (let from = 0; from < wanted.length; from += limits.resourcesReadAtOnce) {
    const part = wanted.slice(from, from + limits.resourcesReadAtOnce)
    const bodies = await Promise.all(part.map(([, hash]) => engine.store.resource(hash)))
    for (const [index, [name, hash]] of part.entries()) {
      const body = bodies[index]
      if (body !== undefined) note(restoreResource(name, hash, body))
    }
  }
  return found
}
