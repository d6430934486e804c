// ops: what is seen from outside. In come messages of the channel, push records and the rooms' own figures; out
// go log lines, metrics and the HTTP port with /metrics, /healthz and /readyz. Start at metric-table.ts.
export * from './event-loop.ts'
export type { Figures, ScrapeTime } from './figures.ts'
export * from './group-figures.ts'
export * from './http-server.ts'
export * from './log.ts'
export * from './metric-table.ts'
export * from './metrics.ts'
export * from './remind.ts'
export * from './stop.ts'
export { openTracing } from './tracing.ts'
export * from './traffic-figures.ts'
