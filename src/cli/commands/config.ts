// verdigris config get-contexts|current-context|use-context|set-context|delete-context|view
import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { err, invalid, ok, type Problem, type Result } from '../../base/index.ts'
import { type Context, type ContextField, type ContextFile, isServer } from '../contexts/context.ts'
import { type Place, placeOf, readContexts, writeContexts } from '../contexts/keep-contexts.ts'
import { contextNamed, wordOf } from '../contexts/use-context.ts'
import { type Exit, exitCode } from '../exit-codes.ts'
import {
  actorOr,
  type OutputOptions,
  readerFormats,
  withNamespace,
  withOutput,
  withServer,
} from '../options.ts'
import { createTerminal, type Terminal } from '../output/terminal.ts'
import { printable } from '../output/words.ts'
import { reportProblem } from '../report.ts'
import { printContexts, printSettings } from '../views/context-views.ts'

interface FileFlags {
  readonly configFile?: string
}

export function configure(command: Command): void {
  command.addHelpText(
    'after',
    `
A context says under one name where a server is and who asks there. Flags go
before variables, variables before the context, the context before defaults.

Examples:
  verdigris config set-context prod --server cp.internal:18001 \\
    --server-ca ca.pem --client-cert me.pem --client-key me.key -n shop
  verdigris config use-context prod
  verdigris config get-contexts
  verdigris get services --context staging
  verdigris config view`,
  )
  getContexts(command)
  currentContext(command)
  useContext(command)
  setContext(command)
  deleteContext(command)
  view(command)
}

/** A subcommand that works on the file of contexts, with an example for its help. */
function onFile(parent: Command, name: string, description: string, examples: readonly string[]): Command {
  return parent
    .command(name)
    .description(description)
    .addOption(
      new Option('--config-file <file>', 'file of contexts (default: ~/.config/verdigris/config.yaml)').env(
        'VERDIGRIS_CLIENT_CONFIG',
      ),
    )
    .addHelpText('after', `\nExamples:\n${examples.map((each) => `  verdigris config ${each}`).join('\n')}`)
}

/** Runs a subcommand on the file: it prints, and gives the file to keep or a plain exit. */
async function withFile(
  { configFile }: FileFlags,
  run: (file: ContextFile, place: Place, terminal: Terminal) => Result<ContextFile | Exit, Problem>,
  makes = false,
): Promise<void> {
  const terminal = createTerminal()
  const place = placeOf(configFile, process.env)
  // A file that is to be made need not be there.
  const read = await readContexts(makes ? await orNew(place) : place)
  const outcome = read.ok ? run(read.value, place, terminal) : read
  const kept =
    outcome.ok && typeof outcome.value !== 'string' ? await writeContexts(place, outcome.value) : outcome
  const exit = !kept.ok
    ? reportProblem(terminal, kept.error)
    : typeof kept.value === 'string'
      ? kept.value
      : 'ok'
  process.exitCode = exitCode(exit)
}

const orNew = async (place: Place): Promise<Place> => ({ ...place, isNamed: false })

function getContexts(command: Command): void {
  withOutput(
    onFile(command, 'get-contexts', 'list the contexts; the current one is marked', [
      'get-contexts',
      'get-contexts -o name',
    ]),
    readerFormats,
  ).action((options: FileFlags & OutputOptions) =>
    withFile(options, (file, place, terminal) => {
      printContexts(terminal, options.output, file)
      if (file.contexts.length === 0)
        terminal.say(
          `no contexts in ${place.path}; make one: verdigris config set-context NAME --server HOST:PORT`,
        )
      return ok('ok')
    }),
  )
}

function currentContext(command: Command): void {
  onFile(command, 'current-context', 'print the name of the current context', ['current-context']).action(
    (options: FileFlags) =>
      withFile(options, ({ currentContext: name }, _, terminal) => {
        if (name === undefined)
          return err(fault('no context is current; choose one: verdigris config use-context NAME'))
        terminal.out(name)
        return ok('ok')
      }),
  )
}

function useContext(command: Command): void {
  onFile(command, 'use-context', 'make a context the current one', ['use-context prod'])
    .argument('<context>', 'its name')
    .action((name: string, options: FileFlags) =>
      withFile(options, (file, place, terminal) => {
        const found = contextNamed(file, name, place)
        if (!found.ok) return found
        terminal.out(`context ${name} is current`)
        return ok({ ...file, currentContext: name })
      }),
    )
}

interface SetFlags extends FileFlags, Partial<Omit<Context, 'name'>> {
  readonly current?: boolean
}

