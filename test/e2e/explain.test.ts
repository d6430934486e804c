// What explain says of a request is what an Envoy does with it: 500 requests from a seed, over the examples, a sidecar, resources in
// Envoy's own words and rules drawn from the seed. EXPLAIN_SEED and EXPLAIN_REQUESTS draw others.
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import type { ExplainedWay, Explanation } from '../../src/api/index.ts'
import { type AdminClient, freePorts } from '../../src/demo/rig/index.ts'
import { createRandom, type Random } from '../sim/random.ts'
import { dial, startEcho } from '../support/echo.ts'
import { type ExplainedWorld, explainedWorld } from '../support/explained-world.ts'
import { type LandingBackends, startLandingBackends } from '../support/landing-backends.ts'
import { type RoutedFleet, startRoutedFleet } from '../support/routed-fleet.ts'
import { each } from '../support/traffic-scene.ts'
import { describeWithBothEnvoys, supportedEnvoys } from '../support/with-envoy.ts'

const seed = Number(process.env.EXPLAIN_SEED ?? 1)
const count = Number(process.env.EXPLAIN_REQUESTS ?? 500)

let fleet: RoutedFleet | undefined
let backends: LandingBackends | undefined
afterEach(async () => {
  await fleet?.close()
  backends?.close()
  fleet = undefined
  backends = undefined
})

/** A request, and the port that it is sent to. */
interface Drawn {
  readonly port: number
  readonly host: string
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
}

interface Landed {
  readonly status: number
  readonly headers: IncomingHttpHeaders
}

/** Who has to get a copy of a request, and who may. */
interface Copied {
  readonly test: string
  readonly drawn: Drawn
  readonly wanted: readonly string[]
  readonly possible: readonly string[]
}

/** One cluster's share of the requests that were drawn: how many came, how many were to be expected. */
interface Tally {
  seen: number
  expected: number
  variance: number
}

describeWithBothEnvoys('explain', () => {
  it.each(supportedEnvoys)(
    `says where ${count} requests land, on the %s Envoy`,
    async (release) => {
      fleet = await startRoutedFleet(['delta'], {
        release,
        localities: { delta: { region: 'eu', zone: 'eu-1a' } },
      })
      backends = startLandingBackends()
      const landing = backends
      const [edge] = fleet.edges
      if (edge === undefined) throw new Error('wanted a proxy')
      const [outbound = 0, inbound = 0, raw = 0, tcp = 0] = await freePorts(4)
      const echoes = await Promise.all(['blue', 'green'].map(startEcho))
      const connections = Object.fromEntries(echoes.map(({ name, port }) => [name, port]))
      const world = await explainedWorld(
        seed,
        'edge-delta',
        { outbound, inbound, raw, tcp, connections },
        landing,
      )
      await fleet.apply(world.text)
      const { admin } = fleet
      const random = createRandom(seed, 'requests')
      const tallies = new Map<string, Tally>()
      const faults: string[] = []
      const kinds = new Map<string, number>()
      const copies: Copied[] = []
      const ports = { edge: edge.port, outbound, inbound, raw }
      const draws = Array.from({ length: count }, (_, index) => ({
        test: `t-${index}`,
        drawn: drawRequest(random, world, ports),
      }))
      await each(draws, async ({ test, drawn }) => {
        const { explanations } = await admin.call('Traffic', 'Explain', {
          url: `http://${drawn.host}${drawn.path}`,
          method: drawn.method,
          headers: Object.entries(drawn.headers).map(([name, value]) => ({ name, value })),
          proxy: 'edge-delta',
          port: drawn.port,
          sourceAddress: '127.0.0.1',
        })
        const [told, ...others] = explanations
        if (told === undefined || others.length > 0) {
          throw new Error(`wanted one explanation, got ${explanations.length}`)
        }
        const landed = await send(drawn, test)
        const fault = disagreement(drawn, told, landed)
        if (fault !== undefined) faults.push(`${inWords(drawn)}: ${fault}\n  ${JSON.stringify(told.ways)}`)
        const [way] = told.ways
        if (drawn.port === edge.port && way?.match !== '' && way?.object === '') {
          faults.push(`${inWords(drawn)}: nobody is said to have made its route`)
        }
        const more =
          told.ways.length > 1 ? ' with conditions' : (way?.shares.length ?? 0) > 1 ? ' shared' : ''
        const kind = `${way?.outcome ?? ''}${more}`
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
        if (told.ways.length > 1 || way?.outcome !== 'FORWARDED') return
        const where = String(landed.headers['x-backend'] ?? '')
        const mine = way.mirrors.filter(
          ({ of }) => of.length === 0 || of.some((cluster) => environmentOfCluster(cluster) === where),
        )
        const targets = (of: typeof mine) => of.map(({ cluster }) => environmentOfCluster(cluster))
        const wanted = targets(mine.filter(({ share }) => share === 10_000))
        copies.push({ test, wanted, possible: targets(mine), drawn })
        if (way.shares.length > 1) await tally(drawn, way, tallies)
      })
      await tallyConnections(admin, tcp, tallies)
      for (const echo of echoes) echo.close()
      // Copies leave with the request and arrive soon.
      await expect
        .poll(() => copies.filter(({ test, wanted }) => landing.copies(test).length < wanted.length).length, {
          timeout: 5_000,
        })
        .toBe(0)
      for (const { test, wanted, possible, drawn } of copies) {
        const came = landing.copies(test)
        const isSaid = wanted.every((to) => came.includes(to)) && came.every((to) => possible.includes(to))
        if (!isSaid) faults.push(`${inWords(drawn)}: copied to ${came.join()}, said ${possible.join()}`)
      }
      for (const [cluster, { seen, expected, variance }] of tallies) {
        // Within five standard deviations: one run in 1.7 million is not.
        if (Math.abs(seen - expected) > 5 * Math.sqrt(variance) + 1) {
          faults.push(`${cluster}: ${seen} came, ${expected.toFixed(1)} were to be expected`)
        }
      }
      expect(faults, `seed ${seed}: ${JSON.stringify([...kinds])}`).toEqual([])
      // The draw has met every kind of answer.
      for (const kind of ['FORWARDED', 'FORWARDED shared', 'REDIRECTED', 'ANSWERED', 'NOT_FOUND']) {
        expect(kinds.get(kind) ?? 0, JSON.stringify([...kinds])).toBeGreaterThan(count / 100)
      }
    },
    120_000,
  )
})

