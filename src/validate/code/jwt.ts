// Tokens: the providers that rules name are there, and their keys can be read.
import { type Check, type Fault, get, has, isFields, list, sourceText, text } from './fault.ts'

const jwt = 'envoy.extensions.filters.http.jwt_authn.v3.'

export const jwtChecks: Readonly<Record<string, Check>> = {
  [`${jwt}JwtAuthentication`]: function* (filter) {
    const providers = membersOf(get(filter, 'providers'))
    const requirements = membersOf(get(filter, 'requirementMap'))
    for (const [index, rule] of list(filter, 'rules').entries()) {
      yield* requirementFaults(get(rule, 'requires'), providers, ['rules', index, 'requires'])
      const name = text(rule, 'requirementName')
      if (name !== '' && !requirements.has(name)) {
        yield { path: ['rules', index, 'requirementName'], message: `no requirement ${quote(name)}` }
      }
    }
    for (const [name, requirement] of requirements) {
      yield* requirementFaults(requirement, providers, ['requirementMap', name])
    }
  },
  [`${jwt}JwtProvider`]: function* (provider) {
    if (!has(provider, 'localJwks')) return
    const path = ['localJwks']
    const keys = get(provider, 'localJwks')
    if (!has(keys, 'inlineString') && !has(keys, 'inlineBytes')) {
      yield { path, message: 'wanted keys inline: files and variables are those of the proxy' }
    } else if (sourceText(keys) !== '' && !isKeySet(sourceText(keys)))
      yield { path, message: 'wanted a JSON Web Key Set: {"keys": [...]}' }
  },
}

/** Every provider that a requirement names, however deep. */
function* requirementFaults(
  requirement: unknown,
  providers: ReadonlyMap<string, unknown>,
  path: Fault['path'],
): Iterable<Fault> {
  const named: readonly (readonly [unknown, Fault['path']])[] = [
    [get(requirement, 'providerName'), [...path, 'providerName']],
    [
      has(requirement, 'providerAndAudiences')
        ? text(get(requirement, 'providerAndAudiences'), 'providerName')
        : undefined,
      [...path, 'providerAndAudiences', 'providerName'],
    ],
  ]
  for (const [name, at] of named) {
    if (name === undefined || providers.has(String(name))) continue
    yield { path: at, message: `no provider ${quote(String(name))}` }
  }
  for (const field of ['requiresAny', 'requiresAll']) {
    for (const [index, inner] of list(get(requirement, field), 'requirements').entries()) {
      yield* requirementFaults(inner, providers, [...path, field, 'requirements', index])
    }
  }
}

function isKeySet(json: string): boolean {
  try {
    return Array.isArray(get(JSON.parse(json), 'keys'))
  } catch (cause) {
    if (cause instanceof SyntaxError) return false
    throw cause
  }
}

const membersOf = (map: unknown): ReadonlyMap<string, unknown> =>
  new Map(isFields(map) ? Object.entries(map) : [])
const quote = (name: string): string => JSON.stringify(name.slice(0, 100))
