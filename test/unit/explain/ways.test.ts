// What becomes of a request on its route: shares and what chooses among them, mirrors, redirects, answers, settings.
import { describe, expect, it } from 'vitest'
import type { envoy } from '../../../src/envoy-api/index.ts'
import { xxHash64 } from '../../../src/explain/hash.ts'
import { onlyWay, sharesIn, to, told } from './asking.ts'

describe('XXH64', () => {
  it.each([
    ['', 'ef46db3751d8e999'],
    ['a', 'd24ec4f1a98c6e5b'],
    ['abc', '44bc2cf5ad770999'],
    ['Nobody inspects the spammish repetition', 'fbcea83c8a378bf1'],
  ])('of %j is %s', (text, hash) => {
    expect(xxHash64(text).toString(16)).toBe(hash)
  })
})

const weighted = (
  weights: Readonly<Record<string, number>>,
  more: envoy.WeightedCluster = {},
  hashPolicy: readonly envoy.RouteActionHashPolicy[] = [],
): envoy.Route => ({
  name: 'shared',
  match: { prefix: '/' },
  route: {
    weightedClusters: {
      clusters: Object.entries(weights).map(([name, weight]) => ({ name, weight })),
      ...more,
    },
    hashPolicy,
  },
})

describe('shares', () => {
  it('are the weights, drawn for each request', () => {
    const way = onlyWay({ routes: [weighted({ blue: 9_000, green: 1_000 })] })
    expect([sharesIn(way), way.decidedBy]).toEqual([['blue 9000', 'green 1000'], 'drawn for each request'])
  })

  it('are of all weights together, whatever their sum, and pieces of one cluster are one', () => {
    expect(sharesIn(onlyWay({ routes: [weighted({ blue: 2, green: 1 })] }))).toEqual([
      'blue 6667',
      'green 3333',
    ])
    const clusters = [
      { name: 'blue', weight: 25 },
      { name: 'green', weight: 50 },
      { name: 'blue', weight: 25 },
    ]
    expect(sharesIn(onlyWay({ routes: [weighted({}, { clusters })] }))).toEqual(['blue 5000', 'green 5000'])
  })

  it('are nothing to choose where one cluster has all', () => {
    const way = onlyWay({ routes: [weighted({ blue: 10_000, mirror: 0 })] })
    expect([sharesIn(way), way.decidedBy]).toEqual([['blue 10000'], ''])
  })

  it('are moved by runtime keys that are served', () => {
    const routes = [weighted({ blue: 100, green: 0 }, { runtimeKeyPrefix: 'w' })]
    expect(sharesIn(onlyWay({ routes, runtime: { 'w.blue': 25, 'w.green': 75 } }))).toEqual([
      'blue 2500',
      'green 7500',
    ])
  })

  it('say the service, environment, incarnation and port of a cluster', () => {
    const way = onlyWay({ routes: [to('shop/checkout/green.3/grpc', { prefix: '/' })] })
    expect(way.shares).toMatchObject([
      {
        namespace: 'shop',
        service: 'checkout',
        environment: 'green',
        incarnation: 3,
        port: 'grpc',
        share: 10_000,
      },
    ])
  })

  it('are one environment where the hash of the request is known', () => {
    const policies = [
      { header: { headerName: 'X-User' }, terminal: true },
      { cookie: { name: 'session' }, terminal: true },
      { queryParameter: { name: 'q' } },
    ]
    const routes = [weighted({ green: 5_000, blue: 5_000 }, { useHashPolicy: true }, policies)]
    const of = (user: string) => (xxHash64(user) % 10_000n < 5_000n ? 'green' : 'blue')
    for (const user of ['lena', 'omar', 'u-1', 'u-2']) {
      const way = onlyWay({ routes }, { send: { 'x-user': user, cookie: 'session=other' } })
      expect(sharesIn(way)).toEqual([`${of(user)} 10000`])
      expect(way.decidedBy).toBe(`hash of header x-user: place ${xxHash64(user) % 10_000n} of 10000`)
      expect(sharesIn(onlyWay({ routes }, { send: { cookie: `a=b; session="${user}"` } }))).toEqual([
        `${of(user)} 10000`,
      ])
      expect(sharesIn(onlyWay({ routes }, { path: `/?q=${user}` }))).toEqual([`${of(user)} 10000`])
    }
    expect(onlyWay({ routes }).decidedBy).toBe('drawn for each request')
  })

  it('stay shares where the proxy makes what is hashed', () => {
    const routes = [
      weighted({ green: 1, blue: 1 }, { useHashPolicy: true }, [{ header: { headerName: 'x-request-id' } }]),
    ]
    const edge = { routes, manager: { useRemoteAddress: true } }
    // Its own id does not stay at an edge.
    const way = onlyWay(edge, { send: { 'x-request-id': 'mine' } })
    expect([sharesIn(way), way.decidedBy]).toEqual([
      ['green 5000', 'blue 5000'],
      'hash of header x-request-id: the proxy makes it',
    ])
    const inside = { routes, manager: { preserveExternalRequestId: true, useRemoteAddress: true } }
    expect(sharesIn(onlyWay(inside, { send: { 'x-request-id': 'mine' } }))).toHaveLength(1)
  })

  it('go by several hashes at once where none is the last', () => {
    const policies = [{ header: { headerName: 'x-a' } }, { header: { headerName: 'x-b' } }]
    const routes = [weighted({ green: 5_000, blue: 5_000 }, { useHashPolicy: true }, policies)]
    const both = (a: string, b: string) => {
      const first = xxHash64(a)
      return BigInt.asUintN(64, (first << 1n) | (first >> 63n)) ^ xxHash64(b)
    }
    const way = onlyWay({ routes }, { send: { 'x-a': '1', 'x-b': '2' } })
    expect(way.decidedBy).toContain(`place ${both('1', '2') % 10_000n} of`)
  })

  it('are 503 where the cluster is not served, as far as it is none', () => {
    expect(onlyWay({ routes: [to('gone', { prefix: '/' })], missing: ['gone'] })).toMatchObject({
      ...{ outcome: 'ANSWERED', status: 503, detail: 'there is no cluster "gone"' },
    })
    const some = onlyWay({ routes: [weighted({ blue: 1, gone: 1 })], missing: ['gone'] })
    expect([some.outcome, some.detail]).toEqual([
      'FORWARDED',
      '503 for what goes to "gone": there is no such cluster',
    ])
  })

  it('go to the cluster that a header names', () => {
    const routes = [to('x', { prefix: '/' }, { route: { clusterHeader: 'X-To' } })]
    expect(sharesIn(onlyWay({ routes }, { send: { 'x-to': 'blue' } }))).toEqual(['blue 10000'])
  })
})

