// verdigris endpoints set|patch|drain|list
import { type Command, Option } from 'commander'
import type { EndpointAddress, EndpointsAnswer, EndpointsTarget, Input } from '../../api/index.ts'
import { invalid, type Problem, parseDuration } from '../../base/index.ts'
import type { Failure } from '../../client/index.ts'
import { parseEndpointsFile } from '../../model/index.ts'
import type { Exit } from '../exit-codes.ts'
import {
  countOption,
  type Format,
  type NamespaceOptions,
  type OutputOptions,
  type ServerOptions,
  several,
  withNamespace,
  withOutput,
  withServer,
} from '../options.ts'
import { printData } from '../output/data.ts'
import { printable } from '../output/words.ts'
import { readSources } from '../read-files.ts'
import { type Session, withSession } from '../session.ts'
import { fromFile, parseAddresses } from './endpoint-arguments.ts'
import { printEndpoints } from './endpoint-views.ts'

type Common = OutputOptions & ServerOptions & NamespaceOptions
interface Change extends Common {
  readonly incarnation?: number
  readonly release?: string
  readonly dryRun?: boolean
  readonly force?: boolean
}
interface Standing {
  readonly owner?: string
  /** As it was written: the server says what is wrong with it. */
  readonly ttl?: string
  readonly weight?: number
  readonly priority?: number
  readonly region?: string
  readonly zone?: string
  readonly draining?: boolean
}

export function configure(command: Command): void {
  // Their arguments would leave no room for what they do.
  command.configureHelp({ ...command.configureHelp(), subcommandTerm: (each) => each.name() })
  command.addHelpText(
    'after',
    `
Examples:
  verdigris endpoints set checkout green 10.0.0.7:8080 --release 2.4
  verdigris endpoints patch checkout green --put 10.0.0.9:8080 --ttl 30s
  verdigris endpoints drain checkout green 10.0.0.7:8080
  verdigris endpoints list checkout -o wide

The environment has to say "endpoints: {registered: true}" in its Service.
docs/operations.md has the whole of it.`,
  )
  set(command)
  patch(command)
  drain(command)
  list(command)
}

const withTarget = (command: Command): Command =>
  withServer(withOutput(withNamespace(command)))
    .option('--incarnation <number>', 'refused when the environment has another', countOption)
    .option('--release <version>', 'refused when the environment has another')
    .option('--dry-run', 'check everything, change nothing')
    .option(
      '--force',
      'also when an environment that carries traffic is left without endpoints for new requests',
    )

const withStanding = (command: Command): Command =>
  command
    .option('--owner <name>', 'who registers them (default: you)')
    .option('--ttl <time>', 'they lapse when they are not sent again within this (default: never)')
    .option('--weight <number>', 'share among the endpoints of their zone', countOption)
    .option('--priority <number>', '0 first; the next when too few are healthy', Number)
    .option('--region <name>', 'where they are')
    .option('--zone <name>', 'where they are')
    .option('--draining', 'they get no new sessions and keep those they have')

function set(command: Command): void {
  withStanding(
    withTarget(
      command
        .command('set')
        .argument('[service]')
        .argument('[environment]')
        .argument(
          '[address...]',
          '10.0.0.7:8080, [::1]:8080; with several ports 10.0.0.7:http=8080,admin=9000',
        )
        .description('all endpoints that you have in an environment; sent again, it renews their leases'),
    ),
  )
    .option('-f, --filename <path>', 'read them from a file of endpoints; - for stdin')
    .option('--none', 'there are none any more')
    .addHelpText(
      'after',
      `
Examples:
  verdigris endpoints set checkout green 10.0.0.7:8080 --release 2.4
  verdigris endpoints set checkout green 10.0.0.7:8080 --ttl 30s --zone a
  verdigris endpoints set checkout blue --none
  verdigris endpoints set -f endpoints.yaml`,
    )
    .action(
      (
        service: string | undefined,
        environment: string | undefined,
        addresses: readonly string[],
        options: Change & Standing & { readonly filename?: string; readonly none?: boolean },
      ) =>
        withSession(options, async (session) => {
          if (options.filename !== undefined) return setFile(session, options.filename, options)
          if (service === undefined || environment === undefined)
            return refused('', 'wanted a service and an environment, or -f FILE')
          if ((addresses.length === 0) !== (options.none === true))
            return refused('', 'wanted addresses, or --none where there are none any more')
          const found = parseAddresses(addresses)
          if (!found.ok) return broken(found.error)
          const lease = leaseOf(options)
          if (!lease.ok) return broken(lease.error)
          const answer = await session.client.call('Endpoints', 'Set', {
            target: targetOf(service, environment, options),
            ...lease.value,
            endpoints: found.value.map((each) => ({ ...each, ...standingOf(options) })),
            options: optionsOf(options),
          })
          return answer.ok ? print(session, [answer.value], options) : answer.error
        }),
    )
}

