// Every condition that a route can ask for: what it takes, what it leaves, and what is said then.
import { describe, expect, it } from 'vitest'
import type { envoy } from '../../../src/envoy-api/index.ts'
import { type asked, takes, to, told } from './asking.ts'

type Request = Parameters<typeof asked>[0]

describe('a path', () => {
  it.each<[envoy.RouteMatch, string, boolean]>([
    [{ prefix: '/cart' }, '/cartoon', true],
    [{ prefix: '/cart' }, '/Cart', false],
    [{ prefix: '/cart', caseSensitive: false }, '/CART/1', true],
    [{ path: '/cart' }, '/cart?x=1', true],
    [{ path: '/cart' }, '/cart/', false],
    [{ path: '/cart', caseSensitive: false }, '/Cart', true],
    [{ pathSeparatedPrefix: '/cart' }, '/cart', true],
    [{ pathSeparatedPrefix: '/cart' }, '/cart?q', true],
    [{ pathSeparatedPrefix: '/cart' }, '/cart/1', true],
    [{ pathSeparatedPrefix: '/cart' }, '/cartoon', false],
    [{ safeRegex: { regex: '/items/[0-9]+' } }, '/items/12?x=y', true],
    [{ safeRegex: { regex: '/items/[0-9]+' } }, '/items/12/x', false],
    [{ safeRegex: { regex: 'items' } }, '/items', false],
    [{ connectMatcher: {} }, '/', false],
  ])('%j has %s: %s', (match, path, expected) => {
    const scene = { routes: [to('one', match)] }
    expect(told(scene, { path }).ways[0]?.outcome === 'FORWARDED').toBe(expected)
  })

  it('is empty for a tunnel, which only a matcher of tunnels takes', () => {
    const tunnel = { upgradeConfigs: [{ upgradeType: 'CONNECT' }] }
    const routes = [
      to('any', { prefix: '/' }),
      to('tunnel', { connectMatcher: {} }, { route: { cluster: 'tunnel', ...tunnel } }),
    ]
    expect(told({ routes }, { method: 'CONNECT' }).ways).toMatchObject([{ route: 'tunnel' }])
  })

  it('has no parameters where the configuration ignores them', () => {
    const virtualHosts = [{ name: 'all', domains: ['*'], routes: [to('one', { path: '/cart' })] }]
    const of = (more: object) =>
      told({ configuration: { virtualHosts, ...more } }, { path: '/cart;v=1' }).ways[0]?.outcome
    expect([of({}), of({ ignorePathParametersInPathMatching: true })]).toEqual(['NOT_FOUND', 'FORWARDED'])
  })
})

