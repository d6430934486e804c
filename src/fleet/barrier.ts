// A barrier over the inventory of one group. It is made once by looking at every node, and from then on looks only at
// the nodes that were touched: an ACK costs the same in a fleet of one and of ten thousand.
import { limits } from '../base/index.ts'
import { counts, inventoryOf } from './groups.ts'
import type { Requirement, Standing } from './standing.ts'
import { standingOf } from './standing.ts'
import type { FleetState, NodeState, Now } from './state.ts'

export interface BarrierOptions {
  /** Only these nodes count; undefined: whoever is in the inventory, late joiners too. */
  readonly scope?: ReadonlySet<string>
  /** Expected proxies that never came: waited for (within their patience), counted as out of reach, or left out. */
  readonly unknown: 'wait' | 'count' | 'ignore'
}

type Place = Exclude<Standing['kind'], 'waits'> | 'silent' | 'away'

/** Owned by its holder, like the fleet's state: changed in place by `touch` and `look`. */
export interface Barrier {
  readonly wanted: Requirement
  readonly options: BarrierOptions
  readonly standings: Map<string, Standing>
  /** How many stand how; kept along, so that an ACK is not paid for by the whole fleet. */
  readonly tally: Record<Place, number>
  /** Nodes that it waits for. */
  readonly waiting: Set<string>
  /** Expected proxies that never came. */
  unknown: number
  /** Whether nobody waits for those any more. */
  unknownGone: boolean
}

/** The sum of a barrier. */
export interface BarrierCount {
  /** Everyone who counts, unknown ones included. */
  readonly nodes: number
  readonly there: number
  readonly apart: number
  /** Out of reach (excused), unknown ones included. */
  readonly gone: number
  readonly silent: number
  readonly away: number
  /** Nobody is waited for. */
  readonly open: boolean
}

/** A barrier that has looked at every node of the group. */
export function createBarrier(
  state: FleetState,
  wanted: Requirement,
  options: BarrierOptions,
  now: Now,
): Barrier {
  const barrier: Barrier = {
    wanted,
    options,
    standings: new Map(),
    tally: { there: 0, apart: 0, gone: 0, silent: 0, away: 0 },
    waiting: new Set(),
    unknown: 0,
    unknownGone: false,
  }
  if (options.scope === undefined) {
    for (const node of inventoryOf(state, wanted.group, now)) weigh(barrier, state, node, now)
  } else {
    for (const id of options.scope) touch(barrier, state, id, now)
  }
  countUnknown(barrier, state, now)
  return barrier
}

/** Looks again at one node. */
export function touch(barrier: Barrier, state: FleetState, id: string, now: Now): void {
  const { scope } = barrier.options
  if (scope !== undefined && !scope.has(id)) return
  const node = state.nodes.get(id)
  const group = state.groups.get(barrier.wanted.group)
  const size = barrier.standings.size
  if (node && group?.members.has(id) && counts(node, group, now)) {
    weigh(barrier, state, node, now)
  } else if (node?.group === undefined && node?.presence.kind === 'connected' && scope !== undefined) {
    // A group that is new: its nodes are connected, and the streams are about to place them.
    stand(barrier, id, notPlaced)
  } else {
    stand(barrier, id, undefined)
  }
  if (barrier.standings.size !== size) countUnknown(barrier, state, now)
}

const notPlaced: Standing = { kind: 'waits', reach: 'away', why: 'not placed in its group yet' }

/** Looks again at those it waits for: time alone excuses some. */
export function look(barrier: Barrier, state: FleetState, now: Now): void {
  for (const id of [...barrier.waiting]) touch(barrier, state, id, now)
  countUnknown(barrier, state, now)
}

function weigh(barrier: Barrier, state: FleetState, node: NodeState, now: Now): void {
  stand(barrier, node.id, standingOf(state, node, barrier.wanted, now))
}

function stand(barrier: Barrier, id: string, standing: Standing | undefined): void {
  const { standings, tally, waiting } = barrier
  const before = standings.get(id)
  if (before !== undefined) tally[placeOf(before)] -= 1
  if (standing === undefined) standings.delete(id)
  else {
    standings.set(id, standing)
    tally[placeOf(standing)] += 1
  }
  if (standing?.kind === 'waits') waiting.add(id)
  else waiting.delete(id)
}

const placeOf = (standing: Standing): Place => (standing.kind === 'waits' ? standing.reach : standing.kind)

function countUnknown(barrier: Barrier, state: FleetState, now: Now): void {
  const group = state.groups.get(barrier.wanted.group)
  if (barrier.options.unknown === 'ignore' || group?.expectedSize === undefined) return
  barrier.unknown = Math.max(0, group.expectedSize - inventoryOf(state, group.group, now).length)
  barrier.unknownGone = barrier.options.unknown === 'count' || group.unknownGoneAt <= now.mono
}

/** Whether it lets through. */
export const isOpen = (barrier: Barrier): boolean =>
  barrier.waiting.size === 0 && (barrier.unknown === 0 || barrier.unknownGone)

/** Everybody, summed up. */
export function count(barrier: Barrier): BarrierCount {
  const { tally, unknown, unknownGone } = barrier
  return {
    ...tally,
    gone: tally.gone + (unknownGone ? unknown : 0),
    away: tally.away + (unknownGone ? 0 : unknown),
    nodes: barrier.standings.size + unknown,
    open: isOpen(barrier),
  }
}

/** Who holds it up, and why: `edge-3: CDS of generation 7 not ACKed`. Capped at `limits.nodesNamed`, the rest counted. */
export function heldUpBy(barrier: Barrier): readonly string[] {
  return named(
    barrier,
    (standing) => (standing.kind === 'waits' ? standing.why : undefined),
    !barrier.unknownGone,
  )
}

/** Who is out of reach: `edge-2: out of reach`. Capped like `heldUpBy`. */
export function outOfReach(barrier: Barrier): readonly string[] {
  return named(
    barrier,
    (standing) =>
      standing.kind === 'gone'
        ? 'out of reach'
        : standing.kind === 'waits' && standing.reach === 'away'
          ? standing.why
          : undefined,
    true,
  )
}

function named(
  barrier: Barrier,
  why: (standing: Standing) => string | undefined,
  withUnknown: boolean,
): readonly string[] {
  const lines: string[] = []
  let more = 0
  for (const [id, standing] of barrier.standings) {
    const text = why(standing)
    if (text === undefined) continue
    if (lines.length < limits.nodesNamed) lines.push(`${id}: ${text}`)
    else more += 1
  }
  lines.sort()
  if (more > 0) lines.push(`and ${more} more`)
  if (withUnknown && barrier.unknown > 0) {
    const s = barrier.unknown === 1 ? 'y' : 'ies'
    lines.push(`${barrier.unknown} expected prox${s} of ${barrier.wanted.group} never seen`)
  }
  return lines
}
