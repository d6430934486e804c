// xds: ADS for Envoys and gRPC clients, SotW and delta. In come generations from the channel and requests from
// streams, out go responses and what each proxy holds or refuses. Start at stream.ts (one stream), hub.ts (all of them),
// io/server.ts (the sockets).
export * from './io/server.ts'
export type { StreamLimits } from './machine.ts'
