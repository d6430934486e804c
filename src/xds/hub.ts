// All streams of a process: takes in what the decider says and what streams ask, steps the machines and carries out
// what they want. No socket and no clock here: an edge and a scheduler are handed in, so tests drive it whole.
import { assertNever, type Bound, limits } from '../base/index.ts'
import type { FromStreams, StreamerEnd } from '../channel/index.ts'
import { createBodies } from './bodies.ts'
import { boundsOf } from './bounds.ts'
import { createCrowd } from './crowd.ts'
import { createFanOut } from './fan-out.ts'
import { hear } from './hear.ts'
import { createInbox, type Inbox, put, take } from './inbox.ts'
import type {
  CloseStatus,
  Context,
  Effect,
  Now,
  Request,
  StreamEvent,
  StreamLimits,
  StreamState,
  VariantName,
  WithheldBecause,
} from './machine.ts'
import { type Nodes, nodeOf, noteSent, park } from './nodes.ts'
import { createStream, step } from './stream.ts'
import { createUnsent, handed, hasRoom, slowest, taken, type UnsentLimits } from './unsent.ts'
import { createWorld } from './world.ts'

/** The sockets. */
export interface Edge {
  /** Writes a response, the parts one after another; `hub.written` is called when the socket took it. */
  write(stream: string, parts: readonly Uint8Array[], nonce: string): void
  close(stream: string, status: CloseStatus, reason: string): void
  /** Stop and go on reading requests. */
  pause(stream: string): void
  resume(stream: string): void
  /** Asks the peer of an older stream whether it is still there, and cuts its connection when it does not say so soon. */
  probe(stream: string): void
}

/** The clock. */
export interface Scheduler {
  now(): Now
  /** Once, when the code that runs now has returned: nothing is read before that. */
  soon(run: () => void): void
  /** Once, in the next turn: what is ready now is read first. */
  nextTurn(run: () => void): void
  /** Once, after so many milliseconds; gives what cancels it. */
  later(ms: number, run: () => void): () => void
}

export interface HubStats {
  readonly streams: Readonly<Record<VariantName, number>>
  readonly opened: number
  readonly requests: number
  readonly responses: number
  readonly responseBytes: number
  readonly acks: number
  readonly nacks: number
  /** Streams of nodes in no group, or before the state was loaded. */
  readonly held: number
  readonly bodiesEncoded: number
  readonly bodiesShared: number
  /** Bytes handed to sockets and not taken yet; of these, of readers that are slow. */
  readonly unsentBytes: number
  readonly slowBytes: number
  /** Streams that wait because sockets hold as much as they may. */
  readonly crowded: number
  /** Secrets that streams are not sent, by why; one withheld from two streams counts twice. */
  readonly withheld: Readonly<Record<WithheldBecause, number>>
}

export interface Hub {
  /** `mayHaveKeys`: nobody between us and the peer can read along. */
  open(variant: VariantName, peer: string, mayHaveKeys?: boolean): string
  request(stream: string, request: Request): void
  written(stream: string, nonce: string): void
  /** The other side ended it, or the connection broke. */
  ended(stream: string, reason: string): void
  /** Ends one stream from our side. */
  end(stream: string, status: CloseStatus, reason: string): void
  /** Ends every stream that waits for nothing; gives how many are left. */
  drain(): number
  readonly size: number
  stats(): HubStats
  /** How large everything is that it keeps. */
  bounds(): readonly Bound[]
}

/** Bounds of streams, and of all of them together. */
export type HubLimits = StreamLimits & UnsentLimits

export interface HubOptions {
  readonly streamers: StreamerEnd
  readonly edge: Edge
  readonly scheduler: Scheduler
  /** Notes for the log: event name and fields. */
  readonly note?: (event: string, fields: Readonly<Record<string, string | number>>) => void
  /** Smaller bounds for tests. */
  readonly limits?: Partial<HubLimits>
}

interface Entry {
  state: StreamState
  readonly inbox: Inbox<Request>
  waiting: boolean
  cancelTimer: (() => void) | undefined
}

