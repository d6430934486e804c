// What a stream sends: per type what is due and may go, in the order of additions (rule 23). Level, not edge: it
// compares what the proxy will hold with the newest, whatever happened in between, so a stream that could not be
// written to for a while is sent the newest and nothing else (rule 38).
import { observe, repaired, whoOf } from './acks.ts'
import { contentOf, difference } from './content.ts'
import type { Follow, Part } from './follow.ts'
import { guard } from './guard.ts'
import type { Context, Effect, Goal, Now, Plan, StreamState, Variant } from './machine.ts'
import { isParked, type NodeRecord } from './nodes.ts'
import { lingersSince, waitsUntil } from './order.ts'
import { xdsTypes } from './resource-type.ts'
import { select } from './subscription.ts'
import { goalOf } from './trust.ts'
import { versionText } from './version.ts'
import { followUp, unwarmedNames } from './warm.ts'
import { noteEmptied } from './withheld.ts'
import { sayWithheld, withhold } from './withhold.ts'

/** Sends what may be sent. Twice round, because what one type holds may let go of what another waits for. */
export function pump(stream: StreamState, variant: Variant, context: Context, now: Now): readonly Effect[] {
  stream.crowded = false
  if (stream.node === undefined || stream.group === undefined) return []
  const node = context.nodeOf(stream.node.id)
  const effects: Effect[] = [...guard(stream, context)]
  if (stream.ahead) return effects
  for (let round = 0; round < 2; round += 1) {
    for (const type of xdsTypes) {
      const follow = stream.follows.get(type.url)
      if (follow === undefined) continue
      if (follow.unwritten === undefined)
        effects.push(...advance(stream, follow, node, variant, context, now))
      effects.push(...report(stream, follow, now))
    }
  }
  return effects
}

function advance(
  stream: StreamState,
  follow: Follow,
  node: NodeRecord,
  variant: Variant,
  context: Context,
  now: Now,
): readonly Effect[] {
  const [part, ...rest] = follow.parts
  if (part !== undefined) {
    if (isCrowded(stream, context)) return []
    follow.parts = rest
    return send(stream, follow, part, context, now)
  }
  if (follow.report !== undefined && !believe(stream, follow, node, variant, context)) return []
  const goal = goalOf(stream, follow, node, context, now)
  if (goal === undefined) return []
  const wanted = variant.plan(stream, follow, goal, context, now)
  const plan = withhold(stream, follow, wanted)
  const said = sayWithheld(stream, follow, wanted)
  return [...said, ...carryOut(stream, follow, goal, plan, node, variant, context, now)]
}

/** Sends what is planned, unless it has to wait. */
function carryOut(
  stream: StreamState,
  follow: Follow,
  goal: Goal,
  plan: Plan,
  node: NodeRecord,
  variant: Variant,
  context: Context,
  now: Now,
): readonly Effect[] {
  if (!plan.due) return settle(stream, follow, goal, plan, context, now)
  if (isRefusedUnion(follow, goal, plan, node)) {
    linger(stream, follow, plan.lingering, context, now)
    return []
  }
  const until = waitsUntil(stream, follow, plan.put, goal.generation, context, now)
  if (until !== undefined) {
    follow.waiting = { since: follow.waiting?.since ?? now.mono, until }
    return []
  }
  if (isCrowded(stream, context)) return []
  return start(stream, follow, goal, plan, variant, context, now)
}

/** Sockets hold as much as they may: what is due waits, and is the newest when its turn comes. */
function isCrowded(stream: StreamState, { hasRoom }: Context): boolean {
  if (hasRoom()) return false
  stream.crowded = true
  return true
}

/** Looks at what the proxy reported, once there is something to hold it against. */
function believe(
  stream: StreamState,
  follow: Follow,
  node: NodeRecord,
  variant: Variant,
  context: Context,
): boolean {
  const { report } = follow
  const newest =
    stream.group === undefined ? undefined : context.world.rings.get(stream.group)?.generations.at(-1)
  if (report === undefined || newest === undefined) return false
  follow.report = undefined
  const goal = { generation: newest, content: contentOf(newest, follow.type.url) }
  variant.believe(follow, report, goal, context.world, node)
  return true
}

