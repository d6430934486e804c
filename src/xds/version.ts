// Version texts. Plain content has its hash; what differs from the plain content of a generation says so behind it:
//
//   <hash>            the content (rule 7: never salted)
//   <hash>~3          the same content as the third forced resend to a node (rule 9)
//   <hash>+<names>    the content and, for a while, clusters that its routes still name (rule 29)
import { createHash } from 'node:crypto'

export interface VersionParts {
  /** Hash of the content. */
  readonly content: string
  /** Number of the forced resend; 0: none. */
  readonly resend: number
  /** Whether more than the content was sent. */
  readonly more: boolean
  /** All but the number of the resend. */
  readonly plain: string
}

/** The text of a version. `lingering`: `name=hash` of what is sent beyond the content. */
export function versionText(
  content: string,
  resend: number | undefined,
  lingering: Iterable<string> = [],
): string {
  const names = [...lingering].sort()
  const more =
    names.length === 0 ? '' : `+${createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 8)}`
  return `${content}${more}${resend === undefined ? '' : `~${resend}`}`
}

/** The parts of a reported version. */
export function parseVersion(text: string): VersionParts {
  const match = /^(.*?)(\+[0-9a-f]{8})?(?:~(\d{1,9}))?$/s.exec(text)
  return {
    content: match?.[1] ?? text,
    plain: `${match?.[1] ?? text}${match?.[2] ?? ''}`,
    more: match?.[2] !== undefined,
    resend: Number(match?.[3] ?? 0),
  }
}
