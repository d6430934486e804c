// The xDS port: ADS in both variants, everything else refused or dropped, one gate before every method.
import { Server, type ServerCredentials, type ServerInterceptor, status } from '@grpc/grpc-js'
import { bindGrpc, gateEveryMethod, type ListenAddress } from '../../access/index.ts'
import { limits, ok, type Problem, type Result } from '../../base/index.ts'
import type { FromStreams, StreamerEnd } from '../../channel/index.ts'
import { adsMethods } from '../../envoy-api/index.ts'
import { createHub, type HubLimits, type HubStats, type Scheduler } from '../hub.ts'
import type { IntakeLimits } from '../intake.ts'
import type { VariantName } from '../machine.ts'
import { type BytesCall, createAdsPump, serializeOutgoing } from './ads.ts'
import { watchIntake } from './intake.ts'
import { deserialize, dropReports, refuseSeparateDiscovery } from './other-methods.ts'
import { systemScheduler } from './scheduler.ts'

/** Structured logging, as pino does it. */
export interface XdsLog {
  info(fields: Readonly<Record<string, unknown>>): void
  warn(fields: Readonly<Record<string, unknown>>): void
}

/** Bounds of the whole server; by default those of limits.ts. */
export type ServerLimits = HubLimits &
  IntakeLimits & {
    readonly streams: number
    /** Milliseconds that the older streams of a node with a new one may take to answer a ping. */
    readonly twinProbeMs: number
  }

export interface XdsServerOptions {
  /** Port 0: any free one. `flag` is named when it cannot be bound. */
  readonly listen: ListenAddress & { readonly flag: string }
  readonly credentials: ServerCredentials
  /** Whether these are TLS: private keys go to other machines over nothing else. */
  readonly encrypted?: boolean
  /** Stands before every method, unknown ones included. */
  readonly gate: ServerInterceptor
  readonly streamers: StreamerEnd
  readonly log: XdsLog
  readonly scheduler?: Scheduler
  /**
   * Milliseconds after which a proxy is asked to connect anew (rule 39); 0 or absent: never. grpc-js adds or takes away up to a
   * tenth at random, says GOAWAY, and cuts what is left after `limits.connectionAgeGraceMs`.
   */
  readonly connectionAgeMs?: number
  /** Smaller bounds for tests. */
  readonly limits?: Partial<ServerLimits>
}

export interface XdsStats extends HubStats {
  readonly reportStreams: number
  /** Bytes of requests that came in and nobody has taken yet. */
  readonly intakeBytes: number
}

export interface XdsServer {
  readonly port: number
  stats(): XdsStats
  /** Takes no new streams, lets answers in flight be ACKed for a moment, then ends every stream: all within `graceMs`. */
  stop(graceMs: number): Promise<void>
}

