// The spans of pushes: one per push, and one per phase under it. A push that goes on after a restart has one that says so.
import { limits, type Span, type SpanName } from '../../base/index.ts'
import type { Push, PushStep } from '../push-state.ts'
import { phaseOf } from '../push-state.ts'
import type { Engine } from './engine.ts'

export interface PushSpans {
  readonly push: Span
  readonly phase: SpanName | undefined
  /** Of the phase; that of the push where it has none. */
  readonly now: Span
}

const phaseSpans: Readonly<Record<PushStep['kind'], SpanName | undefined>> = {
  preparing: 'push.prepare',
  prepared: 'push.prepare',
  deciding: 'push.decide',
  switching: 'push.switch',
  ramping: 'push.ramp',
  stepping: 'push.ramp',
  aborting: 'push.abort',
  takingBack: 'push.revert',
  reverting: 'push.revert',
  ended: undefined,
}

/** Opens the span of a push under what runs now, and that of its first phase. */
export function openPushSpans(engine: Engine, push: Push, isResumed = false): PushSpans {
  const span = engine.tracing.open('push', {
    'verdigris.push': push.id,
    'verdigris.revision': push.revision,
    'verdigris.verb': push.verb,
    'verdigris.actor': push.actor,
    'verdigris.service': servicesOf(push),
    ...(isResumed ? { 'verdigris.resumed': true } : {}),
  })
  const spans = inPhase(engine, push, { push: span, phase: undefined, now: span })
  engine.spans.set(push.id, spans)
  return spans
}

/** After a step: the span of its phase, or the end of all. */
export function traceStep(engine: Engine, push: Push): void {
  const spans = engine.spans.get(push.id) ?? openPushSpans(engine, push, true)
  if (push.step.kind === 'ended') endPushSpans(engine, push.id, push.step.phase, push.verdict)
  else if (phaseSpans[push.step.kind] !== spans.phase) {
    if (spans.now !== spans.push) spans.now.end(whyLeft(push.step))
    engine.spans.set(push.id, inPhase(engine, push, { ...spans, now: spans.push }))
  }
}

/** Ends the spans of a push; `why` where that is no success. */
export function endPushSpans(engine: Engine, id: string, outcome: string, why?: string): void {
  const spans = engine.spans.get(id)
  if (spans === undefined) return
  engine.spans.delete(id)
  const fault = outcome === 'done' || outcome === 'overtaken' ? undefined : (why ?? outcome)
  if (spans.now !== spans.push) spans.now.end(fault)
  spans.push.set({ 'verdigris.outcome': outcome, 'verdigris.phase': outcome })
  spans.push.end(fault)
}

/** Runs a step of a push under its phase. */
export function insidePush<T>(engine: Engine, id: string, run: () => T): T {
  const spans = engine.spans.get(id)
  return spans === undefined ? run() : engine.tracing.inside(spans.now, run)
}

function inPhase(engine: Engine, push: Push, spans: PushSpans): PushSpans {
  const phase = phaseSpans[push.step.kind]
  if (phase === undefined) return spans
  const attributes = { 'verdigris.push': push.id, 'verdigris.phase': phaseOf(push.step) }
  return { ...spans, phase, now: engine.tracing.open(phase, attributes, spans.push) }
}

/** A phase that gives way to taking back has failed. */
const whyLeft = (step: PushStep): string | undefined =>
  step.kind === 'aborting' || step.kind === 'takingBack' ? step.why : undefined

function servicesOf({ objects }: Push): readonly string[] {
  const names = objects.flatMap((key) => {
    const [namespace, kind, name] = key.split('/')
    return kind === 'Service' || kind === 'Traffic' ? [`${namespace}/${name}`] : []
  })
  return [...new Set(names)].slice(0, limits.resourcesNamed)
}
