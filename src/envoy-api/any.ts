// google.protobuf.Any as bytes: a type URL and the bytes of a message, without knowing the message.
import { createWriter, eachField, tagOf, wireTypes } from './wire.ts'

/** The encoded Any of an encoded message. Equal input, equal bytes. */
export function encodeAny(typeUrl: string, messageBytes: Uint8Array): Uint8Array {
  const writer = createWriter().uint32(tagOf(1, wireTypes.delimited)).string(typeUrl)
  if (messageBytes.length > 0) writer.uint32(tagOf(2, wireTypes.delimited)).bytes(messageBytes)
  return writer.finish()
}

/** An encoded Any taken apart; `value` is a view of the input. Throws EnvoyApiError when the bytes are none. */
export function splitAny(bytes: Uint8Array): { readonly typeUrl: string; readonly value: Uint8Array } {
  let typeUrl = ''
  let value: Uint8Array = new Uint8Array()
  eachField(bytes, 'google.protobuf.Any', (fieldNumber, wireType, reader) => {
    if (wireType !== wireTypes.delimited) return false
    if (fieldNumber === 1) typeUrl = reader.string()
    else if (fieldNumber === 2) value = reader.bytes()
    else return false
    return true
  })
  return { typeUrl, value }
}
