// Which match goes first, and which of two leaves nothing for the other. One place for both: a rule is never reached only if
// one that goes before it takes all of its requests.
import { canonicalJson, limits } from '../../../base/index.ts'
import type { HeaderMatch, Match } from './match.ts'
import { segments } from './prefixes.ts'

/** Order of matches inside a virtual host; the first that matches wins. */
export interface MatchRank {
  readonly kind: 'connect' | 'exact' | 'regex' | 'prefix'
  /** Characters of the path, expression or prefix. */
  readonly length: number
  /** Whether it is for some methods only, or for gRPC only. */
  readonly narrow: boolean
  readonly headers: number
  readonly query: number
  /** How many methods; of equal ones, the one with fewer goes first. */
  readonly methods: number
}

const kindOrder = ['connect', 'exact', 'regex', 'prefix'] as const

/** Where the match stands. */
export function rankOf(match: Match): MatchRank {
  const { kind, text } = placeOf(match)
  return {
    kind,
    length: text.length,
    narrow: match.methods !== undefined || match.grpc !== undefined,
    headers: match.headers?.length ?? 0,
    query: match.query?.length ?? 0,
    methods: match.methods?.length ?? 0,
  }
}

/**
 * Negative when `a` is looked at before `b`: an exact path before a regular expression, that before a prefix (or no prefix
 * would leave it anything), longer before shorter, then by method or gRPC, more headers, more parameters, fewer methods. 0
 * leaves them in the order of Routes, rules and matches.
 */
export function compareRanks(a: MatchRank, b: MatchRank): number {
  return (
    kindOrder.indexOf(a.kind) - kindOrder.indexOf(b.kind) ||
    b.length - a.length ||
    Number(b.narrow) - Number(a.narrow) ||
    b.headers - a.headers ||
    b.query - a.query ||
    a.methods - b.methods
  )
}

/** Where the requests of a match are: gRPC calls have a path by their service and method. */
export function placeOf({ path, grpc, connect }: Match): {
  readonly kind: MatchRank['kind']
  readonly text: string
} {
  if (connect === true) return { kind: 'connect', text: '' }
  if (grpc?.service !== undefined) {
    return grpc.method === undefined
      ? { kind: 'prefix', text: `/${grpc.service}/` }
      : { kind: 'exact', text: `/${grpc.service}/${grpc.method}` }
  }
  if (path === undefined) return { kind: 'prefix', text: '/' }
  if ('exact' in path) return { kind: 'exact', text: path.exact }
  if ('regex' in path) return { kind: 'regex', text: path.regex }
  return { kind: 'prefix', text: segments(path.prefix) || '/' }
}

/** The text of a match of everything. */
export const anything = 'path prefix /'

/** The match as one text: equal texts match the same requests. */
export function textOf(match: Match): string {
  const { kind, text } = placeOf(match)
  const where = kind === 'connect' ? 'CONNECT' : kind === 'exact' ? `path ${text}` : `path ${kind} ${text}`
  return [where, ...conditionsOf(match)].join(', ')
}

/** What is asked for besides the path, sorted, each as one text. */
function conditionsOf({ methods, headers = [], query = [], grpc }: Match): readonly string[] {
  return [
    ...(grpc === undefined ? [] : ['gRPC']),
    ...(methods === undefined ? [] : [`method ${[...methods].sort().join(' or ')}`]),
    ...[...headers]
      .map((each) => `header ${canonicalJson({ ...each, name: each.name.toLowerCase() })}`)
      .sort(),
    ...[...query].map((each) => `query ${canonicalJson(each)}`).sort(),
  ]
}

/** Whether every request of `b` is one of `a`, as far as that can be seen: never wrongly yes. */
function covers(a: Match, b: Match): boolean {
  const [at, there] = [placeOf(a), placeOf(b)]
  const samePlace =
    (at.kind === there.kind && at.text === there.text) ||
    (at.kind === 'exact' && there.kind === 'regex' && at.text === plainPath(there.text))
  if (!samePlace) return false
  if (a.grpc !== undefined && b.grpc === undefined) return false
  if (a.methods !== undefined && !(b.methods ?? ['any other']).every((each) => has(a.methods, each)))
    return false
  const wanted = (a.headers ?? []).every((header) =>
    (b.headers ?? []).some((other) => implies(other, header)),
  )
  if (!wanted) return false
  return (a.query ?? []).every((one) => (b.query ?? []).some((other) => implies(other, one)))
}

const has = (list: readonly string[] | undefined, item: string): boolean => (list ?? []).includes(item)

/** The path that this expression alone matches; undefined when it has more than letters in it. */
const plainPath = (regex: string): string | undefined => {
  const text = regex.replace(/^\^|\$$/g, '')
  return /^[A-Za-z0-9/_-]*$/.test(text) ? text : undefined
}

type TextMatch = Omit<HeaderMatch, 'range' | 'invert'> & Pick<HeaderMatch, 'range' | 'invert'>

/** Whether whatever has the first has the second as well. */
function implies(first: TextMatch, second: TextMatch): boolean {
  if (first.name.toLowerCase() !== second.name.toLowerCase()) return false
  const [one, two] = [
    { ...first, name: '' },
    { ...second, name: '' },
  ].map(canonicalJson)
  if (one === two) return true
  if (first.invert === true || second.invert === true || first.present !== undefined) return false
  if (second.present !== undefined) return second.present
  if (second.ignoreCase === true || first.ignoreCase === true) return false
  const known = first.exact ?? first.prefix ?? first.suffix ?? first.contains
  if (known === undefined) return false
  const whole = first.exact !== undefined
  if (second.contains !== undefined) return known.includes(second.contains)
  if (second.prefix !== undefined) {
    return (whole || first.prefix !== undefined) && known.startsWith(second.prefix)
  }
  if (second.suffix !== undefined)
    return (whole || first.suffix !== undefined) && known.endsWith(second.suffix)
  return false
}

/** A match among others, and who it is for the one who asks. */
export interface Placed<Owner> {
  readonly match: Match
  readonly owner: Owner
}

/** Those that an earlier one leaves nothing, with it. `placed` stand as they are tried. */
export function unreached<Owner>(
  placed: readonly Placed<Owner>[],
): readonly { readonly late: Placed<Owner>; readonly early: Placed<Owner> }[] {
  const found: { readonly late: Placed<Owner>; readonly early: Placed<Owner> }[] = []
  const known = new Map<string, Placed<Owner>>()
  const groups = new Map<string, Placed<Owner>[]>()
  for (const late of placed) {
    const text = textOf(late.match)
    const { kind, text: where } = placeOf(late.match)
    const plain = kind === 'regex' ? plainPath(where) : undefined
    const group = groups.get(`${kind} ${where}`) ?? []
    const literal = plain === undefined ? [] : (groups.get(`exact ${plain}`) ?? [])
    const early = known.get(text) ?? [...literal, ...group].find((each) => covers(each.match, late.match))
    if (early !== undefined) found.push({ late, early })
    if (!known.has(text)) known.set(text, late)
    // Beyond so many at one path only equal ones are found: each is compared with all before it.
    if (group.length < limits.matchesCompared) group.push(late)
    groups.set(`${kind} ${where}`, group)
  }
  return found
}
