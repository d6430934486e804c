// xds: ADS for Envoys and gRPC clients, SotW and delta. In come generations from the channel and requests from
// streams, out go responses and what each proxy holds or refuses. Start at stream.ts (one stream), hub.ts (all of them),
// io/server.ts (the sockets).
export type { HubStats, Scheduler } from './hub.ts'
export * from './io/server.ts'
export type { StreamLimits } from './machine.ts'
export { type GroupTable, type SelectGroup, selectGroup } from './placement.ts'
