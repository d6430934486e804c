// What a message of the API may hold, field by field, from the descriptors that the codec itself works by: nothing is
// written down twice. Looked at when a message is first met.
import { adminApi, apiPackage } from '../api/index.ts'

/** What one value of a field is. Moments, durations and free JSON have forms of their own for people. */
export type ValueShape =
  | { readonly kind: 'string' | 'bool' | 'bytes' | 'number' | 'moment' | 'duration' | 'json' }
  /** Whole numbers from `least` to `most`. */
  | { readonly kind: 'integer'; readonly least: number; readonly most: number }
  | { readonly kind: 'enum'; readonly names: readonly string[] }
  | { readonly kind: 'message'; readonly shape: () => MessageShape }

export interface FieldShape {
  readonly value: ValueShape
  /** A map is from text to the value. */
  readonly many: 'one' | 'list' | 'map'
}

export interface MessageShape {
  /** `SwitchRequest`. */
  readonly name: string
  /** By the name that TypeScript knows it by: `requestId`. */
  readonly fields: ReadonlyMap<string, FieldShape>
  /** Names under which an answer says which member of a oneof it holds. */
  readonly oneofs: ReadonlySet<string>
}

/** The parts of google.protobuf.DescriptorProto that are looked at, as proto-loader gives them. */
interface Descriptor {
  readonly name: string
  readonly field: readonly {
    readonly name: string
    readonly type: string
    /** Relative to the message and its package, or absolute. */
    readonly typeName: string
    readonly label: string
  }[]
  readonly nestedType: readonly (Descriptor & { readonly options: { readonly mapEntry: boolean } | null })[]
  readonly enumType: readonly EnumDescriptor[]
  readonly oneofDecl: readonly { readonly name: string }[]
}
interface EnumDescriptor {
  readonly name: string
  readonly value: readonly { readonly name: string }[]
}

const known = new Map<object, MessageShape>()

/** The shape behind a descriptor, as `requestType.type` of a method. */
export function shapeOf(descriptor: object): MessageShape {
  const found = known.get(descriptor)
  if (found !== undefined) return found
  // What proto-loader hands out has no type of its own.
  const { name, field, nestedType, enumType, oneofDecl } = descriptor as Descriptor
  const within = { nestedType, enumType }
  const shape: MessageShape = {
    name,
    fields: new Map(
      field.map((each): [string, FieldShape] => {
        const entry = nestedType.find((inner) => inner.name === each.typeName && inner.options?.mapEntry)
        const value = entry?.field.find((inner) => inner.name === 'value')
        if (value !== undefined) return [camel(each.name), { many: 'map', value: valueShape(value, within) }]
        const many = each.label === 'LABEL_REPEATED' ? 'list' : 'one'
        return [camel(each.name), { many, value: valueShape(each, within) }]
      }),
    ),
    oneofs: new Set(oneofDecl.map((each) => camel(each.name))),
  }
  known.set(descriptor, shape)
  return shape
}

function valueShape(
  { type, typeName }: Descriptor['field'][number],
  within: Pick<Descriptor, 'nestedType' | 'enumType'>,
): ValueShape {
  switch (type) {
    case 'TYPE_STRING':
      return { kind: 'string' }
    case 'TYPE_BOOL':
      return { kind: 'bool' }
    case 'TYPE_BYTES':
      return { kind: 'bytes' }
    case 'TYPE_DOUBLE':
    case 'TYPE_FLOAT':
      return { kind: 'number' }
    case 'TYPE_UINT32':
      return { kind: 'integer', least: 0, most: 2 ** 32 - 1 }
    case 'TYPE_UINT64':
      return { kind: 'integer', least: 0, most: Number.MAX_SAFE_INTEGER }
    case 'TYPE_INT32':
      return { kind: 'integer', least: -(2 ** 31), most: 2 ** 31 - 1 }
    case 'TYPE_INT64':
      return { kind: 'integer', least: Number.MIN_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER }
    case 'TYPE_ENUM': {
      const found = (within.enumType.find((each) => each.name === typeName) ??
        lookUp(typeName)) as EnumDescriptor
      return { kind: 'enum', names: found.value.map((each) => each.name) }
    }
    case 'TYPE_MESSAGE': {
      const special = wellKnown[typeName]
      if (special !== undefined) return { kind: special }
      return {
        kind: 'message',
        shape: () => shapeOf(within.nestedType.find((each) => each.name === typeName) ?? lookUp(typeName)),
      }
    }
    default:
      throw new Error(`the API has a field of type ${type}, which this client does not know`)
  }
}

const wellKnown: Readonly<Record<string, 'moment' | 'duration' | 'json'>> = {
  'google.protobuf.Timestamp': 'moment',
  'google.protobuf.Duration': 'duration',
  'google.protobuf.Struct': 'json',
}

function lookUp(typeName: string): object {
  const found = adminApi().descriptor(`${apiPackage}.${typeName}`) ?? adminApi().descriptor(typeName)
  if (found === undefined) throw new Error(`the API has no type ${typeName}`)
  return found
}

/** `request_id` → `requestId`, as the codec names fields. */
const camel = (name: string): string =>
  name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
