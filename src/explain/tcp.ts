// Where a connection goes that no route is asked for. envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
import type { envoy } from '../envoy-api/index.ts'
import { type Slice, sharesOf } from './shares.ts'
import type { Served, Setting, Way } from './types.ts'
import { quoted } from './verdict.ts'
import { ended, nowhere } from './ways.ts'

/** The shares of new connections: each is drawn by itself, whatever the hash policy. */
export function tcpWay(proxy: envoy.TcpProxy, served: Served): Way {
  const weighted = proxy.weightedClusters?.clusters ?? []
  const total = weighted.reduce((sum, { weight = 0 }) => sum + weight, 0)
  const slices: readonly Slice[] =
    proxy.cluster === undefined
      ? weighted.map(({ name = '', weight = 0 }) => ({ cluster: name, part: weight / total, entry: {} }))
      : [{ cluster: proxy.cluster, part: 1, entry: {} }]
  const shares = sharesOf(slices)
  const missing = shares
    .filter(({ cluster }) => !served.hasCluster(cluster))
    .map(({ cluster }) => quoted(cluster))
  const detail = missing.length === 0 ? '' : `there is no cluster ${missing.join(', ')}`
  if (missing.length === shares.length) return ended('CLOSED', detail)
  return {
    ...nowhere,
    ...{ conditions: [], route: '', match: '', outcome: 'FORWARDED', shares, detail },
    decidedBy: shares.length > 1 ? 'drawn for each connection' : '',
    settings: settingsOf(proxy),
  }
}

function settingsOf(proxy: envoy.TcpProxy): readonly Setting[] {
  const { idleTimeout, maxDownstreamConnectionDuration: longest, maxConnectAttempts = 1 } = proxy
  return [
    ...(idleTimeout === undefined ? [] : [{ name: 'idle timeout', value: idleTimeout }]),
    ...(longest === undefined ? [] : [{ name: 'max duration', value: longest }]),
    { name: 'endpoints tried', value: String(maxConnectAttempts) },
  ]
}
