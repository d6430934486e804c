// Which of the routes that did not match were near, and what they lacked.
import type { envoy } from '../envoy-api/index.ts'
import type { Judged } from './explain.ts'
import { matchWords } from './route-match.ts'
import type { MadeBy, Miss } from './types.ts'
import type { Verdict } from './verdict.ts'

/**
 * The nearest of them: those whose path fits first, then those that lack least; in their order where they are alike. Routes of one
 * rule for the same requests are told once, by the nearest. `taken`: the route that took the request for sure; with one, routes
 * for other paths are not near.
 */
export function nearest(judged: readonly Judged[], most: number, taken?: Judged): readonly Miss[] {
  const mine = taken?.maker()
  const told = new Set<string>()
  return judged
    .map((each, order) => ({ each, order, lack: lacking(each.verdicts) }))
    .filter(({ lack }) => taken === undefined || !lack.some(isPath))
    .sort((a, b) => rank(a.lack) - rank(b.lack) || a.order - b.order)
    .flatMap(({ each: { maker, route, verdicts }, lack }): readonly Near[] => {
      const madeBy = maker()
      if (madeBy === undefined) return [{ route, verdicts, madeBy, lack }]
      // Another way of the same rule for the same requests is news only where it says why nothing is copied.
      const audience = isSame(madeBy, mine) ? copiedInstead(route, lack) : madeBy.audience
      const key = JSON.stringify([madeBy, lack[0]?.text])
      if (audience === undefined || told.has(key)) return []
      told.add(key)
      return [{ route, verdicts, madeBy: { ...madeBy, audience }, lack }]
    })
    .slice(0, most)
    .map(({ route, verdicts, madeBy, lack }) => ({
      route: route.name ?? '',
      match: matchWords(verdicts),
      ...(madeBy === undefined ? {} : { madeBy }),
      reasons: lack.map(({ text, found }) => `${text}: found ${found}`),
    }))
}

/** A route that did not match, and what it lacked. */
interface Near extends Omit<Judged, 'maker'> {
  readonly madeBy: MadeBy | undefined
  readonly lack: readonly Lack[]
}

type Lack = Extract<Verdict, { kind: 'no' }>

const lacking = (verdicts: readonly Verdict[]): readonly Lack[] =>
  verdicts.filter((each) => each.kind === 'no')

const isPath = ({ text }: Lack): boolean => /^(any path|path|CONNECT)/.test(text)

/** Another path is farther than any number of headers. */
const rank = (lack: readonly Lack[]): number => lack.length + (lack.some(isPath) ? 1_000 : 0)

const isSame = (one: MadeBy, other: MadeBy | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

/** Whose requests are copied, where this one would be but for its method or its body. */
function copiedInstead(route: envoy.Route, lack: readonly Lack[]): string | undefined {
  const copies = (route.route?.requestMirrorPolicies ?? []).length > 0
  const isClose = lack.every(({ text }) =>
    /^(method|header (content-length|x-verdigris-shadow|upgrade)) /.test(text),
  )
  return copies && isClose ? 'copied' : undefined
}
