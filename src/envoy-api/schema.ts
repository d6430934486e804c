// What the codec, the constraints and the type generator know of a message: its fields, by every name they have.

export type Scalar =
  | 'double'
  | 'float'
  | 'int64'
  | 'uint64'
  | 'int32'
  | 'fixed64'
  | 'fixed32'
  | 'bool'
  | 'string'
  | 'bytes'
  | 'uint32'
  | 'sfixed32'
  | 'sfixed64'
  | 'sint32'
  | 'sint64'

/** Type of one value: of the field, of a list's element, or of a map's value. */
export type ValueType =
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  | { readonly kind: 'enum'; readonly name: string }
  | { readonly kind: 'message'; readonly name: string }

export interface FieldSchema {
  /** As in the proto file: `cluster_name`. */
  readonly name: string
  /** As in JSON: `clusterName`. */
  readonly jsonName: string
  readonly number: number
  readonly shape: 'singular' | 'repeated' | 'map'
  readonly type: ValueType
  /** Maps only. */
  readonly mapKey?: Scalar
  /** Lists of numbers: encoded as one block. */
  readonly packed: boolean
  /** Singular only: absent and "set to the default" differ (messages, oneof members, `optional`, proto2). */
  readonly presence: boolean
  /** Name of the oneof it is a member of. */
  readonly oneof?: string
  /** Encoded google.protobuf.FieldOptions. */
  readonly options?: Uint8Array
}

export interface OneofSchema {
  readonly name: string
  /** Encoded google.protobuf.OneofOptions. */
  readonly options?: Uint8Array
}

export interface MessageSchema {
  /** Full name, without a leading dot. */
  readonly name: string
  /** In the order of their numbers. */
  readonly fields: readonly FieldSchema[]
  /** By proto name and by JSON name. */
  readonly byName: ReadonlyMap<string, FieldSchema>
  readonly byNumber: ReadonlyMap<number, FieldSchema>
  readonly oneofs: readonly OneofSchema[]
  /** Encoded google.protobuf.MessageOptions. */
  readonly options?: Uint8Array
}

export interface EnumSchema {
  readonly name: string
  /** Aliases included. */
  readonly numbers: ReadonlyMap<string, number>
  /** The first name of each number. */
  readonly names: ReadonlyMap<number, string>
}

/** One method of a gRPC service. */
export interface MethodSchema {
  /** `/envoy.service.load_stats.v3.LoadReportingService/StreamLoadStats`. */
  readonly path: string
  readonly request: string
  readonly response: string
  readonly requestStream: boolean
  readonly responseStream: boolean
}

/** A set of descriptors, parsed message by message as it is asked. */
export interface Schemas {
  readonly files: readonly string[]
  message(name: string): MessageSchema | undefined
  enumeration(name: string): EnumSchema | undefined
  service(name: string): readonly MethodSchema[] | undefined
  /** Full names of every message, map entries left out. */
  messageNames(): readonly string[]
}
