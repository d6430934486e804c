// Where the cursor is: which command, which of its options or arguments. Pure but for loading the command that is meant.
import type { Argument, Command, Option } from 'commander'

export interface Spot {
  /** The command that the words before the cursor name. */
  readonly command: Command
  /** Its name with those above it: `push get`. */
  readonly path: string
  /** What stands on the line: options by attribute name, arguments in order. */
  readonly options: ReadonlyMap<string, string>
  readonly given: readonly string[]
  readonly at:
    | { readonly kind: 'command' }
    | { readonly kind: 'flag' }
    /** `--server=` or after `--server `; `prefix` is what was typed before the value. */
    | { readonly kind: 'value'; readonly option: Option; readonly prefix: string; readonly typed: string }
    | { readonly kind: 'argument'; readonly argument: Argument | undefined; readonly index: number }
}

/** Reads the words after `verdigris`; `last` is the one under the cursor. */
export function spotOf(program: Command, words: readonly string[], last: string): Spot {
  let command = program
  const path: string[] = []
  const given: string[] = []
  const options = new Map<string, string>()
  let waiting: Option | undefined
  let onlyArguments = false
  for (const word of words) {
    if (waiting !== undefined) {
      options.set(waiting.attributeName(), word)
      waiting = undefined
    } else if (word === '--' && !onlyArguments) onlyArguments = true
    else if (!onlyArguments && word.startsWith('-') && word !== '-') {
      const [flag = '', value] = splitFlag(word)
      const option = command.options.find((each) => each.short === flag || each.long === flag)
      if (option === undefined) continue
      if (value !== undefined) options.set(option.attributeName(), value)
      else if (option.required || option.optional) waiting = option
    } else {
      const sub = given.length === 0 ? command.commands.find((each) => isCalled(each, word)) : undefined
      if (sub === undefined) given.push(word)
      else {
        command = sub
        path.push(sub.name())
      }
    }
  }
  const here = { command, path: path.join(' '), options, given }
  if (waiting !== undefined)
    return { ...here, at: { kind: 'value', option: waiting, prefix: '', typed: last } }
  if (!onlyArguments && last.startsWith('-')) {
    const [flag = '', value] = splitFlag(last)
    const option = command.options.find((each) => each.long === flag)
    if (value !== undefined && option !== undefined)
      return { ...here, at: { kind: 'value', option, prefix: `${flag}=`, typed: value } }
    return { ...here, at: { kind: 'flag' } }
  }
  if (given.length === 0 && command.commands.length > 0) return { ...here, at: { kind: 'command' } }
  const args = command.registeredArguments
  const end = args.at(-1)
  const argument = args[given.length] ?? (end?.variadic === true ? end : undefined)
  return { ...here, at: { kind: 'argument', argument, index: given.length } }
}

const isCalled = (command: Command, word: string): boolean =>
  command.name() === word || command.aliases().includes(word)

/** `--server=a:1` → `--server`, `a:1`; a short option may have its value right behind it. */
function splitFlag(word: string): readonly [string, string | undefined] {
  if (!word.startsWith('--')) return word.length > 2 ? [word.slice(0, 2), word.slice(2)] : [word, undefined]
  const equals = word.indexOf('=')
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)]
}
