// Reads the .proto files of the API into descriptors, by file, with fully qualified names and dependencies:
// protobufjs's own export groups by package and knows no dependencies, which no reflection client can link.
import protobuf from 'protobufjs'
import descriptor from 'protobufjs/ext/descriptor.js'
import { detailFiles, protoFiles, protoRoot } from '../../api/index.ts'
import {
  type EnumShape,
  type FieldShape,
  type FileShape,
  fieldTypes,
  type HttpBinding,
  type MessageShape,
  type ServiceShape,
} from '../descriptors.ts'

/** The well-known types that the API uses; protobufjs bundles them without a file name. */
const wellKnownFiles: Readonly<Record<string, string>> = {
  Any: 'google/protobuf/any.proto',
  Duration: 'google/protobuf/duration.proto',
  Timestamp: 'google/protobuf/timestamp.proto',
  Struct: 'google/protobuf/struct.proto',
  Value: 'google/protobuf/struct.proto',
  ListValue: 'google/protobuf/struct.proto',
  NullValue: 'google/protobuf/struct.proto',
}

/** Everything that the .proto files declare, comments included. */
function loadRoot(): protobuf.Root {
  const folder = protoRoot()
  const root = new protobuf.Root()
  root.resolvePath = (_origin, target) => (target.startsWith(folder) ? target : `${folder}/${target}`)
  // The error details too: reflection clients look them up to show an error.
  root.loadSync([...protoFiles, ...detailFiles], { keepCase: true, alternateCommentMode: true })
  root.resolveAll()
  return root
}

/**
 * What the .proto files say of each service, method, message, field, enum and value, on one line, by full name:
 * `verdigris.admin.v1alpha1.Traffic.Switch`.
 */
export function loadComments(): ReadonlyMap<string, string> {
  const comments = new Map<string, string>()
  const note = (name: string, comment: string | null | undefined): void => {
    const said = (comment ?? '').replaceAll(/\s*\n\s*/g, ' ').trim()
    if (said !== '') comments.set(name.slice(1), said)
  }
  const walk = (object: protobuf.ReflectionObject): void => {
    note(object.fullName, object.comment)
    if (object instanceof protobuf.Enum) {
      for (const value of Object.keys(object.values))
        note(`${object.fullName}.${value}`, object.comments[value])
    }
    if (object instanceof protobuf.Service) object.methodsArray.forEach(walk)
    if (object instanceof protobuf.Type) object.fieldsArray.forEach(walk)
    if (object instanceof protobuf.Namespace) object.nestedArray.forEach(walk)
  }
  loadRoot().nestedArray.forEach(walk)
  return comments
}

