// Listeners and connection managers: what must be there, and in which order.
import { canonicalJson } from '../../base/index.ts'
import { enumSchema, messageOfTypeUrl } from '../../envoy-api/index.ts'
import { routerType } from './extensions.ts'
import { type Check, type Fault, get, has, list, text } from './fault.ts'

const clientCertFormat =
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertFormat'

export const listenerChecks: Readonly<Record<string, Check>> = {
  'envoy.config.listener.v3.Listener': function* (listener) {
    for (const field of ['internalListener', 'fcdsConfig', 'apiListener']) {
      if (has(listener, field))
        yield at(field, 'wanted none: a listener here has an address and filter chains')
    }
    // Envoy 1.40.0 ends with SIGSEGV when such a listener binds nothing.
    if (get(listener, 'transparent') === true) yield at('transparent', 'wanted false: it needs privileges')
    const chains = list(listener, 'filterChains')
    if (chains.length === 0) yield at('filterChains', 'wanted one or more, found none')
    const seen = new Map<string, number>()
    for (const [index, chain] of chains.entries()) {
      const match = canonicalJson(get(chain, 'filterChainMatch') ?? {})
      const earlier = seen.get(match)
      if (earlier === undefined) seen.set(match, index)
      else yield { path: ['filterChains', index], message: `matches the same connections as [${earlier}]` }
      if (list(chain, 'filters').length > 1) {
        yield { path: ['filterChains', index, 'filters'], message: 'wanted the connection manager alone' }
      }
    }
  },
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy': function* (proxy) {
    const mode = get(proxy, 'upstreamConnectMode') ?? 0
    if (mode !== 0 && mode !== 'IMMEDIATE' && !has(proxy, 'maxEarlyDataBytes')) {
      yield at('maxEarlyDataBytes', 'wanted a value where upstreamConnectMode is not IMMEDIATE, found none')
    }
    if (list(proxy, 'proxyProtocolTlvs').length > 0) yield at('proxyProtocolTlvs', 'wanted none')
  },
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': function* (manager) {
    yield* routerFaults(list(manager, 'httpFilters'))
    const upgrades = list(manager, 'upgradeConfigs').map((each) => text(each, 'upgradeType').toLowerCase())
    for (const [index, upgrade] of upgrades.entries()) {
      if (upgrades.indexOf(upgrade) !== index) yield at('upgradeConfigs', `"${upgrade}" is there twice`)
    }
    // Envoy 1.40.0 ends with SIGABRT over a number that it does not know.
    const format = get(get(manager, 'setCurrentClientCertDetails'), 'format') ?? 0
    if (typeof format === 'number' && enumSchema(clientCertFormat)?.names.get(format) === undefined) {
      yield { path: ['setCurrentClientCertDetails', 'format'], message: `${format} is no such format` }
    }
    if (has(manager, 'accessLogOptions')) {
      for (const field of ['accessLogFlushInterval', 'flushAccessLogOnNewRequest']) {
        if (has(manager, field)) yield at(field, 'wanted in accessLogOptions: the two exclude each other')
      }
    }
    if (has(get(manager, 'commonHttpProtocolOptions'), 'maxResponseHeadersKb')) {
      yield {
        path: ['commonHttpProtocolOptions', 'maxResponseHeadersKb'],
        message: 'wanted towards upstreams only',
      }
    }
  },
}

/** The router ends the chain, and nothing else does. */
function* routerFaults(filters: readonly unknown[]): Iterable<Fault> {
  for (const [index, filter] of filters.entries()) {
    const router = messageOfTypeUrl(String(get(get(filter, 'typedConfig'), '@type') ?? '')) === routerType
    const last = index === filters.length - 1
    if (router === last) continue
    const message = router ? 'the router must be the last filter' : 'wanted the router as the last filter'
    yield { path: ['httpFilters', index], message }
  }
  if (filters.length === 0) yield at('httpFilters', 'wanted the router at least, found none')
}

const at = (field: string, message: string): Fault => ({ path: [field], message })
