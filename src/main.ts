// The composition root: every room in the order of the data, and the loop back from the streams. The only file
// that knows them all.
import {
  checkListen,
  createGate,
  hostPort,
  type ListenAddress,
  loadTls,
  type TlsMaterial,
} from './access/index.ts'
import { createAdminServer, createCalls, lookUpName } from './admin/index.ts'
import { limits, ok, type Problem, type Result } from './base/index.ts'
import { createChannel, type DeciderEnd } from './channel/index.ts'
import { programVersion } from './cli/index.ts'
import type { Config } from './config.ts'
import { createDiscovery, knownEndpoints, watchFiles } from './discovery/index.ts'
import type { EventInput } from './events/index.ts'
import { createHttpApi } from './http-api/index.ts'
import { lookAfterSecrets } from './look-after-secrets.ts'
import type { GroupKey } from './model/index.ts'
import {
  createHttpPort,
  createLogger,
  createMetrics,
  type Ending,
  endRooms,
  type Logger,
  type MeasuredGroup,
  type Metrics,
  openTracing,
  type Readiness,
  type Room,
  remindOfCondition,
  watchEventLoop,
} from './ops/index.ts'
import { createDelivery, type Delivery, finalPhases, systemClock, type Unsafe } from './push/index.ts'
import { contentProof, createCompiler } from './snapshot/index.ts'
import { openDamagedStore, openStore, type Store, type StoreCondition } from './store/index.ts'
import { keepEvents, servedCertificates, startedEvent } from './tell-events.ts'
import { tellWebhooks } from './tell-webhooks.ts'
import { warmUp } from './warm-up.ts'
import { watchCertificates } from './watch-certificates.ts'
import { type StreamLimits, startXdsServer } from './xds/index.ts'

/** A running control plane. */
export interface Serving {
  readonly addresses: {
    readonly xds: ListenAddress
    readonly admin: ListenAddress
    readonly http: ListenAddress
  }
  /**
   * Graceful: pushes finish or stay stored, streams end, all within the grace of the configuration. Asked twice, it is one
   * stop. Gives the rooms that did not end in time.
   */
  stop(): Promise<readonly Room[]>
}

/** What tests may take away or hand in; no flag reaches it. */
export interface Trial {
  /** Takes one promise away, to show what it is for. */
  readonly unsafe?: Unsafe
  /** Other bounds of every stream; an order deadline of 0 takes the order between types away. */
  readonly streamLimits?: Partial<StreamLimits>
  /** Stands between the engine and its store, and between it and the streams: to look on, or to die at a step. */
  readonly around?: {
    readonly store: (store: Store) => Store
    readonly decider: (decider: DeciderEnd) => DeciderEnd
    /** The ports are open and the state is not loaded until this has resolved. */
    readonly loading?: () => Promise<void>
  }
  /** Instead of a log on stderr. */
  readonly log?: Logger
}

/** Starts every room, or says which could not start and leaves nothing open. */
export async function serve(config: Config, trial: Trial = {}): Promise<Result<Serving, Problem>> {
  const log = trial.log ?? createLogger({ level: config.logLevel, format: config.logFormat })
  const endings: Ending[] = []
  const started = await start(config, trial, log, endings)
  if (!started.ok) {
    await endRooms(endings, config.timeouts.stopGraceMs, log)
    log.error({ event: 'start_refused', reason: started.error.message })
  }
  return started
}