describe('a header', () => {
  const header = (matcher: envoy.HeaderMatcher): envoy.RouteMatch => ({
    headers: [{ name: 'X-A', ...matcher }],
  })
  it.each<[envoy.HeaderMatcher, string | undefined, boolean]>([
    [{}, 'any', true],
    [{}, undefined, false],
    [{ presentMatch: true }, undefined, false],
    [{ presentMatch: false }, undefined, true],
    [{ presentMatch: false }, 'any', false],
    [{ presentMatch: true, invertMatch: true }, 'any', false],
    [{ presentMatch: true, invertMatch: true }, undefined, true],
    [{ stringMatch: { exact: 'one' } }, 'one', true],
    [{ stringMatch: { exact: 'one' } }, 'One', false],
    [{ stringMatch: { exact: 'ONE', ignoreCase: true } }, 'one', true],
    [{ stringMatch: { prefix: 'on' } }, 'one', true],
    [{ stringMatch: { suffix: 'ne' } }, 'one', true],
    [{ stringMatch: { contains: 'n' } }, 'one', true],
    [{ stringMatch: { contains: 'x' } }, 'one', false],
    [{ stringMatch: { safeRegex: { regex: 'o.e' } } }, 'one', true],
    [{ stringMatch: { safeRegex: { regex: 'o' } } }, 'one', false],
    [{ stringMatch: { exact: 'one' }, invertMatch: true }, 'two', true],
    [{ stringMatch: { exact: 'one' }, invertMatch: true }, 'one', false],
    // One that is not there matches nothing, turned around or not.
    [{ stringMatch: { exact: 'one' }, invertMatch: true }, undefined, false],
    [{ stringMatch: { exact: 'one' }, invertMatch: true, treatMissingHeaderAsEmpty: true }, undefined, true],
    [{ rangeMatch: { start: 5, end: 50 } }, '5', true],
    [{ rangeMatch: { start: 5, end: 50 } }, '50', false],
    [{ rangeMatch: { start: -5, end: 50 } }, '-3', true],
    [{ rangeMatch: { start: 5, end: 50 } }, '7x', false],
    [{ rangeMatch: { start: 5, end: 50 }, invertMatch: true }, 'x', true],
    [{ rangeMatch: { start: 5, end: '9223372036854775807' } }, '99999999999999999999', false],
    [{ exactMatch: 'one' }, 'one', true],
    [{ prefixMatch: 'on' }, 'one', true],
    [{ suffixMatch: 'ne' }, 'one', true],
    [{ containsMatch: 'n' }, 'one', true],
    [{ safeRegexMatch: { regex: 'o.e' } }, 'one', true],
  ])('%j takes %s: %s', (matcher, value, expected) => {
    expect(takes(header(matcher), value === undefined ? {} : { send: { 'x-a': value } })).toBe(expected)
  })

  it('sent twice is one text with a comma, and cookies are one with a semicolon', () => {
    const twice = (name: string) => ({
      headers: [
        { name, value: 'a=1' },
        { name, value: 'b=2' },
      ],
    })
    expect(takes(header({ stringMatch: { exact: 'a=1,b=2' } }), twice('x-a'))).toBe(true)
    expect(
      takes({ headers: [{ name: 'cookie', stringMatch: { exact: 'a=1; b=2' } }] }, twice('cookie')),
    ).toBe(true)
  })

  it('may be the method, the path, the host or the scheme', () => {
    const of = (name: string, exact: string): envoy.RouteMatch => ({
      headers: [{ name, stringMatch: { exact } }],
    })
    for (const [name, value] of [
      [':method', 'GET'],
      [':path', '/x?y=1'],
      [':authority', 'shop.test'],
      ['host', 'shop.test'],
      [':scheme', 'http'],
    ] as const) {
      expect(takes(of(name, value), { path: '/x?y=1' }), name).toBe(true)
    }
  })
})

describe('a query parameter', () => {
  it.each<[envoy.QueryParameterMatcher, string, boolean]>([
    [{ name: 'q' }, '/?q', true],
    [{ name: 'q' }, '/?r=q', false],
    [{ name: 'q', presentMatch: true }, '/?q=', true],
    [{ name: 'q', presentMatch: false }, '/', true],
    [{ name: 'q', presentMatch: false }, '/?q=1', false],
    [{ name: 'q', stringMatch: { exact: '1' } }, '/?a=b&q=1', true],
    // Only the first of several counts, and escapes are not resolved.
    [{ name: 'q', stringMatch: { exact: '2' } }, '/?q=1&q=2', false],
    [{ name: 'q', stringMatch: { exact: 'a b' } }, '/?q=a%20b', false],
    [{ name: 'q', stringMatch: { exact: '1' } }, '/', false],
  ])('%j takes %s: %s', (matcher, path, expected) => {
    expect(takes({ queryParameters: [matcher] }, { path })).toBe(expected)
  })
})

describe('a cookie', () => {
  const cookie = (matcher: envoy.CookieMatcher): envoy.RouteMatch => ({
    cookies: [{ name: 'a', ...matcher }],
  })
  it.each<[envoy.CookieMatcher, string, boolean]>([
    [{ stringMatch: { exact: 'x' } }, 'b=1; a=x', true],
    [{ stringMatch: { exact: 'x' } }, 'a="x"', true],
    [{ stringMatch: { exact: 'x' } }, 'ba=x', false],
    [{ stringMatch: { exact: 'x' }, invertMatch: true }, 'b=1', true],
  ])('%j takes %s: %s', (matcher, value, expected) => {
    expect(takes(cookie(matcher), { send: { cookie: value } })).toBe(expected)
  })
})

