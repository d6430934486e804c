// What keeps a user in one slice of the hash range. Measured on Envoy 1.36 and 1.40: docs/decisions/envoy-behaviour.md.
import type { envoy } from '../../envoy-api/index.ts'
import type { Stickiness } from '../../model/index.ts'
import { defaults } from '../defaults.ts'
import { bucketCookie } from '../names.ts'

/** What is hashed: the first of these that a request has decides. */
export function stickyHashes(stickiness: Stickiness | undefined): readonly envoy.RouteActionHashPolicy[] {
  if (stickiness === undefined) return []
  const { header, cookie, bucket } = stickiness
  return [
    ...(header === undefined ? [] : [{ header: { headerName: header.toLowerCase() }, terminal: true }]),
    ...(cookie === undefined ? [] : [{ cookie: { name: cookie }, terminal: true }]),
    ...(bucket ? bucketHashes : []),
  ]
}

/** A hash that is as good as chance: every request has an id of its own. */
export const requestIdHash: envoy.RouteActionHashPolicy = {
  header: { headerName: 'x-request-id' },
  terminal: true,
}

/** The bucket; without one the request id, which is what the bucket of the next request will be. */
const bucketHashes: readonly envoy.RouteActionHashPolicy[] = [
  { cookie: { name: bucketCookie }, terminal: true },
  requestIdHash,
]

/** A cookie with any value. Not `RouteMatch.cookies`: Envoy 1.36 does not know it, and would match everybody. */
export const cookieThere = (name: string): envoy.HeaderMatcher => cookieHeader(name, '[^;]+')

/** A cookie with this very value, written as such or in quotes. */
export const cookieIs = (name: string, value: string): envoy.HeaderMatcher =>
  cookieHeader(name, `"?${literal(value)}"?`)

const cookieHeader = (name: string, value: string): envoy.HeaderMatcher => ({
  name: 'cookie',
  stringMatch: { safeRegex: { regex: `(?:.*;\\s*)?${literal(name)}=${value}(?:;.*)?` } },
})

/** The text as a regular expression of its own. */
const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** Whoever is known already: no bucket is given out. Each of these is enough. */
export function known({ header, cookie }: Stickiness): readonly envoy.HeaderMatcher[] {
  return [
    ...(header === undefined ? [] : [{ name: header.toLowerCase(), presentMatch: true }]),
    ...(cookie === undefined ? [] : [cookieThere(cookie)]),
    cookieThere(bucketCookie),
  ]
}

/** Gives out the bucket: the request id of this request, so that the next one hashes to the same place. */
export const givesBucket: envoy.HeaderValueOption = {
  header: {
    key: 'set-cookie',
    value: `${bucketCookie}=%REQ(x-request-id)%; Path=/; Max-Age=${defaults.bucketCookieMs / 1_000}; HttpOnly; SameSite=Lax`,
  },
  appendAction: 'APPEND_IF_EXISTS_OR_ADD',
}
