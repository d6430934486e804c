// The text of a NACK is free text about the first failures, and may hold the refused resource whole: it is cut and
// stripped before it goes anywhere (rules 34 and 43).
import { limits } from '../base/index.ts'

const blocks = /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g
// Envoy prints protobuf text (`inline_string: "…"`) and JSON (`"inlineString":"…"`).
const members =
  /("?(?:inline_?string|inline_?bytes|private_?key|password|token|secret|session_?ticket_?keys|authorization|hmac_?secret|credential)s?"?\s*:?\s*\{?\s*(?:"?(?:inline_?string|inline_?bytes)"?\s*:\s*)?)"(?:[^"\\]|\\.)*("|$)/gi

/** At most `limits.nackDetailLength` characters, without key material and without the values of secret fields. */
export function redact(text: string): string {
  const stripped = text.replace(blocks, '[removed]').replace(members, '$1"[removed]"')
  const clean = stripped.replace(/[^\P{Cc}\n\t]/gu, ' ').trim()
  return clean.length <= limits.nackDetailLength ? clean : `${clean.slice(0, limits.nackDetailLength - 1)}…`
}
