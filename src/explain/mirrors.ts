// What is copied of the requests on one way, and where the copies go. envoy.config.route.v3.RouteAction.RequestMirrorPolicy
import type { envoy } from '../envoy-api/index.ts'
import { isMirrorCluster } from '../model/index.ts'
import { knownText } from './headers.ts'
import type { Request } from './route-match.ts'
import { partOf } from './runtime.ts'
import { type Slice, whoIs } from './shares.ts'
import type { Mirror } from './types.ts'

/** The mirrors of a way whose requests go to these slices. */
export function mirrorsOf(
  policies: readonly envoy.RouteActionRequestMirrorPolicy[],
  slices: readonly Slice[],
  request: Request,
): readonly Mirror[] {
  return policies.flatMap((policy) => {
    const { cluster = '', clusterHeader, runtimeFraction } = policy
    const part = runtimeFraction === undefined ? 1 : partOf(runtimeFraction, request.runtime)
    const share = Math.round((part ?? 0) * 10_000)
    if (share === 0) return []
    if (clusterHeader === undefined) return [mirror(cluster, share, [])]
    const targets = new Map<string, string[]>()
    for (const slice of slices) {
      const target = headerAfter(slice, clusterHeader.toLowerCase(), request)
      if (target === undefined) continue
      const of = targets.get(target) ?? []
      if (!of.includes(slice.cluster)) targets.set(target, [...of, slice.cluster])
    }
    const all = new Set(slices.map((slice) => slice.cluster)).size
    return [...targets].map(([target, of]) => mirror(target, share, of.length === all ? [] : of))
  })
}

/** A header as it is once the slice has changed it. */
function headerAfter({ entry }: Slice, name: string, { headers }: Request): string | undefined {
  const { requestHeadersToAdd = [], requestHeadersToRemove = [] } = entry
  const added = requestHeadersToAdd.find(({ header }) => header?.key?.toLowerCase() === name)
  if (added !== undefined) return added.header?.value ?? ''
  if (requestHeadersToRemove.some((each) => each.toLowerCase() === name)) return undefined
  return knownText(headers, name)
}

function mirror(cluster: string, share: number, of: readonly string[]): Mirror {
  const mark = isMirrorCluster(cluster) ? (cluster.split('/')[2] ?? '') : ''
  return {
    name: mark.slice(mark.indexOf('~') + 1),
    cluster,
    environment: whoIs(cluster).environment,
    share,
    of,
  }
}