/** Nothing has to be sent: the proxy holds the goal as it is, or will when what is in flight is ACKed. */
function settle(
  stream: StreamState,
  follow: Follow,
  goal: Goal,
  plan: Plan,
  context: Context,
  now: Now,
): readonly Effect[] {
  follow.base = goal.content
  follow.before = undefined
  follow.waiting = undefined
  follow.owed.clear()
  follow.owesAll = false
  linger(stream, follow, plan.lingering, context, now)
  if (follow.pending.length > 0) return []
  follow.held = { number: goal.generation.number, content: goal.content }
  // A repair of which nothing is left to send.
  return follow.trust.kind === 'repairing' && !follow.trust.sent
    ? repaired(stream, follow, goal.generation.number)
    : []
}

function start(
  stream: StreamState,
  follow: Follow,
  goal: Goal,
  plan: Plan,
  variant: Variant,
  context: Context,
  now: Now,
): readonly Effect[] {
  const { trust } = follow
  const resend = trust.kind === 'repairing' ? trust.resend : undefined
  follow.suffix = Math.max(follow.suffix, resend ?? 0)
  const version = versionText(goal.content.version, resend, staying(follow, plan))
  const puts = variant.split(plan.put, context.limits)
  const changed = select(follow.wants, difference(follow.base, goal.content).changed)
  const parts = puts.map((put, index): Part => {
    const last = index === puts.length - 1
    const news = puts.length === 1 ? changed : put
    return { ...goal, put, removed: last ? plan.removed : [], version, resend, last, news }
  })
  follow.base = goal.content
  follow.before = undefined
  follow.waiting = undefined
  follow.owed.clear()
  follow.owesAll = false
  if (trust.kind === 'repairing') follow.trust = { ...trust, sent: true }
  linger(stream, follow, plan.lingering, context, now)
  noteEmptied(follow, plan.put, goal.content)
  const [first, ...rest] = parts
  if (first === undefined) return []
  follow.parts = rest
  return send(stream, follow, first, context, now)
}

/** Names and hashes of what a whole set has beyond the content of its generation. */
function staying(follow: Follow, plan: Plan): readonly string[] {
  if (!follow.type.whole) return []
  return [...plan.lingering].flatMap(([name, resource]) =>
    resource === undefined ? [] : [`${name}=${resource.hash}`],
  )
}

/** Whether a union was refused: what stays is to blame, or not. Its deadline lets the plain content through. */
function isRefusedUnion(follow: Follow, goal: Goal, plan: Plan, node: NodeRecord): boolean {
  const stays = staying(follow, plan)
  return (
    stays.length > 0 && isParked(node, follow.type.url, versionText(goal.content.version, undefined, stays))
  )
}

function linger(
  stream: StreamState,
  follow: Follow,
  lingering: Follow['lingering'],
  context: Context,
  now: Now,
): void {
  follow.lingering = lingering
  follow.lingeringSince = lingersSince(stream, follow, lingering, context, now)
}

function send(
  stream: StreamState,
  follow: Follow,
  part: Part,
  { limits }: Context,
  now: Now,
): readonly Effect[] {
  stream.sequence += 1
  // Unique in its stream, and unlike those of other streams, whose requests may still be on their way (rule 2).
  const nonce = `${stream.id}.${stream.sequence}`
  follow.pending.push({ ...part, nonce, sequence: stream.sequence })
  // The oldest are given up: a newer response must always be sendable over an un-ACKed one (rule 25).
  if (follow.pending.length > limits.pendingPerType) follow.pending.shift()
  follow.unwritten = { nonce, since: now.mono }
  follow.lastNonce = nonce
  followUp(stream, follow, part.news, stream.sequence)
  const { put, removed, version, resend, generation } = part
  return [
    {
      kind: 'send',
      type: follow.type.url,
      nonce,
      group: generation.group,
      put,
      removed,
      version,
      resend,
      generation,
      lingering: follow.lingering,
    },
  ]
}

/** Says what the proxy holds, when that is news. */
function report(stream: StreamState, follow: Follow, now: Now): readonly Effect[] {
  const { held, said, type } = follow
  const { group } = stream
  if (held === undefined || group === undefined) return []
  const warmth = type.removalEndsWarming ? stream.warmth : 0
  if (said !== undefined && said.number >= held.number && said.warmth === warmth) return []
  follow.said = { number: held.number, warmth }
  return observe({
    kind: 'holds',
    ...whoOf(stream),
    group,
    type: type.url,
    generation: held.number,
    acked: follow.acked === held.content,
    unwarmed: unwarmedNames(stream),
    at: now.wall,
  })
}
