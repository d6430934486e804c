// store: in come changes, one at a time and compared by etag; out come views that never change, each durable before it
// is answered. One writer, one process. Start at types.ts (the interface), then step.ts (what a change does), then
// io/run-store.ts (how it is made durable).
export type { Retention } from './compact.ts'
export { openDamagedStore } from './io/damaged-store.ts'
export type { OpenStoreOptions } from './io/open-store.ts'
export { openStore } from './io/open-store.ts'
export type { StoreReport } from './io/report-store.ts'
export { reportStore } from './io/report-store.ts'
export type { Salvaged } from './io/salvage-store.ts'
export { salvageStore } from './io/salvage-store.ts'
export type { Proof } from './salvage/proven.ts'
export * from './types.ts'
