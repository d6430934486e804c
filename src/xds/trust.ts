// Believing a proxy, and not: what a NACK, an open refusal or an unconfirmed generation do to what it is sent next.
//
//   sound ──NACK──► refused ──(refusal durable)──► repairing ──ACK──► sound
//     └──(open refusal, or an unclosed generation reported)──► repairing
import { type Content, contentOf, type Generation } from './content.ts'
import { distrust, type Follow, type Trust } from './follow.ts'
import type { Context, Goal, Now, StreamState } from './machine.ts'
import { type Doubt, floorOf, isParked, type NodeRecord } from './nodes.ts'
import { generationOf, newestOf } from './world.ts'

/** What this type of this stream is to come to now; undefined: nothing is sent. */
export function goalOf(
  stream: StreamState,
  follow: Follow,
  node: NodeRecord,
  context: Context,
  now: Now,
): Goal | undefined {
  const { world, limits } = context
  const newest = stream.group === undefined ? undefined : newestOf(world, stream.group)
  if (newest === undefined || stream.group === undefined) return undefined
  const { url } = follow.type
  const doubt = node.doubts.get(url)
  const content = contentOf(newest, url)
  const parked = isParked(node, url, content.version)
  if (parked && tookIt(follow, content.version)) return { generation: newest, content }
  if (!mayGoOn(follow, doubt, parked, now.mono - limits.refusalDeadlineMs)) return undefined
  const goal = parked ? lastGood(follow, node, newest, context) : { generation: newest, content }
  if (goal === undefined) return undefined
  // Rule 35: never backwards. The last good content of a repair is no step back: more was refused.
  if (!parked && newest.number < floorOf(node, stream.group, url)) return undefined
  forget(follow, goal.content)
  return goal
}

/**
 * Whether this very stream has ACKed what a twin of the same id refused (rule 40): no reason to take this one back. Unless something
 * else is on its way to it already: an ACK that comes while two contents are in flight would turn it around, and the next one back.
 */
const tookIt = (follow: Follow, version: string): boolean =>
  follow.trust.kind === 'sound' &&
  follow.acked?.version === version &&
  (follow.base === undefined || follow.base.version === version)

/** Moves the trust on; false while the refusal is not durable yet. */
function mayGoOn(follow: Follow, doubt: Doubt | undefined, parked: boolean, deadline: number): boolean {
  const { trust } = follow
  switch (trust.kind) {
    case 'refused':
      if (doubt !== undefined && doubt.resend > trust.known) {
        follow.trust = repairing(follow, doubt.resend)
        return true
      }
      // Nobody answers: newer content goes out all the same, what was refused does not.
      if (trust.since > deadline || parked) return false
      follow.trust = repairing(follow, trust.known)
      return true
    case 'repairing':
      if (doubt === undefined || doubt.resend <= (trust.doubt ?? 0)) return true
      break
    case 'sound':
      if (doubt === undefined || doubt.resend <= follow.repaired) return true
      break
  }
  distrust(follow, repairing(follow, doubt.resend))
  return true
}

/** A repair under a version that the proxy was not sent before. */
const repairing = (follow: Follow, doubt: number): Trust => ({
  kind: 'repairing',
  resend: Math.max(doubt, follow.suffix + 1),
  doubt,
  sent: false,
})

/**
 * The newest content is refused: the proxy is kept at the last good one, where that is known. Not only by the repair: it
 * may start anew, or ask for more names.
 */
function lastGood(
  follow: Follow,
  node: NodeRecord,
  newest: Generation,
  { world }: Context,
): Goal | undefined {
  const { url } = follow.type
  const good = node.good.get(url)
  const generation = good === undefined ? undefined : generationOf(world, newest.group, good)
  if (generation === undefined) return undefined
  const content = contentOf(generation, url)
  return isParked(node, url, content.version) ? undefined : { generation, content }
}

/** What a proxy is kept at of a type, because it refused the newest of it; undefined: nothing keeps it. */
export function keptAt(stream: StreamState, follow: Follow, context: Context): Content | undefined {
  const newest = stream.group === undefined ? undefined : newestOf(context.world, stream.group)
  const node = stream.node === undefined ? undefined : context.nodeOf(stream.node.id)
  if (newest === undefined || node === undefined) return undefined
  const { url } = follow.type
  return isParked(node, url, contentOf(newest, url).version)
    ? lastGood(follow, node, newest, context)?.content
    : undefined
}

/** Whether its proxy refuses what is newest of a type, or what it was sent last: no time brings it what is newer. */
export function refusesNewest(stream: StreamState, follow: Follow, context: Context): boolean {
  const newest = stream.group === undefined ? undefined : newestOf(context.world, stream.group)
  if (newest === undefined || stream.node === undefined) return false
  const { url } = follow.type
  const { version } = contentOf(newest, url)
  if (tookIt(follow, version)) return false
  return follow.trust.kind === 'refused' || isParked(context.nodeOf(stream.node.id), url, version)
}

/** While it repairs, every new content goes out whole. */
function forget(follow: Follow, goal: Content): void {
  if (follow.trust.kind === 'repairing' && follow.base !== undefined && follow.base !== goal) {
    distrust(follow, { ...follow.trust, sent: false })
  }
}
