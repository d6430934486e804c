// Spans of what happens to a command, for whoever looks on. This says only where they begin and end: who keeps them is chosen at
// the start (src/ops/tracing.ts), and nothing is kept by default.
import type { Problem } from './problem.ts'
import type { Result } from './result.ts'

/** Every span that there is, and what it covers. */
export const spanTable = {
  'admin.call': 'A call of the admin API, from its arrival to its answer. Watches have none.',
  plan: 'What a command comes to: compared with the newest contents, guarded, nothing written.',
  compile: 'The resources of one node group, made and checked.',
  translate: 'Part of a compile: objects to drafts of resources.',
  validate: 'Part of a compile: constraints, references and bounds.',
  encode: 'Part of a compile: drafts to bytes.',
  commit: 'One write of the store, until it is on disk.',
  publish: 'A generation handed to the streams of one node group.',
  push: 'A push, from its first write to its end. It outlives the call that began it.',
  'push.prepare': 'Clusters and endpoints go out; until every proxy holds them, and the turn has come.',
  'push.decide': 'The decision is written.',
  'push.switch': 'Routes go out; until every proxy has them.',
  'push.ramp': 'Between two steps of a ramp, and the writing of the next.',
  'push.abort': 'Nothing had moved: what was prepared is taken away.',
  'push.revert': 'It is taken back; until every proxy in reach has its old routes.',
} as const
export type SpanName = keyof typeof spanTable

/** Every attribute, and what it says. */
export const spanAttributeTable = {
  'verdigris.method': 'The method of the API, such as Traffic/Switch.',
  'verdigris.actor': 'Who asked, as it is recorded.',
  'verdigris.verb': 'What was asked: apply, switch, undo and so on.',
  'verdigris.revision': 'The number of the revision.',
  'verdigris.push': 'The id of the push.',
  'verdigris.service': 'The services whose traffic or settings it moves, at most ten.',
  'verdigris.group': 'The node group.',
  'verdigris.generation': 'The number of the generation.',
  'verdigris.phase': 'The phase of the push: that of push.get while it runs, and its end.',
  'verdigris.resumed': 'True: the push began before the control plane was started again.',
  'verdigris.outcome': 'ok, the kind of the error, or the end of the push.',
} as const
export type SpanAttributes = Readonly<
  Partial<Record<keyof typeof spanAttributeTable, string | number | boolean | readonly string[]>>
>

/** A span that is open. */
export interface Span {
  set(attributes: SpanAttributes): void
  /** `why`: it failed. */
  end(why?: string): void
}

/** What came with a call: headers of W3C Trace Context, by their names in lower case. */
export type TraceHeaders = Readonly<Record<string, string>>
export const traceHeaderNames = ['traceparent', 'tracestate'] as const

export interface Tracing {
  /**
   * Runs within a span, which is the parent of those that begin inside. A Problem that it gives and an error that it throws
   * are recorded. `from`: the caller's own span, if the headers name one.
   */
  within<T>(name: SpanName, attributes: SpanAttributes, run: (span: Span) => T, from?: TraceHeaders): T
  /** Opens a span that outlives the present call; its parent is `parent`, or what runs now. */
  open(name: SpanName, attributes: SpanAttributes, parent?: Span): Span
  /** Runs with an open span as the parent. */
  inside<T>(span: Span, run: () => T): T
}

const noSpan: Span = { set: () => undefined, end: () => undefined }

/** Keeps nothing, and costs a call. */
export const noTracing: Tracing = {
  within: (_name, _attributes, run) => run(noSpan),
  open: () => noSpan,
  inside: (_span, run) => run(),
}

/** The Problem of an outcome, if it is one. */
export function problemIn(outcome: unknown): Problem | undefined {
  if (typeof outcome !== 'object' || outcome === null || !('ok' in outcome) || outcome.ok !== false)
    return undefined
  return (outcome as Extract<Result<unknown, Problem>, { ok: false }>).error
}
