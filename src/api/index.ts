// api: the admin API as both ends speak it: messages, methods, errors on the wire. Server and client share it, and it
// knows neither. In come .proto files; out go types, codecs, and Problems as gRPC statuses. Start at names.ts.
export type * from './api.generated.ts'
export * from './io/proto-files.ts'
export * from './io/rich-status.ts'
export * from './names.ts'
export * from './status.ts'
export * from './struct.ts'
export * from './times.ts'
