// The pump: takes queued changes, decides them in order by the pure step, flushes what they come to in one write,
// then publishes the state and answers. After a fault nothing more is written; reads go on from memory.
import { performance } from 'node:perf_hooks'
import type { Problem, Result } from '../../base/index.ts'
import { assertNever, err, limits, ok } from '../../base/index.ts'
import type { ObjectKey } from '../../model/index.ts'
import { keyOf } from '../../model/index.ts'
import type { Retention } from '../compact.ts'
import { compact } from '../compact.ts'
import type { Engine } from '../engine.ts'
import { resourceKey } from '../keys.ts'
import type { RecordWrite } from '../ledger.ts'
import { SortedMap } from '../sorted-map.ts'
import type { StoreState } from '../state.ts'
import { withView } from '../state.ts'
import { replay, step } from '../step.ts'
import type { Change, Committed, Store, StoreStats } from '../types.ts'
import { withGeneration } from './damaged-store.ts'
import { messageOf } from './errors.ts'
import { makeDurable } from './make-durable.ts'
import { createReader } from './read.ts'

export interface StoreHands {
  readonly engine: Engine
  /** Wall clock, ms since the epoch. */
  readonly clock: () => number
  /** Milliseconds that never go back, for how long flushes take. Default: the system's. */
  readonly mono?: () => number
  readonly retention: Retention
  /** Called after every flush with the sequence that is durable now. */
  readonly noteAnswered: (sequence: number) => Promise<void>
  /** Called once when the store turns read-only, with the reason. */
  readonly onReadOnly: (reason: string) => void
  /** Called when the store is closed, after the engine was. */
  readonly onClosed: () => Promise<void>
}

interface Waiting {
  readonly change: Change
  readonly resolve: (result: Result<Committed, Problem>) => void
  readonly reject: (bug: unknown) => void
}

/** LevelDB takes no writes after a failed one: only a new process does. */
const wayOut =
  'make room or mend the disk, then start the process again; until then `verdigris store serve` goes back to a stored generation'

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Objects whose head or applied pointer a change moves. */
const movedBy = ({ revision, applied = [] }: Change): readonly ObjectKey[] => [
  ...(revision?.puts.map(keyOf) ?? []),
  ...(revision?.deletes ?? []),
  ...applied.map(({ key }) => key),
]

/** What a waiting change is told once the flush of its group is over. */
type Answer = (flushMs: number) => Committed

