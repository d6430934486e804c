// Cohorts by claims that are on → the JWT filter's configuration, which comes by ECDS. It refuses nobody: a token that is missing or
// wrong belongs to no cohort.
import { type envoy, typeUrls } from '../../envoy-api/index.ts'
import { type Jwt, keyOf, type StoredOf } from '../../model/index.ts'
import { extension } from '../extension.ts'
import { jwtProvider, jwtSlot } from '../names.ts'
import type { Draft } from '../types.ts'

/** What fills the JWT slot; nothing while no cohort that is on asks for claims. */
export function claimExtensions(
  parts: readonly { readonly policy: StoredOf<'TrafficPolicy'>; readonly traffic: StoredOf<'Traffic'> }[],
): readonly Draft[] {
  const asking = parts
    .flatMap(({ policy, traffic }) => {
      const { jwt, cohorts = [] } = policy.spec
      const on = cohorts.filter(({ name }) => traffic.spec.cohorts?.includes(name))
      const asks = on.some(({ matches }) => matches.some(({ claims }) => claims !== undefined))
      return jwt === undefined || !asks ? [] : [{ policy, jwt, provider: jwtProvider(policy) }]
    })
    .sort((a, b) => (a.provider < b.provider ? -1 : 1))
  if (asking.length === 0) return []
  const typedConfig = extension('envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication', {
    providers: Object.fromEntries(asking.map(({ jwt, provider }) => [provider, providerOf(jwt, provider)])),
    rules: [
      {
        match: { prefix: '/' },
        requires: together(asking.map(({ provider }) => ifThere(provider))),
      },
    ],
  })
  return [
    {
      kind: 'whole',
      typeUrl: typeUrls.ecds,
      name: jwtSlot,
      json: { name: jwtSlot, typedConfig },
      facts: {},
      origins: asking.map(({ policy }) => keyOf(policy)),
    },
  ]
}

function providerOf({ issuer, audiences, header, jwks }: Jwt, provider: string): envoy.JwtProvider {
  const name = header.toLowerCase()
  return {
    issuer,
    ...(audiences === undefined ? {} : { audiences }),
    fromHeaders: [name === 'authorization' ? { name, valuePrefix: 'Bearer ' } : { name }],
    // The backends verify for themselves.
    forward: true,
    localJwks: { inlineString: jwks },
    payloadInMetadata: provider,
    // The route was chosen before the claims were known.
    clearRouteCache: true,
    // A token that was verified once is not verified again at each request.
    jwtCacheConfig: {},
  }
}

/** Envoy wants at least two of what has to hold together. */
const together = (requirements: readonly envoy.JwtRequirement[]): envoy.JwtRequirement => {
  const [only] = requirements
  return requirements.length === 1 && only !== undefined ? only : { requiresAll: { requirements } }
}

/** Verified where there is a token for it, and whatever comes of it, the request goes on. */
const ifThere = (provider: string): envoy.JwtRequirement => ({
  requiresAny: { requirements: [{ providerName: provider }, { allowMissingOrFailed: {} }] },
})