describe('a gRPC call', () => {
  it.each([
    ['application/grpc', true],
    ['application/grpc+proto', true],
    ['application/grpc-web', false],
    ['text/plain', false],
  ])('says so by its content type: %s, %s', (type, expected) => {
    expect(takes({ grpc: {} }, { send: { 'content-type': type } })).toBe(expected)
  })

  it.each([
    [404, 12],
    [403, 7],
    [401, 16],
    [400, 13],
    [429, 14],
    [503, 14],
    [418, 2],
  ])('is told %d of the proxy as 200 and its own status %d', (status, grpcStatus) => {
    const routes = [to('no', { prefix: '/' }, { route: undefined as never, directResponse: { status } })]
    const send = { 'content-type': 'application/grpc' }
    expect(told({ routes }, { send }).ways).toMatchObject([{ outcome: 'ANSWERED', status: 200, grpcStatus }])
    expect(told({ routes }).ways[0]).not.toHaveProperty('grpcStatus')
  })
})

describe('what only the proxy knows', () => {
  const claim: envoy.RouteMatch = {
    dynamicMetadata: [
      {
        filter: 'envoy.filters.http.jwt_authn',
        path: [{ key: 'default/shop' }, { key: 'groups' }],
        value: {
          orMatch: {
            valueMatchers: [
              { stringMatch: { exact: 'testers' } },
              { listMatch: { oneOf: { stringMatch: { exact: 'testers' } } } },
            ],
          },
        },
      },
    ],
  }
  const jwt: envoy.AnyMessage = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
    providers: {
      p: {
        payloadInMetadata: 'default/shop',
        fromHeaders: [{ name: 'Authorization', valuePrefix: 'Bearer ' }],
      },
    },
  }
  const scene = {
    routes: [to('testers', { prefix: '/', ...claim }), to('rest', { prefix: '/' })],
    manager: { httpFilters: [{ name: 'jwt', configDiscovery: {} }] },
    extensions: { jwt },
  }
  const outcome = (request: Request) =>
    told(scene, request).ways.map(({ route, conditions }) => [route, conditions.length])

  it('is a token: none has no claims, one may have any, and what is said of it counts', () => {
    expect(outcome({})).toEqual([['rest', 0]])
    expect(outcome({ send: { authorization: 'Basic abc' } })).toEqual([['rest', 0]])
    expect(outcome({ send: { authorization: 'Bearer abc' } })).toEqual([
      ['testers', 1],
      ['rest', 0],
    ])
    expect(outcome({ claims: new Map([['groups', ['testers']]]) })).toEqual([['testers', 0]])
    expect(outcome({ claims: new Map([['groups', ['a', 'testers']]]) })).toEqual([['testers', 0]])
    expect(outcome({ claims: new Map([['groups', ['a']]]) })).toEqual([['rest', 0]])
    expect(outcome({ claims: new Map([['sub', ['testers']]]) })).toEqual([['rest', 0]])
  })

  it('is where a proxy runs, unless that is said', () => {
    const match = {
      runtimeFraction: { defaultValue: { numerator: 0 }, runtimeKey: 'verdigris.locality.eu/*/*' },
    }
    const routes = [to('eu', { prefix: '/', ...match }), to('rest', { prefix: '/' })]
    const names = (request: Request) => told({ routes }, request).ways.map(({ route }) => route)
    expect(names({})).toEqual(['eu', 'rest'])
    expect(names({ place: { region: 'eu', zone: 'a' } })).toEqual(['eu'])
    expect(names({ place: { region: 'us' } })).toEqual(['rest'])
  })

  it('is a share of the requests, of runtime keys that are served or of its default', () => {
    const of = (numerator: number) => ({
      defaultValue: { numerator, denominator: 'HUNDRED' as const },
      runtimeKey: 'half',
    })
    const ways = (numerator: number, runtime: Readonly<Record<string, unknown>> = {}) =>
      told({
        runtime,
        routes: [to('some', { prefix: '/', runtimeFraction: of(numerator) }), to('rest', { prefix: '/' })],
      }).ways.map(({ route, chance }) => [route, chance])
    expect(ways(25)).toEqual([
      ['some', 2_500],
      ['rest', undefined],
    ])
    expect(ways(0)).toEqual([['rest', undefined]])
    expect(ways(100)).toEqual([['some', undefined]])
    expect(ways(0, { half: 40 })).toEqual([
      ['some', 4_000],
      ['rest', undefined],
    ])
    expect(ways(0, { half: { numerator: 1, denominator: 'TEN_THOUSAND' } })).toEqual([
      ['some', 1],
      ['rest', undefined],
    ])
  })

  it('is the address of the client, unless it is said', () => {
    const manager = {
      useRemoteAddress: true,
      internalAddressConfig: { cidrRanges: [{ addressPrefix: '255.255.255.255', prefixLen: 32 }] },
    }
    const match = {
      headers: [{ name: 'x-envoy-external-address', stringMatch: { safeRegex: { regex: '10\\.[0-9.]+' } } }],
    }
    const routes = [to('inside', { prefix: '/', ...match }), to('rest', { prefix: '/' })]
    const names = (request: Request) => told({ routes, manager }, request).ways.map(({ route }) => route)
    expect(names({})).toEqual(['inside', 'rest'])
    expect(names({ sourceAddress: '10.1.2.3' })).toEqual(['inside'])
    expect(names({ sourceAddress: '11.1.2.3' })).toEqual(['rest'])
    // What the client writes there itself does not count.
    expect(names({ sourceAddress: '11.1.2.3', send: { 'x-envoy-external-address': '10.1.2.3' } })).toEqual([
      'rest',
    ])
    const hops = { ...manager, xffNumTrustedHops: 1 }
    const behind = told(
      { routes, manager: hops },
      { sourceAddress: '11.1.1.1', send: { 'x-forwarded-for': '10.9.9.9' } },
    )
    expect(behind.ways.map(({ route }) => route)).toEqual(['inside'])
  })
})

