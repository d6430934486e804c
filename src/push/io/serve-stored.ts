// Back to a stored generation while nothing can be written: what an operator has when the store is damaged or its disk is
// full. It is old content under a number above all that was used, in memory only: no revision, gone with the process.
import type { Problem, Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import { isStored } from '../../envoy-api/index.ts'
import type { GroupKey } from '../../model/index.ts'
import type { EncodedResource, ResourceTypes } from '../../snapshot/index.ts'
import { bodilessSecret, hashOf, restoreResource } from '../../snapshot/index.ts'
import type { Generation, StoreCondition } from '../../store/index.ts'
import { publication } from '../publish.ts'
import { pushName } from '../records.ts'
import type { ServedStored, ServeStoredCommand } from '../types.ts'
import type { Engine } from './engine.ts'
import { availability, keptOf, lookupIn } from './engine.ts'
import { secretBodies } from './secrets.ts'

/** Serves a stored generation of a group to all its proxies, those too that were left alone. */
export async function serveStored(
  engine: Engine,
  command: ServeStoredCommand,
): Promise<Result<ServedStored, Problem>> {
  const available = availability(engine)
  if (!available.ok) return available
  const condition = engine.store.condition()
  const { group, actor, reason } = command
  if (condition.kind === 'writable') {
    const message = 'the store takes changes: go back with `verdigris rollback SERVICE`, which is durable'
    return err({ kind: 'precondition', message })
  }
  const found = findGeneration(engine, command)
  if (!found.ok) return found
  const stored = found.value
  const resources = await resourcesOf(engine, stored)
  if (!resources.ok) return resources
  // Looked up anew: reading took a while.
  const before = keptOf(engine, group).at(-1)
  const number = Math.max(before?.number ?? 0, highestOf(condition, group)) + 1
  const cause = `generation ${stored.number} served by ${actor}: ${reason}`
  const next: Generation = { group, number, types: stored.types, cause }
  const added = engine.store.serveUnsaved(next)
  if (!added.ok) return added
  engine.served.set(group, resources.value)
  engine.decider.send(publication(before, next, lookupIn(engine, group)))
  engine.decider.send({ kind: 'guard', group, on: false })
  const resting = restPushes(engine, group)
  const fields = { group, generation: number, content: stored.number, actor, reason }
  engine.log.error({ event: 'stored_generation_served', ...fields, resting, durable: false })
  engine.onEvent({ name: 'stored_generation_served', attributes: { ...fields, resting } })
  return ok({ group, generation: number, content: stored.number, resting })
}

function findGeneration(
  engine: Engine,
  { group, generation }: ServeStoredCommand,
): Result<Generation, Problem> {
  const kept = keptOf(engine, group)
  const found = generation === undefined ? kept.at(-1) : kept.find(({ number }) => number === generation)
  if (found !== undefined) return ok(found)
  if (kept.length === 0) {
    const groups = [...engine.store.view().generations.keys()].join(', ')
    const known = groups === '' ? 'there is none of any group' : `there are some of ${groups}`
    return err({ kind: 'notFound', message: `no generation of ${group} is stored; ${known}` })
  }
  const numbers = kept.map(({ number }) => number).join(', ')
  return err({
    kind: 'notFound',
    message: `no generation ${generation} of ${group} is stored; there are ${numbers}`,
  })
}

/** Every resource of a generation, each held against its hash: the disk is not to be trusted now. */
async function resourcesOf(
  engine: Engine,
  { group, number, types }: Generation,
): Promise<Result<ResourceTypes, Problem>> {
  const resources = new Map<string, Map<string, EncodedResource>>()
  const secrets = secretBodies(engine)
  for (const [typeUrl, { entries }] of types) {
    const type = new Map<string, EncodedResource>()
    for (const [name, hash] of entries) {
      if (!isStored(typeUrl)) {
        type.set(name, secrets.get(`${hash} ${name}`) ?? bodilessSecret(name, hash))
        continue
      }
      const body = await readResource(engine, hash)
      if (body === undefined || hashOf(body) !== hash) {
        const message = `generation ${number} of ${group} cannot be served: its resource ${name} (${hash}) is not readable any more`
        return err({ kind: 'precondition', message })
      }
      type.set(name, restoreResource(name, hash, body))
    }
    resources.set(typeUrl, type)
  }
  return ok(resources)
}

async function readResource(engine: Engine, hash: string): Promise<Uint8Array | undefined> {
  try {
    return await engine.store.resource(hash)
  } catch (cause) {
    engine.log.error({ event: 'resource_unreadable', hash, err: cause })
    return undefined
  }
}

const highestOf = (condition: StoreCondition, group: GroupKey): number =>
  condition.kind === 'damaged' ? (condition.groups.find((each) => each.group === group)?.highest ?? 0) : 0

/** Pushes that were under way there cannot go on: they rest at their durable step until the next start. */
function restPushes(engine: Engine, group: GroupKey): readonly string[] {
  const resting = [...engine.pushes.values()].filter((push) => push.groups.has(group))
  for (const { id } of resting) {
    engine.pushes.delete(id)
    engine.running.delete(id)
  }
  return resting.map(({ id }) => pushName(id))
}
