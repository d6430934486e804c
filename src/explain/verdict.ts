// Whether a condition of a route holds: yes, no, only Envoy knows, or by chance.

/** `text` says what is looked at, `found` what was there instead. */
export type Verdict =
  | { readonly kind: 'yes'; readonly text: string }
  | { readonly kind: 'no'; readonly text: string; readonly found: string }
  | { readonly kind: 'depends'; readonly text: string }
  /** A part of the requests, drawn for each; between 0 and 1, neither included. */
  | { readonly kind: 'chance'; readonly text: string; readonly part: number }

/** Yes, or no with what was found. */
export const verdict = (holds: boolean, text: string, found: string): Verdict =>
  holds ? { kind: 'yes', text } : { kind: 'no', text, found }

/** A text as it stands in a sentence: in quotes, and short. */
export function quoted(text: string, most = 60): string {
  const letters = [...text]
  return JSON.stringify(letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : text)
}

/** Parts that are alternatives: `a, b or c`. */
export function either(parts: readonly string[]): string {
  const last = parts.at(-1) ?? ''
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} or ${last}`
}
