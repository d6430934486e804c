// Decides who a caller is: what its client certificate says, or, without one, what it claims, marked as unverified.
import { actorHeader } from '../api/index.ts'
import { err, limits, ok, type Problem, type Result } from '../base/index.ts'

/** Who calls. `name` fits logs, keys and records: bounded in length and charset. */
export type Identity =
  | { readonly kind: 'verified'; readonly name: string; readonly by: 'spiffe' | 'dns' | 'subject' }
  | { readonly kind: 'unverified'; readonly name: string }

/** What the TLS layer proved of a peer. */
export interface PeerFacts {
  /** `X509Certificate.subjectAltName`: `URI:spiffe://…, DNS:…`; entries with odd characters are JSON-quoted. */
  readonly subjectAltName: string | undefined
  /** CN of the subject. */
  readonly commonName: string | undefined
}

/** The actor as it is recorded: the proven name, or `unverified:<claimed>`. */
export const actorOf = (identity: Identity): string =>
  identity.kind === 'verified' ? identity.name : `unverified:${identity.name}`

const nameShape = /^[A-Za-z0-9][A-Za-z0-9._@/:+-]*$/
const wantedShape = `wanted at most ${limits.actorLength} letters, digits and any of . _ @ / : + -, starting with a letter or digit`

/**
 * Who a caller is. `peer` is given when client certificates are required (and were verified by the TLS layer);
 * then a claim counts for nothing. Without, the claim is kept as unverified; no claim is `anonymous`.
 */
export function identify(
  peer: PeerFacts | undefined,
  claimed: string | undefined,
): Result<Identity, Problem> {
  if (peer !== undefined) return identifyPeer(peer)
  if (claimed === undefined || claimed === '') return ok({ kind: 'unverified', name: 'anonymous' })
  if (claimed.length > limits.actorLength || !nameShape.test(claimed)) {
    return err({
      kind: 'invalid',
      message: `${actorHeader}: ${wantedShape}`,
      violations: [{ path: actorHeader, message: wantedShape }],
    })
  }
  return ok({ kind: 'unverified', name: claimed })
}

/** The name in a verified certificate: its SPIFFE id, else its first DNS name, else its common name. */
function identifyPeer(peer: PeerFacts): Result<Identity, Problem> {
  const names = splitAltNames(peer.subjectAltName ?? '')
  const spiffe = names.filter((name) => name.startsWith('URI:spiffe://')).map((name) => name.slice(4))
  if (spiffe.length > 1) return refuse('it holds more than one SPIFFE id')
  const dns = names.find((name) => name.startsWith('DNS:'))?.slice(4)
  const found: { readonly name: string; readonly by: 'spiffe' | 'dns' | 'subject' } | undefined =
    spiffe[0] !== undefined
      ? { name: spiffe[0], by: 'spiffe' }
      : dns !== undefined
        ? { name: dns, by: 'dns' }
        : peer.commonName !== undefined
          ? { name: peer.commonName, by: 'subject' }
          : undefined
  if (found === undefined) return refuse('it names nobody (no SPIFFE URI, DNS name or common name)')
  if (found.name.length > limits.actorLength || !nameShape.test(found.name.replace(/^\*\./, ''))) {
    return refuse(`its name does not fit: ${wantedShape}`)
  }
  return ok({ kind: 'verified', ...found })
}

/** Entries of a subjectAltName text. A quoted entry keeps its quotes, so that it cannot pass for several. */
function splitAltNames(text: string): string[] {
  return (text.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []).map((entry) => entry.trim())
}

const refuse = (why: string): Result<never, Problem> =>
  err({ kind: 'denied', authenticated: false, message: `the client certificate is not usable: ${why}` })
