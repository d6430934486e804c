// A fleet whose environments take registered endpoints, and what tests say about them.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Endpoint, EndpointStatus, EndpointsAnswer, Input } from '../../src/api/index.ts'
import { httpGet, until } from '../../src/demo/rig/index.ts'
import type { Fleet, Releases } from '../support/fleet.ts'

export type Environment = keyof Releases

/** The fleet's manifests, with environments that take registered endpoints and declare none. */
export const registeredManifests = (text: string): string =>
  text.replaceAll(/static:\n(?: +- \{[^\n]*\n)+/g, 'registered: true\n')

/** The ports of an environment's backends. */
export const portsOf = (fleet: Fleet, environment: Environment): readonly number[] =>
  fleet.backends.instances.filter((each) => each.environment === environment).map(({ port }) => port)

const local = (port: number): Input<Endpoint> => ({ address: '127.0.0.1', port })

interface Words {
  readonly owner?: string
  readonly ttlMs?: number
  readonly release?: string
  readonly incarnation?: number
  readonly force?: boolean
}

const target = (environment: Environment, { release = '', incarnation }: Words) => ({
  ...{ service: 'checkout', environment, release },
  ...(incarnation === undefined ? {} : { incarnation }),
})
const words = ({ owner = 'ci', ttlMs }: Words) => ({
  owner,
  ...(ttlMs === undefined
    ? {}
    : { ttl: { seconds: Math.floor(ttlMs / 1_000), nanos: (ttlMs % 1_000) * 1e6 } }),
})

export const set = (
  { admin }: Fleet,
  environment: Environment,
  ports: readonly number[],
  said: Words = {},
): Promise<EndpointsAnswer> =>
  admin.call('Endpoints', 'Set', {
    target: target(environment, said),
    ...words(said),
    endpoints: ports.map(local),
    options: { force: said.force === true },
  })

export const patch = (
  { admin }: Fleet,
  environment: Environment,
  changes: { readonly put?: readonly number[]; readonly remove?: readonly number[] },
  said: Words = {},
): Promise<EndpointsAnswer> =>
  admin.call('Endpoints', 'Patch', {
    target: target(environment, said),
    ...words(said),
    put: (changes.put ?? []).map(local),
    remove: (changes.remove ?? []).map((port) => ({ address: '127.0.0.1', port })),
  })

export const drain = (
  { admin }: Fleet,
  environment: Environment,
  port: number,
  undo = false,
): Promise<EndpointsAnswer> =>
  admin.call('Endpoints', 'Drain', {
    target: target(environment, {}),
    endpoints: [{ address: '127.0.0.1', port }],
    undo,
  })

export const list = async ({ admin }: Fleet): Promise<readonly EndpointStatus[]> =>
  (await admin.call('Endpoints', 'List', { service: 'checkout' })).endpoints

/** What every proxy holds of an Envoy cluster's endpoints: `port health`, sorted. */
async function heldBy(fleet: Fleet, cluster: string): Promise<readonly (readonly string[])[]> {
  return Promise.all(
    fleet.edges.map(async ({ envoy }) => {
      const { body } = await httpGet(`http://${envoy.admin}/clusters`)
      return [...body.matchAll(/^(.+)::127\.0\.0\.1:(\d+)::health_flags::(.+)$/gm)]
        .filter(([, name]) => name === cluster)
        .map(([, , port, flags]) => `${port} ${flags}`)
        .sort()
    }),
  )
}

/** Waits until every proxy holds exactly these ports; `draining` ones marked by Envoy as not healthy. */
export const holds = (
  fleet: Fleet,
  cluster: string,
  ports: readonly number[],
  draining: readonly number[] = [],
): Promise<unknown> =>
  until(`${cluster} has ${ports.join(', ')}, draining ${draining.join(', ') || 'none'}`, 8_000, async () => {
    const wanted = JSON.stringify(ports.map((port) => [String(port), draining.includes(port)]).sort())
    const held = (await heldBy(fleet, cluster)).map((all) =>
      JSON.stringify(
        all
          .map((each) => each.split(' '))
          .map(([port, ...flags]) => [port, flags.join(' ') !== 'healthy'])
          .sort(),
      ),
    )
    return held.every((each) => each === wanted) ? held : undefined
  })

/** A backend in this process: answers its name, `/stream` goes on until it is told to end. */
export interface Talker {
  readonly port: number
  readonly name: string
  readonly requests: () => number
  endStreams(): void
  close(): void
}

export async function startTalker(name: string): Promise<Talker> {
  let requests = 0
  let ends: (() => void)[] = []
  const server: Server = createServer((request, response) => {
    requests += 1
    if (request.url !== '/stream') {
      response.end(name)
      return
    }
    response.write(`${name} begins\n`)
    const timer = setInterval(() => response.write('.'), 20)
    ends.push(() => {
      clearInterval(timer)
      response.end(`\n${name} ends`)
    })
    response.on('close', () => clearInterval(timer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    name,
    requests: () => requests,
    endStreams: () => {
      for (const end of ends) end()
      ends = []
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
