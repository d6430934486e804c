// The delivery engine, put together: what the admin API talks to, what the streams talk to.
import type { Bound, Problem, Result } from '../../base/index.ts'
import { assertNever, err, limits, noTracing, ok, type Tracing } from '../../base/index.ts'
import type { DeciderEnd } from '../../channel/index.ts'
import type { EventInput } from '../../events/index.ts'
import type { FleetView } from '../../fleet/index.ts'
import { createFleet, createFleetView, defaultFleetSettings } from '../../fleet/index.ts'
import { nothingObserved, type Observed } from '../../model/index.ts'
import type { SecretSource } from '../../secrets/index.ts'
import { noSecretFiles } from '../../secrets/index.ts'
import type { Store } from '../../store/index.ts'
import type { Push } from '../push-state.ts'
import { phaseOf } from '../push-state.ts'
import { pushName } from '../records.ts'
import type { Delivery, PushRecord, RetirementStatus } from '../types.ts'
import { createAside } from './aside.ts'
import { boundsOf } from './bounds.ts'
import { makeChange, tryChange } from './change.ts'
import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import { decide } from './decide.ts'
import { currentRecord, drive } from './drive.ts'
import type { Engine, EngineCompiler, Log, StepCommit, Timeouts, Unsafe } from './engine.ts'
import { availability } from './engine.ts'
import { observe } from './observe.ts'
import { insidePush } from './push-spans.ts'
import { stepRamp } from './ramps.ts'
import { createSerial } from './serial.ts'
import { serveStored } from './serve-stored.ts'
import { start } from './start.ts'
import { stop } from './stop.ts'
import { takeBack } from './take-back.ts'
import { createWatchers } from './watchers.ts'
import { writeRecord } from './write-record.ts'

export interface DeliveryOptions {
  readonly store: Store
  readonly decider: DeciderEnd
  readonly compiler: EngineCompiler
  readonly log: Log
  /** What was known of endpoints and certificates when the process ended. Default: nothing. */
  readonly observed?: Observed
  /** Default: the machine's. */
  readonly clock?: Clock
  /** Milliseconds; defaults in limits.ts. */
  readonly timeouts?: Partial<Timeouts>
  /** What happened, for whoever keeps events. */
  readonly onEvent?: (event: EventInput) => void
  /** Where certificates come from. Default: from nowhere, so a Secret is refused. */
  readonly secrets?: SecretSource
  /** Spans of what it does. Default: none are kept. */
  readonly tracing?: Tracing
  /** Takes promises away, for tests that show what they are for. */
  readonly unsafe?: Unsafe
}

/** The engine, with what composes the program needs of it. */
export interface DeliveryEngine extends Delivery {
  readonly fleet: FleetView
  /** Loads the state, says it to the streams, goes on with what was interrupted; then changes are taken. */
  start(): Promise<void>
  /** Takes no more changes, lets decided pushes arrive, ends what is being written, all within `graceMs`. Others go on at the next start. */
  stop(graceMs: number): Promise<void>
  /** Clusters on their way out. */
  retirements(): readonly RetirementStatus[]
  /** How large everything is that it keeps. */
  bounds(): readonly Bound[]
}

const defaultTimeouts: Timeouts = {
  ...defaultFleetSettings,
  prepareMs: limits.prepareMs,
  switchMs: limits.switchMs,
  retireDelayMs: limits.retireDelayMs,
  retireDeadlineMs: limits.retireDeadlineMs,
  tickMs: limits.tickMs,
  closeAfterMs: limits.closeAfterMs,
}

/** Makes the engine over a store, a channel and a compiler. Nothing happens before `start`. */
export function createDelivery(options: DeliveryOptions): DeliveryEngine {
  const engine = createEngine(options)
  return {
    fleet: createFleetView(
      () => engine.fleet,
      () => engine.clock.wall(),
    ),
    start: () => start(engine),
    stop: (graceMs) => stop(engine, graceMs),
    retirements: () => retirementsOf(engine),
    bounds: () => boundsOf(engine),
    change: async (command) => {
      const arrivedAt = engine.clock.mono()
      const available = availability(engine)
      if (!available.ok) return available
      // What is known of intent may be old: not even "nothing to do" is an answer.
      const partial = partialIntent(engine)
      if (partial !== undefined) return err(partial)
      if (command.dryRun === true) return tryChange(engine, command)
      const full = isFull(engine)
      if (full !== undefined) return err(full)
      return engine.serial.run(async () => {
        // While it waited for its turn, the server may have been asked to stop.
        const still = availability(engine)
        return still.ok ? makeChange(engine, command, arrivedAt) : still
      })
    },
    push: (id) => recordBy(engine, id),
    pushes: (limit) => newestFirst(engine).slice(0, limit),
    watchPushes: (id, signal, behind) => {
      const known = id === undefined ? [...engine.pushes.keys()] : [id]
      const first = known.flatMap((each) => recordBy(engine, each) ?? [])
      return engine.watchers.watch(id, first, signal, behind)
    },
    abort: (id, actor, reason) => abort(engine, id, actor, reason),
    observe: (observation) => engine.serial.run(() => observe(engine, observation)),
    serveStored: (command) => engine.serial.run(() => serveStored(engine, command)),
  }
}

