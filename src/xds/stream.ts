// One stream: what happens to it, and what it does about it. Start at `step`. Decisions live beside: sotw and delta
// (what differs), order (what waits), trust (what is believed), acks (what is held), warm (what is cold).
//
//   fresh ──first request──► open ──► closed           every event ends in `pump`: per type, in the order of rule 23,
//                                                       send what is due, or note that nothing is
import { assertNever, limits } from '../base/index.ts'
import type { NodeIdentity } from '../channel/index.ts'
import type { Node } from '../envoy-api/index.ts'
import { selectGroup } from '../model/index.ts'
import { observe, settleNonce, whoOf } from './acks.ts'
import { delta } from './delta.ts'
import { createFollow, owe } from './follow.ts'
import type {
  CloseStatus,
  Context,
  Effect,
  Now,
  Request,
  StreamEvent,
  StreamState,
  Variant,
  VariantName,
} from './machine.ts'
import { pump } from './pump.ts'
import { xdsTypeOf } from './resource-type.ts'
import { sotw } from './sotw.ts'
import { namesProblem } from './subscription.ts'
import { dueAt } from './timers.ts'

const variants: Readonly<Record<VariantName, Variant>> = { sotw, delta }

export const createStream = (
  id: string,
  variant: VariantName,
  peer: string,
  openedAt: number,
  mayHaveKeys: boolean,
): StreamState => ({
  id,
  variant,
  peer,
  openedAt,
  mayHaveKeys,
  phase: 'fresh',
  node: undefined,
  group: undefined,
  placed: false,
  ahead: false,
  follows: new Map(),
  unwarmed: new Map(),
  warmth: 0,
  sequence: 0,
  timerAt: undefined,
  crowded: false,
  strangeTypes: new Set(),
  withheld: new Map(),
})

/** Folds one event in. The state handed in is spent; effects are carried out in their order. */
export function step(
  stream: StreamState,
  event: StreamEvent,
  context: Context,
  now: Now,
): readonly [StreamState, readonly Effect[]] {
  if (stream.phase === 'closed') return [stream, []]
  return [stream, handle(stream, event, context, now)]
}

function handle(stream: StreamState, event: StreamEvent, context: Context, now: Now): readonly Effect[] {
  switch (event.kind) {
    case 'request':
      return onRequest(stream, event.request, context, now)
    case 'changed':
      return [...place(stream, context), ...advance(stream, context, now)]
    case 'written':
      for (const follow of stream.follows.values()) {
        if (follow.unwritten?.nonce === event.nonce) follow.unwritten = undefined
      }
      return advance(stream, context, now)
    case 'tick':
      return onTick(stream, context, now)
    case 'end':
      return end(stream, event.status, event.reason, now)
    case 'ended':
      stream.phase = 'closed'
      return observe(closedMessage(stream, event.reason, now))
    default:
      return assertNever(event)
  }
}

function onRequest(stream: StreamState, request: Request, context: Context, now: Now): readonly Effect[] {
  const effects: Effect[] = []
  if (stream.phase === 'fresh') {
    if (request.node === undefined || request.node.id === '') {
      return end(stream, 'invalidArgument', 'the first request of a stream must carry a node with an id', now)
    }
    const long = Math.max(request.node.id.length, request.node.cluster.length)
    if (long > limits.nodeIdLength) {
      const reason = `a node id or cluster of ${long} characters, wanted at most ${limits.nodeIdLength}`
      return end(stream, 'invalidArgument', reason, now)
    }
    const node = identityOf(request.node)
    stream.node = node
    stream.phase = 'open'
    const { id, variant, peer } = stream
    effects.push(...observe({ kind: 'opened', stream: id, node, variant, peer, at: now.wall }))
    effects.push(...place(stream, context))
  }
  if (request.typeUrl === '') {
    return [...effects, ...end(stream, 'invalidArgument', 'a request on ADS must carry a type_url', now)]
  }
  effects.push(...subscribe(stream, request, context, now))
  if (stream.phase !== 'open') return effects
  return [...effects, ...advance(stream, context, now)]
}

