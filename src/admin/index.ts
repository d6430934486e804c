// admin: the API that people and programs change and watch Verdigris by (gRPC). In come requests; out go
// commands to the delivery engine and views of store, fleet and pushes. Start at io/server.ts.
export type * from './api.generated.ts'
export * from './descriptors.ts'
export * from './events.ts'
export * from './io/calls.ts'
export * from './io/load-descriptors.ts'
export * from './io/proto-files.ts'
export * from './io/rich-status.ts'
export * from './io/server.ts'
export * from './reflection.ts'
export type { AdminRooms } from './services/context.ts'
export * from './status.ts'
export * from './struct.ts'
