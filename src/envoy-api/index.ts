// envoy-api: Envoy's messages. In come proto3 JSON forms or bytes, out come bytes or JSON forms, and what Envoy's
// API says about a message. Start at resource-types.ts (the table), then encode.ts. Importing this loads no
// descriptors: the first question does.
export { encodeAny, splitAny } from './any.ts'
export { decodeJson } from './decode.ts'
export { optionBytes, optionNumber, parseDescriptors } from './descriptors.ts'
export * from './discovery.ts'
export { encodeJson, isWellKnown } from './encode.ts'
export { EnvoyApiError, formatPath, type JsonPath, suggestion } from './errors.ts'
export { envoyApiVersion } from './io/descriptor-file.ts'
export type { JsonForm } from './place.ts'
export { descriptorsLoaded, enumSchema, envoySchemas, messageSchema } from './registry.ts'
export * from './resource-types.ts'
export type * from './schema.ts'
export * from './services.ts'
export { parseDuration } from './times.ts'
/** Types of the JSON forms: `envoy.Listener`, `envoy.RouteConfiguration`, … */
export type * as envoy from './types.generated.ts'
export { eachMessage, type MetField, type MetMessage } from './walk.ts'
export { delimitedField } from './wire.ts'
