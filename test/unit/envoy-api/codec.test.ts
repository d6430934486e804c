import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import {
  decodeJson,
  delimitedField,
  EnvoyApiError,
  encodeAny,
  encodeJson,
  splitAny,
  typeUrlOf,
} from '../../../src/envoy-api/index.ts'

const routeConfiguration = 'envoy.config.route.v3.RouteConfiguration'
const route = 'envoy.config.route.v3.Route'
const listener = 'envoy.config.listener.v3.Listener'

const hex = (messageName: string, json: unknown): string =>
  Buffer.from(encodeJson(messageName, json)).toString('hex')
const roundTrip = (messageName: string, json: unknown): unknown =>
  decodeJson(messageName, encodeJson(messageName, json))
function refusal(messageName: string, json: unknown): EnvoyApiError {
  try {
    encodeJson(messageName, json)
  } catch (error) {
    if (error instanceof EnvoyApiError) return error
    throw error
  }
  throw new Error('it was taken')
}

const hcm = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const router = 'envoy.extensions.filters.http.router.v3.Router'
const wholeListener = {
  name: 'default/edge/http',
  address: { socketAddress: { address: '0.0.0.0', portValue: 10_000 } },
  filterChains: [
    {
      filters: [
        {
          name: 'http',
          typedConfig: {
            '@type': typeUrlOf(hcm),
            statPrefix: 'edge',
            rds: {
              configSource: { ads: {}, resourceApiVersion: 'V3' },
              routeConfigName: 'default/edge/http',
            },
            httpFilters: [
              { name: 'router', typedConfig: { '@type': typeUrlOf(router), suppressEnvoyHeaders: true } },
            ],
            useRemoteAddress: true,
          },
        },
      ],
    },
  ],
}

