// Mirrors that are on → the ways whose requests are copied. A route copies all of its requests or none, so what is copied by method
// and size is a way of its own, before the one that copies nothing.
import type { envoy } from '../../envoy-api/index.ts'
import type { Mirror, StoredOf } from '../../model/index.ts'
import { safeMethods } from '../../model/index.ts'
import { mirrorClusterOf } from '../environment-ports.ts'
import { mirrorHeader, mirrorRuntimeKey, shadowHeader } from '../names.ts'
import type { TrafficArm } from '../traffic-arms.ts'
import { markOfCopy } from './carried.ts'
import { requestIdHash } from './stickiness.ts'

/** A mirror that is on, for one port. */
export interface LiveMirror {
  readonly mirror: Mirror
  /** In 1/10,000. */
  readonly share: number
  readonly cluster: string
  /** Its requests are gRPC calls, which do not say how long they are. */
  readonly grpc: boolean
  /** Requests of the service carry their environment. */
  readonly carried: boolean
}

/** The mirrors of a policy that are on; those whose environment is not there are left out, and refused elsewhere. */
export function liveMirrors(
  service: StoredOf<'Service'>,
  policy: StoredOf<'TrafficPolicy'> | undefined,
  traffic: StoredOf<'Traffic'>,
  port: string,
): readonly LiveMirror[] {
  const on = new Map(Object.entries(traffic.spec.mirrors ?? {}))
  const grpc = service.spec.ports.some((each) => each.name === port && each.protocol === 'GRPC')
  const carried = policy?.spec.carried === true
  return (policy?.spec.mirrors ?? []).flatMap((mirror) => {
    const share = on.get(mirror.name)
    const cluster = mirrorClusterOf(service, mirror, port)
    return share === undefined || cluster === undefined ? [] : [{ mirror, share, cluster, grpc, carried }]
  })
}

/** A way with the environment of each of its weighted clusters. */
export interface Way {
  readonly arm: TrafficArm
  readonly environments: readonly string[]
}

/** Matchers that all must hold: some of the requests that a mirror copies. */
type Scope = readonly envoy.HeaderMatcher[]

/** The way as it is, and before it what is copied. */
export function mirrored(
  service: StoredOf<'Service'>,
  way: Way,
  mirrors: readonly LiveMirror[],
): readonly TrafficArm[] {
  const groups = new Map<string, { readonly scopes: readonly Scope[]; readonly mirrors: LiveMirror[] }>()
  for (const each of mirrors.filter(({ mirror }) => way.environments.includes(mirror.from))) {
    const scopes = scopesOf(each)
    const key = JSON.stringify(scopes)
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { scopes, mirrors: [each] })
    else known.mirrors.push(each)
  }
  const all = [...groups.values()]
  const subsets = Array.from({ length: 2 ** all.length }, (_, bits) =>
    all.filter((_group, index) => (bits & (1 << index)) !== 0),
  ).sort((a, b) => b.length - a.length)
  return subsets.flatMap((subset) => {
    if (subset.length === 0) return [way.arm]
    const copying = subset.flatMap((group) => group.mirrors)
    return products(subset.map(({ scopes }) => scopes)).map((scope) => copied(service, way, copying, scope))
  })
}

/** One of each, joined, in every combination. */
const products = (choices: readonly (readonly Scope[])[]): readonly Scope[] =>
  choices.reduce<readonly Scope[]>(
    (joined, choice) => joined.flatMap((before) => choice.map((scope) => [...before, ...scope])),
    [[]],
  )

function copied(
  service: StoredOf<'Service'>,
  { arm, environments }: Way,
  mirrors: readonly LiveMirror[],
  scope: Scope,
): TrafficArm {
  const shared = mirrors.filter(({ mirror }) => environments.some((each) => each !== mirror.from))
  return {
    match: { ...arm.match, headers: [...(arm.match.headers ?? []), ...scope, ...never] },
    action: {
      ...arm.action,
      ...(shared.length === 0 ? {} : sharedOut(service, arm.action, environments, shared)),
      requestMirrorPolicies: mirrors.map((each) => mirrorPolicy(service, each, shared.includes(each))),
    },
    clusters: [...arm.clusters, ...mirrors.map(({ cluster }) => cluster)],
  }
}

/** Methods whose requests have no body, or need none. */
const bodyless: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE']