function setContext(command: Command): void {
  onFile(command, 'set-context', 'make a context, or change what is given of one', [
    'set-context prod --server cp.internal:18001 \\\n    --server-ca ca.pem',
    'set-context --current --namespace shop',
    'set-context prod --actor ""        # takes it away again',
  ])
    .argument('[context]', 'its name')
    .option('--current', 'the current one, instead of a name')
    .option('--server <host:port>', 'admin API of the control plane', serverOrNone)
    .option('--server-ca <file>', 'CA of the server (PEM); makes it TLS')
    .option('--client-cert <file>', 'own certificate (PEM)')
    .option('--client-key <file>', 'its private key (PEM)')
    .option('-n, --namespace <name>', 'namespace of commands that name none')
    .option('--actor <name>', 'who acts, where the server asks for no certificate')
    .action((given: string | undefined, options: SetFlags) =>
      withFile(
        options,
        (file, place, terminal) => {
          if ((given === undefined) === (options.current !== true))
            return err(fault('wanted the name of a context, or --current'))
          const name = given ?? file.currentContext
          if (name === undefined) return err(fault('no context is current: name one'))
          if (given === undefined) {
            const found = contextNamed(file, name, place)
            if (!found.ok) return found
          }
          if (!/^[^\s/]{1,253}$/.test(name))
            return err(fault('wanted a name without spaces and slashes, 253 characters at most'))
          const isNew = !file.contexts.some((one) => one.name === name)
          const next = changed(file.contexts.find((one) => one.name === name) ?? { name }, options)
          terminal.out(printable(`context ${name} ${isNew ? 'created' : 'changed'} in ${place.path}`))
          if (file.currentContext !== name) terminal.say(`use it: verdigris config use-context ${name}`)
          return ok(withContext(file, next))
        },
        true,
      ),
    )
}

/** The context with what was given; an empty text takes a field away. Paths become absolute: they are of this folder. */
function changed(context: Context, flags: SetFlags): Context {
  const given: readonly (readonly [ContextField, string | undefined])[] = [
    ['server', flags.server],
    ['serverCa', fullPath(flags.serverCa)],
    ['clientCert', fullPath(flags.clientCert)],
    ['clientKey', fullPath(flags.clientKey)],
    ['namespace', flags.namespace],
    ['actor', flags.actor],
  ]
  const next: Record<string, string> & { name: string } = { ...context }
  for (const [field, value] of given) {
    if (value === '') delete next[field]
    else if (value !== undefined) next[field] = value
  }
  return next
}

const fullPath = (path: string | undefined): string | undefined =>
  path === undefined || path === '' ? path : resolve(path)

/** The file with this context in it: in place of the one of its name, or at the end. */
const withContext = (file: ContextFile, context: Context): ContextFile => ({
  ...file,
  contexts: file.contexts.some(({ name }) => name === context.name)
    ? file.contexts.map((one) => (one.name === context.name ? context : one))
    : [...file.contexts, context],
})

function deleteContext(command: Command): void {
  onFile(command, 'delete-context', 'forget a context', ['delete-context staging'])
    .argument('<context>', 'its name')
    .action((name: string, options: FileFlags) =>
      withFile(options, (file, place, terminal) => {
        const found = contextNamed(file, name, place)
        if (!found.ok) return found
        const { currentContext: current, contexts } = file
        terminal.out(`context ${name} deleted`)
        if (current === name) terminal.say('it was the current one: none is now')
        return ok({
          ...(current === undefined || current === name ? {} : { currentContext: current }),
          contexts: contexts.filter((one) => one.name !== name),
        })
      }),
    )
}

function view(command: Command): void {
  withServer(
    withOutput(
      withNamespace(command.command('view').description('what counts now, and where each value comes from')),
    ),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  verdigris config view\n  verdigris config view --context prod -o json',
    )
    .action((options: OutputOptions & FileFlags, self: Command) => {
      const { path } = placeOf(options.configFile, process.env)
      printSettings(createTerminal(), options.output, path, settingsOf(self))
    })
}

/** Name, value and origin of every setting of a command that asks a server. */
const settingsOf = (command: Command): readonly { name: string; value: string; from: string }[] =>
  (['context', 'server', 'serverCa', 'clientCert', 'clientKey', 'namespace', 'actor'] as const).flatMap(
    (name) => {
      const option = command.options.find((each) => each.attributeName() === name)
      const value: unknown = command.getOptionValue(name)
      const source = command.getOptionValueSource(name)
      if (option === undefined) return []
      if (name === 'actor' && value === undefined)
        return [{ name, value: actorOr(undefined) ?? '', from: 'your login' }]
      if (typeof value !== 'string') return []
      const from = source === 'cli' ? (option.long ?? '') : source === 'env' ? (option.envVar ?? '') : source
      return [{ name: name === 'context' ? name : wordOf(name), value, from: from ?? '' }]
    },
  )

function serverOrNone(text: string): string {
  if (text === '' || isServer(text)) return text
  throw new InvalidArgumentError('Wanted HOST:PORT, such as 127.0.0.1:18001.')
}

const fault = (message: string): Problem => invalid([{ path: '', message }])
