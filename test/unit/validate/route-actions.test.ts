// What Envoy's code asks of routes' actions beyond its constraints: each rule once held and once broken.
import { expect, it } from 'vitest'
import { typeUrlOf } from '../../../src/envoy-api/index.ts'
import { refusalsOf } from '../../../src/validate/refusals.ts'

const match = { prefix: '/' }
const to = (more: object) => ({ match, route: { cluster: 'c', ...more } })
const own = (body: object) => ({ match, directResponse: { status: 200, body } })
const added = (value: string, more = {}) => ({
  ...to({}),
  requestHeadersToAdd: [{ header: { key: 'x', value }, ...more }],
})
const limited = (tokenBucket: object) => ({
  ...to({}),
  typedPerFilterConfig: {
    limit: {
      '@type': typeUrlOf('envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit'),
      statPrefix: 'a',
      ...tokenBucket,
    },
  },
})
const previous = {
  '@type': typeUrlOf('envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate'),
}
const predicate = (typedConfig: object) =>
  to({ retryPolicy: { retryHostPredicate: [{ name: 'p', ...typedConfig }] } })
const backOff = (baseInterval: string, maxInterval: string) =>
  to({ retryPolicy: { retryBackOff: { baseInterval, maxInterval } } })
const path = (stringMatch: object) => ({
  ...to({}),
  match: { ...match, queryParameters: [{ name: 'q', stringMatch }] },
})

it.each<[string, object, object, string]>([
  [
    'an answer from a file',
    own({ inlineString: 'a' }),
    own({ filename: '/etc/passwd' }),
    'directResponse.body.filename',
  ],
  [
    'an answer from a variable',
    own({ inlineBytes: 'YQ==' }),
    own({ environmentVariable: 'HOME' }),
    'directResponse.body.environmentVariable',
  ],
  [
    'a long answer',
    own({ inlineString: 'é'.repeat(2_048) }),
    own({ inlineString: 'é'.repeat(2_049) }),
    'directResponse.body',
  ],
  [
    'an upgrade twice',
    to({ upgradeConfigs: [{ upgradeType: 'a' }] }),
    to({ upgradeConfigs: [{ upgradeType: 'a' }, { upgradeType: 'A' }] }),
    'route.upgradeConfigs[1]',
  ],
  [
    'a tunnel of another upgrade',
    to({ upgradeConfigs: [{ upgradeType: 'Connect', connectConfig: {} }] }),
    to({ upgradeConfigs: [{ upgradeType: 'websocket', connectConfig: {} }] }),
    'route.upgradeConfigs[0].connectConfig',
  ],
  [
    'a back-off that ends before it begins',
    backOff('0.5s', '0.5s'),
    backOff('0.5s', '0.4s'),
    'route.retryPolicy.retryBackOff.maxInterval',
  ],
  [
    'a host predicate of nothing',
    predicate({ typedConfig: previous }),
    predicate({}),
    'route.retryPolicy.retryHostPredicate[0].typedConfig',
  ],
  [
    'a host predicate that is none',
    predicate({ typedConfig: previous }),
    predicate({ typedConfig: { '@type': typeUrlOf('google.protobuf.Struct') } }),
    'route.retryPolicy.retryHostPredicate[0].typedConfig',
  ],
  [
    'a substitution that nobody knows',
    added('%REQ(:path)% 5%%'),
    added('%bad%'),
    'requestHeadersToAdd[0].header.value',
  ],
  [
    'a variable of the machine',
    added('%HOSTNAME%'),
    added('%ENVIRONMENT(HOME)%'),
    'requestHeadersToAdd[0].header.value',
  ],
  [
    'two ways to add',
    added('a', { append: true }),
    added('a', { append: true, appendAction: 'ADD_IF_ABSENT' }),
    'requestHeadersToAdd[0].append',
  ],
  [
    'a limit without tokens',
    limited({ tokenBucket: { maxTokens: 1, fillInterval: '1s' } }),
    limited({}),
    'typedPerFilterConfig.limit.tokenBucket.maxTokens',
  ],
  [
    'an expression in any case',
    path({ exact: 'a', ignoreCase: true }),
    path({ safeRegex: { regex: 'a' }, ignoreCase: true }),
    'match.queryParameters[0].stringMatch.ignoreCase',
  ],
])('refuses %s', (_, good, bad, at) => {
  const message = 'envoy.config.route.v3.Route'
  expect(refusalsOf(message, good)).toEqual([])
  expect(refusalsOf(message, bad).map((each) => each.path.replaceAll(/\["([a-z]+)"\]/g, '.$1'))).toContain(at)
})

it('lets a route configuration set another bound for answers', () => {
  const hosts = (bytes: number, more = {}) => ({
    ...{ name: 'r', ...more },
    virtualHosts: [{ name: 'v', domains: ['*'], routes: [own({ inlineString: 'x'.repeat(bytes) })] }],
  })
  const message = 'envoy.config.route.v3.RouteConfiguration'
  expect(refusalsOf(message, hosts(5_000, { maxDirectResponseBodySizeBytes: 5_000 }))).toEqual([])
  expect(refusalsOf(message, hosts(5_000)).map((each) => each.path)).toEqual([
    'virtualHosts[0].routes[0].directResponse.body',
  ])
})