/** Starts serving. Streams are held until the decider has said `ready`. */
export async function startXdsServer(options: XdsServerOptions): Promise<Result<XdsServer, Problem>> {
  const { log } = options
  const bounds = { ...limits, ...options.limits }
  const intake = watchIntake(bounds, (fields) => log.warn({ event: 'xds_request_refused', ...fields }))
  const server = new Server({
    interceptors: [options.gate, intake.interceptor],
    'grpc.max_receive_message_length': limits.xdsReceiveBytes,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_time_ms': limits.xdsKeepaliveMs,
    'grpc.keepalive_timeout_ms': limits.xdsKeepaliveTimeoutMs,
    'grpc.max_concurrent_streams': limits.streamsPerConnection,
    ...ageOf(options.connectionAgeMs ?? 0),
  })
  const ads = createAdsPump(intake, bounds)
  const hub = createHub({
    streamers: logged(options.streamers, log),
    edge: ads.edge,
    scheduler: options.scheduler ?? systemScheduler,
    note: (event, fields) => log.warn({ event, ...fields }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  })
  let stopping = false
  const sayRefused = oncePerSecond((more, peer: string, reason: string) =>
    log.warn({ event: 'xds_stream_refused', peer, reason, more }),
  )
  const serve = (variant: VariantName) => (call: BytesCall) => {
    const refusal = stopping
      ? { code: status.UNAVAILABLE, details: 'the server is stopping' }
      : hub.size >= bounds.streams
        ? { code: status.RESOURCE_EXHAUSTED, details: `more than ${bounds.streams} streams` }
        : undefined
    if (refusal === undefined) {
      ads.serve(hub, variant, call, options.encrypted === true)
      return
    }
    call.on('error', () => {})
    sayRefused(call.getPeer(), refusal.details)
    call.emit('error', refusal)
  }
  server.register(adsMethods.sotw.path, serve('sotw'), serializeOutgoing, deserialize, 'bidi')
  server.register(adsMethods.delta.path, serve('delta'), serializeOutgoing, deserialize, 'bidi')
  refuseSeparateDiscovery(server)
  const reports = dropReports(server)
  gateEveryMethod(server)
  const bound = await bindGrpc(server, options.listen, options.credentials)
  if (!bound.ok) {
    intake.stop()
    return bound
  }

  const stop = async (graceMs: number): Promise<void> => {
    stopping = true
    // Whoever has not ACKed by then, or does not read, is not waited for.
    const end = performance.now() + graceMs
    const deadline = Math.min(end, performance.now() + limits.stopAckMs)
    while (hub.drain() > 0 && performance.now() < deadline) await pause(limits.stopLookMs)
    ads.endAll(hub)
    reports.end()
    intake.stop()
    await shutDown(server, Math.max(100, Math.min(limits.stopFlushMs, end - performance.now())))
  }
  return ok({
    port: bound.value,
    stats: () => ({ ...hub.stats(), reportStreams: reports.open, intakeBytes: intake.bytes }),
    stop,
  })
}

/** Without a grace a connection with a stream that never ends would never end either. */
const ageOf = (ms: number): Readonly<Record<string, number>> =>
  ms === 0
    ? {}
    : {
        'grpc.max_connection_age_ms': ms,
        'grpc.max_connection_age_grace_ms': limits.connectionAgeGraceMs,
      }

/** Lets statuses be flushed for a moment, then cuts what is left. */
function shutDown(server: Server, patienceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown()
      resolve()
    }, patienceMs)
    server.tryShutdown(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** `say`, at most once in a second; `more`: how many were left out since. A flood must not fill the log. */
function oncePerSecond<A extends readonly unknown[]>(
  say: (more: number, ...about: A) => void,
): (...about: A) => void {
  let last = Number.NEGATIVE_INFINITY
  let more = 0
  return (...about) => {
    const now = performance.now()
    if (now - last < 1_000) {
      more += 1
      return
    }
    say(more, ...about)
    last = now
    more = 0
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What streams report, with a line in the log for what a person would look for. */
function logged(streamers: StreamerEnd, log: XdsLog): StreamerEnd {
  return {
    receive: (listener) => streamers.receive(listener),
    send: (message) => {
      write(log, message)
      streamers.send(message)
    },
  }
}

function write(log: XdsLog, message: FromStreams): void {
  switch (message.kind) {
    case 'opened': {
      const { stream, node, variant, peer } = message
      log.info({
        event: 'xds_stream_opened',
        stream,
        node: node.id,
        cluster: node.cluster,
        agent: node.agent,
        variant,
        peer,
      })
      return
    }
    case 'closed':
      log.info({
        event: 'xds_stream_closed',
        stream: message.stream,
        node: message.node,
        reason: message.reason,
      })
      return
    case 'placed':
      if (message.group === undefined) {
        log.warn({ event: 'xds_node_unmatched', stream: message.stream, node: message.node })
      }
      return
    case 'nacked': {
      const { stream, node, group, type, generation, version, detail } = message
      log.warn({ event: 'xds_nack', stream, node, group, type, generation, version, detail })
      return
    }
    case 'repaired':
      log.info({ event: 'xds_repaired', stream: message.stream, node: message.node, type: message.type })
      return
    default:
      return
  }
}
