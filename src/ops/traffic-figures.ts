// Where traffic is meant to go, as figures: the share of each environment that was commanded and the share that the fleet was
// switched to. What proxies really do is counted by the proxies themselves.
import { limits } from '../base/index.ts'
import type { StoredOf, World } from '../model/index.ts'

/** One environment of one service (`namespace/name`). Shares from 0 to 1. */
export interface EnvironmentShare {
  readonly service: string
  readonly environment: string
  readonly wanted: number
  readonly applied: number
}

export interface TrafficFigures {
  readonly shares: readonly EnvironmentShare[]
  /**
   * Services whose requests may say themselves where they go (a cohort is on, or environments are carried): what is observed
   * there differs from the shares, and rightly.
   */
  readonly byRequest: readonly { readonly service: string; readonly on: boolean }[]
  /** Services left out: those after the first `limits.environmentsMeasured` environments, in the order of their names. */
  readonly unlisted: number
}

/** Everything there is to share, in 1/10,000. */
const whole = 10_000

/** Reads both worlds; the same services are left out at every scrape, as long as there are none before them. */
export function trafficFigures(
  { heads, applied }: { readonly heads: World; readonly applied: World },
  most: number = limits.environmentsMeasured,
): TrafficFigures {
  const services: StoredOf<'Service'>[] = []
  const carried = new Set<string>()
  for (const object of heads.values()) {
    if (object.kind === 'Service') services.push(object)
    else if (object.kind === 'TrafficPolicy' && object.spec.carried === true)
      carried.add(`${object.namespace}/${object.spec.service}`)
  }
  services.sort((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name))
  const shares: EnvironmentShare[] = []
  const byRequest: { service: string; on: boolean }[] = []
  let unlisted = 0
  for (const { namespace, name, spec } of services) {
    if (unlisted > 0 || shares.length + spec.environments.length > most) {
      unlisted += 1
      continue
    }
    const service = `${namespace}/${name}`
    const [wanted, served] = [trafficOf(heads, namespace, name), trafficOf(applied, namespace, name)]
    for (const environment of spec.environments) {
      shares.push({
        ...{ service, environment: environment.name },
        wanted: (wanted?.weights[environment.name] ?? 0) / whole,
        applied: (served?.weights[environment.name] ?? 0) / whole,
      })
    }
    const cohorts = (served?.cohorts?.length ?? 0) > 0 || (wanted?.cohorts?.length ?? 0) > 0
    byRequest.push({ service, on: cohorts || carried.has(service) })
  }
  return { shares, byRequest, unlisted }
}

function trafficOf(world: World, namespace: string, name: string): StoredOf<'Traffic'>['spec'] | undefined {
  const object = world.get(`${namespace}/Traffic/${name}`)
  return object?.kind === 'Traffic' ? object.spec : undefined
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
