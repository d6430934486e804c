// Which incarnation each environment of a service has. The rule that everything rests on: the name of an Envoy
// cluster, `<namespace>/<service>/<environment>.<n>[/<port>]`, never comes to mean something else. So a number is
// given once: it counts up, over removal of the environment and over deletion of the Service (see Tombstone).
import type { Environment, ServiceSpec } from '../kinds/service.ts'
import { type ContentOf, titleOf } from '../objects.ts'
import { loadText } from './live-traffic.ts'
import { numberOf, shareOf, type Weights } from './traffic.ts'

/** Names and numbers; own members only. */
type Numbers = Readonly<Record<string, number>>

/** What a Service was, and what is asked for. */
export interface IncarnationInput {
  readonly namespace: string
  readonly name: string
  readonly spec: ServiceSpec
  readonly before: ContentOf<'Service'> | undefined
  /** Left by an earlier Service of the same name. */
  readonly tombstone: ContentOf<'Tombstone'> | undefined
  /** Shares as they are. */
  readonly weights: Weights | undefined
  /** Environment → cohorts that are on and lead there. */
  readonly visitors?: ((environment: string) => readonly string[]) | undefined
  /** A new release under traffic is a rolling change of the same incarnation. */
  readonly inPlace: boolean
}

export interface IncarnationOutcome {
  readonly incarnations: Numbers
  readonly incarnationsEver: Numbers
  readonly notes: readonly string[]
  /** Why it may not be done now. */
  readonly refusals: readonly string[]
}

/** Numbers for every environment, and what forbids the change. */
export function nextIncarnations(input: IncarnationInput): IncarnationOutcome {
  const { spec, before, tombstone, weights } = input
  const title = titleOf({ kind: 'Service', ...input })
  const ever = new Map(
    Object.entries(maxNumbers(before?.incarnationsEver ?? {}, tombstone?.spec.incarnationsEver ?? {})),
  )
  const now = new Map<string, number>()
  const notes: string[] = []
  const refusals: string[] = []
  const unnamed = before !== undefined && losesPortNames(before.spec, spec)
  if (unnamed)
    notes.push(
      `${title}: its only port is another one than before, so every environment gets a new incarnation`,
    )
  for (const environment of spec.environments) {
    const { name } = environment
    const was = before?.spec.environments.find((each) => each.name === name)
    const current = before === undefined || was === undefined ? 0 : numberOf(before.incarnations, name)
    const load = loadText(weights, input.visitors?.(name) ?? [], name)
    const released = was !== undefined && releaseText(was) !== releaseText(environment)
    if (current > 0 && !released && !unnamed) {
      now.set(name, current)
    } else if (current > 0 && released && load !== undefined && input.inPlace && !unnamed) {
      now.set(name, current)
      notes.push(
        `${title}: release of "${name}" changes in place from ${releaseText(was)} to ${releaseText(environment)}, under ${load}: a rolling change, incarnation ${current} stays`,
      )
    } else if (current > 0 && released && load !== undefined) {
      refusals.push(underTraffic(title, was, environment, load, idleOf(spec, weights, name)))
      now.set(name, current)
    } else {
      const next = (ever.get(name) ?? 0) + 1
      ever.set(name, next)
      now.set(name, next)
    }
  }
  for (const { name } of before?.spec.environments ?? []) {
    const load = loadText(weights, input.visitors?.(name) ?? [], name)
    if (now.has(name) || load === undefined) continue
    refusals.push(
      `${title}: environment "${name}" carries ${load} and cannot be removed: move the traffic away first`,
    )
  }
  return {
    incarnations: Object.fromEntries(now),
    incarnationsEver: Object.fromEntries(ever),
    notes,
    refusals,
  }
}

/** The higher number of each name. */
function maxNumbers(a: Numbers, b: Numbers): Numbers {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return Object.fromEntries([...names].map((name) => [name, Math.max(numberOf(a, name), numberOf(b, name))]))
}

/** `v2 (sha256:…)`: what tells two releases apart. */
function releaseText({ release: { version, digest } }: Environment): string {
  return digest === undefined ? version : `${version} (${digest})`
}

/**
 * With one port the cluster's name has no port in it. When several become one, or the only one gets another name,
 * `blue.1` would come to mean another port than before: every environment gets a new number.
 */
function losesPortNames(before: ServiceSpec, after: ServiceSpec): boolean {
  const [only] = after.ports
  if (after.ports.length !== 1 || only === undefined) return false
  return before.ports.length > 1 || before.ports[0]?.name !== only.name
}

const idleOf = (spec: ServiceSpec, weights: Weights | undefined, except: string): readonly string[] =>
  spec.environments.map(({ name }) => name).filter((name) => name !== except && shareOf(weights, name) === 0)

function underTraffic(
  title: string,
  was: Environment,
  is: Environment,
  load: string,
  idle: readonly string[],
): string {
  const elsewhere =
    idle.length === 0
      ? 'an environment without traffic'
      : `an environment without traffic (${idle.join(', ')})`
  return `${title}: environment "${is.name}" carries ${load}, its release cannot change from ${releaseText(was)} to ${releaseText(is)}: put it into ${elsewhere} and switch, or ask for an in-place change (--in-place)`
}
