// The gate of a switch: whether an environment can carry the share that it is about to take over. It looks at what is declared
// and registered; whether the backends answer is found by health checks and by the push itself.
//
// A rollback does not come here. It goes to what carried this traffic before, usually because something is on fire: fewer
// backends that work are better than many that do not, and a rule that holds it up does harm. Only an environment that is
// gone, or has no endpoint, stops it.
import { totalWeight } from '../fields.ts'
import type { CircuitBreakers } from '../kinds/service/protection.ts'
import type { Environment } from '../kinds/service.ts'
import type { ContentOf } from '../objects.ts'
import type { Observed } from '../observed.ts'
import { countEndpoints } from './endpoint-counts.ts'
import { percent, shareOf, type Weights } from './traffic.ts'

/** Endpoints that a target must have for the whole traffic, of those of its source, as a percentage. */
const endpointsWanted = 80

/** What Envoy and our defaults take where nothing is said. */
const unsaid = {
  connections: 1_000_000,
  pendingRequests: 1_000_000,
  requests: 1_000_000,
  retries: 3,
} as const

interface Move {
  readonly before: Weights | undefined
  readonly after: Weights
  readonly observed: Observed | undefined
}

/**
 * Why environments whose share grows cannot carry it; empty when they can. Each is held against the one that it takes over from:
 * the one that loses most. A part of the traffic wants a part of the endpoints. Nothing is compared with a host name, whose
 * addresses only the proxies know.
 */
export function gateOf(service: ContentOf<'Service'>, move: Move): readonly string[] {
  const { environments } = service.spec
  const source = mostLosing(environments, move)
  return environments.flatMap((target) => {
    const share = shareOf(move.after, target.name)
    if (share <= shareOf(move.before, target.name)) return []
    const lapsed = onlyLapsed(service, target, move.observed)
    if (lapsed !== undefined) return [lapsed]
    if (source === undefined || source.name === target.name) return []
    return [
      ...tooFewEndpoints(service, { source, target, share, observed: move.observed }),
      ...lowerBreakers(service, source, target),
    ]
  })
}

function mostLosing(environments: readonly Environment[], { before, after }: Move): Environment | undefined {
  let most: { readonly environment: Environment; readonly lost: number } | undefined
  for (const environment of environments) {
    const lost = shareOf(before, environment.name) - shareOf(after, environment.name)
    if (lost > (most?.lost ?? 0)) most = { environment, lost }
  }
  return most?.environment
}

/** Endpoints that nobody vouches for any more are kept where they serve, and are no place to go to. */
function onlyLapsed(
  service: ContentOf<'Service'>,
  { name }: Environment,
  observed: Observed | undefined,
): string | undefined {
  const { usable, lapsed } = countEndpoints(service, name, observed)
  if (usable === 0 || usable > lapsed) return undefined
  return `environment "${name}" has no endpoint that anybody vouches for: the lease of ${lapsed === 1 ? 'its only one' : `all ${lapsed}`} ran out; register ${lapsed === 1 ? 'it' : 'them'} again, or use force`
}

function tooFewEndpoints(
  service: ContentOf<'Service'>,
  move: {
    readonly source: Environment
    readonly target: Environment
    readonly share: number
    readonly observed: Observed | undefined
  },
): readonly string[] {
  const { source, target, share, observed } = move
  if (source.endpoints.dns !== undefined || target.endpoints.dns !== undefined) return []
  const from = countEndpoints(service, source.name, observed).usable
  const found = countEndpoints(service, target.name, observed).usable
  // Whole numbers all the way: 80 % of 5 is 4, not 4.000000001.
  const wanted = Math.ceil((from * endpointsWanted * share) / (100 * totalWeight))
  if (found >= wanted) return []
  const part = share === totalWeight ? '' : ` for ${percent(share)} of the traffic`
  return [
    `environment "${target.name}" has ${found} usable ${found === 1 ? 'endpoint' : 'endpoints'}, wanted at least ${wanted}${part} (${endpointsWanted} % of the ${from} of "${source.name}", which it takes over from): add endpoints to "${target.name}" first, or use force`,
  ]
}

function lowerBreakers(
  service: ContentOf<'Service'>,
  source: Environment,
  target: Environment,
): readonly string[] {
  const had = breakersOf(service, source)
  const has = breakersOf(service, target)
  const lower = [
    ...(['connections', 'pendingRequests', 'requests'] as const).flatMap((name) => {
      const [was, is] = [had?.[name] ?? unsaid[name], has?.[name] ?? unsaid[name]]
      return is < was ? [`${name} ${is} instead of ${was}`] : []
    }),
    ...lowerRetries(had, has),
  ]
  if (lower.length === 0) return []
  return [
    `environment "${target.name}" has lower circuit breakers than "${source.name}", which it takes over from (${lower.join(', ')}): raise upstream.circuitBreakers of "${target.name}" first, or use force`,
  ]
}

/** A budget and a number are two measures: only like is compared with like. */
function lowerRetries(had: CircuitBreakers | undefined, has: CircuitBreakers | undefined): readonly string[] {
  if (had?.retryBudget !== undefined && has?.retryBudget !== undefined) {
    const [was, is] = [had.retryBudget.percent, has.retryBudget.percent]
    return is < was ? [`retryBudget.percent ${is} instead of ${was}`] : []
  }
  if (had?.retryBudget !== undefined || has?.retryBudget !== undefined) return []
  const [was, is] = [had?.retries ?? unsaid.retries, has?.retries ?? unsaid.retries]
  return is < was ? [`retries ${is} instead of ${was}`] : []
}

/** As the cluster gets them: the environment's settings over the service's, field by field. */
const breakersOf = ({ spec }: ContentOf<'Service'>, { upstream }: Environment): CircuitBreakers | undefined =>
  ({ ...spec.upstream, ...upstream }).circuitBreakers
