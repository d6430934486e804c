// What is known of each node over all its streams: open doubts, contents never to be sent again, and how far it was
// sent, so that it is never taken back (rule 35).
import { limits } from '../base/index.ts'
import type { GroupKey } from '../model/index.ts'
import type { Resource } from './content.ts'
import type { Effect } from './machine.ts'
import { parseVersion } from './version.ts'

export interface Doubt {
  /** Number of the forced resend. */
  readonly resend: number
  readonly parked: string
  readonly good: number | undefined
}

/** What a whole set had in it beyond the content of its generation. */
export interface Union {
  /** Without the number of a resend. */
  readonly version: string
  readonly lingering: ReadonlyMap<string, Resource | undefined>
}

/** Changed in place by the functions below. */
export interface NodeRecord {
  readonly id: string
  /** Open streams. */
  streams: number
  readonly doubts: Map<string, Doubt>
  /** Type → versions that it refused, oldest first. */
  readonly parked: Map<string, string[]>
  /** Type → the generation that it took last before it refused one. */
  readonly good: Map<string, number>
  /** Group and type → highest generation sent. */
  readonly sent: Map<GroupKey, Map<string, number>>
  /** Type → the newest sets sent that had more in them than their generation (rule 29): the proxy may come back with one. */
  readonly unions: Map<string, readonly Union[]>
}

export type Nodes = Map<string, NodeRecord>

/** The record of a node; made when there is none. Nodes without stream and doubt give way when there are too many. */
export function nodeOf(nodes: Nodes, id: string): NodeRecord {
  let node = nodes.get(id)
  if (node === undefined) {
    if (nodes.size >= limits.nodes) forgetOne(nodes)
    node = {
      id,
      streams: 0,
      doubts: new Map(),
      parked: new Map(),
      good: new Map(),
      sent: new Map(),
      unions: new Map(),
    }
    nodes.set(id, node)
  }
  return node
}

function forgetOne(nodes: Nodes): void {
  for (const [id, { streams, doubts }] of nodes) {
    if (streams === 0 && doubts.size === 0) {
      nodes.delete(id)
      return
    }
  }
}

/** Remembers what a node was sent. */
export function noteSent(node: NodeRecord, sent: Extract<Effect, { kind: 'send' }>): void {
  const { group, type, generation, lingering, version } = sent
  let types = node.sent.get(group)
  if (types === undefined) {
    // What was good in another group says nothing here; known from before our start, it is of this one. How far it was sent there stays: a twin may be there (rule 40), or it
    // may go back.
    if (node.sent.size > 0) node.good.clear()
    types = new Map()
  }
  node.sent.delete(group)
  node.sent.set(group, types)
  if (node.sent.size > limits.groupsPerNode) {
    const [oldest] = node.sent.keys()
    if (oldest !== undefined) node.sent.delete(oldest)
  }
  types.set(type, Math.max(types.get(type) ?? 0, generation.number))
  if (lingering.size === 0) return
  const union = { version: parseVersion(version).plain, lingering }
  const others = (node.unions.get(type) ?? []).filter((one) => one.version !== union.version)
  node.unions.set(type, [...others, union].slice(-limits.unionsPerNode))
}

/** The least generation that this node may be sent of a type. */
export const floorOf = (node: NodeRecord, group: GroupKey, type: string): number =>
  node.sent.get(group)?.get(type) ?? 0

/** Remembers content that is not sent to this node again, unless it goes away and is asked for anew. */
export function park(node: NodeRecord, type: string, version: string): void {
  const versions = (node.parked.get(type) ?? []).filter((one) => one !== version)
  node.parked.set(type, [...versions, version].slice(-limits.parkedVersions))
}

/** Content that is asked for anew. */
export function unpark(node: NodeRecord, type: string, version: string): void {
  const versions = node.parked.get(type)
  if (versions?.includes(version) === true)
    node.parked.set(
      type,
      versions.filter((one) => one !== version),
    )
}

export const isParked = (node: NodeRecord, type: string, version: string): boolean =>
  node.parked.get(type)?.includes(version) === true