function patch(command: Command): void {
  withStanding(
    withTarget(
      command
        .command('patch')
        .argument('<service>')
        .argument('<environment>')
        .description('add, change or renew some endpoints, remove some; the others stay'),
    ),
  )
    .option('--put <address>', 'add it, or change it; may be given several times', several)
    .option(
      '--remove <address>',
      'take it away, with or without its port; may be given several times',
      several,
    )
    .addHelpText(
      'after',
      `
Examples:
  verdigris endpoints patch checkout green --put 10.0.0.9:8080 --ttl 30s
  verdigris endpoints patch checkout green --remove 10.0.0.7 --owner ci`,
    )
    .action(
      (
        service: string,
        environment: string,
        options: Change &
          Standing & { readonly put?: readonly string[]; readonly remove?: readonly string[] },
      ) =>
        withSession(options, async (session) => {
          const put = parseAddresses(options.put ?? [])
          if (!put.ok) return broken(put.error)
          const remove = parseAddresses(options.remove ?? [])
          if (!remove.ok) return broken(remove.error)
          const lease = leaseOf(options)
          if (!lease.ok) return broken(lease.error)
          const answer = await session.client.call('Endpoints', 'Patch', {
            target: targetOf(service, environment, options),
            ...lease.value,
            put: put.value.map((each) => ({ ...each, ...standingOf(options) })),
            remove: remove.value,
            options: optionsOf(options),
          })
          return answer.ok ? print(session, [answer.value], options) : answer.error
        }),
    )
}

function drain(command: Command): void {
  withTarget(
    command
      .command('drain')
      .argument('<service>')
      .argument('<environment>')
      .argument('<address...>', 'with or without its port')
      .description('take endpoints out of use, whoever owns them: no new sessions, the old ones stay'),
  )
    .option('--undo', 'put them back')
    .addHelpText(
      'after',
      `
Examples:
  verdigris endpoints drain checkout green 10.0.0.7:8080
  verdigris endpoints drain checkout green 10.0.0.7 --undo`,
    )
    .action(
      (
        service: string,
        environment: string,
        addresses: readonly string[],
        options: Change & { readonly undo?: boolean },
      ) =>
        withSession(options, async (session) => {
          const found = parseAddresses(addresses)
          if (!found.ok) return broken(found.error)
          const endpoints: readonly Input<EndpointAddress>[] = found.value
          const answer = await session.client.call('Endpoints', 'Drain', {
            target: targetOf(service, environment, options),
            endpoints,
            undo: options.undo === true,
            options: optionsOf(options),
          })
          return answer.ok ? print(session, [answer.value], options) : answer.error
        }),
    )
}

const listFormats: readonly Format[] = ['table', 'wide', 'json', 'yaml', 'name']

