// A service's traffic → the ways that its requests may take. Every route of the service has all of them, so that they move together.
// Those that carry an environment first, then cohorts in the order of the policy, then everybody by weight; each with what is copied of it.

import type { Violation } from '../base/index.ts'
import type { envoy } from '../envoy-api/index.ts'
import { type Cohort, isBare, keyOf, type StoredOf } from '../model/index.ts'
import { totalWeight } from './defaults.ts'
import { clusterOf } from './environment-ports.ts'
import { hashPolicy } from './load-balancing.ts'
import { jwtProvider } from './names.ts'
import { carries, followed, marking } from './traffic/carried.ts'
import { cohortMatches } from './traffic/cohort-match.ts'
import { liveMirrors, mirrored, type Way } from './traffic/mirrors.ts'
import { givesBucket, known, stickyHashes } from './traffic/stickiness.ts'
import { type Share, sharesOf, weighted } from './traffic/weights.ts'

/** One way: whom it is for, and where it leads. The first that matches is taken. */
export interface TrafficArm {
  /** What a request must have beyond the match of its rule; empty: everybody. */
  readonly match: Pick<
    envoy.RouteMatch,
    'headers' | 'queryParameters' | 'dynamicMetadata' | 'runtimeFraction'
  >
  readonly action: Pick<envoy.RouteAction, 'weightedClusters' | 'requestMirrorPolicies' | 'hashPolicy'>
  /** Clusters that it names, mirrors included. */
  readonly clusters: readonly string[]
}

/** The ways of one service and port, the last for everybody; or what keeps them from being said. */
export interface TrafficArms {
  readonly arms: readonly TrafficArm[]
  readonly violations: readonly Violation[]
}

/** `policy` undefined: the service has none, so neither cohorts nor mirrors nor stickiness. */
export function trafficArms(
  service: StoredOf<'Service'>,
  traffic: StoredOf<'Traffic'>,
  port: string,
  policy?: StoredOf<'TrafficPolicy'>,
): TrafficArms {
  const { shares, violations } = sharesOf(service, traffic, port)
  const live = new Set(traffic.spec.cohorts ?? [])
  const cohorts = (policy?.spec.cohorts ?? []).filter(({ name }) => live.has(name))
  const provider = policy === undefined ? '' : jwtProvider(policy)
  const visits = cohorts.flatMap(({ environment, matches }) =>
    visitsTo(
      service,
      environment,
      port,
      matches.flatMap((match) => cohortMatches(match, provider)),
    ),
  )
  const mirrors = liveMirrors(service, policy, traffic, port)
  const chosen = [...visits, ...everybody(service, shares, policy)]
  const ways =
    policy?.spec.carried === true
      ? [...staying(service, followed(service, shares, cohorts), port), ...chosen.map(marking)]
      : chosen
  return {
    arms: ways.flatMap((way) => mirrored(service, way, mirrors)),
    violations: [
      ...violations,
      ...missing(service, traffic, policy),
      ...emptyCohorts(service, cohorts, policy),
    ],
  }
}

/** Those that carry an environment of the service go there. */
const staying = (
  service: StoredOf<'Service'>,
  environments: readonly string[],
  port: string,
): readonly Way[] =>
  environments.flatMap((environment) =>
    visitsTo(service, environment, port, [{ headers: [carries(environment)] }]),
  )

/** All that match to one environment, whatever the weights. */
function visitsTo(
  service: StoredOf<'Service'>,
  environment: string,
  port: string,
  matches: readonly TrafficArm['match'][],
): readonly Way[] {
  const cluster = clusterOf(service, environment, port)
  if (cluster === undefined) return []
  const shares = [{ environment, cluster, weight: totalWeight }]
  const action = actionOf(service, shares, { sticky: [], bucket: false })
  return matches.map((match) => ({
    arm: { match, action, clusters: [cluster] },
    environments: [environment],
  }))
}

