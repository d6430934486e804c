// The hidden command that shells ask: a line up to the cursor in, one candidate a line out, silence on any fault.
import type { Command } from 'commander'
import { type Candidate, candidatesAt } from './candidates.ts'
import { liveNames } from './live-names.ts'
import { spotOf } from './place.ts'
import type { Shell } from './scripts.ts'
import { splitLine } from './split-line.ts'

/**
 * What to print for a line up to the cursor. `current` is what bash takes for the word there: where that begins later than ours
 * does (after `=` or `:`), the candidates begin there too. Only the command on the line is loaded, by `load`.
 */
export async function complete(
  shell: Shell,
  line: string,
  current: string | undefined,
  load: (command: string | undefined) => Promise<Command>,
): Promise<readonly string[]> {
  const { words, last } = splitLine(line)
  const [, ...after] = words
  const program = await load(after.find((word) => !word.startsWith('-')))
  const spot = spotOf(program, after, last)
  const found = await candidatesAt(spot, liveNames(spot.options))
  if (found.kind === 'files') return [':files']
  const [prefix, typed] = spot.at.kind === 'value' ? [spot.at.prefix, spot.at.typed] : ['', last]
  const fitting = found.words.filter(({ word }) => word.startsWith(typed) && !/[\s\p{Cc}]/u.test(word))
  const cut = current === undefined ? 0 : cutBefore(last, current)
  const whole = fitting.map(({ word, about }) => ({
    word: `${prefix}${word}`.slice(cut),
    about: about ?? '',
  }))
  return [...new Map(whole.map((each) => [each.word, each])).values()].map((each) => lineFor(shell, each))
}

/** How much of the word stands before what bash takes for it; `=` and `:` are words of their own there. */
const cutBefore = (last: string, current: string): number => {
  const own = current === '=' || current === ':' ? '' : current
  return last.endsWith(own) ? last.length - own.length : 0
}

function lineFor(shell: Shell, { word, about }: Required<Candidate>): string {
  if (shell === 'bash' || about === '') return shell === 'zsh' ? word.replaceAll(':', '\\:') : word
  return shell === 'zsh' ? `${word.replaceAll(':', '\\:')}:${about}` : `${word}\t${about}`
}