function list(command: Command): void {
  withServer(
    withOutput(
      withNamespace(
        command
          .command('list')
          .argument('[service]')
          .argument('[environment]')
          .description('static and registered endpoints, and how each stands'),
      ),
      listFormats,
    ),
  )
    .addOption(new Option('--owner <name>', 'only those of an owner'))
    .addHelpText(
      'after',
      `
Examples:
  verdigris endpoints list
  verdigris endpoints list checkout green -o wide
  verdigris endpoints list --owner ci -o json`,
    )
    .action(
      (
        service: string | undefined,
        environment: string | undefined,
        options: Common & { readonly owner?: string },
      ) => withSession(options, (session) => printEndpoints(session, service, environment, options)),
    )
}

/** Every environment of a file, one after another; what the server took before a refusal stays taken. */
async function setFile(session: Session, path: string, options: Change & Standing): Promise<Exit | Failure> {
  const read = await readSources([path], false)
  if (!read.ok) return broken(read.error)
  const lease = leaseOf(options)
  if (!lease.ok) return broken(lease.error)
  const answers: EndpointsAnswer[] = []
  for (const { name, text } of read.value) {
    const parsed = parseEndpointsFile(text, name)
    if ('violations' in parsed) return broken(invalid(parsed.violations))
    for (const entry of parsed.value) {
      const { namespace, service, environment, release = '', incarnation } = entry
      const endpoints = fromFile(entry, name)
      if (!endpoints.ok) return broken(endpoints.error)
      const answer = await session.client.call('Endpoints', 'Set', {
        target: {
          ...{ namespace, service, environment, release },
          ...(incarnation === undefined ? {} : { incarnation }),
        },
        ...lease.value,
        endpoints: endpoints.value,
        options: optionsOf(options),
      })
      if (!answer.ok) return answer.error
      answers.push(answer.value)
    }
  }
  return print(session, answers, options)
}

const targetOf = (
  service: string,
  environment: string,
  { namespace, release = '', incarnation }: Change,
): Input<EndpointsTarget> => ({
  ...{ namespace, service, environment, release },
  ...(incarnation === undefined ? {} : { incarnation }),
})

const optionsOf = ({ dryRun, force }: Change) => ({ dryRun: dryRun === true, force: force === true })

function leaseOf({ owner = '', ttl }: Standing) {
  if (ttl === undefined) return { ok: true as const, value: { owner } }
  const ms = parseDuration(ttl)
  if (ms === undefined) {
    const message = `wanted a duration such as 30s or 1m30s, found ${JSON.stringify(ttl)}`
    return { ok: false as const, error: invalid([{ path: '--ttl', message }]) }
  }
  const seconds = Math.floor(ms / 1_000)
  return { ok: true as const, value: { owner, ttl: { seconds, nanos: (ms % 1_000) * 1_000_000 } } }
}

function standingOf({ weight, priority, region = '', zone = '', draining }: Standing) {
  return {
    ...(weight === undefined ? {} : { weight }),
    ...(priority === undefined ? {} : { priority }),
    ...(region === '' && zone === '' ? {} : { locality: { region, zone } }),
    ...(draining === true ? { draining } : {}),
  }
}

const broken = (problem: Problem): Failure => ({ kind: 'refused', problem })
const refused = (path: string, message: string): Failure => broken(invalid([{ path, message }]))

function print({ terminal }: Session, answers: readonly EndpointsAnswer[], options: Change): Exit {
  if (options.output !== 'table') {
    printData(terminal, options.output, answers.length === 1 ? answers[0] : answers)
    return 'ok'
  }
  for (const answer of answers) {
    const done = (['added', 'changed', 'removed', 'renewed'] as const)
      .filter((what) => answer[what] > 0)
      .map((what) => `${answer[what]} ${what}`)
    const place = `${answer.service}/${answer.environment}.${answer.incarnation}`
    const dry = answer.dryRun ? ' (dry run)' : ''
    const left = `${answer.endpoints} ${answer.endpoints === 1 ? 'endpoint' : 'endpoints'}`
    terminal.out(printable(`${place}: ${done.join(', ') || 'nothing changed'}; it has ${left}${dry}`))
    for (const note of answer.notes) terminal.out(printable(`  ${note}`))
  }
  return 'ok'
}
