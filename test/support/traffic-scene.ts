// A fleet with one service of three environments whose backends count what reaches them, and clients that can be told apart: for
// tests of splits, cohorts and mirrors.
import { Agent, createServer, type IncomingHttpHeaders, request } from 'node:http'
import type { MirrorChange } from '../../src/api/index.ts'
import type { SupportedEnvoy } from '../../src/envoy-binary/index.ts'
import { listening, type RoutedEdge, type RoutedFleet, startRoutedFleet } from './routed-fleet.ts'

export type Environment = 'blue' | 'green' | 'copy'

/** Counts of one backend. */
export interface Counter {
  readonly port: number
  /** Requests by `GET`, `POST`, …; those with the header of a copy as `GET copy`. */
  readonly seen: Map<string, number>
  /** Headers of the newest. */
  last(): IncomingHttpHeaders
  total(): number
  close(): void
}

export interface Answer {
  readonly status: number
  /** Which environment answered. */
  readonly body: string
  /** `name=value` of the cookies that it set. */
  readonly cookies: readonly string[]
}

export interface TrafficScene {
  readonly fleet: RoutedFleet
  readonly backends: Readonly<Record<Environment, Counter>>
  /** The policy's spec as YAML flow, without its service. */
  apply(policy: string): Promise<void>
  split(weights: Readonly<Record<string, number>>): Promise<void>
  cohorts(states: Readonly<Record<string, boolean>>): Promise<void>
  mirrors(states: Readonly<Record<string, MirrorChange>>): Promise<void>
  rollback(): Promise<void>
  close(): Promise<void>
}

/** Starts it: all traffic on blue, no policy. `ports`: backends of the tests' own instead of a counter. */
export async function startTrafficScene(
  options: {
    readonly release?: SupportedEnvoy
    readonly protocol?: 'HTTP' | 'HTTP2'
    readonly copyPort?: number
  } = {},
): Promise<TrafficScene> {
  const fleet = await startRoutedFleet(['sotw', 'delta'], {
    ...(options.release === undefined ? {} : { release: options.release }),
    // One of the two proxies is somewhere.
    localities: { delta: { region: 'eu', zone: 'eu-1a' } },
  })
  const backends = { blue: await counter('blue'), green: await counter('green'), copy: await counter('copy') }
  const call = async (change: object): Promise<void> => {
    const answer = await fleet.admin.call('Traffic', 'Set', {
      service: 'checkout',
      options: { reason: 'test' },
      ...change,
    })
    await fleet.done(answer)
  }
  const close = async (): Promise<void> => {
    for (const each of Object.values(backends)) each.close()
    await fleet.close()
  }
  const environments = (['blue', 'green', 'copy'] as const).map((name) => {
    const port = name === 'copy' ? (options.copyPort ?? backends.copy.port) : backends[name].port
    return `    - { name: ${name}, release: { version: '1' }, endpoints: { static: [{ address: 127.0.0.1, port: ${port} }] } }`
  })
  const service = `kind: Service
metadata: { name: checkout }
spec:
  ports: [{ name: http, protocol: ${options.protocol ?? 'HTTP'} }]
  environments:
${environments.join('\n')}
---
kind: Route
metadata: { name: shop }
spec:
  gateways: [{ name: edge-sotw }, { name: edge-delta }]
  hosts: ['*']
  rules: [{ service: { name: checkout }, timeout: 60s }]
`
  const apply = (policy: string): Promise<void> =>
    fleet.apply(
      `${service}---\nkind: TrafficPolicy\nmetadata: { name: checkout }\nspec:\n  service: checkout\n${policy}`,
    )
  return {
    ...{ fleet, backends, apply, close },
    split: (weights) => call({ weights }),
    cohorts: (cohorts) => call({ cohorts }),
    mirrors: (mirrors) => call({ mirrors }),
    async rollback() {
      const answer = await fleet.admin.call('Traffic', 'Rollback', {
        service: 'checkout',
        options: { reason: 'test' },
      })
      await fleet.done(answer)
    },
  }
}

async function counter(name: string): Promise<Counter> {
  const seen = new Map<string, number>()
  let last: IncomingHttpHeaders = {}
  const server = createServer((incoming, answer) => {
    const copy = incoming.headers['x-verdigris-shadow'] === undefined ? '' : ' copy'
    const kind = `${incoming.method}${copy}`
    seen.set(kind, (seen.get(kind) ?? 0) + 1)
    last = incoming.headers
    incoming.resume()
    incoming.on('end', () => answer.end(name))
  })
  const port = await listening(server)
  return {
    ...{ port, seen },
    last: () => last,
    total: () => [...seen.values()].reduce((sum, count) => sum + count, 0),
    close: () => server.close().closeAllConnections(),
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: 20 })

/** One request through a proxy. */
export function ask(
  { port }: Pick<RoutedEdge, 'port'>,
  headers: Readonly<Record<string, string>> = {},
  more: { readonly method?: string; readonly path?: string; readonly body?: string } = {},
): Promise<Answer> {
  const { method = 'GET', path = '/', body } = more
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => {
        const cookies = (answer.headers['set-cookie'] ?? []).map((each) => each.split(';')[0] ?? '')
        resolve({ status: answer.statusCode ?? 0, body: text, cookies })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Every item through `work`, a few at a time; the outcomes in order. */
export async function each<Item, Outcome>(
  items: readonly Item[],
  work: (item: Item) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (let at = 0; at < items.length; at += 20) {
    outcomes.push(...(await Promise.all(items.slice(at, at + 20).map(work))))
  }
  return outcomes
}

/** Whether so many of `total` are what a share of `percent` gives: within five standard deviations, one run in 1.7 million is not. */
export function isShare(count: number, total: number, percent: number): boolean {
  const share = percent / 100
  return Math.abs(count - total * share) <= 5 * Math.sqrt(total * share * (1 - share))
}
