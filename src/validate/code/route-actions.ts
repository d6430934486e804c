// What routes do with requests: answers of their own, retries, upgrades, headers, limits.
import { limits } from '../../base/index.ts'
import { messageOfTypeUrl, parseDuration } from '../../envoy-api/index.ts'
import { isHeaderFormat } from '../../model/index.ts'
import {
  type Check,
  enumName,
  type Fault,
  type Fields,
  get,
  has,
  isFields,
  list,
  number,
  text,
} from './fault.ts'

const rateLimit = 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit'
const appendActions = ['APPEND_IF_EXISTS_OR_ADD']

export const routeActionChecks: Readonly<Record<string, Check>> = {
  'envoy.config.route.v3.RouteConfiguration': function* (configuration) {
    // 0 is no bound.
    const most =
      (number(configuration, 'maxDirectResponseBodySizeBytes') ?? limits.directResponseBytes) || Infinity
    for (const [host, each] of list(configuration, 'virtualHosts').entries()) {
      for (const [index, route] of list(each, 'routes').entries()) {
        const at = ['virtualHosts', host, 'routes', index, 'directResponse', 'body']
        for (const fault of bodyFaults(get(get(route, 'directResponse'), 'body'), most)) {
          yield { ...fault, path: [...at, ...fault.path] }
        }
      }
    }
  },
  'envoy.config.route.v3.Route': function* (route, root) {
    if (root) {
      for (const fault of bodyFaults(get(get(route, 'directResponse'), 'body'), limits.directResponseBytes)) {
        yield { ...fault, path: ['directResponse', 'body', ...fault.path] }
      }
    }
    yield* bucketFaults(route)
  },
  'envoy.config.route.v3.VirtualHost': bucketFaults,
  'envoy.config.route.v3.WeightedCluster.ClusterWeight': bucketFaults,
  'envoy.config.route.v3.RouteAction': function* (action) {
    const seen = new Set<string>()
    for (const [index, upgrade] of list(action, 'upgradeConfigs').entries()) {
      const type = text(upgrade, 'upgradeType').toLowerCase()
      const at = ['upgradeConfigs', index]
      if (seen.has(type)) yield { path: at, message: `"${type.slice(0, 60)}" is there twice` }
      seen.add(type)
      if (has(upgrade, 'connectConfig') && type !== 'connect') {
        yield { path: [...at, 'connectConfig'], message: 'wanted only for CONNECT' }
      }
    }
  },
  'envoy.config.route.v3.RetryPolicy.RetryBackOff': function* (backOff) {
    const [base, max] = [seconds(backOff, 'baseInterval'), seconds(backOff, 'maxInterval')]
    if (base !== undefined && max !== undefined && max < base) {
      yield { path: ['maxInterval'], message: 'wanted at least the baseInterval' }
    }
  },
  'envoy.config.core.v3.HeaderValueOption': function* (option) {
    if (has(option, 'append') && !appendActions.includes(enumName(option, 'appendAction', appendActions))) {
      yield { path: ['append'], message: 'wanted none beside appendAction' }
    }
    if (!isHeaderFormat(text(get(option, 'header'), 'value'))) {
      const message =
        'wanted "%%" for a per cent sign, or a substitution that is known here, such as "%REQ(x-user)%"'
      yield { path: ['header', 'value'], message }
    }
  },
  'envoy.type.matcher.v3.StringMatcher': function* (matcher) {
    if (get(matcher, 'ignoreCase') === true && has(matcher, 'safeRegex')) {
      yield { path: ['ignoreCase'], message: 'wanted none beside safeRegex: write (?i) in front of it' }
    }
  },
}

/** Text that a proxy answers with: its own files and variables are not read from here. */
function* bodyFaults(body: unknown, most: number): Iterable<Fault> {
  if (!isFields(body)) return
  for (const field of ['filename', 'environmentVariable']) {
    if (has(body, field)) yield { path: [field], message: 'wanted the text itself' }
  }
  const bytes =
    Buffer.byteLength(text(body, 'inlineString')) + Buffer.byteLength(text(body, 'inlineBytes'), 'base64')
  if (bytes > most) yield { path: [], message: `wanted at most ${most} bytes, found ${bytes}` }
}

/** A limit of a route has its tokens; that of the listener has none, and limits nothing. */
function* bucketFaults(holder: Fields): Iterable<Fault> {
  const configs = get(holder, 'typedPerFilterConfig')
  for (const [name, config] of Object.entries(isFields(configs) ? configs : {})) {
    if (messageOfTypeUrl(String(get(config, '@type') ?? '')) !== rateLimit) continue
    const tokens = number(get(config, 'tokenBucket'), 'maxTokens') ?? 0
    if (tokens > 0) continue
    yield {
      path: ['typedPerFilterConfig', name, 'tokenBucket', 'maxTokens'],
      message: 'wanted 1 or more',
    }
  }
}

function seconds(message: unknown, field: string): number | undefined {
  const found = parseDuration(text(message, field))
  return found === undefined ? undefined : found.seconds + found.nanos / 1e9
}
