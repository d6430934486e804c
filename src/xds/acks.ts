// What a request says about a response: taken, or refused. Only this moves what a proxy holds (rule 11).
import { limits } from '../base/index.ts'
import type { FromStreams } from '../channel/index.ts'
import { type Content, difference } from './content.ts'
import { distrust, type Follow, type Pending } from './follow.ts'
import type { Context, Effect, Now, StreamState } from './machine.ts'
import { redact } from './redact.ts'
import { parseVersion } from './version.ts'
import { coolDown, warmUp } from './warm.ts'
import { numberOf } from './world.ts'

/** Takes the ACK or NACK of a request in, whatever its names; nothing when its nonce is not of a response in flight. */
export function settleNonce(
  stream: StreamState,
  follow: Follow,
  request: { readonly nonce: string; readonly refusal: string | undefined; readonly version: string },
  context: Context,
  now: Now,
): readonly Effect[] {
  const index = follow.pending.findIndex(({ nonce }) => nonce === request.nonce)
  const pending = follow.pending[index]
  if (pending === undefined) return []
  // An answer to a response is one to those before it, if they were left out.
  const answered = follow.pending.splice(0, index + 1)
  return request.refusal === undefined
    ? accepted(stream, follow, pending, answered)
    : refused(stream, follow, blamed(answered, pending, request.version), request.refusal, context, now)
}

/**
 * What a refusal is about, and what was sent after it. In SotW Envoy answers no CDS while a cluster warms, and then all of
 * it by one request: the newest nonce, the newest version taken, and the text of a refusal if there was any. A version
 * that is the response's own says that this one was taken: what was refused is one before it
 * (test/sim/transcripts/cds-refused-warming-sotw.txt).
 */
function blamed(answered: readonly Pending[], pending: Pending, version: string): Answered {
  const index =
    version === pending.version ? answered.findLastIndex((one) => one.version !== pending.version) : -1
  const before = answered[index]
  return before === undefined
    ? { refused: pending, later: [] }
    : { refused: before, later: answered.slice(index + 1) }
}

interface Answered {
  readonly refused: Pending
  readonly later: readonly Pending[]
}

function accepted(
  stream: StreamState,
  follow: Follow,
  pending: Pending,
  answered: readonly Pending[],
): readonly Effect[] {
  if (follow.type.removalEndsWarming) for (const one of answered) warmUp(stream, one)
  if (!pending.last) return []
  follow.opaque = false
  follow.held = { number: pending.generation.number, content: pending.content }
  follow.acked = pending.content
  coolDown(stream, follow, pending.content)
  const { trust } = follow
  if (trust.kind !== 'repairing' || pending.resend !== trust.resend || !trust.sent) return []
  return repaired(stream, follow, pending.generation.number)
}

/** The forced resend was ACKed: the proxy is believed again. */
export function repaired(stream: StreamState, follow: Follow, generation: number): readonly Effect[] {
  const { trust } = follow
  if (trust.kind !== 'repairing') return []
  follow.trust = { kind: 'sound' }
  if (trust.doubt === undefined) return []
  follow.repaired = trust.doubt
  return observe({ kind: 'repaired', ...whoOf(stream), type: follow.type.url, generation })
}

function refused(
  stream: StreamState,
  follow: Follow,
  { refused: pending, later }: Answered,
  text: string,
  context: Context,
  now: Now,
): readonly Effect[] {
  const { node, group } = stream
  if (node === undefined || group === undefined) return []
  const { url } = follow.type
  const record = context.nodeOf(node.id)
  const known = record.doubts.get(url)?.resend ?? 0
  // It is partly applied (rule 31): what was in it may be there, or not.
  distrust(follow, { kind: 'refused', since: now.mono, known })
  holdWhatItTook(follow, pending, (content) => numberOf(context.world, group, url, content))
  const good = follow.held?.content ?? follow.came
  // What stayed beyond the content was good before, so the content is to blame, unless that was good before, too.
  const version =
    pending.content.version === good?.version ? parseVersion(pending.version).plain : pending.content.version
  const lingering = new Map(follow.lingering)
  for (const { put } of [pending, ...later, ...follow.pending]) {
    for (const resource of put) {
      const known = lingering.get(resource.name)
      const clean = known?.hash === resource.hash ? undefined : known
      lingering.set(resource.name, good?.resources.get(resource.name) ?? clean)
    }
  }
  follow.lingering = lingering
  follow.before = good
  // What it came with counts as ACKed: a proxy reports only what it took whole.
  const since = new Set(difference(good, pending.content).changed.map(({ name }) => name))
  const changed = pending.put
    .flatMap(({ name }) => (since.has(name) ? [name] : []))
    .slice(0, limits.namesPerReport)
  const goodGeneration =
    follow.held?.number ?? (good === undefined ? undefined : numberOf(context.world, group, url, good))
  return [
    { kind: 'park', type: url, version },
    ...observe({
      kind: 'nacked',
      ...whoOf(stream),
      group,
      type: url,
      generation: pending.generation.number,
      version,
      good: goodGeneration,
      changed,
      detail: redact(text),
      at: now.wall,
    }),
  ]
}

/**
 * What it refuses now may count as held, because nothing changed in the names that it had (and it asked for more since): then it
 * holds what it took of them last.
 */
function holdWhatItTook(
  follow: Follow,
  refused: Pending,
  numberOfContent: (content: Content) => number | undefined,
): void {
  const { held, acked } = follow
  if (acked === undefined || held?.content.version !== parseVersion(refused.version).plain) return
  const number = acked === held.content ? undefined : numberOfContent(acked)
  if (number !== undefined) follow.held = { number, content: acked }
}

export const observe = (message: FromStreams): readonly Effect[] => [{ kind: 'observe', message }]

/** Stream and node for a message; of a stream that has a node. */
export const whoOf = (stream: StreamState): { readonly stream: string; readonly node: string } => ({
  stream: stream.id,
  node: stream.node?.id ?? '',
})
