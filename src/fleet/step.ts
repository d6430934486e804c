// The fleet's brain: what the streams say, folded into what is known of every proxy.
//
//   opened ─► placed ─► subscribed ─► sent ─► holds            a stream, in this order per type
//                                        └──► nacked ─► (doubt) ─► repaired
//   closed                                                     the node is away; gone after `goneMs`
//
// A node is the sum of its streams, and stands as its least stream does: two streams of one id (a copied bootstrap,
// a hot restart) both count.
import { assertNever, canonicalJson, limits } from '../base/index.ts'
import type { FromStreams, NodeIdentity } from '../channel/index.ts'
import type { GroupKey } from '../model/index.ts'
import { forgetUnasked, noteAsked } from './asks.ts'
import { routesHeld } from './closed.ts'
import { groupsOf, moveNode, placeGroups } from './groups.ts'
import type { FleetState, GroupExpectation, NodeState, Now, Refusal, StreamState } from './state.ts'
import { sweep } from './sweep.ts'

export type FleetEvent =
  | FromStreams
  | { readonly kind: 'tick' }
  /** The applied node groups, whole. */
  | { readonly kind: 'groups'; readonly groups: readonly GroupExpectation[] }
  /** By command: this node does not count any more. A connected one is refused (see forgettable). */
  | { readonly kind: 'forget'; readonly node: string }

/** What has to be done about it, in this order. */
export type FleetEffect =
  /** How the node stands has changed: barriers look at it again. `group`: the one it is in now, or left. */
  | { readonly kind: 'touched'; readonly node: string; readonly group: GroupKey }
  /** Write the node down (soon, in bulk). */
  | { readonly kind: 'record'; readonly node: string }
  /** Strike the node from the record. */
  | { readonly kind: 'strike'; readonly node: string }
  /**
   * Write the refusal down at once; then, unless it is `weary` (too many resends refused in a row), tell the streams of the
   * doubt.
   */
  | {
      readonly kind: 'refused'
      readonly refusal: Refusal
      readonly group: GroupKey
      readonly changed: readonly string[]
      readonly weary: boolean
    }
  /** Keep the refusal's record if it stands, else delete it; then tell the streams to trust. */
  | { readonly kind: 'repaired'; readonly node: string; readonly type: string }
  /** The node holds something newer than what it refused: delete the refusal's record. */
  | { readonly kind: 'over'; readonly node: string; readonly type: string }
  /** Several streams of one node id. */
  | { readonly kind: 'twins'; readonly node: string; readonly streams: number }
  /** The inventory is full: this node is served but not counted. */
  | { readonly kind: 'full'; readonly node: string }
  /** The streams hold another state of this group than they should: send it whole. */
  | { readonly kind: 'resync'; readonly group: GroupKey }

type Outcome = readonly [FleetState, readonly FleetEffect[]]

/** Folds one event in. The state handed in is spent; go on with the one returned. */
export function step(state: FleetState, event: FleetEvent, now: Now): Outcome {
  switch (event.kind) {
    case 'opened':
      return opened(state, event, now)
    case 'placed':
      return placed(state, event, now)
    case 'subscribed':
    case 'sent':
    case 'holds':
      return progressed(state, event, now)
    case 'nacked':
      return nacked(state, event, now)
    case 'repaired':
      return repaired(state, event)
    case 'closed':
      return closed(state, event, now)
    case 'resync':
      return [state, [{ kind: 'resync', group: event.group }]]
    case 'groups':
      return placeGroups(state, event.groups, now)
    case 'forget':
      return forget(state, event.node)
    case 'tick':
      return sweep(state, now)
    default:
      return assertNever(event)
  }
}

type Said<K extends FromStreams['kind']> = Extract<FromStreams, { kind: K }>

