// What a connection manager makes of a path before a route is looked for. As Envoy's path_utility.cc, whose canonical form is
// that of Chromium's URLs.
import type { envoy } from '../envoy-api/index.ts'

/** The path with its query, or the status with which Envoy refuses it. */
export type Normalised = { readonly path: string } | { readonly refused: number; readonly why: string }

/** The path as routes see it. */
export function normalisePath(manager: envoy.HttpConnectionManager, path: string): Normalised {
  if (path.includes('#')) return { refused: 400, why: 'a path holds no "#"' }
  const { pathWithEscapedSlashesAction: action } = manager
  const escaped = /%2f|%5c/i.test(withoutQuery(path))
  if (escaped && action === 'REJECT_REQUEST') return { refused: 400, why: 'an escaped slash is refused' }
  const unescapes = action === 'UNESCAPE_AND_FORWARD' || action === 'UNESCAPE_AND_REDIRECT'
  let [place, query] = splitPath(path)
  if (escaped && unescapes) {
    place = place.replace(/%2f/gi, '/').replace(/%5c/gi, '\\')
  }
  if (manager.normalizePath === true && place.includes('%00'))
    return { refused: 400, why: 'a path holds no %00' }
  if (manager.normalizePath === true) place = canonical(place)
  if (manager.mergeSlashes === true) place = place.replace(/\/{2,}/g, '/')
  return { path: place + query }
}

export const withoutQuery = (path: string): string => splitPath(path)[0]

/** The path, and the query with its question mark. */
export function splitPath(path: string): [path: string, query: string] {
  const at = path.indexOf('?')
  return at < 0 ? [path, ''] : [path.slice(0, at), path.slice(at)]
}

/** `.` and `..` are resolved, also where they are escaped; what needs no escape loses it, what needs one gets it. */
function canonical(path: string): string {
  const plain = path
    .replaceAll('\\', '/')
    .replace(/%([0-9a-f]{2})/gi, (found, hex: string) => {
      const character = String.fromCharCode(Number.parseInt(hex, 16))
      return /[A-Za-z0-9._~-]/.test(character) ? character : found
    })
    .replace(/[^!-~]|["<>`{}^|]/gu, (character) =>
      [...Buffer.from(character, 'utf8')].map((byte) => `%${hexOf(byte)}`).join(''),
    )
  const kept: string[] = []
  const segments = plain.split('/').slice(1)
  segments.forEach((segment, index) => {
    const isLast = index === segments.length - 1
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
    // A dot at the end leaves a slash.
    if (isLast && (segment === '.' || segment === '..')) kept.push('')
  })
  return `/${kept.join('/')}`
}

const hexOf = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0')
