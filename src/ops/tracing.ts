// Spans through the API of OpenTelemetry. The SDK is the user's: where none was registered before the start, nothing is kept.
import {
  type Span as ApiSpan,
  context,
  ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { noTracing, problemIn, type Span, type SpanAttributes, type Tracing } from '../base/index.ts'

/** The name of the instrumentation scope. */
const scope = 'verdigris'

/** What keeps spans, as it is registered now; what keeps nothing where that is nobody. */
export function openTracing(version: string): Tracing {
  const tracer = registeredTracer(version)
  return tracer === undefined ? noTracing : tracingOf(tracer)
}

function registeredTracer(version: string): Tracer | undefined {
  const provider = trace.getTracerProvider()
  return provider instanceof ProxyTracerProvider
    ? provider.getDelegateTracer(scope, version)
    : provider.getTracer(scope, version)
}

function tracingOf(tracer: Tracer): Tracing {
  /** Ours → theirs, for those that are parents later. */
  const spans = new WeakMap<Span, ApiSpan>()
  const wrap = (api: ApiSpan): Span => {
    const span: Span = {
      set: (attributes) => api.setAttributes(listed(attributes)),
      end: (why) => {
        if (why !== undefined) api.setStatus({ code: SpanStatusCode.ERROR, message: why })
        api.end()
      },
    }
    spans.set(span, api)
    return span
  }
  const under = (span: Span | undefined) => {
    const api = span === undefined ? undefined : spans.get(span)
    return api === undefined ? context.active() : trace.setSpan(context.active(), api)
  }
  return {
    within: (name, attributes, run, from) => {
      const parent = from === undefined ? context.active() : propagation.extract(ROOT_CONTEXT, from)
      const kind = from === undefined ? SpanKind.INTERNAL : SpanKind.SERVER
      const api = tracer.startSpan(name, { kind, attributes: listed(attributes) }, parent)
      const over = <Outcome>(outcome: Outcome): Outcome => {
        const problem = problemIn(outcome)
        api.setAttributes(listed({ 'verdigris.outcome': problem?.kind ?? 'ok' }))
        if (problem !== undefined) api.setStatus({ code: SpanStatusCode.ERROR, message: problem.message })
        api.end()
        return outcome
      }
      const thrown = (error: unknown): never => {
        api.recordException(error instanceof Error ? error : String(error))
        api.setAttributes(listed({ 'verdigris.outcome': 'bug' }))
        api.setStatus({ code: SpanStatusCode.ERROR })
        api.end()
        throw error
      }
      return context.with(trace.setSpan(parent, api), () => {
        let outcome: ReturnType<typeof run>
        try {
          outcome = run(wrap(api))
        } catch (error) {
          return thrown(error)
        }
        if (!(outcome instanceof Promise)) return over(outcome)
        // The same type: a promise of what it was a promise of.
        return outcome.then(over, thrown) as typeof outcome
      })
    },
    open: (name, attributes, parent) =>
      wrap(tracer.startSpan(name, { attributes: listed(attributes) }, under(parent))),
    inside: (span, run) => context.with(under(span), run),
  }
}

/** Lists are copied: the API wants its own. */
const listed = (attributes: SpanAttributes): Record<string, string | number | boolean | string[]> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  )
