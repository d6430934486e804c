// What a scene is, and what several of them look at.
import type { Claim } from '../figures.ts'
import type { DemoProxy, Stage } from '../stage.ts'
import type { DemoState } from '../state.ts'

export interface Scene {
  readonly title: string
  /** What a person would type. */
  readonly command: (stage: Stage) => string
  /** Plays it and answers with what was checked. Whatever it throws is a claim that does not hold. */
  play(stage: Stage, state: DemoState): Promise<readonly Claim[]>
}

/** A claim from a check: `seen` tells what was there instead, `quote` what somebody said. */
export function claim(text: string, holds: boolean, seen?: string, quote?: string): Claim {
  return {
    ...{ text, holds },
    ...(holds || seen === undefined ? {} : { seen }),
    ...(quote === undefined ? {} : { quote }),
  }
}

/**
 * Whether all that was sent from now on is answered by one environment, on every proxy. Requests in flight at this moment may
 * still be answered by another one. The text says where it is not so.
 */
export async function allGoTo(stage: Stage, environment: string): Promise<string | undefined> {
  const before = await stage.load().sample()
  await stage.pause(600)
  const after = await stage.load().sample()
  for (const [index, target] of after.targets.entries()) {
    const start = before.targets[index]
    if (start === undefined) continue
    const since = (name: string): number => (target.environments[name] ?? 0) - (start.environments[name] ?? 0)
    if (since(environment) === 0) return `${target.name} got no answer from ${environment}`
    const others = Object.keys(target.environments).filter((name) => name !== environment)
    const strays = others.reduce((sum, name) => sum + since(name), 0)
    if (strays > start.inFlight) {
      return `${target.name}: ${strays} answers of ${others.join(', ')}, ${start.inFlight} were in flight`
    }
  }
  return undefined
}

/** Failed requests so far, over all proxies. */
export async function failedSoFar(stage: Stage): Promise<number> {
  return (await stage.load().sample()).targets.reduce((sum, target) => sum + target.failed, 0)
}

/** Counters that move whenever a proxy changes its configuration. Equal maps, untouched proxy. */
export async function changeCounters(proxy: DemoProxy): Promise<ReadonlyMap<string, number>> {
  return proxy.envoy.stats(
    '^cluster_manager\\.cluster_(added|modified|removed)$|^listener_manager\\.listener_(added|modified|removed|in_place_updated|create_failure)$|^http\\..*\\.config_reload$|^listener_manager\\.total_listeners_draining$',
  )
}

/** Names and values that differ: `edge-1: cluster_manager.cluster_modified 0 → 2`. */
export function counterChanges(
  name: string,
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): string[] {
  return [...after]
    .filter(([stat, value]) => before.get(stat) !== value)
    .map(([stat, value]) => `${name}: ${stat} ${before.get(stat) ?? 0} → ${value}`)
}