describe('mirrors', () => {
  const mirror = 'default/shop/mirror~try/copy.1'
  const fraction = (numerator: number) => ({ defaultValue: { numerator }, runtimeKey: 'm' })
  it('are told with their share, and not where it is nothing', () => {
    const policies = [
      { cluster: mirror, runtimeFraction: fraction(10) },
      { cluster: 'own' },
      { cluster: 'none', runtimeFraction: fraction(0) },
    ]
    const { mirrors } = onlyWay({
      routes: [to('blue', { prefix: '/' }, { route: { cluster: 'blue', requestMirrorPolicies: policies } })],
    })
    expect(mirrors).toEqual([
      { name: 'try', cluster: mirror, environment: 'copy', share: 1_000, of: [] },
      { name: '', cluster: 'own', environment: '', share: 10_000, of: [] },
    ])
  })

  it('copy the requests of one environment where it names them by a header', () => {
    const header = 'x-verdigris-mirror-default.shop.try'
    const requestHeadersToAdd = [{ header: { key: header, value: mirror } }]
    const clusters = [
      { name: 'blue', weight: 1, requestHeadersToAdd },
      { name: 'green', weight: 1, requestHeadersToRemove: [header] },
      { name: mirror, weight: 0 },
    ]
    const route = { weightedClusters: { clusters }, requestMirrorPolicies: [{ clusterHeader: header }] }
    const way = onlyWay({ routes: [{ match: { prefix: '/' }, route }] })
    expect([sharesIn(way), way.mirrors.map(({ cluster, of }) => [cluster, of])]).toEqual([
      ['blue 5000', 'green 5000'],
      [[mirror, ['blue']]],
    ])
  })
})

