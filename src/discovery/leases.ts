// Leases that run out, and incarnations that are gone. A lease is a way to notice a backend that died, never a way to empty an
// environment: owners that fall silent together have lost us, not their backends.
//
//   a lease ran out, and others are there                    the endpoint goes
//   it would leave nobody, or take more than half within
//   `lapseWindowMs`                                          it stays, marked as lapsed, and that is said
//   marked, and its owner renews it                          it is as before
//   marked, and enough others are there again                it goes
//   marked, and anybody registers its address, or its
//   owner says that it is gone                               as they say
import { limits } from '../base/index.ts'
import { notRegistered, type World } from '../model/index.ts'
import { endpointsIn } from './neighbours.ts'
import { isPresent } from './place.ts'
import { firstLapse, lapseOf, registeredAt, sizeOf, withRegistered, withRegistrations } from './registry.ts'
import type { Notice, Part, Place, Registered, Registration, Registry, Touched } from './types.ts'

export interface Looked {
  readonly registry: Registry
  readonly touched: readonly Touched[]
  readonly notices: readonly Notice[]
}

interface Scene {
  readonly heads: World
  readonly applied: World
  /** Monotonic ms. */
  readonly now: number
}

/** Looks at every place where something may be due. */
export function look(registry: Registry, scene: Scene): Looked {
  let next = registry
  const touched: Touched[] = []
  const notices: Notice[] = []
  for (const slots of registry.services.values()) {
    for (const before of slots.values()) {
      const outcome = lookAt(before, scene)
      if (outcome === undefined) continue
      next = withRegistered(next, outcome.registered)
      if (outcome.owners.length > 0) touched.push({ place: before.place, owners: outcome.owners })
      notices.push(...outcome.notices)
    }
  }
  return { registry: { ...next, nextLapse: soonest(next) }, touched, notices }
}

/** The same for one place: after every word about it, because those that lapsed wait for others. */
export function lookAfter(registry: Registry, place: Place, scene: Scene): Looked {
  const outcome = lookAt(registeredAt(registry, place), scene)
  if (outcome === undefined) return { registry, touched: [], notices: [] }
  return {
    registry: withRegistered(registry, outcome.registered),
    touched: outcome.owners.length === 0 ? [] : [{ place, owners: outcome.owners }],
    notices: outcome.notices,
  }
}

interface Outcome {
  readonly registered: Registered
  readonly owners: readonly string[]
  readonly notices: readonly Notice[]
}

/** What is due at a place; undefined: nothing. */
function lookAt(before: Registered, scene: Scene): Outcome | undefined {
  const present = [scene.heads, scene.applied].some((world) => isPresent(world, before.place))
  if (!present) return gone(before, scene.now)
  const back = before.goneSince === undefined ? before : { ...before, goneSince: undefined }
  const due = overdue(back, scene.now)
  if (due.length === 0) return back === before ? undefined : { registered: back, owners: [], notices: [] }
  const lapses = back.lapses.filter((at) => at > scene.now - limits.lapseWindowMs)
  const total = sizeOf(back) + lapses.length + staticCount(scene, back)
  const left = sizeOf(back) - due.length + staticCount(scene, back)
  if (left > 0 && lapses.length + due.length <= Math.floor(total / 2)) {
    const registered = {
      ...withChanged(back, due, () => undefined),
      lapses: [...lapses, ...due.map(() => scene.now)],
    }
    return { registered, owners: ownersOf(due), notices: [notice('endpoints_lapsed', back.place, due)] }
  }
  const fresh = due.filter(({ registration }) => !registration.lapsed)
  if (fresh.length === 0) return back === before ? undefined : { registered: back, owners: [], notices: [] }
  const registered = withChanged(back, fresh, (registration) => ({ ...registration, lapsed: true }))
  return { registered, owners: ownersOf(fresh), notices: [notice('endpoints_kept', back.place, fresh)] }
}

/** Kept for a while: the push that took the incarnation away may be taken back. */
function gone(before: Registered, now: number): Outcome | undefined {
  const { goneSince, place, parts } = before
  if (goneSince === undefined) return { registered: { ...before, goneSince: now }, owners: [], notices: [] }
  if (now - goneSince < limits.goneIncarnationMs) return undefined
  const owners = [...parts.keys()]
  const count = sizeOf(before)
  return {
    registered: { ...before, parts: new Map() },
    owners,
    notices: [{ event: 'endpoints_forgotten', place, count, owners }],
  }
}

interface Due {
  readonly part: Part
  readonly key: string
  readonly registration: Registration
}

function overdue({ parts }: Registered, now: number): readonly Due[] {
  const due: Due[] = []
  for (const part of parts.values()) {
    for (const [key, registration] of part.registrations)
      if (registration.lapsed || lapseOf(registration) <= now) due.push({ part, key, registration })
  }
  return due
}

function withChanged(
  registered: Registered,
  due: readonly Due[],
  changed: (registration: Registration) => Registration | undefined,
): Registered {
  const parts = new Map(registered.parts)
  for (const owner of ownersOf(due)) {
    const part = parts.get(owner)
    if (part === undefined) continue
    const changes = due
      .filter((each) => each.part.owner === owner)
      .map(({ key, registration }) => [key, changed(registration)] as const)
    parts.set(owner, withRegistrations(part, changes))
  }
  return { ...registered, parts }
}

/** Static endpoints of the place as it is, or was until now. */
function staticCount({ heads, applied }: Scene, registered: Registered): number {
  const { place } = registered
  for (const world of [heads, applied]) {
    const service = world.get(`${place.namespace}/Service/${place.service}`)
    if (service?.kind !== 'Service' || !isPresent(world, place)) continue
    const found = service.spec.environments.find(({ name }) => name === place.environment)
    if (found === undefined) continue
    const fixed = notRegistered(found.endpoints.static, endpointsIn(registered))
    return fixed.filter(({ draining }) => draining !== true).length
  }
  return 0
}

function soonest({ services }: Registry): number {
  let first = Number.POSITIVE_INFINITY
  for (const slots of services.values())
    for (const registered of slots.values()) first = Math.min(first, firstLapse(registered))
  return first
}

const ownersOf = (due: readonly Due[]): readonly string[] => [...new Set(due.map(({ part }) => part.owner))]

const notice = (event: Notice['event'], place: Place, due: readonly Due[]): Notice => ({
  event,
  place,
  count: due.length,
  owners: ownersOf(due),
})
