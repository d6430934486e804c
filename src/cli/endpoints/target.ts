// What the commands that change endpoints share: their options, what those become, and how the answer is printed.
import type { Command } from 'commander'
import type { EndpointsAnswer, EndpointsTarget, Input } from '../../api/index.ts'
import { invalid, type Problem, parseDuration } from '../../base/index.ts'
import type { Failure } from '../../client/index.ts'
import type { Exit } from '../exit-codes.ts'
import {
  countOption,
  type NamespaceOptions,
  type OutputOptions,
  type ServerOptions,
  withNamespace,
  withOutput,
  withServer,
  writerFormats,
} from '../options.ts'
import { printData } from '../output/data.ts'
import { printable } from '../output/words.ts'
import type { Session } from '../session.ts'

export type Common = OutputOptions & ServerOptions & NamespaceOptions
export interface Change extends Common {
  readonly incarnation?: number
  readonly release?: string
  readonly dryRun?: boolean
  readonly force?: boolean
}
export interface Standing {
  readonly owner?: string
  /** As it was written: the server says what is wrong with it. */
  readonly ttl?: string
  readonly weight?: number
  readonly priority?: number
  readonly region?: string
  readonly zone?: string
  readonly draining?: boolean
}

export const withTarget = (command: Command): Command =>
  withServer(withOutput(withNamespace(command), writerFormats))
    .option('--incarnation <number>', 'refused when the environment has another', countOption)
    .option('--release <version>', 'refused when the environment has another')
    .option('--dry-run', 'check everything, change nothing')
    .option(
      '--force',
      'also when an environment that carries traffic is left without endpoints for new requests',
    )

export const withStanding = (command: Command): Command =>
  command
    .option('--owner <name>', 'who registers them (default: you)')
    .option('--ttl <time>', 'they lapse when they are not sent again within this (default: never)')
    .option('--weight <number>', 'share among the endpoints of their zone', countOption)
    .option('--priority <number>', '0 first; the next when too few are healthy', Number)
    .option('--region <name>', 'where they are')
    .option('--zone <name>', 'where they are')
    .option('--draining', 'they get no new sessions and keep those they have')

export const targetOf = (
  service: string,
  environment: string,
  { namespace, release = '', incarnation }: Change,
): Input<EndpointsTarget> => ({
  ...{ namespace, service, environment, release },
  ...(incarnation === undefined ? {} : { incarnation }),
})

export const optionsOf = ({ dryRun, force }: Change) => ({ dryRun: dryRun === true, force: force === true })

export function leaseOf({ owner = '', ttl }: Standing) {
  if (ttl === undefined) return { ok: true as const, value: { owner } }
  const ms = parseDuration(ttl)
  if (ms === undefined) {
    const message = `wanted a duration such as 30s or 1m30s, found ${JSON.stringify(ttl)}`
    return { ok: false as const, error: invalid([{ path: '--ttl', message }]) }
  }
  const seconds = Math.floor(ms / 1_000)
  return { ok: true as const, value: { owner, ttl: { seconds, nanos: (ms % 1_000) * 1_000_000 } } }
}

export function standingOf({ weight, priority, region = '', zone = '', draining }: Standing) {
  return {
    ...(weight === undefined ? {} : { weight }),
    ...(priority === undefined ? {} : { priority }),
    ...(region === '' && zone === '' ? {} : { locality: { region, zone } }),
    ...(draining === true ? { draining } : {}),
  }
}

export const broken = (problem: Problem): Failure => ({ kind: 'refused', problem })
export const refused = (path: string, message: string): Failure => broken(invalid([{ path, message }]))

/** What became of them; as name the environments. */
export function print({ terminal }: Session, answers: readonly EndpointsAnswer[], options: Change): Exit {
  if (options.output === 'name') {
    for (const { service, environment, incarnation } of answers)
      terminal.out(printable(`${service}/${environment}.${incarnation}`))
    return 'ok'
  }
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