async function start(
  config: Config,
  trial: Trial,
  log: Logger,
  endings: Ending[],
): Promise<Result<Serving, Problem>> {
  // Who may ask, and where.
  const metrics = createMetrics({ version: programVersion() })
  const tls = readTls(config)
  if (!tls.ok) return tls
  const listens = checkListen(
    [
      { name: 'xDS', ...config.xds },
      { name: 'admin', ...config.admin },
      { name: 'HTTP', ...config.http },
    ],
    tls.value === undefined ? undefined : { clientCertificates: tls.value.clientCa !== undefined },
    config.insecurePlaintext,
  )
  if (!listens.ok) return listens
  for (const warning of listens.value) log.warn({ event: 'listen_warning', warning })
  const { events, stop: stopEvents } = keepEvents()
  const onEvent = (event: EventInput): void => events.emit(event)
  const webhooks = tellWebhooks(config.webhooks, { events, metrics, log, version: programVersion() })
  if (!webhooks.ok) return webhooks
  endings.push({ room: 'webhooks', end: (graceMs) => webhooks.value.stop(graceMs) })
  const gate = createGate({
    ...(tls.value === undefined ? {} : { tls: tls.value }),
    refused: ({ port, method, peer }, problem) => {
      metrics.gateRefused(port)
      log.warn({ event: 'gate_refused', port, method, peer, reason: problem.message })
      const told = { port, method: method.slice(0, limits.fieldLength), peer, cause: problem.message }
      events.emit({ name: 'gate_refused', attributes: told })
    },
  })
  if (tls.value !== undefined) metrics.certificateExpires(tls.value.expiresAt)

  // Intent, made durable by one writer.
  const store = await openIntent(config, log, onEvent)
  if (!store.ok) return store
  const reminder = remindOfCondition(() => store.value.condition(), log)
  endings.push({
    room: 'store',
    end: () => {
      reminder.stop()
      return store.value.close()
    },
  })

  // Intent → resources → pushes → streams, and what the streams say back.
  const { allowUnsafeExtensions } = config
  if (allowUnsafeExtensions) log.warn({ event: 'unsafe_extensions_allowed' })
  // Spans, where a SDK was registered before the start.
  const tracing = openTracing(programVersion())
  const compiler = createCompiler({
    allowUnsafeExtensions,
    measure: (part, run) => tracing.within(part, {}, run),
  })
  const channel = createChannel({ codec: false })
  const decider = counted(channel.decider, metrics)
  const secrets =
    config.secretsDir === undefined
      ? undefined
      : lookAfterSecrets({
          dir: config.secretsDir,
          store: store.value,
          delivery: () => delivery,
          onEvent,
          log,
        })
  const delivery = createDelivery({
    ...(secrets === undefined ? {} : { secrets }),
    store: trial.around?.store(store.value) ?? store.value,
    compiler,
    decider: trial.around?.decider(decider) ?? decider,
    log,
    timeouts: config.timeouts,
    observed: { endpoints: knownEndpoints(store.value.view().records('endpoint')), secrets: new Map() },
    onEvent,
    tracing,
    ...(trial.unsafe === undefined ? {} : { unsafe: trial.unsafe }),
  })

  // What is observed beside intent.
  const discovery = createDiscovery({
    delivery,
    store: store.value,
    clock: systemClock,
    log,
    onEvent,
  })
  endings.push({ room: 'endpoints', end: () => discovery.stop() })

  // The ports. Streams are held, and the admin API answers UNAVAILABLE, until the state is loaded.
  let phase: 'loading' | 'serving' | 'stopping' = 'loading'
  const xds = await startXdsServer({
    listen: { ...config.xds, flag: '--xds-port' },
    credentials: gate.credentials(),
    encrypted: tls.value !== undefined,
    gate: gate.interceptor('xds'),
    streamers: channel.streamers,
    log,
    connectionAgeMs: config.xdsConnectionAgeMs,
    ...(trial.streamLimits === undefined ? {} : { limits: trial.streamLimits }),
  })
  if (!xds.ok) return xds
  endings.push(
    { room: 'xds', end: (graceMs) => xds.value.stop(graceMs) },
    { room: 'pushes', end: (graceMs) => delivery.stop(graceMs) },
  )
  const calls = createCalls(
    {
      ...{ delivery, fleet: delivery.fleet, store: store.value, events, discovery, lookUp: lookUpName },
      ...(secrets === undefined ? {} : { secrets }),
    },
    {
      ready: () => phase !== 'loading',
      seen: (call) => metrics.adminCall(call),
      failed: (method, error) => log.error({ event: 'admin_call_failed', method, err: error }),
      watchers: (open) => metrics.adminWatchers(open),
      tracing,
    },
  )
  const admin = await createAdminServer({
    calls,
    gate,
    listen: config.admin,
    version: programVersion(),
  })
  if (!admin.ok) return admin
  endings.push(
    {
      room: 'announcement',
      end: () => {
        phase = 'stopping'
        onEvent({ name: 'server_stopping', attributes: {} })
        admin.value.setServing(false)
      },
    },
    { room: 'admin', end: (graceMs) => admin.value.stop(graceMs) },
  )
  const lag = watchEventLoop()
  const http = await createHttpPort({
    listen: config.http,
    gate,
    metrics,
    readiness: () => readinessIn(phase, store.value.condition()),
    api: createHttpApi({
      ...{ calls, gate, listen: config.http, version: programVersion() },
      failed: (path, error) => log.error({ event: 'http_call_failed', path, err: error }),
    }),
  })
  if (!http.ok) return http
  endings.push({ room: 'http', end: (graceMs) => http.value.stop(graceMs) })
  metrics.read({
    nodes: () => delivery.fleet.nodes(),
    groups: () => measuredGroups(store.value),
    pushes: () => delivery.pushes(limits.pushesKept).filter(({ phase }) => !finalPhases.includes(phase)),
    retirements: () => delivery.retirements(),
    traffic: () => store.value.view(),
    endpoints: () => discovery.counts(),
    streams: () => xds.value.stats(),
    revision: () => store.value.view().revision,
    store: () => store.value.stats(),
    encodes: () => compiler.encodeCounts(),
    ready: () => phase === 'serving',
    lag: () => lag.read(),
    webhooks: () => webhooks.value.states(),
    ...(secrets === undefined ? {} : { secrets: () => secrets.states() }),
  })

  const served = () => servedCertificates(tls.value, store.value, secrets)
  const certificates = watchCertificates(served, onEvent)
  const watching = new AbortController()
  endings.push({
    room: 'metrics',
    end: () => {
      lag.stop()
      watching.abort()
      secrets?.stop()
      certificates.stop()
      stopEvents()
    },
  })
  void countPushes(delivery, metrics, watching.signal)

  if (!warmUp()) log.warn({ event: 'warm_up_failed' })
  // Loaded: what was running goes on, and the streams that waited are served.
  await trial.around?.loading?.()
  await delivery.start()
  discovery.start()
  if (config.endpointsFile !== undefined) {
    const stop = watchFiles({
      path: config.endpointsFile,
      discovery,
      store: store.value,
      clock: systemClock,
      log,
    })
    endings.push({ room: 'endpoints', end: stop })
  }
  phase = 'serving'
  onEvent(startedEvent(programVersion(), store.value, delivery))
  admin.value.setServing(true)
  const addresses = {
    xds: { address: config.xds.address, port: xds.value.port },
    admin: admin.value.address,
    http: http.value.address,
  }
  log.info({
    event: 'serving',
    xds: hostPort(addresses.xds.address, addresses.xds.port),
    admin: hostPort(addresses.admin.address, addresses.admin.port),
    http: hostPort(addresses.http.address, addresses.http.port),
    dataDir: config.dataDir,
  })
  return ok({ addresses, stop: stopOnce(endings, config.timeouts.stopGraceMs, log) })
}

