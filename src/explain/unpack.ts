// Extension configurations as the messages that they are.
import { type envoy, typeUrlOf } from '../envoy-api/index.ts'

/** The message in an Any; undefined when it holds another. Its fields were read from bytes as this type. */
export function unpack<Message extends keyof envoy.MessagesByName>(
  message: Message,
  any: envoy.AnyMessage | undefined,
): envoy.MessagesByName[Message] | undefined {
  if (any === undefined || any['@type'] !== typeUrlOf(message)) return undefined
  const { '@type': _, ...fields } = any
  return fields as envoy.MessagesByName[Message]
}
