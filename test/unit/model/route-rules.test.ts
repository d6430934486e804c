// What a rule of a Route may say, and what is refused with the field: everything that Envoy would refuse, and what nobody can
// have meant.
import { describe, expect, it } from 'vitest'
import { parseManifests, planApply } from '../../../src/model/index.ts'
import { applied, environment, gateway, group, lines, read, route, service } from './fixtures.ts'

const parse = (manifest: string) => parseManifests([{ file: 'a.yaml', text: manifest }])
const to = 'service: {name: a}'
const rule = (match: string, more = to): string => `{matches: [{${match}}], ${more}}`
const faults = (...rules: string[]): readonly string[] =>
  lines(parse(route('a', "['*']", rules.join(', ')))).map((line) => line.replace('spec.rules', ''))
const taken = (...rules: string[]): void => {
  expect(read(route('a', "['*']", rules.join(', ')))).toHaveLength(1)
}
/** A rule that forwards, with one more field. */
const withField = (field: string): string => `{${to}, ${field}}`

describe('a match', () => {
  it.each([
    'path: {regex: "/items/[0-9]+"}',
    'methods: [GET, HEAD], path: {prefix: /}',
    'headers: [{name: x, suffix: a, ignoreCase: true}, {name: y, range: {start: -5, end: 5}, invert: true}]',
    'query: [{name: a, exact: ""}, {name: b, present: false}]',
    'grpc: {service: shop.v1.Cart, method: Add}',
    'grpc: {}',
  ])('may be %s', (match) => taken(rule(match)))

  it.each([
    ['path: {regex: "/(?=a)"}', /matches\[0\]\.path\.regex: wanted a regular expression of RE2/],
    [
      'path: {regex: "/[a-z]{200}"}',
      /path\.regex: wanted a program of at most 100 instructions, found about 2\d\d/,
    ],
    ['path: {regex: ".*"}', /path\.regex: wanted a prefix: it takes every path/],
    ['path: {regex: "a", prefix: /}', /path: wanted exactly one of "prefix", "exact" and "regex"/],
    ['headers: [{name: x}]', /headers\[0\]: wanted exactly one of "exact", .*"present", found none/],
    ['headers: [{name: x, exact: a, suffix: b}]', /found "exact" and "suffix"/],
    ['headers: [{name: x, regex: "("}]', /headers\[0\]\.regex: wanted a regular expression of RE2/],
    ['headers: [{name: x, range: {start: 5, end: 5}}]', /range\.end: wanted an end above the start/],
    ['headers: [{name: x, present: true, invert: true}]', /invert: wanted none beside "present"/],
    [
      'headers: [{name: x, regex: a, ignoreCase: true}]',
      /ignoreCase: wanted none beside "regex": write "\(\?i\)"/,
    ],
    ['query: [{name: "", present: true}]', /query\[0\]\.name: wanted at least one character/],
    ['query: [{name: a, prefix: ""}]', /query\[0\]\.prefix: wanted at least one character/],
    ['methods: []', /methods: wanted at least one method/],
    ['methods: [GET, GET]', /methods: wanted each method once/],
    ['methods: [CONNECT]', /methods\[0\]: wanted one of "GET"/],
    ['grpc: {service: "a b"}', /grpc\.service: wanted the full name of a gRPC service/],
    ['grpc: {method: Add}', /grpc\.service: missing, wanted the service of the method/],
    ['grpc: {}, path: {prefix: /a}', /path: wanted none beside "grpc"/],
    ['connect: true', /connect: wanted "upgrades.connect" with it/],
  ])('may not be %s', (match, message) => {
    expect(faults(rule(match))).toEqual([expect.stringMatching(message)])
  })
})

