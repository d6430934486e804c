// admin: the API that people and programs change and watch Verdigris by (gRPC). In come requests; out go
// commands to the delivery engine and views of store, fleet and pushes. Start at io/server.ts.
export * from '../api/index.ts'
export * from './descriptors.ts'
export * from './io/calls.ts'
export * from './io/load-descriptors.ts'
export { lookUpName } from './io/look-up-names.ts'
export * from './io/server.ts'
export * from './reflection.ts'
export type { AdminRooms } from './services/context.ts'
export * from './watch-objects.ts'
