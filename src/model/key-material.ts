// Private keys and other credentials that a resource says itself: what is applied is stored and printed, so they are refused.
// They come from files, by a Secret.
import { eachMessage, type JsonPath, type MetField, optionNumber } from '../envoy-api/index.ts'

/** Where a resource holds what must not be stored. */
export interface KeyMaterial {
  readonly path: JsonPath
  readonly message: string
}

/** `udpa.annotations.sensitive`, with which Envoy's API marks what it never prints. */
const sensitiveExtension = 76_569_463
const dataSource = 'envoy.config.core.v3.DataSource'

/** Every place with key material in a message in proto3 JSON. No message repeats what was found. */
export function keyMaterialIn(messageName: string, json: unknown): readonly KeyMaterial[] {
  const found: KeyMaterial[] = []
  eachMessage(messageName, json, ({ message, path, fields }) => {
    for (const met of fields) {
      if (isSensitive(met)) found.push(...saidInline(met, [...path, met.key]))
      else if (message === dataSource && looksLikeKey(met)) found.push(refused([...path, met.key]))
    }
  })
  return distinct(found)
}

const isSensitive = ({ field }: MetField): boolean => optionNumber(field.options, sensitiveExtension) === 1

/** A source of data may still lead elsewhere; anything else is the secret itself. */
function saidInline({ field, value }: MetField, path: JsonPath): readonly KeyMaterial[] {
  if (field.type.kind !== 'message' || field.type.name !== dataSource) return [refused(path)]
  const sources: readonly unknown[] = Array.isArray(value) ? value : [value]
  return sources.some((source) => /"inline_?(string|bytes)"/i.test(JSON.stringify(source) ?? ''))
    ? [refused(path)]
    : []
}

function looksLikeKey({ key, value }: MetField): boolean {
  if (typeof value !== 'string') return false
  const text = /bytes/i.test(key) ? Buffer.from(value, 'base64').toString('latin1') : value
  return text.includes('PRIVATE KEY-----')
}

const refused = (path: JsonPath): KeyMaterial => ({
  path,
  message:
    'key material is refused here, because it would be stored: keep it in files and name them in a Secret',
})

function distinct(found: readonly KeyMaterial[]): readonly KeyMaterial[] {
  return [...new Map(found.map((each) => [JSON.stringify(each.path), each])).values()]
}
