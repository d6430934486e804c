// Which of the routes that did not match were near, and what they lacked.
import type { Judged } from './explain.ts'
import { matchWords } from './route-match.ts'
import type { Miss } from './types.ts'
import type { Verdict } from './verdict.ts'

/** The nearest of them: those whose path fits first, then those that lack least; in their order where they are alike. */
export function nearest(judged: readonly Judged[], most: number): readonly Miss[] {
  return judged
    .map((each, order) => ({ each, order, lack: lacking(each.verdicts) }))
    .sort((a, b) => rank(a.lack) - rank(b.lack) || a.order - b.order)
    .slice(0, most)
    .map(({ each: { route, maker, verdicts }, lack }) => {
      const madeBy = maker()
      return {
        route: route.name ?? '',
        match: matchWords(verdicts),
        ...(madeBy === undefined ? {} : { madeBy }),
        reasons: lack.map(({ text, found }) => `${text}: found ${found}`),
      }
    })
}

type Lack = Extract<Verdict, { kind: 'no' }>

const lacking = (verdicts: readonly Verdict[]): readonly Lack[] =>
  verdicts.filter((each) => each.kind === 'no')

/** Another path is farther than any number of headers. */
const rank = (lack: readonly Lack[]): number =>
  lack.length + (lack.some(({ text }) => /^(any path|path|CONNECT)/.test(text)) ? 1_000 : 0)