/** What /readyz says while it is not. */
const notReady = { loading: 'the state is being loaded', stopping: 'the server is stopping' } as const

/** The store; where it is damaged or cannot be written, what is proven of it, unless that is not wanted. */
async function openIntent(
  config: Config,
  log: Logger,
  onEvent: (event: EventInput) => void,
): Promise<Result<Store, Problem>> {
  const store = await openStore({
    dir: config.dataDir,
    onReadOnly: (reason) => {
      log.error({ event: 'store_read_only', reason })
      onEvent({ name: 'store_read_only', attributes: { cause: reason } })
    },
  })
  // Open elsewhere, or of a newer version: that is no damage.
  if (store.ok || store.error.kind !== 'unavailable' || config.storeDamaged === 'refuse') return store
  onEvent({ name: 'store_damaged', attributes: { cause: store.error.message } })
  return openDamagedStore(config.dataDir, store.error.message, contentProof)
}

function readinessIn(phase: keyof typeof notReady | 'serving', condition: StoreCondition): Readiness {
  if (phase !== 'serving') return { ready: false, reason: notReady[phase] }
  if (condition.kind === 'writable') return { ready: true }
  return { ready: true, but: `the store takes no changes: ${condition.reason}. Next: ${condition.next}` }
}

/** Every declared node group, with what it is measured by. */
function measuredGroups(store: Store): ReadonlyMap<GroupKey, MeasuredGroup> {
  const { heads, generations } = store.view()
  const groups = new Map<GroupKey, MeasuredGroup>()
  for (const object of heads.values()) {
    if (object.kind !== 'NodeGroup') continue
    const group = `${object.namespace}/${object.name}`
    const newest = generations.get(group)?.at(-1)?.number ?? 0
    groups.set(group, { newest, expected: object.spec.expected?.size ?? 0 })
  }
  return groups
}

/** Every push that ends, in the metrics. */
async function countPushes(delivery: Delivery, metrics: Metrics, signal: AbortSignal): Promise<void> {
  for await (const record of delivery.watchPushes(undefined, signal)) metrics.push(record)
}

/** What every message from the streams adds to the metrics, on its way to the decider. */
function counted(decider: DeciderEnd, metrics: Metrics): DeciderEnd {
  return {
    send: (message) => decider.send(message),
    receive: (listener) =>
      decider.receive((message) => {
        metrics.stream(message)
        listener(message)
      }),
  }
}

function readTls(config: Config): Result<TlsMaterial | undefined, Problem> {
  return config.tls === undefined ? ok(undefined) : loadTls(config.tls)
}

/** Ends everything, once. */
function stopOnce(endings: readonly Ending[], graceMs: number, log: Logger): Serving['stop'] {
  let stopping: Promise<readonly Room[]> | undefined
  const stop = async (): Promise<readonly Room[]> => {
    log.info({ event: 'stopping', graceMs })
    const late = await endRooms(endings, graceMs, log)
    log.info({ event: 'stopped', ...(late.length === 0 ? {} : { late }) })
    return late
  }
  return () => {
    stopping ??= stop()
    return stopping
  }
}
