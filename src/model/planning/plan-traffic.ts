// Traffic by command: switch, split, cohort and mirror change parts of what is live; a rollback puts back the whole.
import { err, ok, type Problem, type Result, suggestion } from '../../base/index.ts'
import type { TrafficState } from '../kinds/traffic.ts'
import { keyOf, type StoredOf, titleOf, type World } from '../objects.ts'
import type { Observed } from '../observed.ts'
import { fencesBefore } from './fences.ts'
import { changedLive, type LiveChange } from './live-command.ts'
import {
  type LiveTraffic,
  liveOf,
  moveNotes,
  sameLive,
  slicesOf,
  trafficContent,
  unchangedText,
  withoutEndpoints,
} from './live-traffic.ts'
import { type Plan, planOf, refused, staleEtag, type Who } from './plan.ts'
import { gateOf } from './switch-gate.ts'
import { notYours, policyOf, type ServiceName } from './traffic.ts'

export interface TrafficCommand extends ServiceName, LiveChange {
  /** Exactly this, as it was; instead of changes. */
  readonly earlier?: TrafficState | undefined
  /** The gate of switches stands before what was earlier, too. */
  readonly gated?: boolean | undefined
  /** Etag of the Traffic that the writer saw. */
  readonly etag?: string | undefined
  readonly manager?: string | undefined
  /** Goes to environments that look too small, or have nothing yet. Never past validity. */
  readonly force?: boolean | undefined
  /** Registered endpoints. */
  readonly observed?: Observed | undefined
  readonly who?: Who | undefined
}

/** Puts the Traffic of one service, and nothing else; a plan without puts when it is as asked for. */
export function planTraffic(heads: World, command: TrafficCommand): Result<Plan, Problem> {
  const found = serviceIn(heads, command)
  if (!found.ok) return found
  const service = found.value
  const policy = policyOf(heads, command)
  const key = keyOf({ kind: 'Traffic', namespace: service.namespace, name: service.name })
  const head = heads.get(key)
  const current = head?.kind === 'Traffic' ? head : undefined
  const before = current === undefined ? undefined : liveOf(current.spec)
  const { earlier } = command
  const wanted: Result<LiveTraffic, Problem> =
    earlier === undefined ? changedLive(service, policy, before, command) : ok(liveOf(earlier))
  if (!wanted.ok) return wanted
  const refusal = notYours(policy, service.name, command.manager)
  if (refusal !== undefined) return err(refused([refusal]))
  const stale = staleEtag(
    heads,
    { key, title: `the traffic of ${service.name}`, etag: command.etag },
    command.who,
  )
  if (stale !== undefined) return err(stale)

  const live = wanted.value
  if (current !== undefined && before !== undefined && sameLive(before, live)) {
    return ok(
      planOf(heads, { puts: [], unchanged: [key], notes: [unchangedText(service, current, command.who)] }),
    )
  }
  const over = fencesBefore(service, policy, current?.spec.fences, { before, after: live })
  if (over.length > 0 && command.force !== true) {
    const reasons = over.map(({ why }) => `${titleOf(service)}: traffic cannot go back: ${why}`)
    const next = `use force if that is no harm, or remove the fence (verdigris fence remove ${service.name} ID)`
    return err(refused([`${reasons.join('; ')}: ${next}`]))
  }
  const closed = closedTo(service, policy, { before, live }, command)
  if (closed.length > 0 && command.force !== true) {
    return err(refused(closed.map((reason) => `${titleOf(service)}: traffic cannot move there: ${reason}`)))
  }
  const relies = [keyOf(service), ...(policy === undefined ? [] : [keyOf(policy)])]
  const exactly = earlier === undefined ? undefined : slicesOf(service, earlier)
  const range = { before: current?.spec, exactly }
  return ok(
    planOf(heads, {
      puts: [trafficContent(service, policy, live, range)],
      relies,
      notes: [
        ...moveNotes(service, policy, before, live),
        ...[...over.map(({ why }) => why), ...closed].map(
          (reason) => `${titleOf(service)}: forced, although ${reason}`,
        ),
      ],
      forced: [
        ...over.map(({ fence }) => `fence ${fence.id}`),
        ...(closed.length > 0 ? ['the gate of switches'] : []),
      ],
    }),
  )
}

/** Why traffic should not go there. What a rollback goes back to has carried it before: it needs an endpoint, no more. */
function closedTo(
  service: StoredOf<'Service'>,
  policy: StoredOf<'TrafficPolicy'> | undefined,
  { before, live }: { readonly before: LiveTraffic | undefined; readonly live: LiveTraffic },
  { earlier, gated, observed }: TrafficCommand,
): readonly string[] {
  const nowhere = withoutEndpoints(service, policy, { live, before }, observed)
  if (nowhere.length > 0 || (earlier !== undefined && gated !== true)) return nowhere
  return gateOf(service, { before: before?.weights, after: live.weights, observed })
}

/** The service that a command names, or what there is instead. */
export function serviceIn(
  heads: World,
  { namespace, service: name }: ServiceName,
): Result<StoredOf<'Service'>, Problem> {
  const found = heads.get(keyOf({ kind: 'Service', namespace, name }))
  if (found?.kind === 'Service') return ok(found)
  const others: string[] = []
  for (const object of heads.values()) {
    if (object.kind === 'Service' && object.namespace === namespace) others.push(object.name)
  }
  const hint =
    others.length === 0 ? '; there is none in this namespace' : suggestion(name, others.slice(0, 100))
  const message = `there is no Service "${name.slice(0, 100)}" in namespace "${namespace.slice(0, 100)}"${hint.length > 300 ? '' : hint}`
  return err({ kind: 'notFound', message })
}
