// What apply, delete, switch, split and rollback share: options in, the answer printed, the push followed.
import type { ChangeAnswer, ChangeOptions, Input, ObjectDiff } from '../api/index.ts'
import type { Failure } from '../client/index.ts'
import type { Exit } from './exit-codes.ts'
import { exitOf, finalLines, followPush } from './follow-push.ts'
import type { ChangeFlags, OutputOptions, ServerOptions } from './options.ts'
import { printData } from './output/data.ts'
import { printable } from './output/words.ts'
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
  if (asTable) for (const line of answerLines(answer, headline)) terminal.out(printable(line))
  if (flags.wait !== true || answer.push === '') {
    if (asTable && answer.push !== '') terminal.say(`follow it with: verdigris push watch ${answer.push}`)
    if (!asTable) printData(terminal, flags.output, answer)
    return 'ok'
  }
  const followed = await followPush(session, answer.push, flags.timeout ?? usualWaitMs, true)
  if (!followed.ok) return followed.error
  const { record, exit } = followed.value
  if (!asTable) printData(terminal, flags.output, { ...answer, record })
  else if (record !== undefined) for (const line of finalLines(record)) terminal.out(printable(line))
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

/** `service/checkout configured`. */
export function objectWord(diff: ObjectDiff): string {
  const words = {
    CREATED: 'created',
    CHANGED: 'configured',
    DELETED: 'deleted',
    UNCHANGED: 'unchanged',
    CHANGE_UNSPECIFIED: '',
  }
  const effect = diff.effect === 'DRAINS' ? ', drains' : diff.effect === 'RECONNECTS' ? ', reconnects' : ''
  return `${objectName(diff.key)} ${words[diff.change]}${effect}`
}

/** `service/checkout`, outside of the default namespace `service/checkout -n shop`. */
export const objectName = (key: Key | null): string => nameOf(key, 'default')

type Key = { readonly namespace: string; readonly kind: string; readonly name: string }

/** `service/checkout`, with `-n shop` where the command is about another namespace: words that commands take. */
export function nameOf(key: Key | null, namespace: string): string {
  if (key === null) return ''
  return `${key.kind.toLowerCase()}/${key.name}${key.namespace === namespace ? '' : ` -n ${key.namespace}`}`
}

/** Prints what would change; gives the exit of `diff`: 0 without a difference, 1 with one. */
export function printDiff(terminal: Terminal, output: OutputOptions['output'], answer: ChangeAnswer): Exit {
  const isSame = answer.objects.every(({ change }) => change === 'UNCHANGED')
  if (output !== 'table') printData(terminal, output, answer)
  else {
    printObjects(terminal, answer.objects)
    for (const note of answer.notes) terminal.say(printable(`note: ${note}`))
    if (isSame) terminal.say('no difference')
  }
  return isSame ? 'ok' : 'failed'
}

/** What differs, object by object. */
export function printObjects(terminal: Terminal, objects: readonly ObjectDiff[]): void {
  for (const object of objects) {
    if (object.change === 'UNCHANGED') continue
    terminal.out(terminal.color.bold(printable(objectWord(object))))
    for (const line of object.lines) terminal.out(painted(terminal, printable(line)))
  }
}

function painted({ color }: Terminal, line: string): string {
  if (line.startsWith('+')) return color.green(line)
  if (line.startsWith('-')) return color.red(line)
  return line
}
