// Origins with a star, as expressions.
import { regexOf } from '../../../base/index.ts'

/** The expression of `https://*.example.com`; undefined for an origin without a star in front of its host. */
export function originRegex(origin: string): string | undefined {
  const [scheme, rest] = origin.split('*.')
  return rest === undefined || scheme === undefined
    ? undefined
    : `${regexOf(scheme)}[-a-z0-9_.]+\\.${regexOf(rest)}`
}