/** Which requests a mirror copies: any of these. Bodies only where they are announced and small enough; of gRPC whatever comes. */
function scopesOf({ mirror: { methods, includeWrites, maxBodyBytes }, grpc }: LiveMirror): readonly Scope[] {
  const wanted = includeWrites ? undefined : (methods ?? safeMethods)
  const without = bodyless.filter((method) => wanted?.includes(method) ?? true)
  const others = wanted?.filter((method) => !bodyless.includes(method))
  const method = (names: readonly string[]): envoy.HeaderMatcher => ({
    name: ':method',
    stringMatch: { safeRegex: { regex: names.join('|') } },
  })
  // A copy that nobody reads would hold a large upload up (measured): what is larger, or may be, is not copied.
  const notLarger: envoy.HeaderMatcher = {
    name: 'content-length',
    rangeMatch: { start: String(maxBodyBytes + 1), end: largest },
    invertMatch: true,
    treatMissingHeaderAsEmpty: true,
  }
  const announced: envoy.HeaderMatcher = {
    name: 'content-length',
    rangeMatch: { start: '0', end: String(maxBodyBytes + 1) },
  }
  const bodies = grpc ? [] : [announced]
  return [
    ...(without.length === 0 ? [] : [[method(without), notLarger]]),
    ...(others === undefined ? [bodies] : others.length === 0 ? [] : [[method(others), ...bodies]]),
  ]
}

/** The end of what fits into the 64 bits of a range. */
const largest = '9223372036854775807'

/** Requests that no mirror copies: copies themselves, and upgrades, which live on as streams. */
const never: Scope = [
  { name: shadowHeader, presentMatch: false },
  { name: 'upgrade', presentMatch: false },
]

/**
 * The action of a way of which only some requests are copied. Envoy draws once for a request, for its weight and for what a mirror
 * copies, so that a share of one slice would be of another: where no user is known, the request id decides the weight.
 */
function sharedOut(
  service: StoredOf<'Service'>,
  { weightedClusters = {}, hashPolicy = [] }: TrafficArm['action'],
  environments: readonly string[],
  shared: readonly LiveMirror[],
): Pick<TrafficArm['action'], 'weightedClusters' | 'hashPolicy'> {
  const marked = marking(service, weightedClusters, environments, shared)
  if (weightedClusters.useHashPolicy === true) return { weightedClusters: marked }
  return {
    weightedClusters: { ...marked, useHashPolicy: true },
    hashPolicy: [...hashPolicy, requestIdHash],
  }
}

/** `shared`: the way leads to other environments too, so a header that only requests of `from` get names the cluster. */
function mirrorPolicy(
  service: StoredOf<'Service'>,
  { mirror, share, cluster, carried }: LiveMirror,
  shared: boolean,
): envoy.RouteActionRequestMirrorPolicy {
  const { namespace, name } = service
  const header = mirrorHeader(namespace, name, mirror.name)
  return {
    ...(shared ? { clusterHeader: header } : { cluster }),
    runtimeFraction: {
      defaultValue: { numerator: share, denominator: 'TEN_THOUSAND' },
      runtimeKey: mirrorRuntimeKey(namespace, name, mirror.name),
    },
    // Backends see the Host that they know; what tells a copy is its header.
    disableShadowHostSuffixAppend: true,
    requestHeadersMutations: [
      {
        append: {
          header: { key: shadowHeader, value: mirror.name },
          appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD',
        },
      },
      ...(carried ? [markOfCopy(mirror.to)] : []),
      ...(shared ? [{ remove: header }] : []),
    ],
  }
}

/**
 * Weighted clusters that tell the mirrors which of their requests to copy. The cluster of each mirror stands among them with no
 * weight: Envoy checks that it is there, and whoever reads the routes sees that they need it.
 */
function marking(
  service: StoredOf<'Service'>,
  weighted: envoy.WeightedCluster,
  environments: readonly string[],
  mirrors: readonly LiveMirror[],
): envoy.WeightedCluster {
  const header = ({ mirror }: LiveMirror): string =>
    mirrorHeader(service.namespace, service.name, mirror.name)
  const clusters = (weighted.clusters ?? []).map((entry, index): envoy.WeightedClusterClusterWeight => {
    const ofFrom = mirrors.filter(({ mirror }) => mirror.from === environments[index])
    const ofOthers = mirrors.filter((each) => !ofFrom.includes(each))
    return {
      ...entry,
      ...(ofFrom.length === 0
        ? {}
        : {
            requestHeadersToAdd: [
              ...(entry.requestHeadersToAdd ?? []),
              ...ofFrom.map((each) => ({
                header: { key: header(each), value: each.cluster },
                appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD' as const,
              })),
            ],
          }),
      ...(ofOthers.length === 0 ? {} : { requestHeadersToRemove: ofOthers.map(header) }),
    }
  })
  const unweighted = mirrors.map(({ cluster }) => ({ name: cluster, weight: 0 }))
  return { ...weighted, clusters: [...clusters, ...unweighted] }
}
