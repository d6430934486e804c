// Mirrors that are on → the ways whose requests are copied. A route copies all of its requests or none, so what is copied by method
// and size is a way of its own, before the one that copies nothing.
import type { envoy } from '../../envoy-api/index.ts'
import type { Mirror, StoredOf } from '../../model/index.ts'
import { safeMethods } from '../../model/index.ts'
import { mirrorClusterOf } from '../environment-ports.ts'
import { mirrorHeader, mirrorRuntimeKey, shadowHeader } from '../names.ts'
import type { TrafficArm } from '../traffic-arms.ts'

/** A mirror that is on, for one port. */
export interface LiveMirror {
  readonly mirror: Mirror
  /** In 1/10,000. */
  readonly share: number
  readonly cluster: string
}

/** The mirrors of a policy that are on; those whose environment is not there are left out, and refused elsewhere. */
export function liveMirrors(
  service: StoredOf<'Service'>,
  policy: StoredOf<'TrafficPolicy'> | undefined,
  traffic: StoredOf<'Traffic'>,
  port: string,
): readonly LiveMirror[] {
  const on = new Map(Object.entries(traffic.spec.mirrors ?? {}))
  return (policy?.spec.mirrors ?? []).flatMap((mirror) => {
    const share = on.get(mirror.name)
    const cluster = mirrorClusterOf(service, mirror, port)
    return share === undefined || cluster === undefined ? [] : [{ mirror, share, cluster }]
  })
}

/** A way with the environment of each of its weighted clusters. */
export interface Way {
  readonly arm: TrafficArm
  readonly environments: readonly string[]
}

/** The way as it is, and before it what is copied. */
export function mirrored(
  service: StoredOf<'Service'>,
  { arm, environments }: Way,
  mirrors: readonly LiveMirror[],
): readonly TrafficArm[] {
  const copying = mirrors.filter(({ mirror }) => environments.includes(mirror.from))
  const byScope = new Map<string, LiveMirror[]>()
  for (const each of copying) {
    const scope = JSON.stringify(scopeOf(each.mirror))
    byScope.set(scope, [...(byScope.get(scope) ?? []), each])
  }
  const groups = [...byScope.values()]
  const subsets = Array.from({ length: 2 ** groups.length }, (_, bits) =>
    groups.filter((_group, index) => (bits & (1 << index)) !== 0),
  ).sort((a, b) => b.length - a.length)
  return subsets.map((subset) => copied(service, { arm, environments }, subset.flat()))
}

function copied(
  service: StoredOf<'Service'>,
  { arm, environments }: Way,
  mirrors: readonly LiveMirror[],
): TrafficArm {
  if (mirrors.length === 0) return arm
  const scopes = new Map(mirrors.map(({ mirror }) => [JSON.stringify(scopeOf(mirror)), mirror]))
  const headers = [...[...scopes.values()].flatMap(scopeMatchers), ...never]
  const shared = mirrors.filter(({ mirror }) => environments.some((each) => each !== mirror.from))
  const { weightedClusters, ...action } = arm.action
  return {
    match: { ...arm.match, headers: [...(arm.match.headers ?? []), ...headers] },
    action: {
      ...action,
      ...(weightedClusters === undefined
        ? {}
        : { weightedClusters: marking(service, weightedClusters, environments, shared) }),
      requestMirrorPolicies: mirrors.map((each) => mirrorPolicy(service, each, shared.includes(each))),
    },
    clusters: [...arm.clusters, ...mirrors.map(({ cluster }) => cluster)],
  }
}

/** Which requests a mirror copies, whatever their environment. */
const scopeOf = ({ methods, includeWrites, maxBodyBytes }: Mirror) => ({
  methods: includeWrites ? [] : [...(methods ?? safeMethods)].sort(),
  maxBodyBytes,
})

function scopeMatchers(mirror: Mirror): readonly envoy.HeaderMatcher[] {
  const { methods, maxBodyBytes } = scopeOf(mirror)
  return [
    ...(methods.length === 0
      ? []
      : [{ name: ':method', stringMatch: { safeRegex: { regex: methods.join('|') } } }]),
    {
      // A body that is announced and larger: measured, a copy that nobody reads would hold the upload up.
      name: 'content-length',
      rangeMatch: { start: String(maxBodyBytes + 1), end: largest },
      invertMatch: true,
      treatMissingHeaderAsEmpty: true,
    },
  ]
}

/** The end of what fits into the 64 bits of a range. */
const largest = '9223372036854775807'

/** Requests that no mirror copies: copies, upgrades (they live on as streams), bodies over HTTP/1.1 without a length. */
const never: readonly envoy.HeaderMatcher[] = [
  { name: shadowHeader, presentMatch: false },
  { name: 'upgrade', presentMatch: false },
  { name: 'transfer-encoding', presentMatch: false },
]

/** `shared`: the way leads to other environments too, so a header that only requests of `from` get names the cluster. */
function mirrorPolicy(
  service: StoredOf<'Service'>,
  { mirror, share, cluster }: LiveMirror,
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
            requestHeadersToAdd: ofFrom.map((each) => ({
              header: { key: header(each), value: each.cluster },
              appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD' as const,
            })),
          }),
      ...(ofOthers.length === 0 ? {} : { requestHeadersToRemove: ofOthers.map(header) }),
    }
  })
  const unweighted = mirrors.map(({ cluster }) => ({ name: cluster, weight: 0 }))
  return { ...weighted, clusters: [...clusters, ...unweighted] }
}