function drawRequest(
  random: Random,
  world: ExplainedWorld,
  ports: { readonly edge: number; readonly outbound: number; readonly inbound: number; readonly raw: number },
): Drawn {
  const place = random.next()
  const listener = place < 0.78 ? 'edge' : place < 0.88 ? 'raw' : place < 0.97 ? 'outbound' : 'inbound'
  const rawPaths = ['/fold', '/FOLD/x', '/Folder', '/half', '/hash', '/hash/x', '/old', '/none', '/']
  const host = {
    edge: () => random.pick(world.hosts),
    raw: () => random.pick(['pre.test', 'pre.', 'any.test', 'Pre.x']),
    outbound: () => random.pick(['plain', 'grouped.default', 'grouped', 'plain:80', 'copied', 'nobody']),
    inbound: () => 'anything.test',
  }[listener]()
  const path = listener === 'raw' ? random.pick(rawPaths) : random.pick(world.paths)
  const queries = Array.from({ length: random.chance(0.4) ? random.between(1, 2) : 0 }, () =>
    random.pick(world.queries),
  )
  if (listener === 'raw' && random.chance(0.3)) queries.push('several=1')
  const headers: Record<string, string> = {}
  for (let more = random.between(0, 4); more > 0; more--) {
    const [name, value] = random.pick(world.headers)
    headers[name] = value
  }
  const method = random.pick(['GET', 'GET', 'GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE'])
  if (method === 'OPTIONS' && random.chance(0.5)) headers['access-control-request-method'] = 'GET'
  if (method === 'POST' || method === 'PUT') headers['content-length'] = '0'
  // An upgrade takes the connection over; explained alone in the unit tests.
  delete headers.upgrade
  return {
    port: ports[listener],
    host,
    method,
    path: queries.length === 0 ? path : `${path}?${queries.join('&')}`,
    headers,
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: 10 })

function send({ port, host, path, method, headers }: Drawn, test: string): Promise<Landed> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, agent, headers: { ...headers, host, 'x-test': test } },
      (answer) => {
        answer.resume()
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }))
        answer.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end()
  })
}

const inWords = ({ port, host, path, method, headers }: Drawn): string =>
  `${method} http://${host}${path} ${JSON.stringify(headers)} (port ${port})`