describe('the order of routes', () => {
  it('is theirs: the first that takes the request has it', () => {
    const routes = [
      to('first', { prefix: '/a' }),
      to('second', { prefix: '/a/b' }),
      to('third', { prefix: '/' }),
    ]
    expect(told({ routes }, { path: '/a/b' }).ways.map(({ route }) => route)).toEqual(['first'])
  })

  it('is 404 where it ends', () => {
    expect(told({ routes: [to('one', { path: '/a' })] }).ways).toMatchObject([
      { outcome: 'NOT_FOUND', status: 404 },
    ])
  })
})

describe('near, and not taken', () => {
  const routes = [
    to('far', { path: '/other', headers: [{ name: 'x-a' }] }),
    to('two', { prefix: '/', headers: [{ name: 'x-a', stringMatch: { exact: 'yes' } }, { name: 'x-b' }] }),
    to('one', { prefix: '/', headers: [{ name: 'x-a', stringMatch: { exact: 'yes' } }] }),
  ]
  it('are the routes that lack least, with what they lack and what was found', () => {
    const { misses } = told({ routes }, { send: { 'x-a': 'no' } })
    expect(misses.map(({ route }) => route)).toEqual(['one', 'two', 'far'])
    expect(misses[0]?.reasons).toEqual(['header x-a is "yes": found "no"'])
    expect(misses[1]?.reasons).toEqual(['header x-a is "yes": found "no"', 'header x-b is there: found none'])
  })

  it('are none of another path where a route took the request, and none after it', () => {
    const more = [
      ...routes,
      to('rest', { prefix: '/' }),
      to('after', { prefix: '/', headers: [{ name: 'x-c' }] }),
    ]
    expect(told({ routes: more }).misses.map(({ route }) => route)).toEqual(['one', 'two'])
  })
})
