// What of a push outlives the process. Table `push`: under the push's id the record that people see, with the number
// and the reverted generations that resuming needs; under `<id>/before/<revision>`, while it may be taken back, which
// revision wrote what its objects were before it.
import { z } from 'zod'
import type { Json } from '../base/index.ts'
import type { ObjectKey, StoredObject } from '../model/index.ts'
import type { Push, PushGroupState, PushStep } from './push-state.ts'
import { isRunning, phaseOf } from './push-state.ts'
import type { PushGroup, PushRecord } from './types.ts'

const timings = z.object({
  committedMs: z.number().optional(),
  preparedMs: z.number().optional(),
  decidedMs: z.number().optional(),
  firstAckMs: z.number().optional(),
  lastAckMs: z.number().optional(),
  flushMs: z.number().optional(),
})
const group = z.object({
  group: z.string(),
  before: z.int(),
  prepared: z.int().optional(),
  switched: z.int().optional(),
  reverted: z.int().optional(),
  nodes: z.int(),
  preparedNodes: z.int(),
  switchedNodes: z.int(),
})
const storedPush = z.object({
  id: z.string(),
  number: z.int(),
  revision: z.int(),
  verb: z.string(),
  actor: z.string(),
  reason: z.string(),
  objects: z.array(z.string()),
  phase: z.enum([
    'preparing',
    'prepared',
    'switching',
    'done',
    'aborted',
    'reverting',
    'reverted',
    'split',
    'overtaken',
  ]),
  startedAt: z.number(),
  endedAt: z.number().optional(),
  timings,
  groups: z.array(group),
  refusals: z.array(
    z.object({
      ...{ node: z.string(), type: z.string(), detail: z.string() },
      resources: z.array(z.string()).default([]),
    }),
  ),
  verdict: z.string().optional(),
  compensatedBy: z.int().optional(),
  ramp: z.object({ ms: z.number(), steps: z.int(), step: z.int() }).optional(),
})

/** `push/12`: how a push is named to people, in causes and as an actor. */
export const pushName = (id: string): string => `push/${id}`

const beforePrefix = (id: string): string => `${id}/before/`

const isBeforeKey = (key: string): boolean => key.includes('/')

/** What is written of a push. */
export function pushValue(push: Push): Json {
  const { endedAt, verdict, compensatedBy } = push
  return {
    id: push.id,
    number: push.number,
    revision: push.revision,
    verb: push.verb,
    actor: push.actor,
    reason: push.reason,
    objects: [...push.objects],
    phase: phaseOf(push.step),
    startedAt: push.startedAt,
    timings: { ...push.timings },
    groups: [...push.groups.values()].map(({ count: _, ...rest }) => ({ ...rest })),
    refusals: push.refusals.map((refusal) => ({ ...refusal, resources: [...refusal.resources] })),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(compensatedBy === undefined ? {} : { compensatedBy }),
    ...rampIn(push),
  }
}

const rampIn = ({ ramp }: Push) => (ramp === undefined ? {} : { ramp: { ...ramp } })

/** Where a push that was interrupted goes on. `deadlines`, on the monotonic clock: with the settling of the fleet in them. */
export interface Resume {
  readonly mono: number
  readonly prepareDeadline: number
  readonly switchDeadline: number
  /** Streams that are back by then count as told at the start: silence of theirs is silence. */
  readonly toldAt: number
}

/**
 * Every push on record, in the order of their numbers. What was under way goes on from its durable step: preparing goes on
 * preparing, what was decided goes on switching, what was taken back goes on reverting. Never half.
 */
export function parsePushes(records: ReadonlyMap<string, Json>, resume: Resume): readonly Push[] {
  const pushes: Push[] = []
  for (const [key, value] of records) {
    if (!isBeforeKey(key)) pushes.push(parsePush(value, resume))
  }
  return pushes.sort((a, b) => a.number - b.number)
}