describe('redirects', () => {
  const at = (redirect: envoy.RedirectAction, match: envoy.RouteMatch = { prefix: '/' }, request = {}) => {
    const { status, location } = onlyWay(
      { routes: [{ match, redirect }] },
      { authority: 'shop.test:80', path: '/cart/1?q=2', ...request },
    )
    return `${status} ${location}`
  }
  it.each<[envoy.RedirectAction, envoy.RouteMatch, string]>([
    [{ schemeRedirect: 'https' }, { prefix: '/' }, '301 https://shop.test/cart/1?q=2'],
    [{ httpsRedirect: true }, { prefix: '/' }, '301 https://shop.test/cart/1?q=2'],
    [
      { hostRedirect: 'else.test', responseCode: 'FOUND' },
      { prefix: '/' },
      '302 http://else.test/cart/1?q=2',
    ],
    [{ portRedirect: 8443 }, { prefix: '/' }, '301 http://shop.test:8443/cart/1?q=2'],
    [{ pathRedirect: '/new' }, { prefix: '/' }, '301 http://shop.test:80/new?q=2'],
    [{ pathRedirect: '/new?own' }, { prefix: '/' }, '301 http://shop.test:80/new?own'],
    [{ pathRedirect: '/new', stripQuery: true }, { prefix: '/' }, '301 http://shop.test:80/new'],
    [{ stripQuery: true }, { prefix: '/' }, '301 http://shop.test:80/cart/1'],
    [{ prefixRewrite: '/basket' }, { pathSeparatedPrefix: '/cart' }, '301 http://shop.test:80/basket/1?q=2'],
    [{ prefixRewrite: '/all' }, { safeRegex: { regex: '.*' } }, '301 http://shop.test:80/all?q=2'],
    [
      { regexRewrite: { pattern: { regex: '^/([a-z]+)' }, substitution: '/\\1s' } },
      { prefix: '/' },
      '301 http://shop.test:80/carts/1?q=2',
    ],
  ])('%j of %j leads to %s', (redirect, match, expected) => {
    expect(at(redirect, match)).toBe(expected)
  })

  it('lead to TLS where a virtual host wants it', () => {
    const virtualHosts = [
      { name: 'all', domains: ['*'], requireTls: 'ALL' as const, routes: [to('one', { prefix: '/' })] },
    ]
    expect(onlyWay({ configuration: { virtualHosts } })).toMatchObject({
      outcome: 'REDIRECTED',
      location: 'https://shop.test/',
    })
  })
})

describe('answers of the proxy', () => {
  it('are what a route says itself', () => {
    const directResponse = { status: 418, body: { inlineString: 'no coffee' } }
    expect(onlyWay({ routes: [{ match: { prefix: '/' }, directResponse }] })).toMatchObject({
      ...{ outcome: 'ANSWERED', status: 418, detail: 'with "no coffee"' },
    })
  })

  const websocket = { connection: 'keep-alive, Upgrade', upgrade: 'websocket' }
  it('are 403 to upgrades that are not taken', () => {
    const manager = { upgradeConfigs: [{ upgradeType: 'websocket' }] }
    const refusing = { cluster: 'one', upgradeConfigs: [{ upgradeType: 'WebSocket', enabled: false }] }
    const status = (route: envoy.RouteAction, more: object, send = {}) =>
      onlyWay({ routes: [{ match: { prefix: '/' }, route }], manager: more }, { send }).status
    expect(status({ cluster: 'one' }, manager, websocket)).toBe(0)
    expect(status({ cluster: 'one' }, {}, websocket)).toBe(403)
    expect(status(refusing, manager, websocket)).toBe(403)
    expect(status(refusing, manager)).toBe(0)
  })

  it('are those to preflights of a route with CORS', () => {
    const cors = (more: object): Partial<envoy.Route> => ({
      typedPerFilterConfig: {
        'envoy.filters.http.cors': {
          '@type': 'type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy',
          allowOriginStringMatch: [{ exact: 'https://partner.test' }],
          ...more,
        },
      },
    })
    const of = (origin: string, more = {}, method = 'OPTIONS') =>
      onlyWay(
        { routes: [to('one', { prefix: '/' }, cors(more))] },
        { method, send: { origin, 'access-control-request-method': 'GET' } },
      )
    expect(of('https://partner.test')).toMatchObject({
      outcome: 'ANSWERED',
      status: 200,
      detail: 'the preflight of "https://partner.test" is allowed',
    })
    expect(of('https://other.test', { forwardNotMatchingPreflights: false }).outcome).toBe('ANSWERED')
    expect(of('https://other.test').outcome).toBe('FORWARDED')
    expect(of('https://partner.test', {}, 'GET').outcome).toBe('FORWARDED')
  })
})

