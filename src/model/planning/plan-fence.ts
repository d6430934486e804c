// Puts a fence, or takes one away: what traffic does not go back over (see fences.ts).
import { err, invalid, limits, ok, type Problem, type Result } from '../../base/index.ts'
import { keyOf, type StoredOf, type TrafficContent, titleOf, type World } from '../objects.ts'
import { type Fence, isNow, slots } from './fences.ts'
import { type Plan, planOf, refused } from './plan.ts'
import { serviceIn } from './plan-traffic.ts'
import { numberOf, policyOf, type ServiceName } from './traffic.ts'

export interface FenceCommand extends ServiceName {
  /** What was done, for whoever is refused by it. */
  readonly text: string
  readonly actor: string
  /** Ms since the epoch. */
  readonly at: number
  /** What the traffic was, newest first. */
  readonly history: readonly TrafficContent[]
  /** Whether that reaches back to the beginning. If not, all that is idle counts as having carried traffic. */
  readonly wholeHistory: boolean
}

/** Puts a fence: behind it is what has carried traffic and does not now. */
export function planFence(heads: World, command: FenceCommand): Result<Plan, Problem> {
  const found = trafficIn(heads, command)
  if (!found.ok) return found
  const { service, traffic } = found.value
  const text = command.text.trim()
  if (text === '') {
    const message = 'wanted what was done, in words: whoever is refused by the fence reads it'
    return err(invalid([{ path: 'options.reason', message }]))
  }
  const incarnations = behind(service, traffic, command)
  if (Object.keys(incarnations).length === 0) {
    return err(
      refused([
        `${titleOf(service)} has nothing to put behind a fence: no environment without traffic has carried any in its incarnation of now. Fence when the switch away from the old release is done`,
      ]),
    )
  }
  // One whose incarnations are gone stands before nothing any more.
  const standing = (traffic.spec.fences ?? []).filter((fence) =>
    Object.entries(fence.incarnations).some(([name, number]) => isNow(service, name, number)),
  )
  if (standing.length >= limits.fencesPerService) {
    const message = `${titleOf(service)} has ${standing.length} fences, at most ${limits.fencesPerService} may be: remove one (verdigris fence remove ${service.name} ID)`
    return err({ kind: 'limit', message, limit: 'fencesPerService' })
  }
  const id = Math.max(0, ...(traffic.spec.fences ?? []).map((fence) => fence.id)) + 1
  const fence: Fence = { id, text, actor: command.actor, at: command.at, incarnations }
  const note = `${service.namespace}/${service.name}: fence ${id} stands before ${slots(fence).join(', ')}: ${text}`
  return ok(withFences(heads, service, traffic, [...standing, fence], note))
}

/** Takes a fence away. */
export function planFenceRemoval(
  heads: World,
  command: ServiceName & { readonly fence: number },
): Result<Plan, Problem> {
  const found = trafficIn(heads, command)
  if (!found.ok) return found
  const { service, traffic } = found.value
  const fences = traffic.spec.fences ?? []
  const fence = fences.find(({ id }) => id === command.fence)
  if (fence === undefined) {
    const known = fences.length === 0 ? 'it has none' : `there are ${fences.map(({ id }) => id).join(', ')}`
    return err({ kind: 'notFound', message: `${titleOf(service)} has no fence ${command.fence}: ${known}` })
  }
  const rest = fences.filter((each) => each !== fence)
  const note = `${service.namespace}/${service.name}: fence ${fence.id} is gone: traffic may go to ${slots(fence).join(', ')} again`
  return ok(withFences(heads, service, traffic, rest, note))
}

function behind(
  service: StoredOf<'Service'>,
  traffic: StoredOf<'Traffic'>,
  { history, wholeHistory }: FenceCommand,
): Readonly<Record<string, number>> {
  const idle = service.spec.environments.flatMap(({ name }) => {
    const number = numberOf(service.incarnations, name)
    // What serves, cohorts included, has proven itself after the migration.
    if (numberOf(traffic.spec.incarnations ?? {}, name) === number) return []
    const carried = history.some(({ spec }) => numberOf(spec.incarnations ?? {}, name) === number)
    return carried || !wholeHistory ? [[name, number] as const] : []
  })
  return Object.fromEntries(idle)
}

function trafficIn(
  heads: World,
  name: ServiceName,
): Result<{ readonly service: StoredOf<'Service'>; readonly traffic: StoredOf<'Traffic'> }, Problem> {
  const service = serviceIn(heads, name)
  if (!service.ok) return service
  const traffic = heads.get(keyOf({ kind: 'Traffic', namespace: name.namespace, name: name.service }))
  if (traffic?.kind !== 'Traffic')
    return err(refused([`${titleOf(service.value)} has no traffic yet, so there is no way back to fence`]))
  return ok({ service: service.value, traffic })
}

function withFences(
  heads: World,
  service: StoredOf<'Service'>,
  traffic: StoredOf<'Traffic'>,
  fences: readonly Fence[],
  note: string,
): Plan {
  const { namespace, name, labels, spec } = traffic
  const { fences: _, ...rest } = spec
  const next: TrafficContent = {
    kind: 'Traffic',
    namespace,
    name,
    labels,
    spec: { ...rest, ...(fences.length === 0 ? {} : { fences: [...fences] }) },
  }
  const policy = policyOf(heads, { namespace, service: name })
  const relies = [keyOf(service), ...(policy === undefined ? [] : [keyOf(policy)])]
  return planOf(heads, { puts: [next], relies, notes: [note] })
}