function parsePush(value: Json, resume: Resume): Push {
  const {
    phase,
    groups,
    endedAt,
    verdict,
    compensatedBy,
    ramp,
    timings: times,
    ...rest
  } = storedPush.parse(value)
  return {
    ...rest,
    arrivedAt: resume.mono,
    step: stepOf(phase, verdict ?? '', resume),
    timings: defined(times),
    groups: new Map(
      groups.map(({ prepared, switched, reverted, ...kept }): [string, PushGroupState] => [
        kept.group,
        {
          ...kept,
          ...(prepared === undefined ? {} : { prepared }),
          ...(switched === undefined ? {} : { switched }),
          ...(reverted === undefined ? {} : { reverted }),
        },
      ]),
    ),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(compensatedBy === undefined ? {} : { compensatedBy }),
    ...(ramp === undefined ? {} : { ramp }),
  }
}

function stepOf(phase: PushRecord['phase'], why: string, resume: Resume): PushStep {
  switch (phase) {
    case 'preparing':
    case 'prepared':
      return { kind: 'preparing', deadline: resume.prepareDeadline }
    case 'switching':
      return { kind: 'switching', deadline: resume.switchDeadline, toldAt: resume.toldAt }
    case 'reverting':
      return { kind: 'reverting', deadline: resume.switchDeadline, toldAt: resume.toldAt, why }
    default:
      return { kind: 'ended', phase }
  }
}

function defined(times: z.infer<typeof timings>): PushRecord['timings'] {
  const kept: Record<string, number> = {}
  for (const [name, ms] of Object.entries(times)) if (ms !== undefined) kept[name] = ms
  return kept
}

/** What the objects of a push were before it; undefined: there was no such object. */
export type Before = ReadonlyMap<ObjectKey, StoredObject | undefined>

const beforeRow = z.object({
  /** The revision that wrote the contents; the store keeps it while this row stands. Absent: the objects did not exist. */
  revision: z.int().optional(),
  keys: z.array(z.string()),
})

/** The rows that say where the contents of `before` are found again. */
export function beforeRows(
  id: string,
  before: Before,
): readonly { readonly key: string; readonly value: Json }[] {
  const byRevision = new Map<number, ObjectKey[]>()
  for (const [key, content] of before) {
    const revision = content?.revision ?? 0
    const keys = byRevision.get(revision)
    if (keys === undefined) byRevision.set(revision, [key])
    else keys.push(key)
  }
  return [...byRevision].map(([revision, keys]) => ({
    key: `${beforePrefix(id)}${revision}`,
    value: revision === 0 ? { keys } : { revision, keys },
  }))
}

/** Keys of the rows that `beforeRows` wrote for this push and that are still there. */
export const beforeKeys = (records: ReadonlyMap<string, Json>, id: string): readonly string[] =>
  [...records.keys()].filter((key) => key.startsWith(beforePrefix(id)))

/** The rows of a push: which keys each revision wrote; revision 0: they did not exist. */
export const parseBeforeRows = (
  records: ReadonlyMap<string, Json>,
  id: string,
): readonly { readonly revision: number; readonly keys: readonly ObjectKey[] }[] =>
  beforeKeys(records, id).map((key) => {
    const { revision = 0, keys } = beforeRow.parse(records.get(key))
    return { revision, keys }
  })

/** The record as people see it. `heldUpBy`: who holds each group up just now. */
export function recordOf(push: Push, heldUpBy: (group: string) => readonly string[]): PushRecord {
  const groups = [...push.groups.values()].map(
    ({ count: _, reverted: __, ...kept }): PushGroup => ({
      ...kept,
      heldUpBy: isRunning(push) ? heldUpBy(kept.group) : [],
    }),
  )
  const { id, revision, verb, actor, reason, objects, startedAt, timings: times, refusals } = push
  return {
    id,
    revision,
    verb,
    actor,
    reason,
    objects,
    phase: phaseOf(push.step),
    startedAt,
    timings: times,
    groups,
    refusals,
    ...(push.endedAt === undefined ? {} : { endedAt: push.endedAt }),
    ...(push.verdict === undefined ? {} : { verdict: push.verdict }),
    ...(push.compensatedBy === undefined ? {} : { compensatedBy: push.compensatedBy }),
    ...rampIn(push),
  }
}
