// The fields of a request that a path or a query can say, one by one, those inside messages included: `key.namespace`.
import { isWellKnown, type Schemas } from '../envoy-api/index.ts'
import { fieldSchema } from './openapi-schemas.ts'

export interface QueryField {
  /** As in paths: `key.namespace`, `page_size`. */
  readonly name: string
  /** As in queries: `key.namespace`, `pageSize`. */
  readonly jsonName: string
  /** Of the field itself: `verdigris.admin.v1alpha1.ObjectKey.namespace`. */
  readonly fullName: string
  readonly schema: Readonly<Record<string, unknown>>
}

/** What has no text, such as maps and lists of messages, is left out: it can only be said in a body. */
export function queryFields(schemas: Schemas, message: string): readonly QueryField[] {
  const fields = schemas.message(message)?.fields ?? []
  return fields.flatMap((field): readonly QueryField[] => {
    const { name, jsonName, type, shape } = field
    const fullName = `${message}.${name}`
    if (shape === 'map') return []
    if (type.kind !== 'message' || /^google\.protobuf\.(Timestamp|Duration)$/.test(type.name))
      return [{ name, jsonName, fullName, schema: fieldSchema(field) }]
    if (shape === 'repeated' || isWellKnown(type.name)) return []
    return queryFields(schemas, type.name).map((inner) => ({
      ...inner,
      name: `${name}.${inner.name}`,
      jsonName: `${jsonName}.${inner.jsonName}`,
    }))
  })
}