/** Takes in what a request says of its type: the answer to a response, and the names it wants. */
function subscribe(stream: StreamState, request: Request, context: Context, now: Now): readonly Effect[] {
  const type = xdsTypeOf(request.typeUrl)
  if (type === undefined) return strange(stream, request.typeUrl)
  const variant = variants[stream.variant]
  const known = stream.follows.get(type.url)
  const follow = known ?? createFollow(type)
  const problem = namesProblem(follow.wants, variant.namesOf(request))
  if (problem !== undefined) return end(stream, 'resourceExhausted', problem, now)
  const effects: Effect[] = []
  if (known === undefined) {
    // The first request of a type on a stream is new whatever its nonce (rule 2).
    stream.follows.set(type.url, follow)
    follow.report = variant.reportOf(request)
    owe(follow, variant.subscribe(follow, request, true))
    const { wildcard } = follow.wants
    effects.push(...observe({ kind: 'subscribed', ...whoOf(stream), type: type.url, wildcard }))
    return effects
  }
  effects.push(...settleNonce(stream, follow, request, context, now))
  if (variant.counts(follow, request)) {
    const { wildcard } = follow.wants
    owe(follow, variant.subscribe(follow, request, false))
    if (follow.wants.wildcard !== wildcard) {
      effects.push(
        ...observe({ kind: 'subscribed', ...whoOf(stream), type: type.url, wildcard: follow.wants.wildcard }),
      )
    }
  }
  return effects
}

/** A type that is not served is noted once and ignored (rule 12). */
function strange(stream: StreamState, typeUrl: string): readonly Effect[] {
  const name = typeUrl.slice(0, 256)
  if (stream.strangeTypes.size >= 16 || stream.strangeTypes.has(name)) return []
  stream.strangeTypes.add(name)
  return [{ kind: 'note', event: 'xds_unknown_type', detail: name }]
}

/** Says to which group the node belongs now. Before the state is loaded nobody knows. */
function place(stream: StreamState, context: Context): readonly Effect[] {
  if (stream.node === undefined || !context.world.ready) return []
  const group = selectGroup(context.world.table, stream.node)
  if (stream.placed && group === stream.group) return []
  if (stream.group !== undefined) {
    // Numbers of another group say nothing here.
    for (const follow of stream.follows.values()) {
      follow.held = undefined
      follow.said = undefined
    }
  }
  stream.placed = true
  stream.group = group
  return observe({ kind: 'placed', ...whoOf(stream), group })
}

function onTick(stream: StreamState, context: Context, now: Now): readonly Effect[] {
  stream.timerAt = undefined
  const idleMs = now.mono - stream.openedAt
  if (stream.phase === 'fresh' && idleMs >= context.limits.firstRequestMs) {
    return end(stream, 'deadlineExceeded', `the client sent no request for ${idleMs} ms`, now)
  }
  for (const { unwritten, type } of stream.follows.values()) {
    if (unwritten !== undefined && unwritten.since + context.limits.writeDeadlineMs <= now.mono) {
      const waited = now.mono - unwritten.since
      const reason = `the client did not take a response of ${type.key.toUpperCase()} for ${waited} ms`
      return end(stream, 'deadlineExceeded', reason, now)
    }
  }
  return advance(stream, context, now)
}

function advance(stream: StreamState, context: Context, now: Now): readonly Effect[] {
  const effects = stream.phase === 'open' ? pump(stream, variants[stream.variant], context, now) : []
  const at = dueAt(stream, context, now)
  if (at === undefined || (stream.timerAt !== undefined && stream.timerAt <= at)) return effects
  stream.timerAt = at
  return [...effects, { kind: 'timer', at }]
}

function end(stream: StreamState, status: CloseStatus, reason: string, now: Now): readonly Effect[] {
  stream.phase = 'closed'
  return [{ kind: 'close', status, reason }, ...observe(closedMessage(stream, reason, now))]
}

const closedMessage = (stream: StreamState, reason: string, now: Now) =>
  ({ kind: 'closed', stream: stream.id, node: stream.node?.id, reason, at: now.wall }) as const

/** What the rest of the program needs of a node. */
function identityOf(node: Node): NodeIdentity {
  const metadata: Record<string, string> = Object.create(null)
  let room: number = limits.nodeMetadata
  for (const [key, value] of Object.entries(node.metadata)) {
    if (typeof value !== 'string' || key.length + value.length > limits.nodeMetadataLength) continue
    if (room === 0) break
    room -= 1
    metadata[key] = value
  }
  const agent = `${node.userAgentName} ${node.userAgentVersion}`.trim()
  return { id: node.id, cluster: node.cluster, metadata, locality: node.locality, agent }
}
