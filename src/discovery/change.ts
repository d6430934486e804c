// A command against what is registered: the next registry and what differs, or why not. Pure.
import { err, invalid, limits, ok, type Problem, type Result, type Violation } from '../base/index.ts'
import {
  endpointText,
  isMeant,
  notRegistered,
  type ObservedEndpoint,
  readEndpoints,
  readReferences,
  type World,
} from '../model/index.ts'
import { checkCommand } from './check-command.ts'
import { addressFaults, emptied, endpointsIn } from './neighbours.ts'
import { type Found, findPlace, placeText } from './place.ts'
import { registeredAt, sizeOf, withRegistered, withRegistrations } from './registry.ts'
import type {
  EndpointsAnswer,
  EndpointsCommand,
  Part,
  Registered,
  Registration,
  Registry,
  Touched,
} from './types.ts'

/** What a command is judged by. `now`: monotonic ms. */
export interface Scene {
  readonly heads: World
  readonly applied: World
  readonly now: number
}

export interface Changed {
  readonly registry: Registry
  readonly answer: EndpointsAnswer
  /** Absent: nothing differs, but leases that run anew. */
  readonly touched?: Touched
}

/** Owners change what is their own; a drain is an operator's and concerns everybody's. */
export function change(
  registry: Registry,
  command: EndpointsCommand,
  scene: Scene,
): Result<Changed, Problem> {
  const faults = checkCommand(command)
  if (faults.length > 0) return err(invalid(faults))
  const found = findPlace(scene.heads, command)
  if (!found.ok) return found
  const before = registeredAt(registry, found.value.place)
  const wanted = command.verb === 'drain' ? drain(before, command) : say(before, found.value, command, scene)
  if (!wanted.ok) return wanted
  const { parts, count, notes } = wanted.value
  const after: Registered = { ...before, parts }
  const full = fullness(registry, before, after)
  if (full !== undefined) return err(full)
  const owners = [...new Set([...before.parts.keys(), ...parts.keys()])].filter(
    (owner) => !sameWord(before.parts.get(owner), parts.get(owner)),
  )
  if (owners.length > 0 && !command.force) {
    const why = emptied(scene, found.value, before, after)
    if (why !== undefined) return err({ kind: 'precondition', message: why })
  }
  const { place, environment } = found.value
  const fixed = notRegistered(environment.endpoints.static, endpointsIn(after))
  const answer = { place, ...count, endpoints: sizeOf(after) + fixed.length, notes }
  const next = withRegistered(registry, after)
  return ok({ registry: next, answer, ...(owners.length === 0 ? {} : { touched: { place, owners } }) })
}

type Count = Pick<EndpointsAnswer, 'added' | 'changed' | 'removed' | 'renewed'>
interface Wanted {
  readonly parts: ReadonlyMap<string, Part>
  readonly count: Count
  readonly notes: readonly string[]
}

/** Set and patch. */
function say(
  before: Registered,
  { service }: Found,
  command: Extract<EndpointsCommand, { verb: 'set' | 'patch' }>,
  { now }: Scene,
): Result<Wanted, Problem> {
  const { owner, ttlMs } = command
  const [list, field] = command.verb === 'set' ? [command.endpoints, 'endpoints'] : [command.put, 'put']
  const read = readEndpoints(list, service.spec, [field])
  if ('violations' in read) return err(invalid(read.violations))
  const others = [...before.parts.values()].filter((part) => part.owner !== owner)
  const faults = addressFaults(read.value, field, others)
  if (faults.length > 0) return err(invalid(faults))
  const mine: Part = before.parts.get(owner) ?? { owner, registrations: new Map() }
  const leaving =
    command.verb === 'set' ? ok(absentIn(mine, read.value)) : removed(mine, others, command.remove)
  if (!leaving.ok) return leaving

  const count = { added: 0, changed: 0, removed: 0, renewed: 0 }
  const changes: [string, Registration | undefined][] = []
  for (const key of leaving.value) {
    changes.push([key, undefined])
    count.removed += 1
  }
  for (const endpoint of read.value) {
    const key = endpointText(endpoint)
    const known = mine.registrations.get(key)
    const lease = command.verb === 'patch' ? (ttlMs ?? known?.ttlMs) : ttlMs
    const next = { endpoint, drained: known?.drained ?? false, ttlMs: lease, renewedAt: now, lapsed: false }
    if (known === undefined) count.added += 1
    else if (sameRegistration(known, next)) count.renewed += 1
    else count.changed += 1
    const isSame = known !== undefined && sameRegistration(known, next)
    changes.push([key, isSame ? { ...next, endpoint: known.endpoint } : next])
  }
  const parts = new Map(before.parts)
  // Nobody vouched for these: who registers them now has them.
  const taken = new Set(read.value.map(endpointText))
  for (const other of others) {
    const lost = [...other.registrations].filter(([key, { lapsed }]) => lapsed && taken.has(key))
    if (lost.length > 0)
      parts.set(
        other.owner,
        withRegistrations(
          other,
          lost.map(([key]) => [key, undefined]),
        ),
      )
  }
  parts.set(owner, withRegistrations(mine, changes))
  return ok({ parts, count, notes: [] })
}

