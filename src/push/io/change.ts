// A change of intent, from command to durable: planned against the heads, compiled and checked for every node group
// that it touches, committed with the first step of its push, published. Refused before that, it has changed nothing.
import { createHash } from 'node:crypto'
import type { Json, Problem, Result } from '../../base/index.ts'
import { canonicalJson, err, limits, ok } from '../../base/index.ts'
import { keyOf, type Plan } from '../../model/index.ts'
import type { Change } from '../../store/index.ts'
import { parseAnswer } from '../answers.ts'
import { step } from '../machine.ts'
import { pushFields } from '../push-events.ts'
import type { Push } from '../push-state.ts'
import { isRamping } from '../push-state.ts'
import { rampOver } from '../ramp.ts'
import type { Before } from '../records.ts'
import { beforeKeys, beforeRows, pushName, pushValue } from '../records.ts'
import type { ChangeAnswer, ChangeCommand } from '../types.ts'
import { commitStep } from './commit-step.ts'
import { decided } from './decide.ts'
import type { Design } from './design.ts'
import { designPush } from './design.ts'
import { drainsOf } from './drains.ts'
import { admit, drive, restand } from './drive.ts'
import type { Engine } from './engine.ts'
import { compiledOf, nowOf } from './engine.ts'
import { planCommand } from './plan-command.ts'
import { endPushSpans, insidePush, openPushSpans } from './push-spans.ts'
import { holdRamps, keepsRamps } from './ramps.ts'
import { restandOthers } from './restand-others.ts'
import { readPlanned, seePlanned } from './secrets.ts'

/** What a dry run finds: everything but the commit. */
export async function tryChange(
  engine: Engine,
  command: ChangeCommand,
): Promise<Result<ChangeAnswer, Problem>> {
  const plan = await tracedPlan(engine, command)
  if (!plan.ok) return plan
  if (isNothing(plan.value)) return ok(answerOf(plan.value))
  const drains = drainsOf(engine, command, plan.value)
  if (!drains.ok) return drains
  const answer = answerOf(plan.value, drains.value)
  const read = await readPlanned(engine, plan.value)
  if (!read.ok) return read
  const kept = keepsRamps(engine, plan.value)
  if (!kept.ok) return kept
  const design = designPush(engine, command, plan.value)
  if (!design.ok) return design
  return ok({ ...answer, notes: [...answer.notes, ...joinNotes(engine, design.value)] })
}

const tracedPlan = (engine: Engine, command: ChangeCommand): ReturnType<typeof planCommand> =>
  engine.tracing.within('plan', { 'verdigris.verb': command.verb }, () => planCommand(engine, command))

/** The change itself; one at a time. `arrivedAt`: monotonic. */
export async function makeChange(
  engine: Engine,
  command: ChangeCommand,
  arrivedAt: number,
  requestHash = command.requestId === undefined ? '' : hashOf(command),
): Promise<Result<ChangeAnswer, Problem>> {
  if (command.requestId !== undefined) {
    const known = engine.store.replay(command.requestId, requestHash)
    if (!known.ok) return known
    if (known.value !== undefined) return ok(parseAnswer(known.value))
  }
  const plan = await tracedPlan(engine, command)
  if (!plan.ok) return plan
  if (isNothing(plan.value)) return ok(answerOf(plan.value))
  const read = await readPlanned(engine, plan.value)
  if (!read.ok) return read
  const drains = drainsOf(engine, command, plan.value)
  if (!drains.ok) return drains
  seePlanned(engine, read.value)
  const kept = keepsRamps(engine, plan.value)
  if (!kept.ok) return kept
  const design = designPush(engine, command, plan.value)
  if (!design.ok) return design
  const ramps = design.value.overtaken.filter(isRamping)
  if (ramps.length > 0) {
    const by =
      design.value.groups.size === 0 ? `r${design.value.revision + 1}` : pushName(String(engine.lastPush + 1))
    const held = await holdRamps(engine, ramps, by)
    // Planned again from where the traffic stands now.
    return held.ok ? makeChange(engine, withoutEtag(command), arrivedAt, requestHash) : held
  }
  const running = engine.pushes.size - design.value.overtaken.length
  if (design.value.groups.size > 0 && running >= limits.pushesRunning) {
    const message = `${running} pushes are under way, at most ${limits.pushesRunning} may be: send it again when some have ended`
    return err({ kind: 'limit', message, limit: 'pushesRunning' })
  }
  return commitChange(engine, command, requestHash, plan.value, design.value, arrivedAt, drains.value)
}

/** It was compared already; holding a ramp has made another. */
function withoutEtag(command: ChangeCommand): ChangeCommand {
  if (!('etag' in command)) return command
  const { etag: _, ...rest } = command
  return rest
}

