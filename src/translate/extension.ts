// Extension configuration as proto3 JSON has it.
import { type envoy, typeUrlOf } from '../envoy-api/index.ts'

/** An Any of this message type: `@type` and the message's own fields, checked like everything else (scripts/envoy-api/types.mjs has the list). */
export function extension<Message extends keyof envoy.MessagesByName>(
  message: Message,
  fields: envoy.MessagesByName[Message],
): envoy.AnyMessage {
  return { '@type': typeUrlOf(message), ...fields }
}
