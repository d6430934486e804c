// What apply, delete, switch, split and rollback share: options in, the answer printed, the push followed.
import type { ChangeAnswer, ChangeOptions, Input } from '../api/index.ts'
import type { Failure } from '../client/index.ts'
import type { Exit } from './exit-codes.ts'
import { exitOf, finalLines, followPush } from './follow-push.ts'
import { objectName, objectWord } from './object-names.ts'
import type { ChangeFlags, OutputOptions, ServerOptions } from './options.ts'
import { printData } from './output/data.ts'
import type { Terminal } from './output/terminal.ts'
import { printable } from './output/words.ts'
import { printObjects } from './print-diff.ts'
import { type Session, usualWaitMs } from './session.ts'

/** The options message of a change. */
export const changeOptions = (flags: ChangeFlags): Input<ChangeOptions> => ({
  dryRun: flags.dryRun === true,
  force: flags.force === true,
  reason: flags.reason ?? '',
  requestId: flags.requestId ?? '',
  manager: flags.manager ?? '',
})

/** Prints the answer; with --wait follows the push. `headline` comes first in a table, if given. */
export async function finishChange(
  session: Session,
  answer: ChangeAnswer,
  flags: ChangeFlags & OutputOptions & Pick<ServerOptions, 'timeout'>,
  headline?: string,
): Promise<Exit | Failure> {
  const { terminal } = session
  const asTable = flags.output === 'table'
  // Data hold what differs anyway.
  if (asTable && flags.diff === true)
    printObjects(
      terminal,
      answer.objects.filter(({ change }) => change !== 'UNCHANGED'),
    )
  if (asTable) for (const line of answerLines(answer, headline)) terminal.out(printable(line))
  if (flags.wait !== true || answer.push === '') {
    if (asTable && answer.push !== '') terminal.say(`follow it with: verdigris push watch ${answer.push}`)
    if (!asTable) printAnswer(terminal, flags.output, answer, headline)
    return 'ok'
  }
  // Whoever reads names has them while the push goes on.
  if (flags.output === 'name') printAnswer(terminal, flags.output, answer, headline)
  const followed = await followPush(session, answer.push, flags.timeout ?? usualWaitMs, true)
  if (!followed.ok) return followed.error
  const { record, exit } = followed.value
  if (flags.output === 'json' || flags.output === 'yaml')
    printData(terminal, flags.output, { ...answer, record })
  else if (asTable && record !== undefined)
    for (const line of finalLines(record)) terminal.out(printable(line))
  if (record === undefined || exitOf(record) === undefined) {
    terminal.say(`still going: verdigris push watch ${answer.push}`)
  }
  return exit
}

/** The same after a move of traffic: the headline says what moved, or that nothing did. */
export const finishMove = (
  session: Session,
  answer: ChangeAnswer,
  flags: Parameters<typeof finishChange>[2],
  { service, moved }: { readonly service: string; readonly moved: string },
): Promise<Exit | Failure> =>
  finishChange(session, answer, flags, `${service}: ${isNothing(answer) ? 'nothing changed' : moved}`)

/** Of a move the push, `push/7`; else the objects that changed. Other commands take them as they are. */
function printAnswer(
  terminal: Terminal,
  output: OutputOptions['output'],
  answer: ChangeAnswer,
  headline: string | undefined,
): void {
  if (output !== 'name') printData(terminal, output, answer)
  else if (headline === undefined) {
    for (const { key, change } of answer.objects)
      if (change !== 'UNCHANGED') terminal.out(printable(objectName(key)))
  } else if (answer.push !== '') terminal.out(`push/${answer.push}`)
}

const isNothing = (answer: ChangeAnswer): boolean => answer.revision === 0 && !answer.dryRun

function answerLines(answer: ChangeAnswer, headline: string | undefined): string[] {
  const dry = answer.dryRun ? ' (dry run)' : ''
  const revision = answer.revision === 0 ? '' : `r${answer.revision}`
  const push = answer.push === '' ? '' : `push ${answer.push}`
  const done = [revision, push].filter((word) => word !== '').join(', ')
  const objects = headline === undefined ? answer.objects.map((object) => `${objectWord(object)}${dry}`) : []
  const head = headline === undefined ? [] : [`${headline}${dry}${done === '' ? '' : ` (${done})`}`]
  const tail = headline !== undefined ? [] : done === '' ? [] : [done]
  const nothing = isNothing(answer) ? ['nothing changed'] : []
  return [
    ...objects,
    ...head,
    ...answer.notes.map((note) => `note: ${note}`),
    ...(headline === undefined ? nothing : []),
    ...tail,
  ]
}