async function commitChange(
  engine: Engine,
  command: ChangeCommand,
  requestHash: string,
  plan: Plan,
  design: Design,
  arrivedAt: number,
  drains: readonly string[],
): Promise<Result<ChangeAnswer, Problem>> {
  const { actor, reason, verb, requestId } = command
  const now = nowOf(engine)
  const push = design.groups.size === 0 ? undefined : pushOf(engine, command, design, arrivedAt)
  const id = push?.id
  const answer: ChangeAnswer = {
    revision: design.revision,
    ...(id === undefined ? {} : { push: id }),
    ...answerOf(plan, drains, joinNotes(engine, design)),
  }
  const before: Before = new Map(design.objects.map((key) => [key, engine.store.view().applied.get(key)]))
  const event = { kind: 'decided' as const, switched: design.switched, flushMs: 0 }
  const first = push === undefined || !design.isFast ? push : step(push, event, now, engine.timeouts)[0]
  const by = id === undefined ? `r${design.revision}` : pushName(id)
  const overtaken = design.overtaken.map(
    (other) => step(other, { kind: 'overtaken', by }, now, engine.timeouts)[0],
  )
  const pushRecords = engine.store.view().records('push')
  if (push !== undefined) openPushSpans(engine, push)
  const change: Change = {
    expects: plan.expects,
    revision: {
      actor,
      reason: reasonOf(reason, plan),
      verb,
      ...(requestId === undefined ? {} : { requestId, requestHash }),
      ...(id === undefined ? {} : { push: id }),
      puts: design.puts,
      deletes: design.deletes,
    },
    ...(design.isFast ? { applied: design.applied } : {}),
    records: {
      put: [
        ...(first === undefined ? overtaken : [first, ...overtaken]).map(recordPut),
        ...(id === undefined || !design.isFast ? [] : beforeRows(id, before)).map((row) => ({
          table: 'push' as const,
          ...row,
        })),
      ],
      delete: overtaken.flatMap((other) =>
        beforeKeys(pushRecords, other.id).map((key) => ({ table: 'push' as const, key })),
      ),
    },
    // Kept for retries only.
    ...(requestId === undefined ? {} : { answer: toJson(answer) }),
  }
  const committed = await insidePush(engine, id ?? '', () =>
    commitStep(
      engine,
      change,
      design.plans,
      design.isFast ? { target: design.target, touched: design.touched } : { touched: [] },
    ),
  )
  if (!committed.ok && id !== undefined) endPushSpans(engine, id, 'aborted', committed.error.message)
  if (!committed.ok) return committed
  for (const other of design.overtaken) drive(engine, other.id, { kind: 'overtaken', by })
  if (push !== undefined) begin(engine, push, design, before, committed.value.flushMs)
  restandOthers(engine, design.plans, id)
  return ok(answer)
}

/** The push goes on from its first durable step. */
function begin(engine: Engine, push: Push, design: Design, before: Before, flushMs: number): void {
  const committedMs = engine.clock.mono() - push.arrivedAt
  const flushed = design.isFast ? {} : { flushMs }
  admit(engine, { ...push, timings: { committedMs, ...flushed } })
  engine.lastPush = push.number
  const { id, revision, verb, actor } = push
  engine.log.info({ event: 'push_started', push: id, revision, verb, actor, groups: [...push.groups.keys()] })
  engine.onEvent({
    name: 'push_started',
    attributes: { ...pushFields(push), groups: [...push.groups.keys()].slice(0, limits.nodesNamed) },
  })
  if (design.isFast) {
    const running = engine.running.get(id)
    if (running !== undefined) running.needs = design.needs
    decided(engine, push, before, design.switched, flushMs)
  } else restand(engine, id)
}

/** A push in its first step: decided with its commit, or preparing. */
function pushOf(engine: Engine, command: ChangeCommand, design: Design, arrivedAt: number): Push {
  const { wall, mono } = nowOf(engine)
  const number = engine.lastPush + 1
  const deadline = Math.max(mono, engine.settleEnd) + engine.timeouts.prepareMs
  return {
    id: String(number),
    number,
    revision: design.revision,
    verb: command.verb,
    actor: command.actor,
    reason: command.reason,
    objects: design.objects,
    startedAt: wall,
    arrivedAt,
    step: design.isFast ? { kind: 'deciding' } : { kind: 'preparing', deadline },
    groups: design.groups,
    timings: {},
    refusals: [],
    ...('ramp' in command && command.ramp !== undefined ? { ramp: rampOver(command.ramp) } : {}),
  }
}

const recordPut = (push: Push) => ({ table: 'push' as const, key: push.id, value: pushValue(push) })

const isNothing = (plan: Plan): boolean => plan.puts.length === 0 && plan.deletes.length === 0

/** With what it takes back, and what it was forced past: that must not be lost with the answer. */
function reasonOf(given: string, { forced, of }: Plan): string {
  const reason = of === undefined ? given : given === '' ? of : `${of}: ${given}`
  const mark = forced === undefined ? undefined : `forced past ${forced.join(', ')}`
  if (mark === undefined) return reason.slice(0, limits.reasonLength)
  return reason === '' ? mark : `${reason.slice(0, limits.reasonLength - mark.length - 3)} (${mark})`
}

/** What drains comes first among the notes. */
const answerOf = (
  { diffs, notes }: Plan,
  drains: readonly string[] = [],
  more: readonly string[] = [],
): ChangeAnswer => ({
  objects: diffs.map(({ drains: _, ...diff }) => diff),
  notes: [...drains, ...notes, ...more],
})

/** What compiling found worth saying of the objects that are put. */
function joinNotes(engine: Engine, { target, touched, puts }: Design): readonly string[] {
  const keys = new Set(puts.map(keyOf))
  const texts = touched.flatMap((group) => {
    const compiled = compiledOf(engine, target, group)
    const notes = compiled?.ok === true ? (compiled.value.notes ?? []) : []
    return notes.filter(({ origin }) => keys.has(origin)).map(({ text }) => text)
  })
  return [...new Set(texts)].slice(0, limits.planNotes)
}

/** The same command, the same hash; who sends it and its id are no part of it. */
function hashOf(command: ChangeCommand): string {
  const { requestId: _, ...body } = command
  return createHash('sha256').update(canonicalJson(body)).digest('hex')
}

const toJson = (answer: ChangeAnswer): Json => JSON.parse(JSON.stringify(answer))