const absentIn = (mine: Part, wanted: readonly ObservedEndpoint[]): readonly string[] => {
  const kept = new Set(wanted.map(endpointText))
  return [...mine.registrations.keys()].filter((key) => !kept.has(key))
}

/** What a patch removes: only what is its owner's. What is not there is gone already. */
function removed(
  mine: Part,
  others: readonly Part[],
  list: readonly unknown[],
): Result<readonly string[], Problem> {
  const read = readReferences(list, ['remove'])
  if ('violations' in read) return err(invalid(read.violations))
  const faults: Violation[] = []
  const keys = new Set<string>()
  read.value.forEach((each, index) => {
    const own = [...mine.registrations].filter(([, { endpoint }]) => isMeant(each, endpoint))
    for (const [key] of own) keys.add(key)
    if (own.length > 0) return
    for (const { owner, registrations } of others) {
      const theirs = [...registrations.values()].find(({ endpoint }) => isMeant(each, endpoint))
      if (theirs === undefined) continue
      const message = `${endpointText(theirs.endpoint)} is registered by "${owner}", which alone may remove it; drain it instead`
      faults.push({ path: `remove[${index}].address`, message })
      return
    }
  })
  return faults.length > 0 ? err(invalid(faults)) : ok([...keys])
}

function drain(
  before: Registered,
  command: Extract<EndpointsCommand, { verb: 'drain' }>,
): Result<Wanted, Problem> {
  const read = readReferences(command.endpoints, ['endpoints'])
  if ('violations' in read) return err(invalid(read.violations))
  const parts = new Map(before.parts)
  const count = { added: 0, changed: 0, removed: 0, renewed: 0 }
  const notes: string[] = []
  const faults: Violation[] = []
  read.value.forEach((each, index) => {
    let isThere = false
    for (const part of parts.values()) {
      for (const [key, registration] of part.registrations) {
        if (!isMeant(each, registration.endpoint)) continue
        isThere = true
        if (registration.drained !== command.undo) continue
        const next = { ...registration, drained: !command.undo }
        parts.set(part.owner, withRegistrations(parts.get(part.owner) ?? part, [[key, next]]))
        count.changed += 1
        if (command.undo && registration.endpoint.draining === true)
          notes.push(`${key} is still draining: its owner "${part.owner}" says so`)
      }
    }
    if (isThere) return
    const message = `no endpoint ${each.address}${each.port === undefined ? '' : `:${each.port}`} is registered in ${placeText(before.place)}`
    faults.push({ path: `endpoints[${index}].address`, message })
  })
  return faults.length > 0 ? err(invalid(faults)) : ok({ parts, count, notes })
}

function fullness(registry: Registry, before: Registered, after: Registered): Problem | undefined {
  const { place } = after
  const size = sizeOf(after)
  if (size > limits.endpointsPerEnvironment && size > sizeOf(before)) {
    const message = `${placeText(place)} would have ${size} registered endpoints, at most ${limits.endpointsPerEnvironment} may be`
    return { kind: 'limit', message, limit: 'endpointsPerEnvironment' }
  }
  if (after.parts.size > limits.ownersPerEnvironment && after.parts.size > before.parts.size) {
    const message = `${placeText(place)} has endpoints of ${limits.ownersPerEnvironment} owners, no more are taken: register under fewer names`
    return { kind: 'limit', message, limit: 'ownersPerEnvironment' }
  }
  const all = registry.size - sizeOf(before) + size
  if (all <= limits.registeredEndpoints || size <= sizeOf(before)) return undefined
  const message = `${all} endpoints would be registered, at most ${limits.registeredEndpoints} may be`
  return { kind: 'limit', message, limit: 'registeredEndpoints' }
}

/** Whether a record of both would be the same; when they were renewed is no part of it. */
function sameWord(a: Part | undefined, b: Part | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined || a.registrations.size !== b.registrations.size) return false
  for (const [key, registration] of a.registrations) {
    const other = b.registrations.get(key)
    if (other === undefined || !sameRegistration(registration, other)) return false
  }
  return true
}

const sameRegistration = (a: Registration, b: Registration): boolean =>
  a.drained === b.drained &&
  a.ttlMs === b.ttlMs &&
  a.lapsed === b.lapsed &&
  (a.endpoint === b.endpoint || JSON.stringify(a.endpoint) === JSON.stringify(b.endpoint))