describe('settings', () => {
  const fault = (more: object): envoy.AnyMessage => ({
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault',
    abort: { httpStatus: 503, percentage: { numerator: 100_000, denominator: 'MILLION' } },
    ...more,
  })
  const set = (route: Partial<envoy.Route>, request = {}) =>
    Object.fromEntries(
      onlyWay(
        { routes: [to('one', { pathSeparatedPrefix: '/cart' }, route)] },
        { path: '/cart/1', ...request },
      ).settings.map(({ name, value }) => [name, value]),
    )

  it('are times, tries and rewriting', () => {
    const action: envoy.RouteAction = {
      cluster: 'one',
      timeout: '5s',
      prefixRewrite: '/inner',
      hostRewriteLiteral: 'inner.test',
      retryPolicy: { retryOn: 'connect-failure,reset', numRetries: 2, perTryTimeout: '1s' },
    }
    expect(
      set({
        route: action,
        requestHeadersToAdd: [{ header: { key: 'x-v', value: '1' } }],
        requestHeadersToRemove: ['x-debug'],
      }),
    ).toEqual({
      timeout: '5s',
      'path sent': '/inner/1',
      'host sent': 'inner.test',
      retry: 'up to 2 more on connect-failure, reset, each at most 1s',
      'request headers': 'add x-v: 1, remove x-debug',
    })
    expect(set({}).timeout).toBe('15s')
    expect(set({ route: { cluster: 'one', timeout: '0s' } }).timeout).toBe('none')
  })

  it('are faults, for those that they are for', () => {
    const only = { headers: [{ name: 'x-rehearsal', stringMatch: { exact: 'yes' } }] }
    const of = (more: object, send = {}) =>
      set({ typedPerFilterConfig: { 'envoy.filters.http.fault': fault(more) } }, { send }).fault
    expect(of({})).toBe('10 % are answered 503')
    expect(of({ delay: { fixedDelay: '1s', percentage: { numerator: 100 } } })).toBe(
      '10 % are answered 503, 100 % wait 1s',
    )
    expect(of(only)).toBeUndefined()
    expect(of(only, { 'x-rehearsal': 'yes' })).toBe('10 % are answered 503')
  })
})

describe('what is not looked into', () => {
  it('is said: trees, scopes, plugins, filters that may answer first', () => {
    const tree = { virtualHosts: [{ name: 'all', domains: ['*'], matcher: {} }] }
    expect(told({ configuration: tree }).ways).toMatchObject([{ outcome: 'UNTOLD' }])
    expect(told({ manager: { scopedRoutes: {} } }).ways).toMatchObject([{ outcome: 'UNTOLD' }])
    const plugin = { match: { prefix: '/' }, route: { clusterSpecifierPlugin: 'mine' } }
    expect(told({ routes: [plugin] }).ways).toMatchObject([
      { outcome: 'UNTOLD', detail: 'an extension chooses the cluster' },
    ])
    const authz = {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz',
      failureModeAllow: true,
    }
    const { notes } = told({
      routes: [to('one', { prefix: '/' })],
      manager: { httpFilters: [{ name: 'authz', typedConfig: authz }] },
    })
    expect(notes).toEqual(['authz (ExtAuthz) looks at the request first and may answer it'])
  })
})
