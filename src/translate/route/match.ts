// What a rule's match means to Envoy.
import { regexOf } from '../../base/index.ts'
import type { envoy } from '../../envoy-api/index.ts'
import { type HeaderMatch, type Match, placeOf, type QueryMatch, segments } from '../../model/index.ts'
import type { TrafficArm } from '../traffic-arms.ts'

/** The match of a rule that names none: everything. */
export const everything: Match = {}

/**
 * Envoy's match. A prefix matches whole path segments, as in the Gateway API: `/cart` takes `/cart` and `/cart/1`
 * and leaves `/cartoon`; a trailing slash changes nothing.
 */
export function routeMatch(match: Match): envoy.RouteMatch {
  const headers = [...methodMatchers(match.methods ?? []), ...(match.headers ?? []).map(headerMatcher)]
  const queryParameters = (match.query ?? []).map(queryMatcher)
  return {
    ...pathOf(match),
    ...(headers.length === 0 ? {} : { headers }),
    ...(queryParameters.length === 0 ? {} : { queryParameters }),
    ...(match.grpc === undefined ? {} : { grpc: {} }),
  }
}

/**
 * The match of the preflights that ask for what a match takes: browsers send no header of their own and none of its
 * methods with them, so only where they go counts, and for which method they ask.
 */
export function preflightMatch(match: Match): envoy.RouteMatch {
  const { headers: _, grpc: __, ...where } = routeMatch(match)
  const asked = match.methods ?? (match.grpc === undefined ? [] : ['POST'])
  return {
    ...where,
    headers: [
      { name: ':method', stringMatch: { exact: 'OPTIONS' } },
      { name: 'origin', presentMatch: true },
      {
        name: 'access-control-request-method',
        ...(asked.length === 0 ? { presentMatch: true } : { stringMatch: oneOf(asked) }),
      },
    ],
  }
}

/** A rule's match with what an arm of the traffic asks for besides. */
export function narrowed(own: envoy.RouteMatch, more: TrafficArm['match']): envoy.RouteMatch {
  const headers = [...(own.headers ?? []), ...(more.headers ?? [])]
  const queryParameters = [...(own.queryParameters ?? []), ...(more.queryParameters ?? [])]
  const dynamicMetadata = [...(own.dynamicMetadata ?? []), ...(more.dynamicMetadata ?? [])]
  return {
    ...own,
    ...(headers.length === 0 ? {} : { headers }),
    ...(queryParameters.length === 0 ? {} : { queryParameters }),
    ...(dynamicMetadata.length === 0 ? {} : { dynamicMetadata }),
    ...(more.runtimeFraction === undefined ? {} : { runtimeFraction: more.runtimeFraction }),
  }
}

function pathOf(match: Match): envoy.RouteMatch {
  const { kind, text } = placeOf(match)
  switch (kind) {
    case 'connect':
      return { connectMatcher: {} }
    case 'exact':
      return { path: text }
    case 'regex':
      return { safeRegex: { regex: text } }
    case 'prefix': {
      const prefix = segments(text)
      if (prefix === '') return { prefix: '/' }
      // Everything of a gRPC service is below it: Envoy wants no slash at the end of a separated prefix.
      return match.grpc === undefined ? { pathSeparatedPrefix: prefix } : { prefix: text }
    }
  }
}

function methodMatchers(methods: readonly string[]): readonly envoy.HeaderMatcher[] {
  return methods.length === 0 ? [] : [{ name: ':method', stringMatch: oneOf(methods) }]
}

/** Any of these texts. */
function oneOf(texts: readonly string[]): envoy.StringMatcher {
  const [only = ''] = texts
  if (texts.length === 1) return { exact: only }
  return { safeRegex: { regex: [...texts].sort().map(regexOf).join('|') } }
}

/** Envoy's matcher of one header. */
export function headerMatcher(header: HeaderMatch): envoy.HeaderMatcher {
  const name = header.name.toLowerCase()
  if (header.present !== undefined) return { name, presentMatch: header.present }
  // Envoy lets a header that is not there match nothing, inverted or not; people mean the opposite.
  const inverted = header.invert === true ? { invertMatch: true, treatMissingHeaderAsEmpty: true } : {}
  if (header.range !== undefined) return { name, rangeMatch: header.range, ...inverted }
  return { name, stringMatch: stringMatcher(header), ...inverted }
}

function queryMatcher(query: QueryMatch): envoy.QueryParameterMatcher {
  const { name } = query
  return query.present === undefined
    ? { name, stringMatch: stringMatcher(query) }
    : { name, presentMatch: query.present }
}

type Texts = Pick<QueryMatch, 'exact' | 'prefix' | 'suffix' | 'contains' | 'regex' | 'ignoreCase'>

function stringMatcher({ exact, prefix, suffix, contains, regex, ignoreCase }: Texts): envoy.StringMatcher {
  return {
    ...(exact === undefined ? {} : { exact }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(suffix === undefined ? {} : { suffix }),
    ...(contains === undefined ? {} : { contains }),
    ...(regex === undefined ? {} : { safeRegex: { regex } }),
    ...(ignoreCase === true ? { ignoreCase } : {}),
  }
}