function opened(state: FleetState, event: Said<'opened'>, now: Now): Outcome {
  const id = event.node.id
  let node = state.nodes.get(id)
  const isNews = node === undefined || isNewsOf(state, node, event.node, now)
  if (node === undefined) {
    if (state.nodes.size >= limits.nodes) return [state, [{ kind: 'full', node: id }]]
    node = {
      id,
      identity: event.node,
      group: undefined,
      presence: { kind: 'connected' },
      streams: new Set(),
      asks: new Set(),
      lastSeen: now.wall,
      seenOnRecord: now.wall,
      resends: 0,
      refusals: new Map(),
      sent: 0,
      routesHeld: undefined,
    }
    state.nodes.set(id, node)
  }
  node.identity = event.node
  node.presence = { kind: 'connected' }
  node.lastSeen = now.wall
  node.sent ??= 0
  node.streams.add(event.stream)
  state.streams.set(event.stream, {
    id: event.stream,
    node: id,
    variant: event.variant,
    peer: event.peer,
    group: undefined,
    since: event.at,
    openedAt: now.mono,
    stirredAt: now.mono,
    unwarmed: [],
    types: new Map(),
  })
  const effects: FleetEffect[] = [...touched(state, node)]
  if (isNews) effects.push({ kind: 'record', node: id })
  if (node.streams.size > 1) effects.push({ kind: 'twins', node: id, streams: node.streams.size })
  return [state, effects]
}

/** Whether a node that connects is worth a line: it says other things of itself, or was away for long. */
function isNewsOf(state: FleetState, node: NodeState, identity: NodeIdentity, now: Now): boolean {
  return (
    now.wall - node.seenOnRecord >= state.settings.seenRefreshMs ||
    (node.presence.kind === 'away' && node.presence.goneAt <= now.mono) ||
    canonicalJson(node.identity) !== canonicalJson(identity)
  )
}

function placed(state: FleetState, event: Said<'placed'>, now: Now): Outcome {
  const found = known(state, event.stream)
  if (found === undefined) return [state, []]
  const before = groupsOf(state, found.node)
  found.stream.group = event.group
  found.stream.stirredAt = now.mono
  return [state, settleGroup(state, found.node, before)]
}

/**
 * Moves a node to where its streams are. Its own group is that of the oldest that has one: a twin that matches no group (a copied
 * bootstrap with another cluster) must not take the node out of every barrier, and one in another group counts there, too.
 */
function settleGroup(
  state: FleetState,
  node: NodeState,
  before: ReadonlySet<GroupKey>,
): readonly FleetEffect[] {
  let group: GroupKey | undefined
  for (const id of node.streams) group ??= state.streams.get(id)?.group
  const moved = group !== node.group
  moveNode(state, node, group, before)
  const now = groupsOf(state, node)
  const changed = [...before, ...now].filter((one) => before.has(one) !== now.has(one))
  return [
    ...changed.map((one): FleetEffect => ({ kind: 'touched', node: node.id, group: one })),
    ...(moved ? [{ kind: 'record', node: node.id } as const] : []),
  ]
}

function progressed(state: FleetState, event: Said<'subscribed' | 'sent' | 'holds'>, now: Now): Outcome {
  const found = known(state, event.stream)
  if (found === undefined) return [state, []]
  const { node, stream } = found
  node.lastSeen = now.wall
  const before = stream.types.get(event.type) ?? { wildcard: false }
  switch (event.kind) {
    case 'subscribed':
      stream.stirredAt = now.mono
      stream.types.set(event.type, { ...before, wildcard: event.wildcard })
      if (noteAsked(node, event.type, event.wildcard))
        return [state, [...touched(state, node), { kind: 'record', node: node.id }]]
      break
    case 'sent':
      stream.types.set(event.type, { ...before, sent: atLeast(before.sent, event.generation) })
      if (node.sent !== undefined) node.sent = Math.max(node.sent, event.generation)
      // What was sent concerns no barrier: only what is held does.
      return [state, []]
    case 'holds': {
      const { nack, ...rest } = before
      const stillRefused = nack !== undefined && !event.acked && nack.generation >= event.generation
      const holds = atLeast(before.holds, event.generation)
      if (before.holds === undefined) stream.stirredAt = now.mono
      stream.types.set(event.type, stillRefused ? { ...rest, nack, holds } : { ...rest, holds })
      stream.unwarmed = event.unwarmed
      return [state, [...refusalOver(node, event), ...touched(state, node)]]
    }
    default:
      assertNever(event)
  }
  return [state, touched(state, node)]
}

/** A refusal that was repaired by what was before is over when the node holds something newer than it refused. */
function refusalOver(node: NodeState, { type, generation }: Said<'holds'>): readonly FleetEffect[] {
  const refusal = node.refusals.get(type)
  if (refusal?.repaired !== true || generation <= refusal.generation) return []
  node.refusals.delete(type)
  return [{ kind: 'over', node: node.id, type }]
}

