// One life of the control plane: the real store over a disk, the real compiler, delivery engine, channel (with its codec)
// and streams, on a time that is not real. When it dies, nothing of it happens any more: what it still computes has no hands.
import { createChannel, type FromStreams, type ToStreams } from '../../src/channel/index.ts'
import { createDiscovery, type Discovery, knownEndpoints } from '../../src/discovery/index.ts'
import type { EventInput } from '../../src/events/index.ts'
import type { DeliveryEngine, Timeouts, Unsafe } from '../../src/push/index.ts'
import { createDelivery } from '../../src/push/index.ts'
import { createCompiler } from '../../src/snapshot/index.ts'
import { defaultRetention } from '../../src/store/compact.ts'
import type { Store } from '../../src/store/index.ts'
import { recover } from '../../src/store/io/recover.ts'
import { runStore } from '../../src/store/io/run-store.ts'
import { createHub, type Edge, type Hub } from '../../src/xds/hub.ts'
import type { StreamLimits } from '../../src/xds/machine.ts'
import type { MemoryDisk } from '../unit/store/memory-engine.ts'
import { type FlushPoint, slowEngine } from './disk.ts'
import type { Random } from './random.ts'
import type { Time } from './time.ts'

/** What a control plane's life is made of, and who looks on. */
export interface PlaneHands {
  readonly time: Time
  readonly random: Random
  readonly disk: MemoryDisk
  readonly edge: Edge
  /** Milliseconds between the open port and the loaded state. */
  readonly loadMs: number
  readonly timeouts: Partial<Timeouts>
  readonly unsafe?: Unsafe | undefined
  readonly limits?: Partial<StreamLimits> | undefined
  readonly liesAboutFlushes?: boolean | undefined
  readonly at: (point: FlushPoint) => void
  readonly refusesFlush: () => boolean
  readonly stirred: () => void
  readonly toStreams: (message: ToStreams, plane: Plane) => void
  readonly fromStreams: (message: FromStreams, plane: Plane) => void
  readonly event: (event: EventInput, plane: Plane) => void
  readonly opened: (store: Store) => void
  readonly ready: (plane: Plane) => void
  readonly logged: (level: 'warn' | 'error', fields: Readonly<Record<string, unknown>>) => void
  /** A bug threw. */
  readonly threw: (cause: unknown) => void
  /** Runs when the code that runs now has returned. */
  readonly soon: (run: () => void) => void
}

export interface Plane {
  readonly hub: Hub
  readonly store: Store
  readonly delivery: DeliveryEngine
  readonly discovery: Discovery
  phase: 'loading' | 'ready' | 'stopping' | 'draining' | 'dead'
}

/** Starts one; gives it when its port is open, which is before its state is loaded. */
export async function startPlane(hands: PlaneHands): Promise<Plane> {
  const { time } = hands
  let plane: Plane | undefined
  const isDead = (): boolean => plane?.phase === 'dead'
  const alive = (run: () => void) => (): void => {
    if (!isDead()) run()
  }
  const engine = slowEngine(hands.disk, {
    time,
    random: hands.random,
    isDead,
    at: hands.at,
    refuses: hands.refusesFlush,
    stirred: hands.stirred,
    lies: hands.liesAboutFlushes,
  })
  const state = await recover(engine, { newId: 'sim', answered: 0 })
  if (!state.ok) throw new Error(`the store cannot be read: ${JSON.stringify(state.error)}`)
  const store = runStore(state.value, {
    engine,
    clock: time.wall,
    mono: time.mono,
    retention: defaultRetention,
    noteAnswered: async () => undefined,
    onReadOnly: () => undefined,
    onClosed: async () => undefined,
  })
  hands.opened(store)
  const channel = createChannel({ codec: true })
  const log = (level: 'warn' | 'error', fields: object): void => {
    if (!isDead()) hands.logged(level, { ...fields })
  }
  const logger = {
    info: () => undefined,
    warn: (fields: object) => log('warn', fields),
    error: (fields: object) => log('error', fields),
  }
  const tick = (run: () => void): (() => void) =>
    alive(() => {
      hands.stirred()
      run()
    })
  const clock = {
    wall: time.wall,
    mono: time.mono,
    every: (ms: number, run: () => void) => time.every(ms, tick(run)),
  }
  const delivery = createDelivery({
    store,
    compiler: createCompiler(),
    decider: {
      send: (message) => {
        if (plane === undefined || isDead()) return
        hands.toStreams(message, plane)
        channel.decider.send(message)
      },
      receive: (listener) =>
        channel.decider.receive((message) => {
          hands.stirred()
          listener(message)
        }),
    },
    clock,
    observed: { endpoints: knownEndpoints(store.view().records('endpoint')), secrets: new Map() },
    timeouts: hands.timeouts,
    onEvent: (event) => {
      if (plane !== undefined && !isDead()) hands.event(event, plane)
    },
    log: logger,
    ...(hands.unsafe === undefined ? {} : { unsafe: hands.unsafe }),
  })
  const discovery = createDiscovery({ delivery, store, clock, log: logger })
  const { edge } = hands
  const hub = createHub({
    streamers: {
      send: (message) => {
        if (plane === undefined || isDead()) return
        hands.fromStreams(message, plane)
        channel.streamers.send(message)
      },
      receive: (listener) => channel.streamers.receive(listener),
    },
    scheduler: {
      now: () => ({ mono: time.mono(), wall: time.wall() }),
      soon: (run) => hands.soon(alive(run)),
      nextTurn: (run) => {
        time.after(0, alive(run))
      },
      later: (ms, run) => time.after(ms, alive(run)),
    },
    edge: {
      write: (stream, bytes, nonce) => alive(() => edge.write(stream, bytes, nonce))(),
      close: (stream, status, reason) => alive(() => edge.close(stream, status, reason))(),
      pause: (stream) => alive(() => edge.pause(stream))(),
      resume: (stream) => alive(() => edge.resume(stream))(),
      probe: (stream) => alive(() => edge.probe(stream))(),
    },
    ...(hands.limits === undefined ? {} : { limits: hands.limits }),
  })
  const made: Plane = { hub, store, delivery, discovery, phase: 'loading' }
  plane = made
  time.after(
    hands.loadMs,
    alive(() => {
      hands.stirred()
      delivery.start().then(
        alive(() => {
          made.phase = 'ready'
          discovery.start()
          hands.ready(made)
        }),
        (cause: unknown) => alive(() => hands.threw(cause))(),
      )
    }),
  )
  return made
}