describe('a rule that is never reached', () => {
  const never = (early: string, late: string): readonly string[] => faults(rule(early), rule(late))
  it.each([
    ['methods: [GET, HEAD]', 'methods: [HEAD, GET]'],
    ['headers: [{name: x, present: true}]', 'headers: [{name: X, exact: "1"}]'],
    ['headers: [{name: x, prefix: ab}]', 'headers: [{name: x, exact: abc}]'],
    ['headers: [{name: x, contains: b}]', 'headers: [{name: x, prefix: abc}]'],
    ['headers: [{name: x, suffix: c}]', 'headers: [{name: x, suffix: abc}]'],
    ['query: [{name: a, present: true}]', 'query: [{name: a, exact: b}]'],
    ['path: {exact: /a}', 'path: {regex: ^/a$}'],
    ['path: {regex: "/a+"}', 'path: {regex: "/a+"}'],
    [
      'path: {prefix: /a}, headers: [{name: x, present: true}]',
      'path: {prefix: /a/}, headers: [{name: x, suffix: b}]',
    ],
  ])('is refused: %s before %s', (early, late) => {
    expect(never(early, late)).toEqual([expect.stringContaining('[1].matches[0]: never reached: rules[0]')])
  })

  it.each([
    ['headers: [{name: x, exact: "1"}]', 'headers: [{name: x, present: true}]'],
    ['headers: [{name: x, prefix: abc}]', 'headers: [{name: x, prefix: ab}]'],
    ['headers: [{name: x, prefix: a}]', 'headers: [{name: x, suffix: a}]'],
    ['headers: [{name: x, prefix: a, invert: true}]', 'headers: [{name: x, exact: abc}]'],
    ['headers: [{name: x, contains: b}]', 'headers: [{name: x, exact: abc, ignoreCase: true}]'],
    ['methods: [GET, HEAD]', 'methods: [GET]'],
    ['methods: [GET]', 'path: {prefix: /}'],
    ['grpc: {}', 'path: {prefix: /}'],
    ['path: {exact: /a.b}', 'path: {regex: /a.b}'],
    ['path: {prefix: /}', 'path: {regex: "/a/.*"}'],
    ['path: {prefix: /a}', 'path: {prefix: /a/b}'],
  ])('is not this: %s before %s', (early, late) => taken(rule(early), rule(late)))

  it('is the one that is tried later, wherever it stands', () => {
    taken(
      rule('methods: [GET, HEAD], headers: [{name: x, exact: "1"}]'),
      rule('methods: [GET, HEAD, PUT], headers: [{name: x, present: true}]'),
    )
    expect(
      faults(
        rule('headers: [{name: x, exact: "1"}]'),
        rule('headers: [{name: x, present: true}]'),
        rule('headers: [{name: x, exact: "2"}]'),
      ),
    ).toEqual([
      '[2].matches[0]: never reached: rules[1] goes first and takes all of them (path prefix /, header {"name":"x","present":true})',
    ])
  })
})

describe('an action', () => {
  it.each([
    '{redirect: {scheme: https}}',
    '{redirect: {path: /x, code: 302, stripQuery: true}}',
    '{directResponse: {status: 200, body: hello}, responseHeaders: {set: {content-type: text/plain}}}',
    '{directResponse: {status: 429}, rateLimit: {requests: 5, per: 50ms}, fault: {abort: {status: 500}}}',
  ])('may be %s', (each) => taken(each))

  it.each([
    ['{}', /\[0\]\.service: missing, wanted "service", "redirect" or "directResponse"/],
    [`{${to}, redirect: {path: /x}}`, /\[0\]\.redirect: wanted none beside "service"/],
    [
      '{redirect: {path: /x}, directResponse: {status: 200}}',
      /\[0\]\.directResponse: wanted none beside "redirect"/,
    ],
    ['{redirect: {}}', /\[0\]\.redirect: wanted at least one of "scheme"/],
    ['{redirect: {path: /x, prefix: /y}}', /redirect\.prefix: wanted none beside "path"/],
    ['{redirect: {path: /x, code: 200}}', /redirect\.code: wanted one of 301, 302, 303, 307, 308/],
    ['{redirect: {host: "A b"}}', /redirect\.host: wanted a lower-case host name/],
    ['{redirect: {port: 70000}}', /redirect\.port: wanted a port from 1 to 65535/],
    [
      '{matches: [{path: {exact: /a}}], redirect: {prefix: /b}}',
      /redirect\.prefix: wanted "path" or a rule of its own: matches\[0\]/,
    ],
    ['{redirect: {path: /x}, timeout: 1s}', /\[0\]\.timeout: wanted only with "service"/],
    ['{directResponse: {status: 200}, cors: {origins: ["*"]}}', /\[0\]\.cors: wanted only with "service"/],
    [
      '{directResponse: {status: 200}, requestHeaders: {remove: [a]}}',
      /requestHeaders: wanted only with "service"/,
    ],
    ['{directResponse: {status: 100}}', /directResponse\.status: wanted a status from 200 to 599/],
    [
      `{directResponse: {status: 200, body: ${'é'.repeat(2049)}}}`,
      /directResponse\.body: wanted at most 4096 bytes/,
    ],
  ])('may not be %s', (each, message) => {
    expect(faults(each)).toEqual([expect.stringMatching(message)])
  })
})