/** What the backend of a cluster calls itself. */
const environmentOfCluster = (cluster: string): string => {
  const [namespace = '', service = '', ...rest] = cluster.split('/')
  const environment = (rest.at(-1) ?? '').replace(/\.\d+$/, '')
  return cluster.startsWith('own-')
    ? 'raw/own/only'
    : service.startsWith('sidecar~')
      ? 'local/in/only'
      : `${namespace}/${service}/${environment}`
}

/** Whether one of the clusters of a way is where the request has landed. */
function isIn(way: ExplainedWay, { headers }: Landed): boolean {
  const own = headers['x-cluster']
  return way.shares.some(({ cluster }) =>
    cluster.startsWith('own-') && own !== undefined
      ? own === cluster
      : environmentOfCluster(cluster) === headers['x-backend'],
  )
}

/** What is otherwise than was said; undefined: nothing. */
function disagreement(drawn: Drawn, { ways }: Explanation, landed: Landed): string | undefined {
  const faults = ways.map((way) => wayFault(drawn, way, landed))
  return faults.some((fault) => fault === undefined) ? undefined : faults.join('; or ')
}

function wayFault(drawn: Drawn, way: ExplainedWay, landed: Landed): string | undefined {
  const { status, headers } = landed
  const backend = headers['x-backend']
  const grpcStatus = headers['grpc-status']
  const said = way.grpcStatus === undefined ? undefined : String(way.grpcStatus)
  switch (way.outcome) {
    case 'FORWARDED': {
      if (status !== 200 || !isIn(way, landed))
        return `${status} of ${backend}, said ${way.shares.map(({ cluster }) => cluster).join()}`
      const sent = way.settings.find(({ name }) => name === 'path sent')?.value
      const host = way.settings.find(({ name }) => name === 'host sent')?.value
      if ((sent ?? drawn.path) !== headers['x-seen-path'])
        return `the backend was asked for ${headers['x-seen-path']}, said ${sent ?? drawn.path}`
      if (host !== undefined && host !== headers['x-seen-host'])
        return `the backend was called ${headers['x-seen-host']}, said ${host}`
      return headers['x-seen-method'] === drawn.method ? undefined : 'another method'
    }
    case 'REDIRECTED':
      return status === way.status && headers.location === way.location && grpcStatus === said
        ? undefined
        : `${status} to ${headers.location}, said ${way.status} to ${way.location}`
    case 'ANSWERED':
    case 'NOT_FOUND':
      return status === way.status && backend === undefined
        ? undefined
        : `${status} of ${backend}, said ${way.status}`
    default:
      return `${status} of ${backend}, said ${way.outcome}`
  }
}

/** Sends a request that is drawn some times more, and counts where it lands. */
async function tally(drawn: Drawn, way: ExplainedWay, tallies: Map<string, Tally>): Promise<void> {
  const again = 4
  const landed = await Promise.all(Array.from({ length: again }, () => send(drawn, 'again')))
  for (const { cluster, share } of way.shares) {
    const part = share / 10_000
    const held = tallies.get(cluster) ?? { seen: 0, expected: 0, variance: 0 }
    held.seen += landed.filter((each) =>
      isIn({ ...way, shares: way.shares.filter((one) => one.cluster === cluster) }, each),
    ).length
    held.expected += again * part
    held.variance += again * part * (1 - part)
    tallies.set(cluster, held)
  }
}

/** Opens connections where no route is asked for, and counts where they are taken. */
async function tallyConnections(
  admin: AdminClient,
  port: number,
  tallies: Map<string, Tally>,
): Promise<void> {
  const { explanations } = await admin.call('Traffic', 'Explain', { url: `tcp://:${port}` })
  const [way] = explanations[0]?.ways ?? []
  expect(way).toMatchObject({ outcome: 'FORWARDED', decidedBy: 'drawn for each connection' })
  const taken = await each(
    Array.from({ length: 100 }, () => port),
    async (at) => {
      const connection = await dial(at)
      connection.end()
      return connection.backend
    },
  )
  for (const { cluster, environment, share } of way?.shares ?? []) {
    const part = share / 10_000
    const seen = taken.filter((backend) => backend === environment).length
    tallies.set(cluster, { seen, expected: 100 * part, variance: 100 * part * (1 - part) })
  }
}