function createEngine(options: DeliveryOptions): Engine {
  const clock = options.clock ?? systemClock
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const aside = createAside()
  const { log, onEvent = () => undefined } = options
  const engine: Engine = {
    store: options.store,
    compiler: options.compiler,
    decider: options.decider,
    clock,
    log: {
      info: (fields) => aside(() => log.info(fields)),
      warn: (fields) => aside(() => log.warn(fields)),
      error: (fields) => log.error(fields),
    },
    timeouts,
    unsafe: options.unsafe ?? {},
    tracing: options.tracing ?? noTracing,
    spans: new Map(),
    onEvent: (event) => aside(() => onEvent(event)),
    secrets: options.secrets ?? noSecretFiles,
    commit: (push, what) => commit(engine, push, what),
    serial: createSerial(),
    watchers: createWatchers(),
    phase: 'loading',
    settleEnd: clock.mono(),
    fleet: createFleet({ wall: clock.wall(), mono: clock.mono() }, {}, timeouts),
    pushes: new Map(),
    running: new Map(),
    ended: new Map(),
    lastPush: 0,
    retirements: new Map(),
    retiring: false,
    served: new Map(),
    unclosed: new Map(),
    unwritten: new Map(),
    writingInventory: false,
    refusals: [],
    actors: new Map(),
    observed: options.observed ?? nothingObserved,
    worlds: new WeakMap(),
    targets: new WeakMap(),
    stopTicking: () => undefined,
    storeFault: undefined,
  }
  return engine
}

const commit = (engine: Engine, push: Push, what: StepCommit): Promise<void> =>
  insidePush(engine, push.id, () => commitStepOf(engine, push, what))

async function commitStepOf(engine: Engine, push: Push, what: StepCommit): Promise<void> {
  switch (what) {
    case 'decision':
      return decide(engine, push.id)
    case 'step':
      return stepRamp(engine, push.id)
    case 'compensation':
      return takeBack(engine, push.id)
    case 'record':
      return writeRecord(engine, push)
    default:
      return assertNever(what)
  }
}

function partialIntent({ store }: Engine): Problem | undefined {
  const condition = store.condition()
  if (condition.kind !== 'damaged') return undefined
  const { reason, next } = condition
  return { kind: 'precondition', message: `the store is read-only: ${reason}. Next: ${next}` }
}

function isFull(engine: Engine): Problem | undefined {
  if (engine.serial.waiting < limits.changesWaiting) return undefined
  const message = `${engine.serial.waiting} changes wait for their turn, at most ${limits.changesWaiting} may: send it again later`
  return { kind: 'limit', message, limit: 'changesWaiting' }
}

function retirementsOf({ retirements, clock }: Engine): readonly RetirementStatus[] {
  const now = clock.mono()
  return [...retirements.values()].flatMap((names) =>
    [...names.values()].map(({ group, name, step, since }) => ({
      ...{ group, name, step: step.kind },
      ageMs: Math.max(0, now - since),
    })),
  )
}

function recordBy(engine: Engine, id: string): PushRecord | undefined {
  const push = engine.pushes.get(id)
  return push === undefined ? engine.ended.get(id) : currentRecord(engine, push)
}

function newestFirst(engine: Engine): readonly PushRecord[] {
  const running = [...engine.pushes.values()].map((push) => currentRecord(engine, push))
  return [...engine.ended.values(), ...running].sort((a, b) => Number(b.id) - Number(a.id))
}

async function abort(
  engine: Engine,
  id: string,
  actor: string,
  reason: string,
): Promise<Result<PushRecord, Problem>> {
  const available = availability(engine)
  if (!available.ok) return available
  const outcome = await engine.serial.run(async (): Promise<Problem | undefined> => {
    const push = engine.pushes.get(id)
    if (push === undefined) {
      const record = engine.ended.get(id)
      if (record === undefined) return { kind: 'notFound', message: `there is no push ${id}` }
      return { kind: 'precondition', message: `${pushName(id)} is over: ${record.phase}` }
    }
    drive(engine, id, { kind: 'abort', actor, reason })
    const after = engine.pushes.get(id)
    if (after !== push) return undefined
    return {
      kind: 'precondition',
      message: `${pushName(id)} is ${phaseOf(push.step)} and being taken back already`,
    }
  })
  if (outcome !== undefined) return err(outcome)
  // The compensating commit stands before this in the row.
  await engine.serial.run(async () => undefined)
  const record = recordBy(engine, id)
  return record === undefined ? err({ kind: 'notFound', message: `there is no push ${id}` }) : ok(record)
}
