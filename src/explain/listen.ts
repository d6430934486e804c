// Which listener a connection comes to, and which of its filter chains takes it. envoy.config.listener.v3.FilterChainMatch and
// source/common/listener_manager/filter_chain_manager_impl.cc: one criterion after the other, the most specific of each, no way back.
import type { envoy } from '../envoy-api/index.ts'
import { covers, parseCidr } from '../model/index.ts'
import type { Asked } from './types.ts'

/** The part of a filter chain's match that a connection is held against. */
interface Criterion {
  readonly what: string
  /** How well a match fits, 0: not; `all`: it does not ask. */
  readonly rank: (match: envoy.FilterChainMatch, connection: Connection) => number
}

/** What is known of a connection. */
interface Connection {
  readonly port: number
  readonly sni: string | undefined
  readonly isTls: boolean
  readonly source: string | undefined
}

/** The chain, or why there is none. */
export type ChainFound =
  | { readonly chain: envoy.FilterChain; readonly unsure: readonly string[] }
  | { readonly none: string }

/** Its address and port, as people write them; empty for a listener without a socket. */
export function addressOf({ address }: envoy.Listener): string {
  const { address: host = '', portValue = 0 } = address?.socketAddress ?? {}
  if (address?.pipe?.path !== undefined) return address.pipe.path
  if (host === '') return ''
  return host.includes(':') ? `[${host}]:${portValue}` : `${host}:${portValue}`
}

export const portOf = ({ address }: envoy.Listener): number => address?.socketAddress?.portValue ?? 0

/** A listener of connections over TCP; those of HTTP/3 stand beside one and lead to the same routes. */
export const takesConnections = (listener: envoy.Listener): boolean =>
  listener.address?.socketAddress?.protocol !== 'UDP' &&
  listener.apiListener === undefined &&
  listener.internalListener === undefined

/** Whether some chain of it takes TLS, and whether some chain takes connections without it. */
export const takesTls = (listener: envoy.Listener, isTls: boolean): boolean =>
  [
    ...(listener.filterChains ?? []),
    ...(listener.defaultFilterChain ? [listener.defaultFilterChain] : []),
  ].some(
    ({ transportSocket }) =>
      (transportSocket !== undefined && !/raw_buffer/.test(transportSocket.name ?? '')) === isTls,
  )

/** The filter chain that takes the connection. */
export function findChain(listener: envoy.Listener, asked: Asked): ChainFound {
  const { filterChains = [], defaultFilterChain, filterChainMatcher } = listener
  if (filterChainMatcher !== undefined) return { none: 'its filter chains are chosen by a tree of matchers' }
  const connection: Connection = {
    port: portOf(listener),
    sni: asked.sni?.toLowerCase(),
    isTls: asked.scheme === 'https',
    source: asked.sourceAddress,
  }
  const unsure: string[] = []
  let left = filterChains
  for (const { what, rank } of criteria) {
    const ranked = left.map((chain) => ({ chain, rank: rank(chain.filterChainMatch ?? {}, connection) }))
    if (connection.source === undefined && /client/.test(what) && ranked.some(({ rank: fit }) => fit > 1)) {
      unsure.push(`the filter chain depends on the ${what}: say it with --source-ip`)
    }
    const best = Math.max(0, ...ranked.map((each) => each.rank))
    left = ranked.filter((each) => best > 0 && each.rank === best).map(({ chain }) => chain)
  }
  const [chain = defaultFilterChain] = left
  return chain === undefined ? { none: 'no filter chain takes such connections' } : { chain, unsure }
}

const criteria: readonly Criterion[] = [
  {
    what: 'port',
    rank: ({ destinationPort }, { port }) =>
      destinationPort === undefined ? 1 : destinationPort === port ? 2 : 0,
  },
  { what: 'server name', rank: ({ serverNames = [] }, { sni }) => nameRank(serverNames, sni) },
  {
    what: 'transport',
    rank: ({ transportProtocol = '' }, { isTls }) =>
      transportProtocol === '' ? 1 : transportProtocol === (isTls ? 'tls' : 'raw_buffer') ? 2 : 0,
  },
  {
    what: 'protocol',
    // Clients of today offer both.
    rank: ({ applicationProtocols = [] }, { isTls }) =>
      applicationProtocols.length === 0
        ? 1
        : isTls && applicationProtocols.some((each) => alpn.includes(each))
          ? 2
          : 0,
  },
  {
    what: 'client address of the connection',
    rank: ({ directSourcePrefixRanges = [] }, { source }) => rangeRank(directSourcePrefixRanges, source),
  },
  {
    what: 'client address',
    rank: ({ sourcePrefixRanges = [] }, { source }) => rangeRank(sourcePrefixRanges, source),
  },
]
const alpn: readonly string[] = ['h2', 'http/1.1']

function nameRank(names: readonly string[], sni: string | undefined): number {
  if (names.length === 0) return 1
  if (sni === undefined) return 0
  return Math.max(
    0,
    ...names.map((name) => {
      if (name === sni) return 1_000
      return name.startsWith('*.') && sni.endsWith(name.slice(1)) ? 1 + name.length : 0
    }),
  )
}

function rangeRank(ranges: readonly envoy.CidrRange[], source: string | undefined): number {
  if (ranges.length === 0) return 1
  if (source === undefined) return 0
  return Math.max(0, ...ranges.map((range) => (isIn(range, source) ? 2 + (range.prefixLen ?? 0) : 0)))
}

/** Whether an address is in a range. */
export function isIn({ addressPrefix = '', prefixLen = 0 }: envoy.CidrRange, address: string): boolean {
  const one = parseCidr(address)
  const base = parseCidr(addressPrefix)
  if ('message' in one || 'message' in base) return false
  return covers({ ...base, length: prefixLen }, one)
}