/** The store over an engine whose state was recovered. */
export function runStore(initial: StoreState, hands: StoreHands): Store {
  const { engine, clock, retention, mono = () => performance.now() } = hands
  let state = initial
  let phase: { readonly kind: 'open' | 'closed' } | { readonly kind: 'readOnly'; readonly reason: string } = {
    kind: 'open',
  }
  let commits = 0
  let flushMsTotal = 0
  const queue: Waiting[] = []
  const listeners = new Set<(keys: readonly ObjectKey[]) => void>()
  let pumping: Promise<void> | undefined
  let noted: Promise<void> = Promise.resolve()
  const reader = createReader(engine, () => state)

  const refusal = (): Problem | undefined => {
    switch (phase.kind) {
      case 'open':
        return undefined
      case 'closed':
        return { kind: 'unavailable', message: 'the store is closed' }
      case 'readOnly':
        return { kind: 'precondition', message: `the store is read-only: ${phase.reason}. Next: ${wayOut}` }
      default:
        return assertNever(phase)
    }
  }
  const turnReadOnly = (why: string): void => {
    if (phase.kind !== 'open') return
    const reason = `${why}; what was committed is served, nothing new is taken`
    phase = { kind: 'readOnly', reason }
    hands.onReadOnly(reason)
  }

  /** One flush: true when durable. Publishes the state. */
  const flush = async (
    next: StoreState,
    writes: readonly RecordWrite[],
  ): Promise<Result<number, Problem>> => {
    await noted
    const start = mono()
    const durable = await makeDurable(engine, next, writes)
    const flushMs = mono() - start
    if (!durable.ok) {
      const why =
        durable.error.kind === 'full' ? `the disk is full (${durable.error.message})` : durable.error.message
      turnReadOnly(why)
      const message = `the change could not be written and the store is read-only from now on: ${why}. It may or may not be there after the next start, never in part. Next: ${wayOut}`
      return err({ kind: 'unavailable', message })
    }
    const { unsettled } = durable.value
    if (unsettled !== undefined) {
      reader.overlay(unsettled.writes)
      turnReadOnly(unsettled.fault.message)
    }
    state = durable.value.state
    // Not waited for before the answer: that much later the mark may be, never that much earlier.
    const { sequence } = state
    noted = nextTurn()
      .then(() => hands.noteAnswered(sequence))
      .catch((error: unknown) => turnReadOnly(messageOf(error)))
    return ok(flushMs)
  }

  /** Decides a group in order; each change sees those before it. */
  const decide = (
    group: readonly Waiting[],
  ): { next: StoreState; writes: RecordWrite[]; answers: Map<Waiting, Answer> } => {
    let next = state
    const writes: RecordWrite[] = []
    const answers = new Map<Waiting, Answer>()
    for (const waiting of group) {
      try {
        const stepped = step(next, waiting.change, clock())
        if (!stepped.ok) {
          waiting.resolve(stepped)
        } else if (stepped.value.kind === 'replayed') {
          const { answer } = stepped.value
          answers.set(waiting, (flushMs) => ({ replayed: { answer }, flushMs }))
        } else {
          const { revision } = stepped.value
          next = stepped.value.state
          for (const write of stepped.value.writes) writes.push(write)
          answers.set(waiting, (flushMs) => (revision === undefined ? { flushMs } : { revision, flushMs }))
        }
      } catch (bug) {
        waiting.reject(bug)
      }
    }
    return { next, writes, answers }
  }

  const pumpGroup = async (): Promise<void> => {
    const group = queue.splice(0, limits.storeGroup)
    const refused = refusal()
    if (refused !== undefined) {
      for (const { resolve } of group) resolve(err(refused))
      return
    }
    const { next, writes, answers } = decide(group)
    const flushed = next === state ? ok(0) : await flush(next, writes)
    if (flushed.ok && listeners.size > 0) tell([...answers.keys()].map(({ change }) => change))
    for (const [waiting, answer] of answers) {
      if (flushed.ok) commits += 1
      waiting.resolve(flushed.ok ? ok(answer(flushed.value)) : flushed)
    }
    if (flushed.ok) flushMsTotal += flushed.value
    // Whoever waited for these goes first.
    await nextTurn()
    const compacted = flushed.ok && phase.kind === 'open' ? compact(state, retention) : undefined
    if (compacted === undefined) return
    if (compacted.writes.length === 0) state = compacted.state
    else {
      reader.expectGone(
        new Set(compacted.writes.filter(({ value }) => value === undefined).map(({ key }) => key)),
      )
      await flush(compacted.state, compacted.writes)
    }
  }

  const tell = (changes: readonly Change[]): void => {
    const keys = new Set(changes.flatMap(movedBy))
    if (keys.size > 0) for (const listener of [...listeners]) listener([...keys])
  }

  /** A retry of what was answered is answered again, even when nothing new is taken. */
  const answeredBefore = ({ revision }: Change): Result<Committed, Problem> | undefined => {
    if (revision?.requestId === undefined) return undefined
    const known = replay(state, revision.requestId, revision.requestHash ?? '')
    if (!known.ok) return known
    return known.value === undefined ? undefined : ok({ replayed: { answer: known.value }, flushMs: 0 })
  }

  const pump = async (): Promise<void> => {
    while (queue.length > 0) await pumpGroup()
    pumping = undefined
  }

  return {
    view: () => state.view,
    condition: () =>
      phase.kind === 'readOnly'
        ? { kind: 'readOnly', reason: phase.reason, next: wayOut }
        : { kind: 'writable' },
    watch: (listener) => {
      // One of its own, so that the same function can be given twice.
      const own = (keys: readonly ObjectKey[]): void => listener(keys)
      listeners.add(own)
      return () => listeners.delete(own)
    },
    serveUnsaved: (generation) => {
      if (phase.kind !== 'readOnly')
        return err({ kind: 'precondition', message: 'the store takes changes: what is served is stored' })
      const { generations } = withGeneration(state.view, generation)
      state = withView({ ...state, generations: SortedMap.from(generations) })
      return ok(undefined)
    },
    commit: (change) =>
      new Promise((resolve, reject) => {
        const refused = refusal()
        if (refused !== undefined) return resolve(answeredBefore(change) ?? err(refused))
        if (queue.length >= limits.storeQueue) {
          const message = `${queue.length} commits are waiting for the store`
          return resolve(err({ kind: 'limit', message, limit: 'storeQueue' }))
        }
        queue.push({ change, resolve, reject })
        pumping ??= pump()
      }),
    replay: (requestId, requestHash) => replay(state, requestId, requestHash),
    resource: (hash) => reader.resource(hash),
    has: (hash) => state.ledger.entries.has(resourceKey(hash)) && !state.condemned.has(resourceKey(hash)),
    revisions: (options) => reader.revisions(options),
    revision: (number) => reader.revision(number),
    history: (key, limit) => reader.history(key, limit),
    contentsAt: (keys, revision) => reader.contentsAt(keys, revision),
    touchedAfter: (revision) => reader.touchedAfter(revision),
    stats: (): StoreStats => ({
      commits,
      flushMsTotal,
      bytes: state.ledger.bytes,
      keys: state.ledger.entries.size,
      resources: reader.countResources(),
      revisions: state.revisions.size,
      waiting: queue.length,
      ...(phase.kind === 'readOnly' ? { readOnly: phase.reason } : {}),
    }),
    async close() {
      if (phase.kind === 'closed') return
      do {
        await pumping
        await noted
      } while (pumping !== undefined)
      phase = { kind: 'closed' }
      await engine.close()
      await hands.onClosed()
    },
  }
}
