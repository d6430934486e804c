// Writes the TypeScript side of the admin API from its descriptors: messages as proto-loader gives them
// (camelCase, enums as names, 64-bit numbers as numbers, defaults filled in) and the table of methods.
// Run by test/unit/admin/descriptors.test.ts, which rewrites the file under VERDIGRIS_UPDATE=1.
import type { EnumShape, FieldShape, FileShape, MessageShape } from '../src/admin/descriptors.ts'

const wellKnown: Readonly<Record<string, string>> = {
  '.google.protobuf.Timestamp': 'Timestamp',
  '.google.protobuf.Duration': 'Duration',
  '.google.protobuf.Struct': 'Struct',
}

/** The text of `api.generated.ts` for the files of one package. */
export function adminApiTypes(files: readonly FileShape[], inPackage: string): string {
  const own = files.filter((file) => file.package === inPackage)
  const out: string[] = [
    '// Generated from protos/verdigris by scripts/admin-api-types.ts: change the .proto files and run',
    '// VERDIGRIS_UPDATE=1 npx vitest run test/unit/admin/descriptors.test.ts',
    '',
    // The last member is never there: without it the compiler could not tell the two apart.
    '/** google.protobuf.Timestamp. */',
    "export interface Timestamp {\n  seconds: number\n  nanos: number\n  '@type'?: 'google.protobuf.Timestamp'\n}",
    '/** google.protobuf.Duration. */',
    "export interface Duration {\n  seconds: number\n  nanos: number\n  '@type'?: 'google.protobuf.Duration'\n}",
    '/** google.protobuf.Struct; see struct.ts. */',
    'export interface Struct {\n  fields: Record<string, StructValue>\n}',
    '/** google.protobuf.Value. */',
    "export interface StructValue {\n  nullValue?: 'NULL_VALUE'\n  numberValue?: number\n  stringValue?: string\n  boolValue?: boolean\n  structValue?: Struct\n  listValue?: { values: StructValue[] }\n}",
    '/** A message as it may be given: every field may be left out. */',
    'export type Input<T> = T extends readonly (infer Item)[]\n  ? readonly Input<Item>[]\n  : T extends object\n    ? { readonly [Key in keyof T]?: Input<T[Key]> | undefined }\n    : T',
  ]
  const typeName = (full: string): string =>
    wellKnown[full] ?? full.slice(inPackage.length + 2).replaceAll('.', '')

  const enumeration = (prefix: string, shape: EnumShape): void => {
    out.push(
      `export type ${prefix}${shape.name} =\n${shape.value.map((value) => `  | '${value.name}'`).join('\n')}`,
    )
  }
  const message = (prefix: string, shape: MessageShape): void => {
    if (shape.options?.mapEntry === true) return
    const name = `${prefix}${shape.name}`
    const members = shape.field.map((field) => `  ${member(field, shape, name)}`)
    const oneofs = shape.oneofDecl.flatMap((oneof, index) => {
      const of = shape.field.filter((field) => field.oneofIndex === index && field.proto3Optional !== true)
      return of.length === 0
        ? []
        : [`  ${oneof.name}?: ${of.map((field) => `'${field.jsonName}'`).join(' | ')}`]
    })
    out.push(`export interface ${name} {\n${[...members, ...oneofs].join('\n')}\n}`)
    for (const inner of shape.enumType) enumeration(name, inner)
    for (const inner of shape.nestedType) message(name, inner)
  }
  const member = (field: FieldShape, shape: MessageShape, scope: string): string => {
    const entry = shape.nestedType.find(
      (inner) => inner.options?.mapEntry === true && field.typeName?.endsWith(`${scope}.${inner.name}`),
    )
    const value = entry?.field[1]
    if (value !== undefined) return `${field.jsonName}: Record<string, ${scalar(value)}>`
    if (field.label === 3) return `${field.jsonName}: ${scalar(field)}[]`
    if (field.oneofIndex !== undefined) return `${field.jsonName}?: ${scalar(field)}`
    return `${field.jsonName}: ${scalar(field)}${field.type === 11 ? ' | null' : ''}`
  }
  const scalar = (field: FieldShape): string => {
    if (field.typeName !== undefined) return typeName(field.typeName)
    if (field.type === 9) return 'string'
    if (field.type === 8) return 'boolean'
    if (field.type === 12) return 'Uint8Array'
    return 'number'
  }

  for (const file of own) {
    for (const shape of file.enumType) enumeration('', shape)
    for (const shape of file.messageType) message('', shape)
  }
  const services = own
    .flatMap((file) => file.service)
    .map((service) => {
      const methods = service.method.map(
        (method) =>
          `    ${method.name}: { request: ${typeName(method.inputType)}; response: ${typeName(method.outputType)}; stream: ${method.serverStreaming} }`,
      )
      return `  ${service.name}: {\n${methods.join('\n')}\n  }`
    })
  out.push(`/** Every service and method: what goes in, what comes out, once or as a stream. */`)
  out.push(`export interface AdminServices {\n${services.join('\n')}\n}`)
  return `${out.join('\n')}\n`
}
