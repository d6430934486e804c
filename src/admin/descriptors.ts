// The shape of the API as data, in the JSON form of google.protobuf.FileDescriptorProto: what reflection serves,
// what the additive check compares and what the types are made of.

/** Numbers of google.protobuf.FieldDescriptorProto.Type. */
export const fieldTypes: Readonly<Record<string, number>> = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  message: 11,
  bytes: 12,
  uint32: 13,
  enum: 14,
  sfixed32: 15,
  sfixed64: 16,
  sint32: 17,
  sint64: 18,
}

export interface FieldShape {
  readonly name: string
  readonly number: number
  /** 1 optional, 3 repeated. */
  readonly label: 1 | 3
  /** See fieldTypes. */
  readonly type: number
  /** Of messages and enums: full name with a leading dot. */
  readonly typeName?: string
  readonly oneofIndex?: number
  readonly proto3Optional?: boolean
  readonly jsonName: string
}
export interface EnumShape {
  readonly name: string
  readonly value: readonly { readonly name: string; readonly number: number }[]
}
export interface MessageShape {
  readonly name: string
  readonly field: readonly FieldShape[]
  readonly nestedType: readonly MessageShape[]
  readonly enumType: readonly EnumShape[]
  readonly oneofDecl: readonly { readonly name: string }[]
  readonly options?: { readonly mapEntry: boolean }
}
export interface MethodShape {
  readonly name: string
  readonly inputType: string
  readonly outputType: string
  readonly clientStreaming: boolean
  readonly serverStreaming: boolean
  /** How it is called by HTTP, the main way first; not of services that only gRPC has. */
  readonly http: readonly HttpBinding[]
}
/** One `google.api.http` rule. */
export interface HttpBinding {
  readonly verb: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH'
  /** `/v1alpha1/namespaces/{namespace}/services/{service}:switch`. */
  readonly path: string
  /** `*`: the body is the request, less what the path names. Absent: there is no body. */
  readonly body?: string
}
export interface ServiceShape {
  readonly name: string
  readonly method: readonly MethodShape[]
}
export interface FileShape {
  readonly name: string
  readonly package: string
  readonly dependency: readonly string[]
  readonly messageType: readonly MessageShape[]
  readonly enumType: readonly EnumShape[]
  readonly service: readonly ServiceShape[]
  readonly syntax: 'proto3'
}

/** Every name that a file defines, services and their methods included: `pkg.Message.Nested`, `pkg.Service.Method`. */
export function symbolsOf(file: FileShape): string[] {
  const messages = (scope: string, shapes: readonly MessageShape[]): string[] =>
    shapes.flatMap((shape) => {
      const name = `${scope}.${shape.name}`
      return [
        name,
        ...messages(name, shape.nestedType),
        ...shape.enumType.map((inner) => `${name}.${inner.name}`),
      ]
    })
  return [
    ...messages(file.package, file.messageType),
    ...file.enumType.map((shape) => `${file.package}.${shape.name}`),
    ...file.service.flatMap((service) => {
      const name = `${file.package}.${service.name}`
      return [name, ...service.method.map((method) => `${name}.${method.name}`)]
    }),
  ]
}

/**
 * What `now` takes away from or changes in `before`: an empty list means additive. Fields are known by number (the
 * wire) and by name (JSON); enum values, methods, messages, enums and services likewise.
 */
export function notAdditive(before: readonly FileShape[], now: readonly FileShape[]): string[] {
  const after = flatten(now)
  const faults: string[] = []
  for (const [name, was] of flatten(before)) {
    const is = after.get(name)
    if (is === undefined) faults.push(`${name} is gone (was ${was})`)
    else if (is !== was) faults.push(`${name} changed from ${was} to ${is}`)
  }
  return faults
}

/** Every contract of the API as one line: identity → what must stay. */
function flatten(files: readonly FileShape[]): Map<string, string> {
  const lines = new Map<string, string>()
  const enums = (scope: string, shapes: readonly EnumShape[]): void => {
    for (const shape of shapes) {
      lines.set(`enum ${scope}.${shape.name}`, 'enum')
      for (const value of shape.value) lines.set(`value ${scope}.${shape.name} = ${value.number}`, value.name)
    }
  }
  const messages = (scope: string, shapes: readonly MessageShape[]): void => {
    for (const shape of shapes) {
      const name = `${scope}.${shape.name}`
      lines.set(`message ${name}`, 'message')
      for (const field of shape.field) {
        const oneof = field.oneofIndex === undefined ? '' : ` in ${shape.oneofDecl[field.oneofIndex]?.name}`
        const type = field.typeName ?? `type ${field.type}`
        lines.set(
          `field ${name} = ${field.number}`,
          `${field.name}: ${field.label === 3 ? 'repeated ' : ''}${type}${oneof}`,
        )
      }
      messages(name, shape.nestedType)
      enums(name, shape.enumType)
    }
  }
  for (const file of files) {
    messages(file.package, file.messageType)
    enums(file.package, file.enumType)
    for (const service of file.service) {
      for (const method of service.method) {
        const direction = `${method.clientStreaming ? 'stream ' : ''}${method.inputType} → ${method.serverStreaming ? 'stream ' : ''}${method.outputType}`
        lines.set(`method ${file.package}.${service.name}/${method.name}`, direction)
        for (const { verb, path, body } of method.http) {
          lines.set(
            `HTTP ${verb} ${path}`,
            `${file.package}.${service.name}/${method.name} ${body ?? 'without a body'}`,
          )
        }
      }
    }
  }
  return lines
}