describe('the JSON codec', () => {
  it('takes an Any inside an Any to bytes and back', () => {
    expect(roundTrip(listener, wholeListener)).toEqual(wholeListener)
  })

  it('reads snake_case and writes camelCase', () => {
    const snake = { virtual_hosts: [{ name: 'a', domains: ['*'], include_request_attempt_count: true }] }
    const camel = { virtualHosts: [{ name: 'a', domains: ['*'], includeRequestAttemptCount: true }] }
    expect(hex(routeConfiguration, snake)).toBe(hex(routeConfiguration, camel))
    expect(roundTrip(routeConfiguration, snake)).toEqual(camel)
  })

  it('gives equal content equal bytes, whatever the order of keys and map entries', () => {
    const values = fc.dictionary(
      fc.string({ minLength: 1 }),
      fc.oneof(fc.string(), fc.integer(), fc.boolean()),
    )
    fc.assert(
      fc.property(values, (labels) => {
        const reversed = Object.fromEntries(Object.entries(labels).reverse())
        const one = { name: 'r', metadata: { filterMetadata: { b: labels, a: {} } }, match: { prefix: '/' } }
        const other = {
          match: { prefix: '/' },
          metadata: { filterMetadata: { a: {}, b: reversed } },
          name: 'r',
        }
        expect(hex(route, one)).toBe(hex(route, other))
      }),
    )
  })

  it('keeps maps and structs whose keys are names of Object.prototype', () => {
    const text =
      '{"metadata":{"filterMetadata":{"__proto__":{"__proto__":1,"constructor":"x"},"toString":{}}}}'
    expect(JSON.stringify(roundTrip(route, JSON.parse(text)))).toBe(text)
  })

  it('leaves out defaults, but keeps set apart from absent where the API does', () => {
    const json = { validateClusters: false, maxDirectResponseBodySizeBytes: 0 }
    expect(
      roundTrip(routeConfiguration, { name: '', ...json, mostSpecificHeaderMutationsWins: false }),
    ).toEqual(json)
    expect(roundTrip(route, { match: { prefix: '' } })).toEqual({ match: { prefix: '' } })
    expect(roundTrip(route, { redirect: { responseCode: 'MOVED_PERMANENTLY' } })).toEqual({ redirect: {} })
  })

  it('takes null as absent, and as a value inside a Struct', () => {
    expect(roundTrip(route, { name: null, metadata: { filterMetadata: { a: { b: null } } } })).toEqual({
      metadata: { filterMetadata: { a: { b: null } } },
    })
  })

  it('takes null as a value where a field holds just that', () => {
    expect(hex('cel.expr.Constant', { nullValue: null })).toBe('0800')
    expect(roundTrip('cel.expr.Constant', { nullValue: null })).toEqual({ nullValue: null })
  })

  it.each([
    ['1s', '1s'],
    ['0.25s', '0.250s'],
    ['-1.5s', '-1.500s'],
    ['-0.000000001s', '-0.000000001s'],
    ['315576000000s', '315576000000s'],
    ['0s', '0s'],
  ])('takes the duration %s', (text, canonical) => {
    expect(roundTrip('google.protobuf.Duration', text)).toBe(canonical)
  })

  it.each(['1', '1m', '1.s', '.5s', '1.0000000001s', '315576000001s', 's', '1e3s', 1, {}])(
    'refuses the duration %j',
    (value) => {
      expect(refusal(route, { route: { timeout: value } }).path).toBe('route.timeout')
    },
  )

  it.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05.1+02:00', '2026-01-02T01:04:05.100Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
  ])('takes the time %s', (text, canonical) => {
    expect(roundTrip('google.protobuf.Timestamp', text)).toBe(canonical)
  })

  it.each(['2026-02-30T00:00:00Z', '2026-01-02', '2026-01-02T24:61:00Z', 0])(
    'refuses the time %j',
    (value) => {
      expect(refusal('google.protobuf.Timestamp', value).path).toBe('')
    },
  )

  it('keeps 64-bit integers exact, as text', () => {
    const type = 'google.protobuf.UInt64Value'
    expect(roundTrip(type, '18446744073709551615')).toBe('18446744073709551615')
    expect(roundTrip('google.protobuf.Int64Value', '-9223372036854775808')).toBe('-9223372036854775808')
    expect(roundTrip(type, 7)).toBe('7')
    expect(refusal(type, '18446744073709551616').reason).toMatch(/at most|from 0 to 18446744073709551615/)
    expect(refusal(type, 2 ** 60).reason).toMatch(/quotes/)
  })

  it.each([
    ['google.protobuf.UInt32Value', -1],
    ['google.protobuf.UInt32Value', 4_294_967_296],
    ['google.protobuf.UInt32Value', 1.5],
    ['google.protobuf.UInt32Value', ''],
    ['google.protobuf.UInt32Value', true],
    ['google.protobuf.BoolValue', 'true'],
    ['google.protobuf.StringValue', 1],
    ['google.protobuf.StringValue', '\ud800'],
    ['google.protobuf.BytesValue', 'a$'],
    ['google.protobuf.FloatValue', 1e39],
    ['google.protobuf.DoubleValue', 'one'],
  ])('refuses as %s: %j', (type, value) => {
    expect(refusal(type, value).reason).toMatch(/^wanted/)
  })

  it('takes numbers that JSON cannot write, and short floats', () => {
    expect(roundTrip('google.protobuf.DoubleValue', 'NaN')).toBe('NaN')
    expect(roundTrip('google.protobuf.FloatValue', '-Infinity')).toBe('-Infinity')
    expect(roundTrip('google.protobuf.FloatValue', 0.1)).toBe(0.1)
    expect(Object.is(roundTrip('google.protobuf.DoubleValue', -0), -0)).toBe(true)
  })

  it('takes bytes as standard and as URL-safe base64', () => {
    expect(roundTrip('google.protobuf.BytesValue', '-_8')).toBe('+/8=')
  })

  it('takes enums by name and by number, keeps numbers without a name', () => {
    const cluster = 'envoy.config.cluster.v3.Cluster'
    expect(hex(cluster, { type: 3 })).toBe(hex(cluster, { type: 'EDS' }))
    expect(roundTrip(cluster, { lbPolicy: 77 })).toEqual({ lbPolicy: 77 })
    expect(refusal(cluster, { lbPolicy: 'ROUNDROBIN' })).toMatchObject({
      path: 'lbPolicy',
      reason: expect.stringContaining('did you mean "ROUND_ROBIN"?'),
    })
  })

  it('says where an unknown field stands, and what was meant', () => {
    const json = {
      virtualHosts: [{ name: 'a', routes: [{ match: { prefix: '/' } }, { match: { prefx: '/' } }] }],
    }
    expect(refusal(routeConfiguration, json)).toMatchObject({
      path: 'virtualHosts[0].routes[1].match.prefx',
      message: expect.stringMatching(
        /unknown field of envoy.config.route.v3.RouteMatch; did you mean "prefix"\?$/,
      ),
    })
  })

  it('says where inside an Any and a map', () => {
    const any = { '@type': typeUrlOf(router), dynamicStats: 'yes' }
    expect(refusal(listener, { filterChains: [{ filters: [{ typedConfig: any }] }] }).path).toBe(
      'filterChains[0].filters[0].typedConfig.dynamicStats',
    )
    expect(
      refusal(route, {
        typedPerFilterConfig: { 'envoy.filters.http.x': { '@type': 'type.googleapis.com/No' } },
      }),
    ).toMatchObject({
      path: 'typedPerFilterConfig["envoy.filters.http.x"]["@type"]',
      reason: expect.stringContaining('"type.googleapis.com/No"'),
    })
  })

  it.each([
    [{ match: { prefix: '/', path: '/' } }, 'match.path'],
    [{ name: 'a', match: { case_sensitive: true, caseSensitive: true } }, 'match.caseSensitive'],
    [{ match: [] }, 'match'],
    [{ match: 'x' }, 'match'],
    [{ requestHeadersToRemove: 'x' }, 'requestHeadersToRemove'],
    [{ requestHeadersToRemove: ['a', null] }, 'requestHeadersToRemove[1]'],
    [{ typedPerFilterConfig: [] }, 'typedPerFilterConfig'],
    [{ typedPerFilterConfig: { a: null } }, 'typedPerFilterConfig.a'],
    [{ typedPerFilterConfig: { a: { value: 1 } } }, 'typedPerFilterConfig.a["@type"]'],
    [
      { typedPerFilterConfig: { a: { '@type': 'envoy.config.route.v3.Route' } } },
      'typedPerFilterConfig.a["@type"]',
    ],
    [{ metadata: { filterMetadata: { a: [] } } }, 'metadata.filterMetadata.a'],
    [{ metadata: { filterMetadata: { a: { b: [Number.NaN] } } } }, 'metadata.filterMetadata.a.b[0]'],
  ])('refuses %j', (json, path) => {
    expect(refusal(route, json).path).toBe(path)
  })

  it('takes messages with a JSON form of their own inside an Any by "value"', () => {
    const any = (value: object): object => ({ typedPerFilterConfig: { a: value } })
    const duration = { '@type': typeUrlOf('google.protobuf.Duration'), value: '3s' }
    expect(roundTrip(route, any(duration))).toEqual(any(duration))
    const inner = { '@type': typeUrlOf('google.protobuf.Any'), value: duration }
    expect(roundTrip(route, any(inner))).toEqual(any(inner))
    const empty = { '@type': typeUrlOf('google.protobuf.Empty') }
    expect(roundTrip(route, any({ ...empty, value: {} }))).toEqual(any(empty))
    expect(roundTrip(route, any({}))).toEqual(any({}))
    expect(refusal(route, any({ ...duration, extra: 1 })).path).toBe('typedPerFilterConfig.a.extra')
    expect(refusal(route, any({ '@type': duration['@type'] })).path).toBe('typedPerFilterConfig.a.value')
  })

  it('keeps the bytes of an Any whose type it does not know', () => {
    const bytes = encodeAny('type.googleapis.com/com.example.Own', new Uint8Array([8, 1]))
    expect(decodeJson('google.protobuf.Any', bytes)).toEqual({
      '@type': 'type.googleapis.com/com.example.Own',
      value: 'CAE=',
    })
  })

  it('steps over fields of a newer API and refuses what is no message', () => {
    const known = encodeJson(route, { name: 'a' })
    expect(decodeJson(route, Buffer.concat([known, delimitedField(19_999, new Uint8Array([1]))]))).toEqual({
      name: 'a',
    })
    expect(() => decodeJson(route, new Uint8Array([0x0a, 0x7f, 1]))).toThrow(EnvoyApiError)
    expect(() => decodeJson('envoy.config.route.v3.Nothing', known)).toThrow(/no message/)
    expect(() => encodeJson('envoy.config.route.v3.Nothing', {})).toThrow(EnvoyApiError)
  })

  it('joins messages that come in parts and takes the last of a oneof, as protobuf does', () => {
    const parts = [
      { match: { prefix: '/a' } },
      { match: { caseSensitive: false } },
      { match: { path: '/b' } },
    ]
    const joined = Buffer.concat(parts.map((part) => encodeJson(route, part)))
    expect(decodeJson(route, joined)).toEqual({ match: { path: '/b', caseSensitive: false } })
  })

  it('makes of concatenated elements what it makes of the whole', () => {
    const hosts = ['a', 'b', 'c'].map((name) => ({ name, domains: [name] }))
    const parts = hosts.map((host) =>
      delimitedField(2, encodeJson('envoy.config.route.v3.VirtualHost', host)),
    )
    const joined = Buffer.concat([encodeJson(routeConfiguration, { name: 'r' }), ...parts])
    expect(joined.toString('hex')).toBe(hex(routeConfiguration, { name: 'r', virtualHosts: hosts }))
  })

  it(`nests at most ${limits.protobufDepth} messages`, () => {
    const nested = (depth: number): object => {
      let json: object = { any: true }
      for (let times = 1; times < depth; times++) json = { notRule: json }
      return json
    }
    const permission = 'envoy.config.rbac.v3.Permission'
    expect(roundTrip(permission, nested(limits.protobufDepth))).toEqual(nested(limits.protobufDepth))
    expect(refusal(permission, nested(limits.protobufDepth + 1)).reason).toMatch(/nested deeper/)
    expect(refusal(permission, nested(5_000)).reason).toMatch(/nested deeper/)
    let bytes: Uint8Array = encodeJson(permission, { any: true })
    for (let times = 0; times < 1_000; times++) bytes = delimitedField(8, bytes)
    expect(() => decodeJson(permission, bytes)).toThrow(/nested deeper/)
  })

  it(`encodes at most ${limits.resourceBytes} bytes`, () => {
    const json = { name: 'x'.repeat(limits.resourceBytes) }
    expect(refusal(route, json).reason).toMatch(/at most 16777216 allowed/)
  })
})

describe('an Any', () => {
  it('is put together and taken apart without knowing its message', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array(), (typeUrl, value) => {
        const apart = splitAny(encodeAny(typeUrl, value))
        expect({ typeUrl: apart.typeUrl, value: [...apart.value] }).toEqual({ typeUrl, value: [...value] })
      }),
    )
  })

  it('of an empty message is its type URL and nothing more', () => {
    expect(Buffer.from(encodeAny('t', new Uint8Array())).toString('hex')).toBe('0a0174')
    expect(splitAny(new Uint8Array())).toEqual({ typeUrl: '', value: new Uint8Array() })
  })

  it('has the bytes that the JSON codec gives it', () => {
    const inner = encodeJson(router, { suppressEnvoyHeaders: true })
    expect(hex('google.protobuf.Any', { '@type': typeUrlOf(router), suppressEnvoyHeaders: true })).toBe(
      Buffer.from(encodeAny(typeUrlOf(router), inner)).toString('hex'),
    )
  })
})
