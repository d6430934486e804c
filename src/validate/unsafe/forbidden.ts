// What resources in Envoy's own words may not have unless the configuration allows it: whatever runs code, reads or writes files
// or the environment, or leads past the resources that can be checked. Decided for every message of Envoy's API of this version
// (test/unit/validate/unsafe.test.ts holds the list of those that look like it).

export type Reason =
  | 'runs code'
  | 'uses files'
  | 'reads the environment'
  | 'leads to sockets of the machine'
  | 'leads past clusters and what they are checked for'
  | 'ends the proxy'

/** Messages, by a pattern of their full names. */
const messages: readonly (readonly [pattern: RegExp, reason: Reason])[] = [
  [/\.dynamic_modules\./, 'runs code'],
  [/\.(lua|wasm|golang)\./, 'runs code'],
  [/\.DynamicOtConfig$/, 'runs code'],
  [/\.PrivateKeyProvider$/, 'runs code'],
  [/\.socket_interface\./, 'runs code'],
  [/\.access_loggers\.file\./, 'uses files'],
  [/^envoy\.config\.tap\.|\.tap\.v3\./, 'uses files'],
  [/\.(file_server|file_system_buffer|file_content|file_system_http_cache|async_files)\./, 'uses files'],
  [/\.(key_value\.file_based|event_sinks\.file|maxmind|file_based_metadata)\./, 'uses files'],
  [/\.(FileBasedMetadataConfig|CredentialsFileCredentialProvider|TlsKeyLog)$/, 'uses files'],
  [/\.(PathConfigSource|WatchedDirectory)$/, 'uses files'],
  [/\.aws_(lambda|request_signing)\./, 'reads the environment'],
  [/^envoy\.config\.core\.v3\.(Pipe|EnvoyInternalAddress)$/, 'leads to sockets of the machine'],
  [/\.internal_upstream\./, 'leads to sockets of the machine'],
  [/\.GrpcService\.GoogleGrpc(\.|$)/, 'leads past clusters and what they are checked for'],
  [/\.(TypedStruct)$|^google\.protobuf\.Struct$/, 'leads past clusters and what they are checked for'],
  [/\.kill_request\./, 'ends the proxy'],
]

/** Fields of messages that are harmless without them. */
const fields: Readonly<Record<string, Readonly<Record<string, Reason>>>> = {
  'envoy.config.core.v3.DataSource': { filename: 'uses files', environmentVariable: 'reads the environment' },
  'envoy.config.core.v3.ConfigSource': { path: 'uses files' },
  'envoy.config.core.v3.SocketAddress': { networkNamespaceFilepath: 'uses files' },
  'envoy.config.core.v3.HealthCheck': { eventLogPath: 'uses files' },
  'envoy.config.trace.v3.LightstepConfig': { accessTokenFile: 'uses files' },
  'envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder': {
    protoDescriptor: 'uses files',
  },
  'envoy.extensions.filters.http.grpc_json_reverse_transcoder.v3.GrpcJsonReverseTranscoder': {
    descriptorPath: 'uses files',
  },
  'envoy.extensions.grpc_service.call_credentials.sts_service.v3.StsServiceCredentials': {
    subjectTokenPath: 'uses files',
    actorTokenPath: 'uses files',
  },
}

/** Why a message is refused; undefined when it is not. */
export const reasonOf = (message: string): Reason | undefined =>
  messages.find(([pattern]) => pattern.test(message))?.[1]

/** Why a field that is set is refused; undefined when it is not. `jsonName`: in camelCase. */
export const fieldReason = (message: string, jsonName: string): Reason | undefined =>
  fields[message]?.[jsonName]
