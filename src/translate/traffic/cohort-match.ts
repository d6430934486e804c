// Who belongs to a cohort → Envoy's matchers. Several where one expression would be too large for Envoy: any of them is enough.
import { localityRuntimeKey, regexFault, regexOf } from '../../base/index.ts'
import type { envoy } from '../../envoy-api/index.ts'
import { type CohortMatch, parseCidr } from '../../model/index.ts'
import type { TrafficArm } from '../traffic-arms.ts'
import { addressRegexes } from './address-regex.ts'
import { cookieIs, cookieThere } from './stickiness.ts'

/** Set by Envoy itself on every request: the trusted address of the client, whatever the client wrote there. */
const clientAddress = 'x-envoy-external-address'

/** The name of the JWT filter's own metadata, whatever the filter is called. */
const jwtMetadata = 'envoy.filters.http.jwt_authn'

/** What a request must have. `provider` is what the policy's tokens are verified as. */
export function cohortMatches(match: CohortMatch, provider: string): readonly TrafficArm['match'][] {
  const always = [...(match.headers ?? []).map(headerMatcher), ...(match.cookies ?? []).map(cookieMatcher)]
  const queryParameters = (match.query ?? []).map(queryMatcher)
  const dynamicMetadata = (match.claims ?? []).map((claim) => claimMatcher(claim, provider))
  const sources = match.source === undefined ? [[]] : sourceMatchers(match.source)
  const places = match.geography === undefined ? [[]] : geographyMatchers(match.geography)
  const { locality } = match
  return sources.flatMap((source) =>
    places.map((place) => {
      const headers = [...always, ...source, ...place]
      return {
        ...(headers.length === 0 ? {} : { headers }),
        ...(queryParameters.length === 0 ? {} : { queryParameters }),
        ...(dynamicMetadata.length === 0 ? {} : { dynamicMetadata }),
        ...(locality === undefined ? {} : { runtimeFraction: inLocality(locality) }),
      }
    }),
  )
}

type Part<K extends keyof CohortMatch> = NonNullable<CohortMatch[K]>

function headerMatcher({ name, exact, prefix, present }: Part<'headers'>[number]): envoy.HeaderMatcher {
  const key = name.toLowerCase()
  if (exact !== undefined) return { name: key, stringMatch: { exact } }
  return prefix === undefined
    ? { name: key, presentMatch: present === true }
    : { name: key, stringMatch: { prefix } }
}

const cookieMatcher = ({ name, exact }: Part<'cookies'>[number]): envoy.HeaderMatcher =>
  exact === undefined ? cookieThere(name) : cookieIs(name, exact)

const queryMatcher = ({ name, exact }: Part<'query'>[number]): envoy.QueryParameterMatcher =>
  exact === undefined ? { name, presentMatch: true } : { name, stringMatch: { exact } }

const claimMatcher = ({ path, value }: Part<'claims'>[number], provider: string): envoy.MetadataMatcher => ({
  filter: jwtMetadata,
  path: [provider, ...path].map((key) => ({ key })),
  value: {
    orMatch: {
      valueMatchers: [
        { stringMatch: { exact: value } },
        { listMatch: { oneOf: { stringMatch: { exact: value } } } },
      ],
    },
  },
})

const sourceMatchers = (ranges: readonly string[]): readonly (readonly envoy.HeaderMatcher[])[] =>
  packed(
    ranges.flatMap((text) => {
      const range = parseCidr(text)
      return 'message' in range ? [] : addressRegexes(range)
    }),
  ).map((regex) => [{ name: clientAddress, stringMatch: { safeRegex: { regex } } }])

const geographyMatchers = ({
  header,
  values,
}: Part<'geography'>): readonly (readonly envoy.HeaderMatcher[])[] =>
  packed(
    values.map((value) => regexOf(value)),
    '(?i)',
  ).map((regex) => [{ name: header.toLowerCase(), stringMatch: { safeRegex: { regex } } }])

/** The proxy is there: its bootstrap says so by a runtime key, which is 0 where none does. */
const inLocality = (locality: Part<'locality'>): envoy.RuntimeFractionalPercent => ({
  defaultValue: { numerator: 0, denominator: 'HUNDRED' },
  runtimeKey: localityRuntimeKey(locality),
})

/** As few expressions as Envoy's bound on their size allows, which together match what these match. */
function packed(regexes: readonly string[], flags = ''): readonly string[] {
  const full: string[] = []
  let current = ''
  for (const regex of regexes) {
    const joined = current === '' ? `${flags}${regex}` : `${current}|${regex}`
    if (current !== '' && regexFault(joined) !== undefined) {
      full.push(current)
      current = `${flags}${regex}`
    } else current = joined
  }
  return current === '' ? full : [...full, current]
}
