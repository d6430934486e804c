// A registry over a real engine and store in memory, with a virtual clock and proxies that follow.
import type { Problem, Result } from '../../../src/base/index.ts'
import {
  createDiscovery,
  type Discovery,
  type EndpointsAnswer,
  type EndpointsCommand,
} from '../../../src/discovery/index.ts'
import { gateway, group, type Rig, route, service } from '../push/support/rig.ts'

export const registered = (name: string, version = 'v1', more = ''): string =>
  `{name: ${name}, release: {version: ${version}}, endpoints: {registered: true${more}}}`

/** Blue has all the traffic and green none; both take registered endpoints. */
export const world = (environments = [registered('blue'), registered('green')]): string =>
  group() + gateway() + service('checkout', environments) + route()

export interface Scene {
  readonly discovery: Discovery
  ask(command: EndpointsCommand, dryRun?: boolean): Promise<Result<EndpointsAnswer, Problem>>
  must(command: EndpointsCommand): Promise<EndpointsAnswer>
  /** Why it was refused. */
  why(command: EndpointsCommand): Promise<Problem>
  /** What the group is served of a cluster's endpoints: version of the type, and how many. */
  generations(): number
}

/** `collectMs` 0: every word is a generation of its own. */
export function openScene(rig: Rig, collectMs = 0): Scene {
  const log = (fields: object): void => {
    ;(rig.logged as Record<string, unknown>[]).push({ ...fields })
  }
  const discovery = createDiscovery({
    delivery: rig.delivery,
    store: rig.store,
    clock: rig.clock,
    log: { info: log, warn: log, error: log },
    collectMs,
  })
  discovery.start()
  const ask = async (
    command: EndpointsCommand,
    dryRun = false,
  ): Promise<Result<EndpointsAnswer, Problem>> => {
    const outcome = discovery.ask(command, { actor: 'ci', dryRun })
    await rig.clock.advance(1)
    await rig.talk()
    return outcome
  }
  return {
    discovery,
    ask,
    must: async (command) => {
      const outcome = await ask(command)
      if (!outcome.ok) throw new Error(JSON.stringify(outcome.error))
      return outcome.value
    },
    why: async (command) => {
      const outcome = await ask(command)
      if (outcome.ok) throw new Error(`taken: ${JSON.stringify(outcome.value)}`)
      return outcome.error
    },
    generations: () => rig.store.view().generations.get('default/edge')?.at(-1)?.number ?? 0,
  }
}

const target = (environment: string) => ({
  ...{ namespace: 'default', service: 'checkout', environment, force: false },
})
export const at = (port: number, address = '10.0.0.1'): object => ({ address, port })

export const set = (
  environment: string,
  ports: readonly number[],
  more: { readonly owner?: string; readonly ttlMs?: number; readonly force?: boolean } = {},
): Extract<EndpointsCommand, { verb: 'set' }> => ({
  ...target(environment),
  verb: 'set',
  owner: 'ci',
  endpoints: ports.map((port) => at(port)),
  ...more,
})
export const patch = (
  environment: string,
  put: readonly number[],
  remove: readonly number[] = [],
  more: { readonly owner?: string; readonly ttlMs?: number } = {},
): EndpointsCommand => ({
  ...target(environment),
  verb: 'patch',
  owner: 'ci',
  put: put.map((port) => at(port)),
  remove: remove.map((port) => at(port)),
  ...more,
})
export const drain = (environment: string, ports: readonly number[], undo = false): EndpointsCommand => ({
  ...target(environment),
  verb: 'drain',
  endpoints: ports.map((port) => at(port)),
  undo,
})

/** `8081`, `8082 draining`: what there is of an environment. */
export const listed = ({ discovery }: Scene, environment: string): readonly string[] =>
  discovery.list({ environment }).map(({ endpoint }) => {
    const words = [
      String(Object.values(endpoint.ports)[0]),
      ...(endpoint.draining === true ? ['draining'] : []),
      ...(endpoint.lapsed === true ? ['lapsed'] : []),
    ]
    return words.join(' ')
  })
