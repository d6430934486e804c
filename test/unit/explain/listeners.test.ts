// Which listener and filter chain take a connection, and where connections go that no route is asked for.
import { describe, expect, it } from 'vitest'
import { type envoy, typeUrlOf } from '../../../src/envoy-api/index.ts'
import { explain } from '../../../src/explain/index.ts'
import { asked, httpChain, servedOf, sharesIn, to } from './asking.ts'

const tls = { name: 'envoy.transport_sockets.tls' }
const listener = (name: string, port: number, more: envoy.Listener): envoy.Listener => ({
  name,
  address: { socketAddress: { address: '127.0.0.1', portValue: port } },
  ...more,
})
const chain = (name: string, filterChainMatch: envoy.FilterChainMatch = {}, more: envoy.FilterChain = {}) =>
  httpChain({}, { name, filterChainMatch, ...more })
const of = (listeners: readonly envoy.Listener[], request: Parameters<typeof asked>[0] = {}, meant = {}) =>
  explain(servedOf({ listeners, routes: [to('one', { prefix: '/' })] }), asked(request), meant)

describe('the listener', () => {
  const listeners = [
    listener('default/edge/http', 80, { filterChains: [chain('http')] }),
    listener('default/edge/https', 443, { filterChains: [chain('https', {}, { transportSocket: tls })] }),
    listener('default/data/db', 5432, { filterChains: [chain('db')] }),
    listener('udp', 443, {
      address: { socketAddress: { protocol: 'UDP', portValue: 443 } },
      filterChains: [chain('h3')],
    }),
  ]
  const names = (request: Parameters<typeof asked>[0], meant = {}) =>
    of(listeners, request, meant).map((each) => each.listener)

  it('is any that takes the scheme; by port and name the one that is meant', () => {
    expect(names({})).toEqual(['default/edge/http', 'default/data/db'])
    expect(names({ scheme: 'https' })).toEqual(['default/edge/https'])
    expect(names({}, { port: 80 })).toEqual(['default/edge/http'])
    expect(names({}, { named: 'default/data/' })).toEqual(['default/data/db'])
  })

  it('takes no TLS, or nothing else, and says so', () => {
    expect(of(listeners, {}, { port: 443 })).toMatchObject([
      { ways: [{ outcome: 'CLOSED', detail: 'the listener takes TLS: ask with https' }] },
    ])
    expect(of(listeners, { scheme: 'https' }, { port: 80 })).toMatchObject([
      { ways: [{ outcome: 'CLOSED' }] },
    ])
  })
})

describe('the filter chain', () => {
  const chosen = (
    chains: readonly envoy.FilterChain[],
    request: Parameters<typeof asked>[0],
    more: envoy.Listener = {},
  ) => of([listener('one', 443, { filterChains: chains, ...more })], request, { port: 443 })[0]
  const secure = (name: string, match: envoy.FilterChainMatch) => chain(name, match, { transportSocket: tls })
  const byName = [
    secure('exact', { serverNames: ['shop.test'] }),
    secure('wide', { serverNames: ['*.test'] }),
    secure('wider', { serverNames: ['*.deep.test', 'else.test'] }),
    secure('rest', {}),
  ]
  it.each([
    ['shop.test', 'exact'],
    ['a.test', 'wide'],
    ['a.deep.test', 'wider'],
    ['other.org', 'rest'],
  ])('for the server name %s is %s', (sni, name) => {
    expect(chosen(byName, { scheme: 'https', sni })?.filterChain).toBe(name)
  })

  it('goes by the host, where no server name is said', () => {
    expect(chosen(byName, { scheme: 'https', authority: 'a.test:443' })?.filterChain).toBe('wide')
  })

  it('goes by port before name, and never back', () => {
    const chains = [
      secure('port', { destinationPort: 443, serverNames: ['other.test'] }),
      secure('name', { serverNames: ['shop.test'] }),
    ]
    expect(chosen(chains, { scheme: 'https', sni: 'shop.test' })?.ways).toMatchObject([
      { outcome: 'CLOSED', detail: 'no filter chain takes such connections' },
    ])
  })

  it('goes by the client, where that is known', () => {
    const inside = { sourcePrefixRanges: [{ addressPrefix: '10.0.0.0', prefixLen: 8 }] }
    const narrow = { sourcePrefixRanges: [{ addressPrefix: '10.1.0.0', prefixLen: 16 }] }
    const chains = [chain('inside', inside), chain('narrow', narrow), chain('rest')]
    const name = (sourceAddress: string) => chosen(chains, { sourceAddress })?.filterChain
    expect(['10.2.0.1', '10.1.0.1', '8.8.8.8'].map(name)).toEqual(['inside', 'narrow', 'rest'])
  })

  it('is the default one where none takes the connection', () => {
    const defaultFilterChain = chain('default', {}, { transportSocket: tls })
    expect(
      chosen([secure('exact', { serverNames: ['else.test'] })], { scheme: 'https' }, { defaultFilterChain })
        ?.filterChain,
    ).toBe('default')
  })
})

describe('connections', () => {
  const proxyType = 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'
  const proxy = (fields: envoy.TcpProxy): envoy.AnyMessage => ({ '@type': typeUrlOf(proxyType), ...fields })
  const slot = { name: 'db', filters: [{ name: 'default/data/db', configDiscovery: {} }] }
  const scene = (extensions: Readonly<Record<string, envoy.AnyMessage>>) => ({
    listeners: [listener('default/data/db', 5432, { filterChains: [slot] })],
    extensions,
  })
  const way = (fields: envoy.TcpProxy) =>
    explain(servedOf(scene({ 'default/data/db': proxy(fields) })), asked({ scheme: 'tcp' }), {
      port: 5432,
    })[0]?.ways[0]

  it('are shared by weight, as what came by ECDS says', () => {
    const found = way({
      weightedClusters: {
        clusters: [
          { name: 'blue', weight: 9_000 },
          { name: 'green', weight: 1_000 },
        ],
      },
      idleTimeout: '60s',
    })
    expect([found && sharesIn(found), found?.decidedBy]).toEqual([
      ['blue 9000', 'green 1000'],
      'drawn for each connection',
    ])
    expect(found?.settings).toContainEqual({ name: 'idle timeout', value: '60s' })
    const only = way({ cluster: 'blue' })
    expect(only && sharesIn(only)).toEqual(['blue 10000'])
  })

  it('are not taken before that has come', () => {
    const found = explain(servedOf(scene({})), asked({ scheme: 'tcp' }), { port: 5432 })
    expect(found).toMatchObject([
      { ways: [{ outcome: 'CLOSED', detail: 'nothing is served for default/data/db' }] },
    ])
  })
})
