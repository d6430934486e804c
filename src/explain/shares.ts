// Which cluster a route sends a request to: the one, or the shares of several and what chooses among them.
// source/common/router/config_impl.cc (pickWeightedCluster) and source/common/http/hash_policy.cc
import type { envoy } from '../envoy-api/index.ts'
import { isMirrorCluster, parseClusterName } from '../model/index.ts'
import { xxHash64 } from './hash.ts'
import { cookieValues, type Headers, knownText } from './headers.ts'
import { firstParameter, type Request } from './route-match.ts'
import { numberOf } from './runtime.ts'
import type { Share } from './types.ts'
import { quoted } from './verdict.ts'

/** An entry of weighted clusters that may be taken, with its part of all requests. */
export interface Slice {
  readonly cluster: string
  /** 0 to 1. */
  readonly part: number
  readonly entry: envoy.WeightedClusterClusterWeight
}

/** Clusters that requests go to, and what decides among them. */
export interface Choice {
  readonly slices: readonly Slice[]
  readonly decidedBy: string
}

/** The shares of an action; undefined: an extension chooses. */
export function chooseCluster(action: envoy.RouteAction, request: Request): Choice | undefined {
  const { cluster, clusterHeader, weightedClusters } = action
  if (cluster !== undefined) return one(cluster, '')
  if (clusterHeader !== undefined) {
    const name = clusterHeader.toLowerCase()
    return one(knownText(request.headers, name) ?? '', `header ${name}`)
  }
  if (weightedClusters === undefined) return undefined
  const { clusters = [], runtimeKeyPrefix = '', useHashPolicy, headerName = '' } = weightedClusters
  const weighed = clusters.map((entry) => {
    const { name = '', weight = 0 } = entry
    const key = `${runtimeKeyPrefix}.${name}`
    return { entry, weight: runtimeKeyPrefix === '' ? weight : numberOf(key, weight, request.runtime) }
  })
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0)
  const slices = weighed
    .filter(({ weight }) => weight > 0)
    .map(({ entry, weight }) => ({ cluster: nameOf(entry, request), part: weight / total, entry }))
  const [only, ...more] = slices
  if (only === undefined) return { slices, decidedBy: '' }
  if (more.every(({ cluster }) => cluster === only.cluster)) {
    return { slices: [{ ...only, part: 1 }], decidedBy: '' }
  }
  const point =
    headerName !== ''
      ? pointOfHeader(request.headers, headerName.toLowerCase())
      : useHashPolicy === true
        ? hashOf(action.hashPolicy ?? [], request.headers)
        : { by: 'drawn for each request' }
  if (!('value' in point)) return { slices, decidedBy: point.by }
  const place = Number(point.value % BigInt(total))
  let end = 0
  for (const { entry, weight } of weighed) {
    end += weight
    if (place < end) {
      const slice = { cluster: nameOf(entry, request), part: 1, entry }
      return { slices: [slice], decidedBy: `${point.by}: place ${place} of ${total}` }
    }
  }
  return { slices, decidedBy: point.by }
}

const one = (cluster: string, decidedBy: string): Choice => ({
  slices: [{ cluster, part: 1, entry: {} }],
  decidedBy,
})

const nameOf = (
  { name = '', clusterHeader = '' }: envoy.WeightedClusterClusterWeight,
  { headers }: Request,
): string => (name !== '' ? name : (knownText(headers, clusterHeader.toLowerCase()) ?? ''))

/** Where a request is among all; without a value it is another for each request, or the proxy alone knows. */
type Point = { readonly value: bigint; readonly by: string } | { readonly by: string }

function pointOfHeader(headers: Headers, name: string): Point {
  const text = knownText(headers, name)
  if (text !== undefined && /^\d+$/.test(text)) return { value: BigInt(text), by: `header ${name}` }
  return { by: 'drawn for each request' }
}

/** The hash of a request by these policies, as far as it is known. */
function hashOf(policies: readonly envoy.RouteActionHashPolicy[], headers: Headers): Point {
  let value: bigint | undefined
  const by: string[] = []
  for (const policy of policies) {
    const found = hashed(policy, headers)
    if (found !== undefined) {
      if (!('text' in found)) return { by: found.unknown }
      const rotated = value === undefined ? 0n : BigInt.asUintN(64, (value << 1n) | (value >> 63n))
      value = rotated ^ xxHash64(found.text)
      by.push(found.by)
    }
    if (policy.terminal === true && value !== undefined) break
  }
  return value === undefined ? { by: 'drawn for each request' } : { value, by: `hash of ${by.join(' and ')}` }
}

type Hashed = { readonly text: string; readonly by: string } | { readonly unknown: string }

/** What one policy hashes; undefined: the request has nothing for it. */
function hashed(policy: envoy.RouteActionHashPolicy, headers: Headers): Hashed | undefined {
  const { header, cookie, queryParameter, connectionProperties, filterState } = policy
  if (header !== undefined) {
    const name = (header.headerName ?? '').toLowerCase()
    const state = headers.get(name)
    if (state === undefined) return undefined
    if ('unknown' in state) return { unknown: `hash of header ${name}: ${state.unknown}` }
    if (header.regexRewrite !== undefined) return { unknown: `hash of header ${name}, rewritten` }
    // Several are hashed in the order of the alphabet, as one text.
    return { text: [...state.values].sort().join(''), by: `header ${name}` }
  }
  if (cookie !== undefined) {
    const { name = '' } = cookie
    const [value = ''] = cookieValues(headers, name)
    // A cookie that the proxy would make is not made where the weights are drawn.
    return value === '' ? undefined : { text: value, by: `cookie ${name} (${quoted(value, 40)})` }
  }
  if (queryParameter !== undefined) {
    const { name = '' } = queryParameter
    const value = firstParameter(knownText(headers, ':path') ?? '', name)
    return value === undefined ? undefined : { text: value, by: `query ${name}` }
  }
  if (connectionProperties?.sourceIp === true) return { unknown: 'hash of the client address' }
  return filterState === undefined ? undefined : { unknown: `hash of filter state ${filterState.key ?? ''}` }
}

/** Slices as shares of clusters: a cluster that has several pieces stands there once. */
export function sharesOf(slices: readonly Slice[]): readonly Share[] {
  const parts = new Map<string, number>()
  for (const { cluster, part } of slices) parts.set(cluster, (parts.get(cluster) ?? 0) + part)
  return [...parts].map(([cluster, part]) => ({ ...whoIs(cluster), share: Math.round(part * 10_000) }))
}

/** The service and environment of a cluster, where it is one. */
export function whoIs(cluster: string): Omit<Share, 'share'> {
  const parts = cluster.split('/')
  const own = isMirrorCluster(cluster) ? parts.filter((_, index) => index !== 2).join('/') : cluster
  const identity = parseClusterName(own)
  const { namespace = '', service = '', environment = '', incarnation = 0, port = '' } = identity ?? {}
  return { cluster, namespace, service, environment, incarnation, port }
}