/** Everybody by weight; who has no id yet is given one. */
function everybody(
  service: StoredOf<'Service'>,
  shares: readonly Share[],
  policy: StoredOf<'TrafficPolicy'> | undefined,
): readonly Way[] {
  const stickiness = policy?.spec.stickiness
  const sticky = stickyHashes(stickiness)
  const clusters = [...new Set(shares.map(({ cluster }) => cluster))]
  const environments = shares.map(({ environment }) => environment)
  const wayOf = (match: TrafficArm['match'], bucket: boolean): Way => ({
    arm: { match, action: actionOf(service, shares, { sticky, bucket }), clusters },
    environments,
  })
  if (stickiness?.bucket !== true) return [wayOf({}, false)]
  return [...known(stickiness).map((header) => wayOf({ headers: [header] }, false)), wayOf({}, true)]
}

function actionOf(
  service: StoredOf<'Service'>,
  shares: readonly Share[],
  { sticky, bucket }: { readonly sticky: readonly envoy.RouteActionHashPolicy[]; readonly bucket: boolean },
): TrafficArm['action'] {
  const clusters = shares.map(({ cluster, weight }) => ({
    name: cluster,
    weight,
    ...(bucket ? { responseHeadersToAdd: [givesBucket] } : {}),
  }))
  const hashes = [...sticky, ...endpointHashes(service, shares, sticky)]
  return {
    weightedClusters: weighted(service, clusters, sticky.length > 0),
    ...(hashes.length === 0 ? {} : { hashPolicy: hashes }),
  }
}

/** What the clusters hash to choose an endpoint: the same value decides both, where a user is known by it. */
function endpointHashes(
  service: StoredOf<'Service'>,
  shares: readonly Share[],
  sticky: readonly envoy.RouteActionHashPolicy[],
): readonly envoy.RouteActionHashPolicy[] {
  const seen = new Set(sticky.map((each) => JSON.stringify(each)))
  return service.spec.environments
    .filter(({ name }) => shares.some(({ environment }) => environment === name))
    .flatMap(({ upstream }) => hashPolicy(upstream?.loadBalancing ?? service.spec.upstream?.loadBalancing))
    .filter((each) => {
      const text = JSON.stringify(each)
      return !seen.has(text) && seen.add(text)
    })
}

/** What is on and not in the policy: nothing says any more what it means. */
function missing(
  service: StoredOf<'Service'>,
  traffic: StoredOf<'Traffic'>,
  policy: StoredOf<'TrafficPolicy'> | undefined,
): readonly Violation[] {
  const { cohorts = [], mirrors = {} } = traffic.spec
  const where =
    policy === undefined ? `${keyOf(service)} has no TrafficPolicy` : `${keyOf(policy)} does not define it`
  const unknown = (what: string, name: string): Violation => ({
    object: keyOf(traffic),
    path: `spec.${what}s.${name}`,
    message: `${what} "${name}" is on and ${where}: turn it off first`,
  })
  return [
    ...cohorts
      .filter((name) => policy?.spec.cohorts?.some((each) => each.name === name) !== true)
      .map((name) => unknown('cohort', name)),
    ...Object.keys(mirrors)
      .filter((name) => policy?.spec.mirrors?.some((each) => each.name === name) !== true)
      .map((name) => unknown('mirror', name)),
  ]
}

function emptyCohorts(
  service: StoredOf<'Service'>,
  cohorts: readonly Cohort[],
  policy: StoredOf<'TrafficPolicy'> | undefined,
): readonly Violation[] {
  return cohorts.flatMap(({ name, environment }) => {
    const target = service.spec.environments.find((each) => each.name === environment)
    if (policy === undefined || (target !== undefined && !isBare(target.endpoints))) return []
    const at = policy.spec.cohorts?.findIndex((each) => each.name === name) ?? 0
    const found = target === undefined ? 'no such environment' : 'no endpoint'
    return [
      {
        object: keyOf(policy),
        path: `spec.cohorts[${at}].environment`,
        message: `found ${found} in "${environment}", wanted at least one endpoint: cohort "${name}" is on`,
      },
    ]
  })
}
