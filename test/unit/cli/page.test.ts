// The page of the command line is what the program says of itself.
import { Command, type Option } from 'commander'
import { describe, expect, it } from 'vitest'
import { exitTable } from '../../../src/cli/exit-codes.ts'
import { kindNames, kindOf } from '../../../src/cli/kind-names.ts'
import { withNamespace, withOutput, withServer } from '../../../src/cli/options.ts'
import { createProgram } from '../../../src/cli/program.ts'
import { expectBlock, row } from '../../support/generated-block.ts'

/** Options that most commands share are told once. */
const sharedOptions = async (): Promise<readonly Option[]> => {
  const command = withServer(withOutput(withNamespace(new Command())))
  return command.options
}
const told = (option: Option): string => `${option.flags} ${option.description}`
const variable = (option: Option): string => (option.envVar === undefined ? '' : ` (\`${option.envVar}\`)`)
const fallback = (option: Option): string =>
  option.defaultValue === undefined || option.defaultValue === false
    ? ''
    : ` (default: \`${String(option.defaultValue)}\`)`
const choices = (option: Option): string =>
  option.argChoices === undefined ? '' : `: ${option.argChoices.join(', ')}`

function section(command: Command, name: string, shared: ReadonlySet<string>): string[] {
  const own = command.options.filter((option) => !shared.has(told(option)))
  const lines = [`### ${name}`, '', `\`verdigris ${name} ${command.usage()}\``, '', command.description(), '']
  if (command.name() === 'serve') lines.push('Its flags are in [flags.md](flags.md).', '')
  else if (own.length > 0) {
    lines.push('| option | what |', '|---|---|')
    lines.push(
      ...own.map((option) =>
        row(
          `\`${option.flags}\``,
          `${option.description}${choices(option)}${fallback(option)}${variable(option)}`,
        ),
      ),
      '',
    )
  }
  return [...lines, ...command.commands.flatMap((sub) => section(sub, `${name} ${sub.name()}`, shared))]
}

describe('docs/reference/cli.md', () => {
  it('lists every exit status with its meaning', () => {
    const rows = Object.values(exitTable).map(({ code, meaning }) => row(String(code), meaning))
    expectBlock('cli.md', 'exit codes', ['| status | meaning |', '|---|---|', ...rows].join('\n'))
    const codes = Object.values(exitTable).map(({ code }) => code)
    expect(new Set(codes).size).toBe(codes.length)
  })

  it('lists every kind with its names', () => {
    const rows = Object.entries(kindNames).map(([kind, names]) =>
      row(kind, names.map((name) => `\`${name}\``).join(', ')),
    )
    expectBlock('cli.md', 'kinds', ['| kind | names |', '|---|---|', ...rows].join('\n'))
  })

  it('lists every command with its options', async () => {
    const program = await createProgram('*')
    const common = await sharedOptions()
    const shared = new Set(common.map(told))
    const head = [
      'Most commands have these:',
      '',
      '| option | what |',
      '|---|---|',
      ...common.map((option) =>
        row(
          `\`${option.flags}\``,
          `${option.description}${choices(option)}${fallback(option)}${variable(option)}`,
        ),
      ),
      '',
    ]
    expectBlock(
      'cli.md',
      'commands',
      [...head, ...program.commands.flatMap((command) => section(command, command.name(), shared))].join(
        '\n',
      ),
    )
  })
})

describe('every command', () => {
  it('has a summary, and examples in its help', async () => {
    const program = await createProgram('*')
    for (const command of program.commands) {
      expect(command.summary(), command.name()).not.toBe('')
      let help = ''
      command.configureOutput({ writeOut: (text) => (help += text) })
      command.outputHelp()
      expect(help, command.name()).toContain(`Examples:\n  verdigris ${command.name()}`)
      expect(Math.max(...help.split('\n').map((line) => line.length)), command.name()).toBeLessThanOrEqual(
        120,
      )
    }
  })

  it('knows kinds by plural, singular and short name', () => {
    expect(['svc', 'services', 'service', 'Service', 'SVC'].map(kindOf)).toEqual(Array(5).fill('Service'))
    expect(['pods', '__proto__', 'constructor', '', 'tombstone'].map(kindOf)).toEqual(
      Array(5).fill(undefined),
    )
  })

  it('is what help says in at most 80 columns, for every command', async () => {
    const wide: string[] = []
    const look = (command: Command): void => {
      let text = ''
      command.configureOutput({
        writeOut: (part) => (text += part),
        getOutHelpWidth: () => 80,
        getOutHasColors: () => false,
      })
      command.outputHelp()
      wide.push(...text.split('\n').filter((line) => line.length > 80))
      command.commands.forEach(look)
    }
    // The whole program is never loaded for its own help.
    look(await createProgram(undefined))
    for (const command of (await createProgram('*')).commands) look(command)
    expect(wide).toEqual([])
  })
})
