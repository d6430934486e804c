// The page of the command line is what the program says of itself.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, type Option } from 'commander'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
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
      expect(help, command.name()).toMatch(
        new RegExp(`Examples:\\n  (source <\\()?verdigris ${command.name()}`),
      )
      expect(Math.max(...help.split('\n').map((line) => line.length)), command.name()).toBeLessThanOrEqual(
        120,
      )
    }
  })

  it('teaches by example, and so do its subcommands; each example is a command line that is taken', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'verdigris-examples-'))
    onTestFinished(() => {
      vi.unstubAllEnvs()
      rmSync(folder, { recursive: true })
    })
    writeFileSync(join(folder, 'config.yaml'), 'contexts: [{name: prod}, {name: staging}]\n')
    vi.stubEnv('VERDIGRIS_CLIENT_CONFIG', join(folder, 'config.yaml'))
    const silent: string[] = []
    const refused: string[] = []
    const look = async (command: Command, path: string): Promise<void> => {
      const help = helpOf(command)
      const examples = examplesIn(help)
      if (examples.length === 0) silent.push(path)
      for (const words of examples) {
        const fault = await parseOnly(words)
        if (fault !== undefined) refused.push(`${words.join(' ')}: ${fault}`)
      }
      for (const sub of command.commands) await look(sub, `${path} ${sub.name()}`)
    }
    for (const command of (await createProgram('*')).commands) await look(command, command.name())
    expect(silent).toEqual([])
    expect(refused).toEqual([])
    // The reading of examples is proven by one that is wrong.
    expect(await parseOnly(['switch', 'checkout', 'green', '--wiat'])).toContain('--wiat')
    expect(await parseOnly(['push', 'lst'])).toContain('lst')
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

function helpOf(command: Command): string {
  let help = ''
  command.configureOutput({ writeOut: (text) => (help += text), getOutHasColors: () => false })
  command.outputHelp()
  return help
}

/** Every `verdigris …` of the examples as words: lines joined at backslashes, cut at pipes, redirections and remarks. */
function examplesIn(help: string): string[][] {
  const [, examples = ''] = help.split('Examples:\n')
  return (
    examples
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')
      // What another command would have said is a word.
      .map((line) => line.replaceAll(/\$\([^)]*\)/g, 'r1'))
      .flatMap((line) => line.split(/\||&&|;|\|\|/))
      .map((part) => part.trim().replace(/^source <\(/, ''))
      .map((part) => part.replace(/^xargs -n1 (.*)$/, '$1 r1'))
      .filter((part) => part.startsWith('verdigris '))
      .map((part) => part.split(/ {2,}|\t| >|\)$|\) /)[0] ?? '')
      .map((part) => [...part.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ''))
      .map(([, ...words]) => words)
  )
}

/** What the parser says against a command line; its command is not run. */
async function parseOnly(words: readonly string[]): Promise<string | undefined> {
  const program = await createProgram(words.find((word) => !word.startsWith('-')))
  let said = ''
  const hush = (command: Command): void => {
    command.configureOutput({ outputError: (text) => (said += text), writeOut: () => {} })
    // One that has subcommands and no action of its own has to refuse what is none of them.
    const acts: unknown = Reflect.get(command, '_actionHandler')
    if (typeof acts === 'function') command.action(() => {})
    command.commands.forEach(hush)
  }
  hush(program)
  try {
    await program.parseAsync([...words], { from: 'user' })
    return undefined
  } catch (error) {
    return said === '' ? String(error) : said
  }
}
