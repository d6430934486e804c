// What the barriers of a push say, folded into the push; and its generations.
import type { BarrierCount } from '../fleet/index.ts'
import type { GroupKey } from '../model/index.ts'
import type { Push, PushGroupState } from './push-state.ts'

export interface Moment {
  readonly wall: number
  readonly mono: number
}

/** The push with how its barriers stand, and when the first and the last answer came. */
export function withCounts(push: Push, counts: ReadonlyMap<GroupKey, BarrierCount>, now: Moment): Push {
  if (push.step.kind === 'ended') return push
  const groups = new Map(push.groups)
  let isNewAck = false
  for (const [group, count] of counts) {
    const known = groups.get(group)
    if (known === undefined) continue
    isNewAck ||= push.step.kind === 'switching' && count.there > (known.count?.there ?? 0)
    const nodes = Math.max(known.nodes, count.nodes)
    groups.set(group, { ...known, count, nodes, ...arrivals(push, count.there + count.apart) })
  }
  if (!isNewAck) return { ...push, groups }
  const ackMs = now.mono - push.arrivedAt
  const timings = { ...push.timings, firstAckMs: push.timings.firstAckMs ?? ackMs, lastAckMs: ackMs }
  return { ...push, groups, timings }
}

function arrivals(push: Push, arrived: number): Partial<PushGroupState> {
  if (push.step.kind === 'preparing' || push.step.kind === 'prepared') return { preparedNodes: arrived }
  return push.step.kind === 'switching' ? { switchedNodes: arrived } : {}
}

/** The groups with their new generations; counts belong to the step before and go. */
export function generationsOf(
  push: Push,
  which: 'switched' | 'reverted',
  generations: ReadonlyMap<GroupKey, number>,
): ReadonlyMap<GroupKey, PushGroupState> {
  const groups = new Map<GroupKey, PushGroupState>()
  for (const [group, { count: _, ...rest }] of push.groups) {
    const generation = generations.get(group)
    groups.set(group, generation === undefined ? rest : { ...rest, [which]: generation })
  }
  return groups
}

/** Over all groups. */
export const sum = (push: Push, what: Exclude<keyof BarrierCount, 'open'>): number =>
  [...push.groups.values()].reduce((total, { count }) => total + (count?.[what] ?? 0), 0)
