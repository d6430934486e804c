// Traffic by command: switch and split are this with other weights.
import { err, ok, type Problem, type Result } from '../../base/index.ts'
import { weights as weightsSchema } from '../fields.ts'
import { violationsOf } from '../manifests/faults.ts'
import { suggestion } from '../manifests/nearest.ts'
import { check } from '../manifests/translate-issues.ts'
import { keyOf, type StoredOf, titleOf, type World } from '../objects.ts'
import { invalidObjects, type Plan, planOf, refused, staleEtag, type Who } from './plan.ts'
import {
  notYours,
  policyOf,
  type ServiceName,
  sameWeights,
  serviceText,
  sharesText,
  trafficContent,
  unchangedText,
  type Weights,
  withoutEndpoints,
} from './traffic.ts'

export interface TrafficCommand extends ServiceName {
  /** Environment → share in 1/10,000; sums to 10,000; environments without a share are left out. */
  readonly weights: Weights
  /** Etag of the Traffic that the writer saw. */
  readonly etag?: string | undefined
  readonly manager?: string | undefined
  readonly who?: Who | undefined
}

/** Puts the Traffic of one service, and nothing else; a plan without puts when the shares are as asked for. */
export function planTraffic(heads: World, command: TrafficCommand): Result<Plan, Problem> {
  const found = serviceIn(heads, command)
  if (!found.ok) return found
  const service = found.value
  const names = service.spec.environments.map(({ name }) => name)
  // The one name that zod passes over in silence.
  if (Object.hasOwn(command.weights, '__proto__')) return noEnvironments(service, ['__proto__'], names)
  const checked = check(weightsSchema, command.weights, ['weights'])
  if ('faults' in checked) return invalidObjects(violationsOf(checked.faults, { object: titleOf(service) }))
  const { value: weights } = checked
  const unknown = Object.keys(weights).filter((name) => !names.includes(name))
  if (unknown.length > 0) return noEnvironments(service, unknown, names)
  const policy = policyOf(heads, command)
  const refusal = notYours(policy, service.name, command.manager)
  if (refusal !== undefined) return err(refused([refusal]))
  const key = keyOf({ kind: 'Traffic', namespace: service.namespace, name: service.name })
  const stale = staleEtag(
    heads,
    { key, title: `the traffic of ${service.name}`, etag: command.etag },
    command.who,
  )
  if (stale !== undefined) return err(stale)

  const head = heads.get(key)
  const current = head?.kind === 'Traffic' ? head : undefined
  if (current !== undefined && sameWeights(current.spec.weights, weights)) {
    return ok(
      planOf(heads, { puts: [], unchanged: [key], notes: [unchangedText(service, current, command.who)] }),
    )
  }
  const nowhere = withoutEndpoints(service, weights)
  if (nowhere.length > 0) {
    return err(refused(nowhere.map((reason) => `${titleOf(service)}: traffic cannot move there: ${reason}`)))
  }
  const from = current === undefined ? 'nothing' : sharesText(service, current.spec.weights)
  const note = `${serviceText(service)}: traffic moves from ${from} to ${sharesText(service, weights)}`
  const relies = [keyOf(service), ...(policy === undefined ? [] : [keyOf(policy)])]
  return ok(planOf(heads, { puts: [trafficContent(service, weights)], relies, notes: [note] }))
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

function noEnvironments(
  service: StoredOf<'Service'>,
  unknown: readonly string[],
  names: readonly string[],
): Result<never, Problem> {
  return invalidObjects(
    unknown.map((name) => ({
      path: `weights.${name}`,
      message: `there is no environment "${name}"${suggestion(name, names)}${listed(name, names)}`,
      object: titleOf(service),
    })),
  )
}

/** The environments there are, unless the suggestion already lists them. */
function listed(name: string, names: readonly string[]): string {
  return suggestion(name, names).startsWith('; wanted')
    ? ''
    : ` There are ${names.map((each) => `"${each}"`).join(', ')}`
}
