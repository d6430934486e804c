// Options that several commands share, and what they become.
import { userInfo } from 'node:os'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../base/index.ts'
import { isServer } from './contexts/context.ts'

/** Where the server is and who asks. */
export interface ServerOptions {
  readonly server: string
  readonly serverCa?: string
  readonly clientCert?: string
  readonly clientKey?: string
  readonly actor?: string
  /** Milliseconds. */
  readonly timeout?: number
}
export interface NamespaceOptions {
  readonly namespace: string
}
export type Format = 'table' | 'wide' | 'json' | 'yaml' | 'name'
export interface OutputOptions {
  readonly output: Format
}
export interface ChangeFlags {
  readonly dryRun?: boolean
  readonly diff?: boolean
  readonly force?: boolean
  readonly reason?: string
  readonly requestId?: string
  readonly manager?: string
  readonly wait?: boolean
}

/** `250ms`, `20s`, `1m30s` → milliseconds. */
export function durationOption(text: string): number {
  const total = parseDuration(text)
  if (total === undefined) throw new InvalidArgumentError('Wanted a duration such as 500ms, 20s or 1m30s.')
  if (total <= 0) throw new InvalidArgumentError('Wanted more than nothing.')
  return total
}

/** The ramp of a request, if one was asked for. */
export const rampOption = ({ ramp }: { readonly ramp?: number }) =>
  ramp === undefined ? {} : { ramp: { seconds: Math.floor(ramp / 1_000), nanos: (ramp % 1_000) * 1_000_000 } }

/** A whole number from 1 on. */
export function countOption(text: string): number {
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('Wanted a whole number from 1 on.')
  return count
}

const serverOption = (text: string): string => {
  if (isServer(text)) return text
  throw new InvalidArgumentError('Wanted HOST:PORT, such as 127.0.0.1:18001.')
}

/** `r41` or `41` → 41. */
export function revisionOption(text: string): number {
  const number = /^r?([1-9][0-9]{0,15})$/.exec(text)?.[1]
  if (number === undefined || !Number.isSafeInteger(Number(number)))
    throw new InvalidArgumentError('Wanted a revision such as r41 (verdigris history shows them).')
  return Number(number)
}

/** Collects an option that may be given several times. */
export const several = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
]

export function withServer(command: Command): Command {
  const options = [
    new Option('--server <host:port>', 'admin API of the control plane')
      .env('VERDIGRIS_SERVER')
      .default('127.0.0.1:18001')
      .argParser(serverOption),
    new Option('--server-ca <file>', 'CA of the server (PEM); makes it TLS').env('VERDIGRIS_SERVER_CA'),
    new Option('--client-cert <file>', 'own certificate (PEM)').env('VERDIGRIS_CLIENT_CERT'),
    new Option('--client-key <file>', 'its private key (PEM)').env('VERDIGRIS_CLIENT_KEY'),
    new Option(
      '--actor <name>',
      'who acts, where the server asks for no certificate (default: your login)',
    ).env('VERDIGRIS_ACTOR'),
    new Option('--timeout <time>', 'wait so long for an answer (default: 30s; with --wait: 2m)').argParser(
      durationOption,
    ),
  ]
  for (const option of options) command.addOption(option.helpGroup('Connection:'))
  return withContexts(command)
}

/** Which context counts; what it says is filled in before the action. */
function withContexts(command: Command): Command {
  const options = [
    new Option('--context <name>', 'server and identity as this context has them (see verdigris config)').env(
      'VERDIGRIS_CONTEXT',
    ),
    new Option('--config-file <file>', 'file of contexts (default: ~/.config/verdigris/config.yaml)').env(
      'VERDIGRIS_CLIENT_CONFIG',
    ),
  ]
  for (const option of options) command.addOption(option.helpGroup('Connection:'))
  return filledIn(command)
}

/** Commands whose options are filled in already: one that takes both a server and a namespace is filled in once. */
const filled = new WeakSet<Command>()

function filledIn(command: Command): Command {
  if (filled.has(command)) return command
  filled.add(command)
  return command.hook('preAction', async (_, acting) => {
    // Only where there is something to do: --help needs none of it.
    const { useContext } = await import('./contexts/before-action.ts')
    await useContext(acting)
  })
}

export const withNamespace = (command: Command): Command =>
  filledIn(
    command.addOption(
      new Option('-n, --namespace <name>', 'namespace').env('VERDIGRIS_NAMESPACE').default('default'),
    ),
  )

/** What commands that list and show can print. */
export const readerFormats: readonly Format[] = ['table', 'wide', 'json', 'yaml', 'name']

/** What commands that change can print: as name the objects, or of a move its push. */
export const writerFormats: readonly Format[] = ['table', 'json', 'yaml', 'name']

/** Without `formats`: table, json and yaml, where whatever is no table goes to printData. */
export const withOutput = (
  command: Command,
  formats: readonly Format[] = ['table', 'json', 'yaml'],
): Command =>
  command.addOption(
    new Option('-o, --output <format>', 'how to print').choices([...formats]).default('table'),
  )

/** What everything that writes has. */
export function withChange(command: Command): Command {
  return command
    .option('--dry-run', 'check everything, change nothing')
    .option('--diff', 'first print what differs, field by field, as verdigris diff does')
    .option('--reason <text>', 'why; kept with the revision')
    .option('--wait', 'until every proxy has it; progress goes to stderr')
    .option('--request-id <id>', 'makes a retry harmless: the same id gets the same answer')
    .option('--manager <name>', 'who manages the traffic, where the policy names a manager')
    .option('--force', 'go past guards: large removals, too small a target, a fence')
}

/** The options of a command that changes something. */
export type WriteOptions = ChangeFlags & OutputOptions & NamespaceOptions & ServerOptions

/** Everything that those take. */
export const withWrite = (command: Command): Command =>
  withServer(withOutput(withNamespace(withChange(command)), writerFormats))

/** The actor to claim: as given, else the login name; undefined when that does not fit. */
export function actorOr(given: string | undefined): string | undefined {
  if (given !== undefined) return given
  try {
    const { username } = userInfo()
    return /^[A-Za-z0-9][A-Za-z0-9._@/:+-]*$/.test(username) ? username : undefined
  } catch {
    // No entry in the user database (a container with an arbitrary uid): nobody is claimed.
    return undefined
  }
}
