// How one stream follows one type: what it wants, what its proxy holds, what is on its way.
//
//   base ──(pending, pending, …)──► what the proxy will hold once all in flight is ACKed
//   held                             what it has ACKed: moves on ACK, never on send (rule 11)
import type { Content, Generation, Resource } from './content.ts'
import type { XdsType } from './resource-type.ts'
import { createSubscription, type Subscription } from './subscription.ts'

/** A response on its way: sent, neither ACKed nor refused. */
export interface Pending {
  readonly nonce: string
  /** Order of sending on the stream, over all types. */
  readonly sequence: number
  readonly generation: Generation
  readonly content: Content
  /** Version as sent; in delta, of the system. */
  readonly version: string
  readonly put: readonly Resource[]
  readonly removed: readonly string[]
  /** Number of the forced resend that it carries out. */
  readonly resend: number | undefined
  /** Whether the content is complete with it: all but the last part of a split reply are not. */
  readonly last: boolean
}

/** How far the proxy is believed. */
export type Trust =
  | { readonly kind: 'sound' }
  /** It refused something; the durable record of that is awaited. `known`: the newest one before. */
  | { readonly kind: 'refused'; readonly since: number; readonly known: number }
  /**
   * The whole is sent under a new version, suffix `~<resend>`, until that is ACKed (rules 9 and 32). `doubt`: number of the
   * recorded refusal that it answers; undefined: a proxy came back with what not everybody had ACKed.
   */
  | {
      readonly kind: 'repairing'
      readonly resend: number
      readonly doubt: number | undefined
      readonly sent: boolean
    }

/** What a proxy says at the start that it holds. */
export type Report =
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'versions'; readonly versions: ReadonlyMap<string, string> }

/** Changed in place by its stream. */
export interface Follow {
  readonly type: XdsType
  readonly wants: Subscription
  /** Not looked at yet: the state may still be loading when it comes. */
  report: Report | undefined
  /** The generation that it came with, if it is known; for what its other types may still name. */
  origin: Generation | undefined
  /** It came with something unknown: anything may be named by what it holds, until its first ACK. */
  opaque: boolean
  /** Content that the proxy holds when all in flight is ACKed; undefined: nothing, or nobody knows. */
  base: Content | undefined
  /** What it came with, where that is known, whether it was believed or not. */
  came: Content | undefined
  /** What it held before its base became unknown: for removals. */
  before: Content | undefined
  held: { readonly number: number; readonly content: Content } | undefined
  /** Content of the last ACK. */
  acked: Content | undefined
  pending: Pending[]
  /** Names to answer although unchanged: newly asked, or after a change of what names them (rules 14, 20, 22). */
  readonly owed: Set<string>
  /** Everything was asked for anew. */
  owesAll: boolean
  /** Held names that the newest content no longer has, and that stay for now; the resource where it is known. */
  lingering: ReadonlyMap<string, Resource | undefined>
  lingeringSince: number | undefined
  /** Names that were answered with nothing, because there is no such resource any more (see withheld.ts). */
  readonly emptied: Set<string>
  /** The rest of a reply that is split. */
  parts: readonly Part[]
  /** Written to the socket and not taken yet (rule 38). */
  unwritten: { readonly nonce: string; readonly since: number } | undefined
  lastNonce: string
  /** Since when, and at most until when, its routes wait for their clusters. */
  waiting: { readonly since: number; readonly until: number } | undefined
  trust: Trust
  /** The newest recorded refusal that was repaired here. */
  repaired: number
  /** Highest suffix that the proxy was sent, or came with. */
  suffix: number
  /** What was last reported as held. */
  said: { readonly number: number; readonly warmth: number } | undefined
}

/** What one response brings; bytes are made at the edge. */
export interface Part {
  readonly put: readonly Resource[]
  readonly removed: readonly string[]
  readonly generation: Generation
  readonly content: Content
  readonly version: string
  readonly resend: number | undefined
  readonly last: boolean
  /** What of `put` is new to the proxy: what it names follows (rules 20 and 22). */
  readonly news: readonly Resource[]
}

const sound: Trust = { kind: 'sound' }

export const createFollow = (type: XdsType): Follow => ({
  type,
  wants: createSubscription(),
  report: undefined,
  origin: undefined,
  opaque: false,
  base: undefined,
  came: undefined,
  before: undefined,
  held: undefined,
  acked: undefined,
  pending: [],
  owed: new Set(),
  owesAll: false,
  lingering: new Map(),
  lingeringSince: undefined,
  emptied: new Set(),
  parts: [],
  unwritten: undefined,
  lastNonce: '',
  waiting: undefined,
  trust: sound,
  repaired: 0,
  suffix: 0,
  said: undefined,
})

/** The proxy's content is unknown from here on: the whole goes out next. */
export function distrust(follow: Follow, trust: Trust): void {
  follow.before = follow.base ?? follow.before
  follow.base = undefined
  follow.parts = []
  follow.trust = trust
}

/** Asked-for names and everything, noted as owed. */
export function owe(
  follow: Follow,
  asked: { readonly names: readonly string[]; readonly everything: boolean },
): void {
  for (const name of asked.names) follow.owed.add(name)
  if (asked.everything) follow.owesAll = true
}
