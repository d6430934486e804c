// One run: an xDS server with live and stalled clients, updates one after another, how long the live ones took to ACK
// each, and what the process held meanwhile.
import { createHash, randomBytes } from 'node:crypto'
import { ServerCredentials, ServerInterceptingCall } from '@grpc/grpc-js'
import { createChannel, type ToStreams, type TypeUpdate } from '../../src/channel/index.ts'
import { encodeAny, typeUrls } from '../../src/envoy-api/index.ts'
import { startXdsServer } from '../../src/xds/index.ts'
import type { ClientsOptions } from './stalled-clients.ts'

export interface StalledOptions {
  readonly live: number
  readonly stalled: number
  /** Bytes of a snapshot: half of it clusters, half one route configuration. All of it changes with each update. */
  readonly bytes: number
  readonly updates: number
  /** Milliseconds from one update to the next. */
  readonly gapMs: number
}

export interface StalledResult {
  /** Publish → ACK of its routes, per update and live stream, in ms. */
  readonly times: readonly number[]
  /** Most that was seen, in MiB. */
  readonly rss: number
  readonly heap: number
  /** Streams that were cut for not reading. */
  readonly cut: number
  /** Most bytes that sockets held, in MiB. */
  readonly unsent: number
  readonly bodiesEncoded: number
}

const MiB = 1024 * 1024

/** `startClients` connects the clients, wherever they run, and gives what ends them. */
export async function runStalled(
  options: StalledOptions,
  startClients: (options: ClientsOptions) => Promise<() => void>,
): Promise<StalledResult> {
  const channel = createChannel({ codec: false })
  /** Generation → when it was published; it is there when it or a newer one is ACKed (newest wins). */
  const started = new Map<number, number>()
  const reached = new Map<string, number>()
  const times: number[] = []
  let cut = 0
  let acked = 0
  channel.decider.receive((message) => {
    if (message.kind === 'closed' && message.node?.startsWith('stalled') === true) cut += 1
    if (message.kind !== 'holds' || !message.node.startsWith('live') || message.type !== typeUrls.rds) return
    if (!message.acked) return
    const now = performance.now()
    const from = (reached.get(message.node) ?? 0) + 1
    for (let generation = from; generation <= message.generation; generation += 1) {
      const at = started.get(generation)
      if (at === undefined) continue
      acked += 1
      times.push(now - at)
    }
    reached.set(message.node, message.generation)
  })
  const server = await startXdsServer({
    listen: { address: '127.0.0.1', port: 0, flag: '--xds-port' },
    credentials: ServerCredentials.createInsecure(),
    gate: (_, call) => new ServerInterceptingCall(call),
    streamers: channel.streamers,
    log: { info: () => {}, warn: () => {} },
  })
  if (!server.ok) throw new Error(server.error.message)
  channel.decider.send({ kind: 'groups', groups: [{ group: 'g', selector: {} }] })
  channel.decider.send(publication(1, options.bytes))
  channel.decider.send({ kind: 'ready' })
  const end = await startClients({ port: server.value.port, ...options })
  const most = { rss: 0, heap: 0, unsent: 0 }
  const look = (): void => {
    const { rss, heapUsed, external } = process.memoryUsage()
    most.rss = Math.max(most.rss, rss / MiB)
    most.heap = Math.max(most.heap, (heapUsed + external) / MiB)
    most.unsent = Math.max(most.unsent, server.value.stats().unsentBytes / MiB)
  }
  // The first updates warm up, and are not counted.
  const warmUp = Math.min(20, options.updates)
  for (let update = -warmUp; update < options.updates; update += 1) {
    const generation = update + warmUp + 2
    const message = publication(generation, options.bytes)
    if (update >= 0) started.set(generation, performance.now())
    channel.decider.send(message)
    await new Promise((resolve) => setTimeout(resolve, options.gapMs))
    look()
  }
  for (let tries = 0; acked < options.live * options.updates && tries < 2_000; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const wanted = options.live * options.updates
  if (acked !== wanted) throw new Error(`${acked} ACKs, wanted ${wanted}`)
  const { bodiesEncoded } = server.value.stats()
  end()
  await server.value.stop(0)
  return { times, ...most, cut, bodiesEncoded }
}

/** A snapshot of so many bytes, all of it new. */
function publication(generation: number, bytes: number): ToStreams {
  const part = (type: string, count: number): TypeUpdate => {
    const put = Array.from({ length: count }, (_, index) => {
      const name = count === 1 ? 'routes' : `cluster-${String(index).padStart(3, '0')}`
      const body = encodeAny(type, randomBytes(bytes / 2 / count))
      return { name, body, hash: createHash('sha256').update(body).digest('hex').slice(0, 16), facts: {} }
    })
    const version = createHash('sha256')
      .update(put.map(({ hash }) => hash).join())
      .digest('hex')
    return { version, put, remove: [] }
  }
  const types = { [typeUrls.cds]: part(typeUrls.cds, 128), [typeUrls.rds]: part(typeUrls.rds, 1) }
  const base = generation === 1 ? {} : { base: generation - 1 }
  return { kind: 'publish', group: 'g', lane: 'all', generation, ...base, types }
}