function nacked(state: FleetState, event: Said<'nacked'>, now: Now): Outcome {
  const found = known(state, event.stream)
  if (found === undefined) return [state, []]
  const { node, stream } = found
  node.lastSeen = now.wall
  const { generation, version, detail, at } = event
  const before = stream.types.get(event.type) ?? { wildcard: false }
  stream.types.set(event.type, { ...before, nack: { generation, version, detail, at } })
  const open = node.refusals.get(event.type)
  const times = (open?.repaired === true ? 0 : (open?.times ?? 0)) + 1
  const weary = times > limits.resendsInARow && open?.generation === generation
  if (!weary) node.resends += 1
  const good = event.good ?? open?.good
  const refusal: Refusal = {
    node: node.id,
    group: event.group,
    type: event.type,
    resend: weary ? open.resend : node.resends,
    parked: parkedVersion(open, event),
    generation,
    ...(good === undefined ? {} : { good }),
    detail: detail.slice(0, limits.nackDetailLength),
    times: open?.generation === generation ? times : 1,
    at: now.wall,
  }
  node.refusals.set(event.type, refusal)
  return [
    state,
    [
      { kind: 'refused', refusal, group: event.group, changed: event.changed, weary },
      ...touched(state, node),
    ],
  ]
}

/** The content never to be sent again: what was refused, unless that was the resend of what is good. */
function parkedVersion(open: Refusal | undefined, event: Said<'nacked'>): string {
  if (open?.good !== undefined && event.generation <= open.good) return open.parked
  return event.version.replace(/~\d+$/, '')
}

function repaired(state: FleetState, event: Said<'repaired'>): Outcome {
  const found = known(state, event.stream)
  if (found === undefined) return [state, []]
  const { node, stream } = found
  const before = stream.types.get(event.type)
  if (before !== undefined) {
    const { nack: _, ...rest } = before
    stream.types.set(event.type, rest)
  }
  const refusal = node.refusals.get(event.type)
  // Repaired by what was before: the refused content is still the newest, and must not go out again after a restart. One that is
  // not known here is of a node that left the inventory and came back: its record is still there, and ends all the same.
  if (refusal !== undefined && event.generation < refusal.generation)
    node.refusals.set(event.type, { ...refusal, repaired: true })
  else node.refusals.delete(event.type)
  return [state, [{ kind: 'repaired', node: node.id, type: event.type }, ...touched(state, node)]]
}

function closed(state: FleetState, event: Said<'closed'>, now: Now): Outcome {
  const found = known(state, event.stream)
  if (found === undefined) return [state, []]
  const { node, stream } = found
  if (node.streams.size === 1) {
    node.routesHeld = routesHeld(state, node, node.group, now)
    forgetUnasked(node, stream, state.settings, now)
  }
  const before = groupsOf(state, node)
  state.streams.delete(stream.id)
  node.streams.delete(stream.id)
  node.lastSeen = now.wall
  if (node.streams.size === 0) {
    const goneAt = now.mono + state.settings.goneMs
    node.presence = { kind: 'away', since: now.mono, goneAt, beforeMs: 0 }
    return [state, touched(state, node)]
  }
  return [state, [...settleGroup(state, node, before), ...touched(state, node)]]
}

/** Whether a node may be forgotten: only one that is not connected. */
export const forgettable = (state: FleetState, node: string): boolean =>
  state.nodes.get(node)?.presence.kind === 'away'

function forget(state: FleetState, id: string): Outcome {
  const node = state.nodes.get(id)
  if (node === undefined || !forgettable(state, id)) return [state, []]
  const left = touched(state, node)
  moveNode(state, node, undefined)
  state.nodes.delete(id)
  return [state, [...left, { kind: 'strike', node: id }]]
}

function known(
  state: FleetState,
  stream: string,
): { readonly node: NodeState; readonly stream: StreamState } | undefined {
  const found = state.streams.get(stream)
  const node = found === undefined ? undefined : state.nodes.get(found.node)
  return found === undefined || node === undefined ? undefined : { node, stream: found }
}

const touched = (state: FleetState, node: NodeState): readonly FleetEffect[] =>
  [...groupsOf(state, node)].map((group) => ({ kind: 'touched', node: node.id, group }))

/** Generations of a stream never go down. */
const atLeast = (known: number | undefined, said: number): number => Math.max(known ?? said, said)