/** A hub without streams. It holds every stream until the decider has said `ready`. */
export function createHub(options: HubOptions): Hub {
  const { streamers, edge, scheduler } = options
  const world = createWorld()
  const nodes: Nodes = new Map()
  const entries = new Map<string, Entry>()
  const bodies = createBodies(limits.sharedBodyBytes)
  let opened = 0
  const counts = { requests: 0, responses: 0, responseBytes: 0, acks: 0, nacks: 0 }
  const bounds: HubLimits = { ...limits, ...options.limits }
  const unsent = createUnsent(bounds)
  const mayWrite = (): boolean => hasRoom(unsent, scheduler.now().mono)
  const context: Context = { world, nodeOf: (id) => nodeOf(nodes, id), limits: bounds, hasRoom: mayWrite }

  const feed = (id: string, event: StreamEvent): void => {
    const entry = entries.get(id)
    if (entry === undefined) return
    fold(id, entry, event)
    if (entry.state.crowded) crowd.wait(id)
    crowd.letIn()
    for (let slow = slowest(unsent, scheduler.now().mono); slow !== undefined; ) {
      const reason = 'readers that do not read hold too many bytes, and this one for longest'
      feed(slow, { kind: 'end', status: 'deadlineExceeded', reason })
      slow = slowest(unsent, scheduler.now().mono)
    }
  }

  const fold = (id: string, entry: Entry, event: StreamEvent): void => {
    const [state, effects] = step(entry.state, event, context, scheduler.now())
    entry.state = state
    // What a proxy waits for goes first; what is said of it keeps its order.
    const sizes = new Map<Effect, number>()
    for (const effect of effects) if (effect.kind === 'send') sizes.set(effect, write(id, state, effect))
    for (const effect of effects) carryOut(id, entry, effect, sizes.get(effect) ?? 0)
  }

  /** Hands a response to the socket; gives its size. */
  const write = (id: string, state: StreamState, effect: Extract<Effect, { kind: 'send' }>): number => {
    const parts = bodies.response(state.variant, effect, effect.nonce)
    const bytes = parts[0].byteLength + parts[1].byteLength
    noteSent(nodeOf(nodes, state.node?.id ?? ''), effect)
    counts.responses += 1
    counts.responseBytes += bytes
    handed(unsent, id, effect.nonce, bytes, scheduler.now().mono)
    edge.write(id, parts, effect.nonce)
    return bytes
  }

  /** `bytes`: size of what was written. */
  const carryOut = (id: string, entry: Entry, effect: Effect, bytes: number): void => {
    const { state } = entry
    switch (effect.kind) {
      case 'observe':
        observed(id, entry, effect.message)
        streamers.send(effect.message)
        return
      case 'send':
        streamers.send({
          kind: 'sent',
          stream: id,
          node: state.node?.id ?? '',
          type: effect.type,
          generation: effect.generation.number,
          resources: effect.put.length,
          bytes,
        })
        return
      case 'timer':
        entry.cancelTimer?.()
        entry.cancelTimer = scheduler.later(Math.max(0, effect.at - scheduler.now().mono), () =>
          feed(id, { kind: 'tick' }),
        )
        return
      case 'park':
        park(nodeOf(nodes, state.node?.id ?? ''), effect.type, effect.version)
        return
      case 'close':
        edge.close(id, effect.status, effect.reason)
        return
      case 'note':
        options.note?.(effect.event, { stream: id, node: state.node?.id ?? '', detail: effect.detail })
        return
      default:
        assertNever(effect)
    }
  }

  const observed = (id: string, entry: Entry, message: FromStreams): void => {
    if (message.kind === 'opened') {
      const node = nodeOf(nodes, message.node.id)
      node.streams += 1
      if (node.streams > 1) twins(id, node.id, node.streams)
    } else if (message.kind === 'closed') {
      if (message.node !== undefined) nodeOf(nodes, message.node).streams -= 1
      entry.cancelTimer?.()
      entries.delete(id)
      fanOut.forget(id)
      crowd.forget(id)
      for (const { unwritten } of entry.state.follows.values())
        if (unwritten !== undefined) taken(unsent, unwritten.nonce)
    } else if (message.kind === 'nacked') counts.nacks += 1
    else if (message.kind === 'holds' && message.acked) counts.acks += 1
  }

  /** Several streams of one node id: a copy, a hot restart, or an old connection that broke without a word (rule 40). */
  const twins = (newest: string, node: string, streams: number): void => {
    options.note?.('xds_node_twins', { node, streams })
    for (const [id, { state }] of entries) if (id !== newest && state.node?.id === node) edge.probe(id)
  }

  /** Works off what waits for one stream: requests, then what changed. */
  const work = (id: string): void => {
    for (;;) {
      const entry = entries.get(id)
      if (entry === undefined || entry.waiting) return
      const next = take(entry.inbox, scheduler.now().mono)
      if (next.kind === 'none') return
      if (next.kind === 'later') {
        entry.waiting = true
        edge.pause(id)
        scheduler.later(next.ms, () => {
          entry.waiting = false
          if (entries.get(id) !== entry) return
          edge.resume(id)
          work(id)
        })
        return
      }
      feed(id, next)
    }
  }

  const fanOut = createFanOut(scheduler, (id) => {
    const entry = entries.get(id)
    if (entry === undefined) return
    entry.inbox.changed = true
    work(id)
  })

  const crowd = createCrowd(scheduler, {
    everyMs: bounds.slowAfterMs,
    hasRoom: mayWrite,
    turn: (id) => fanOut.mark(id),
  })

  streamers.receive((message) => {
    const heard = hear(world, nodes, message)
    switch (heard.kind) {
      case 'nothing':
        break
      case 'look':
        for (const [id, { state }] of entries) if (heard.concerns(state)) fanOut.mark(id)
        break
      case 'say':
        options.note?.('xds_resync', { group: heard.message.group, have: heard.message.have ?? 0 })
        streamers.send(heard.message)
        break
      case 'kick':
        for (const [id, { state }] of [...entries]) {
          if (heard.concerns(state))
            feed(id, { kind: 'end', status: 'unavailable', reason: 'asked to come back' })
        }
        break
      default:
        assertNever(heard)
    }
  })

  return {
    open: (variant, peer, mayHaveKeys = false) => {
      opened += 1
      const id = `${variant[0]}${opened}`
      const { mono } = scheduler.now()
      entries.set(id, {
        state: createStream(id, variant, peer, mono, mayHaveKeys),
        inbox: createInbox(mono),
        waiting: false,
        cancelTimer: undefined,
      })
      // From here on its clock runs: it has to ask for something.
      feed(id, { kind: 'changed' })
      return id
    },
    request: (id, request) => {
      const entry = entries.get(id)
      if (entry === undefined) return
      counts.requests += 1
      if (put(entry.inbox, request)) work(id)
      else feed(id, { kind: 'end', status: 'resourceExhausted', reason: 'too many requests wait' })
    },
    written: (id, nonce) => {
      taken(unsent, nonce)
      feed(id, { kind: 'written', nonce })
    },
    ended: (id, reason) => feed(id, { kind: 'ended', reason }),
    end: (id, status, reason) => feed(id, { kind: 'end', status, reason }),
    drain: () => {
      for (const [id, { state }] of [...entries]) {
        const busy = [...state.follows.values()].some(({ pending }) => pending.length > 0)
        if (!busy) feed(id, { kind: 'end', status: 'unavailable', reason: 'the server is stopping' })
      }
      return entries.size
    },
    get size() {
      return entries.size
    },
    bounds: () => boundsOf({ entries: entries.values(), nodes, world, limits: bounds }),
    stats: () => {
      const streams = { sotw: 0, delta: 0 }
      const withheld = { plaintext: 0, bodiless: 0 }
      let held = 0
      for (const { state } of entries.values()) {
        streams[state.variant] += 1
        if (state.group === undefined) held += 1
        for (const reason of state.withheld.values()) withheld[reason] += 1
      }
      const { encoded, shared } = bodies.stats
      const { quickBytes, slowBytes } = unsent
      const load = { unsentBytes: quickBytes + slowBytes, slowBytes, crowded: crowd.size, withheld }
      return { streams, opened, held, ...counts, bodiesEncoded: encoded, bodiesShared: shared, ...load }
    },
  }
}