/** Every file of the API and what it imports, sorted by name. */
export function loadDescriptors(): readonly FileShape[] {
  const folder = protoRoot()
  const root = loadRoot()

  const nameOf = (object: protobuf.ReflectionObject): string | undefined => {
    if (object.filename !== null && object.filename !== undefined) {
      return object.filename.startsWith(folder) ? object.filename.slice(folder.length + 1) : object.filename
    }
    const outermost = object.fullName.replace(/^\.google\.protobuf\./, '').split('.')[0] ?? ''
    return object.fullName.startsWith('.google.protobuf.') ? wellKnownFiles[outermost] : undefined
  }
  const files = new Map<string, Draft>()
  const walk = (scope: protobuf.NamespaceBase): void => {
    for (const object of scope.nestedArray) {
      const name = nameOf(object)
      if (
        object instanceof protobuf.Type ||
        object instanceof protobuf.Enum ||
        object instanceof protobuf.Service
      ) {
        if (name === undefined) continue
        const draft = files.get(name) ?? {
          name,
          package: scope.fullName.slice(1),
          needs: new Set(),
          messages: [],
          enums: [],
          services: [],
        }
        files.set(name, draft)
        const need = (target: protobuf.ReflectionObject): void => {
          const file = nameOf(target)
          if (file !== undefined && file !== name) draft.needs.add(file)
        }
        if (object instanceof protobuf.Type) draft.messages.push(messageShape(object, need))
        else if (object instanceof protobuf.Enum) draft.enums.push(enumShape(object))
        else draft.services.push(serviceShape(object, need))
      } else if (object instanceof protobuf.Namespace) {
        walk(object)
      }
    }
  }
  walk(root)
  return [...files.values()]
    .map(
      (draft): FileShape => ({
        name: draft.name,
        package: draft.package,
        dependency: [...draft.needs].sort(),
        messageType: draft.messages,
        enumType: draft.enums,
        service: draft.services,
        syntax: 'proto3',
      }),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A file as the bytes of a google.protobuf.FileDescriptorProto. */
export function encodeFile(file: FileShape): Uint8Array {
  const type = descriptor.FileDescriptorProto
  return type.encode(type.fromObject({ ...file })).finish()
}

interface Draft {
  readonly name: string
  readonly package: string
  readonly needs: Set<string>
  readonly messages: MessageShape[]
  readonly enums: EnumShape[]
  readonly services: ServiceShape[]
}
type Need = (target: protobuf.ReflectionObject) => void

function messageShape(type: protobuf.Type, need: Need): MessageShape {
  // Real oneofs first, those of `optional` after them: the protocol wants it so.
  const oneofs = [...type.oneofsArray].sort((a, b) => Number(isSynthetic(a)) - Number(isSynthetic(b)))
  const entries: MessageShape[] = []
  const fields = type.fieldsArray.map((field): FieldShape => {
    const base = { name: field.name, number: field.id, jsonName: protobuf.util.camelCase(field.name) }
    if (field instanceof protobuf.MapField) {
      const entry = `${base.jsonName.charAt(0).toUpperCase()}${base.jsonName.slice(1)}Entry`
      entries.push({
        name: entry,
        field: [
          { name: 'key', number: 1, label: 1, type: fieldTypes[field.keyType] ?? 9, jsonName: 'key' },
          { name: 'value', number: 2, label: 1, ...typeOf(field, need), jsonName: 'value' },
        ],
        nestedType: [],
        enumType: [],
        oneofDecl: [],
        options: { mapEntry: true },
      })
      return { ...base, label: 3, type: fieldTypes.message ?? 11, typeName: `${type.fullName}.${entry}` }
    }
    const oneofIndex = field.partOf === null ? -1 : oneofs.indexOf(field.partOf)
    return {
      ...base,
      label: field.repeated ? 3 : 1,
      ...typeOf(field, need),
      ...(oneofIndex >= 0 ? { oneofIndex } : {}),
      ...(field.partOf !== null && isSynthetic(field.partOf) ? { proto3Optional: true } : {}),
    }
  })
  return {
    name: type.name,
    field: fields,
    nestedType: [
      ...type.nestedArray
        .filter((inner) => inner instanceof protobuf.Type)
        .map((inner) => messageShape(inner, need)),
      ...entries,
    ],
    enumType: type.nestedArray.filter((inner) => inner instanceof protobuf.Enum).map(enumShape),
    oneofDecl: oneofs.map((oneof) => ({ name: oneof.name })),
  }
}

function typeOf(field: protobuf.Field, need: Need): { readonly type: number; readonly typeName?: string } {
  const target = field.resolvedType
  if (target === null) {
    const type = fieldTypes[field.type]
    if (type === undefined) throw new Error(`field ${field.fullName} has the unknown type ${field.type}`)
    return { type }
  }
  need(outermost(target))
  return {
    type: fieldTypes[target instanceof protobuf.Enum ? 'enum' : 'message'] ?? 11,
    typeName: target.fullName,
  }
}

const outermost = (object: protobuf.ReflectionObject): protobuf.ReflectionObject =>
  object.parent instanceof protobuf.Type ? outermost(object.parent) : object

/** protobufjs makes a oneof `_field` of one member for each `optional`. */
const isSynthetic = (oneof: protobuf.OneOf): boolean =>
  oneof.fieldsArray.length === 1 && oneof.fieldsArray[0]?.options?.proto3_optional === true

const enumShape = (shape: protobuf.Enum): EnumShape => ({
  name: shape.name,
  value: Object.entries(shape.values).map(([name, number]) => ({ name, number })),
})

function serviceShape(service: protobuf.Service, need: Need): ServiceShape {
  return {
    name: service.name,
    method: service.methodsArray.map((method) => {
      const input = method.resolvedRequestType
      const output = method.resolvedResponseType
      if (input === null || output === null) throw new Error(`method ${method.fullName} is not resolved`)
      need(outermost(input))
      need(outermost(output))
      return {
        name: method.name,
        inputType: input.fullName,
        outputType: output.fullName,
        clientStreaming: method.requestStream === true,
        serverStreaming: method.responseStream === true,
        http: httpBindings(method),
      }
    }),
  }
}

/** A google.api.HttpRule as protobufjs reads it from the options of a method. */
interface HttpRule {
  readonly get?: string
  readonly put?: string
  readonly post?: string
  readonly delete?: string
  readonly patch?: string
  readonly body?: string
  readonly additional_bindings?: HttpRule | readonly HttpRule[]
}

function httpBindings(method: protobuf.Method): readonly HttpBinding[] {
  const bindingsOf = (rule: HttpRule): readonly HttpBinding[] => {
    const verb = (['get', 'put', 'post', 'delete', 'patch'] as const).find((name) => rule[name] !== undefined)
    const path = verb === undefined ? undefined : rule[verb]
    if (verb === undefined || path === undefined)
      throw new Error(`method ${method.fullName} has no HTTP path`)
    return [
      {
        verb: httpVerbs[verb],
        path,
        ...(rule.body === undefined ? {} : { body: rule.body }),
      },
      ...[rule.additional_bindings ?? []].flat().flatMap(bindingsOf),
    ]
  }
  const options: readonly Readonly<Record<string, unknown>>[] = method.parsedOptions ?? []
  return options.flatMap((option) => {
    const rule = option['(google.api.http)']
    return rule === undefined ? [] : bindingsOf(rule as HttpRule)
  })
}

const httpVerbs = { get: 'GET', put: 'PUT', post: 'POST', delete: 'DELETE', patch: 'PATCH' } as const
