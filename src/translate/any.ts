// Extension configuration as proto3 JSON has it.
import { typeUrlOf } from '../envoy-api/index.ts'

/** An Any of this message type: `@type` and the message's own fields. */
export function any<Fields extends object>(
  messageName: string,
  fields: Fields,
): Fields & { readonly '@type': string } {
  return { '@type': typeUrlOf(messageName), ...fields }
}
