// discovery: in come registrations of endpoints (API, files) and the passing of their leases, out go observations for the
// delivery engine. Start at types.ts, then change.ts (a command), leases.ts (silence) and io/discovery.ts (at work).
export { type Asking, createDiscovery, type Discovery, type DiscoveryOptions } from './io/discovery.ts'
export { type WatchOptions, watchFiles } from './io/watch-files.ts'
export { knownEndpoints } from './observed.ts'
export * from './types.ts'
export type { Filter } from './views.ts'