describe('a rule that forwards', () => {
  it.each([
    'timeout: 0s, idleTimeout: 0s, maxStreamDuration: 1h',
    'timeout: 0s, retry: {on: [5xx], perTryTimeout: 1h}',
    'retry: {statusCodes: [503], attempts: 10, backOff: {base: 1ms, max: 1ms}}',
    'rewrite: {prefix: /, host: inner.test}',
    "rewrite: {regex: {pattern: '^/(a)(b)', substitution: '\\2\\1\\0\\\\'}, autoHost: true}",
    'requestHeaders: {set: {x-a: "%REQ(:path)% 100%%"}, add: {x-b: "%START_TIME%"}, remove: [x-c]}',
    'rateLimit: {requests: 1, per: 1m, burst: 60}',
    'fault: {delay: {duration: 1s, percent: 0.0001}, headers: [{name: x, present: true}]}',
    'cors: {origins: ["https://*.a.test:8443", "http://b"], credentials: true, headers: [x-a]}',
    'cors: {origins: ["*"], headers: ["*"]}',
    'maxRequestBytes: 1, upgrades: {websocket: false}',
  ])('may say %s', (field) => taken(withField(field)))
  it('may terminate CONNECT', () => taken(rule('connect: true', `${to}, upgrades: {connect: terminate}`)))

  it.each([
    ['timeout: 9000h', /timeout: wanted at most 8760h/],
    ['idleTimeout: -1s', /idleTimeout: wanted a duration/],
    ['retry: {}', /retry\.on: missing, wanted at least one condition/],
    ['retry: {on: [often]}', /retry\.on\[0\]: wanted one of "5xx"/],
    ['retry: {on: [5xx], attempts: 0}', /retry\.attempts: wanted 1 to 10/],
    [
      'retry: {on: [5xx], perTryTimeout: 16s}',
      /retry\.perTryTimeout: wanted at most the timeout, which is 15s/,
    ],
    [
      'timeout: 1s, retry: {on: [5xx], perTryIdleTimeout: 2s}',
      /retry\.perTryIdleTimeout: wanted at most the timeout/,
    ],
    ['retry: {statusCodes: [200]}', /retry\.statusCodes\[0\]: wanted a status from 400 to 599/],
    ['retry: {on: [5xx], backOff: {base: 2s, max: 1s}}', /backOff\.max: wanted at least "base"/],
    ['retry: {on: [5xx], bufferBytes: 100000000}', /bufferBytes: wanted at most 67108864/],
    ['rewrite: {}', /rewrite: wanted at least one of/],
    ['rewrite: {prefix: /a, path: /b}', /rewrite\.prefix: wanted none beside "path"/],
    ['rewrite: {host: a, autoHost: true}', /rewrite\.autoHost: wanted none beside "host"/],
    [
      "rewrite: {regex: {pattern: '(', substitution: a}}",
      /rewrite\.regex\.pattern: wanted a regular expression/,
    ],
    [
      "rewrite: {regex: {pattern: '(a)', substitution: '\\2'}}",
      /substitution: wanted a group of the pattern, which has 1/,
    ],
    ["rewrite: {regex: {pattern: 'a', substitution: 'b\\'}}", /substitution: wanted "\\0" to/],
    ['requestHeaders: {}', /requestHeaders: wanted at least one of "set", "add" and "remove"/],
    [
      'requestHeaders: {set: {x-verdigris-cohort: a}}',
      /wanted another header: x-verdigris-\* is what this fleet says itself/,
    ],
    ['responseHeaders: {remove: [X-Verdigris-Shadow]}', /remove\[0\]: wanted another header: x-verdigris/],
    ['requestHeaders: {add: {x-envoy-max-retries: "9"}}', /x-envoy-\* would go around/],
    ['requestHeaders: {set: {Host: a}}', /wanted "rewrite.host" for the host/],
    ['requestHeaders: {remove: [":path"]}', /remove\[0\]: wanted the name of a header/],
    [
      'requestHeaders: {set: {Transfer-Encoding: a}}',
      /wanted another header: this one belongs to the connection/,
    ],
    ['requestHeaders: {set: {"a b": c}}', /wanted the name of a header/],
    ['requestHeaders: {set: {a: "b\\r\\nc: d"}}', /control characters .* are refused/],
    ['requestHeaders: {set: {a: "100%"}}', /wanted "%%" for a per cent sign/],
    ['requestHeaders: {set: {a: "%ENVIRONMENT(HOME)%"}}', /wanted "%%" for a per cent sign/],
    [
      'requestHeaders: {set: {A: b}, remove: [a]}',
      /remove\[0\]: header "a" is there twice \(also in "set"\)/,
    ],
    ['rateLimit: {requests: 0}', /rateLimit\.requests: wanted 1 to/],
    ['rateLimit: {requests: 1, per: 49ms}', /rateLimit\.per: wanted at least 50ms/],
    ['rateLimit: {requests: 5, burst: 4}', /rateLimit\.burst: wanted at least "requests"/],
    ['fault: {}', /fault: wanted at least one of "delay" and "abort"/],
    ['fault: {abort: {status: 500, percent: 101}}', /abort\.percent: wanted a number above 0, up to 100/],
    ['fault: {delay: {duration: 1s, percent: 0.00001}}', /delay\.percent: wanted a number above 0/],
    ['fault: {abort: {}}', /abort: wanted exactly one of "status" and "grpcStatus", found none/],
    ['fault: {abort: {grpcStatus: 17}}', /grpcStatus: wanted a gRPC status from 1 to 16/],
    ['fault: {delay: {duration: 0s}}', /delay\.duration: wanted more than 0/],
    ['cors: {origins: ["*"], credentials: true}', /cors\.origins\[0\]: wanted names beside "credentials"/],
    [
      'cors: {origins: [https://a], exposeHeaders: ["*"], credentials: true}',
      /exposeHeaders\[0\]: wanted names/,
    ],
    ['cors: {origins: [shop.test]}', /cors\.origins\[0\]: wanted an origin/],
    ['cors: {origins: ["https://a/"]}', /cors\.origins\[0\]: wanted an origin/],
    ['cors: {origins: ["https://a.*.b"]}', /cors\.origins\[0\]: wanted an origin/],
    ['cors: {origins: []}', /cors\.origins: wanted at least one origin/],
    ['cors: {origins: [https://a], maxAge: 1500ms}', /cors\.maxAge: wanted whole seconds/],
    [
      'upgrades: {connect: terminate}',
      /upgrades\.connect: wanted only where every match has "connect: true"/,
    ],
    ['maxRequestBytes: 0', /maxRequestBytes: wanted at least 1/],
  ])('may not say %s', (field, message) => {
    expect(faults(withField(field))).toEqual([expect.stringMatching(message)])
  })

  it('takes CONNECT with nothing that is about a request', () => {
    const connect = (match: string, more: string): string =>
      rule(`connect: true${match}`, `${to}, upgrades: {connect: forward}${more}`)
    expect(faults(connect(', methods: [GET]', ''))).toEqual([
      expect.stringContaining('[0].matches[0].methods: wanted none beside "connect"'),
    ])
    expect(faults(connect('', ', retry: {on: [5xx]}'))).toEqual([
      expect.stringContaining('[0].retry: wanted none with CONNECT'),
    ])
  })

  it('replaces prefixes only where each match has one, and none that is too long to be taken away', () => {
    expect(faults(rule('path: {prefix: /a}}, {grpc: {}', `${to}, rewrite: {prefix: /b}`))).toEqual([
      expect.stringContaining('[0].rewrite.prefix: wanted "path" or a rule of its own: matches[1]'),
    ])
    const long = `/${'a'.repeat(120)}`
    taken(rule(`path: {prefix: ${long}}`, `${to}, rewrite: {prefix: /b}`))
    expect(faults(rule(`path: {prefix: ${long}}`, `${to}, rewrite: {prefix: /}`))).toEqual([
      expect.stringContaining('[0].rewrite.prefix: wanted another prefix, or a shorter one in matches[0]'),
    ])
  })
})

it('a Route leads to no port that speaks TCP', () => {
  const world = applied([group(), gateway()])
  const tcp = service([environment('blue')]).replace('{name: http}', '{name: db, protocol: TCP}')
  expect(lines(planApply(world, read(tcp, route())))).toEqual([
    'spec.rules[0].service.port: port "db" of Service "checkout" speaks TCP, wanted HTTP, HTTP2 or GRPC: a Route reads requests',
  ])
})

it('a Route tells no backend its name where none has one', () => {
  const auto = route('checkout', "['*']", '{service: {name: checkout}, rewrite: {autoHost: true}}')
  const world = applied([group(), gateway()])
  expect(lines(planApply(world, read(service(), auto)))).toEqual([
    'spec.rules[0].rewrite.autoHost: wanted "host", or endpoints by "dns": no backend of Service "checkout" has a host name',
  ])
  const named = service([
    '{name: blue, release: {version: v1}, endpoints: {dns: {hosts: [{host: a.test, port: 80}]}}}',
  ])
  expect(planApply(world, read(named, auto)).ok).toBe(true)
})
