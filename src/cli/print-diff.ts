// What a change would do, object by object, as diff and restore print it.
import type { ChangeAnswer, ObjectDiff } from '../api/index.ts'
import { objectWord } from './object-names.ts'
import type { OutputOptions } from './options.ts'
import { printData } from './output/data.ts'
import type { Terminal } from './output/terminal.ts'
import { printable } from './output/words.ts'

/** What would change; `failed` where something would, as diff exits. */
export function printDiff(
  terminal: Terminal,
  output: OutputOptions['output'],
  answer: ChangeAnswer,
): 'ok' | 'failed' {
  const differing = answer.objects.filter((object) => object.change !== 'UNCHANGED')
  if (output !== 'table') printData(terminal, output, answer)
  else {
    printObjects(terminal, differing)
    for (const note of answer.notes) terminal.say(printable(`note: ${note}`))
    if (differing.length === 0) terminal.say('no difference')
  }
  return differing.length === 0 ? 'ok' : 'failed'
}

/** Each with its lines. */
export function printObjects(terminal: Terminal, objects: readonly ObjectDiff[]): void {
  for (const object of objects) {
    terminal.out(terminal.color.bold(printable(objectWord(object))))
    for (const line of object.lines) terminal.out(painted(terminal, printable(line)))
  }
}

function painted({ color }: Terminal, line: string): string {
  if (line.startsWith('+') || /^\S+: added /.test(line)) return color.green(line)
  if (line.startsWith('-') || /^\S+: removed /.test(line)) return color.red(line)
  return line
}
