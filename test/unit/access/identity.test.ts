// Who a caller is, from what was proven and what is only claimed.
import { describe, expect, it } from 'vitest'
import { actorOf, identify } from '../../../src/access/index.ts'

const name = (peer: Parameters<typeof identify>[0], claimed?: string): string => {
  const identity = identify(peer, claimed)
  return identity.ok ? actorOf(identity.value) : `refused: ${identity.error.message}`
}
const certificate = (subjectAltName: string | undefined, commonName?: string) => ({
  subjectAltName,
  commonName,
})

describe('an identity', () => {
  it('is the SPIFFE id of the certificate before its DNS name, and that before its common name', () => {
    expect(name(certificate('DNS:a.test, URI:spiffe://example.test/bot', 'cn'))).toBe(
      'spiffe://example.test/bot',
    )
    expect(name(certificate('IP Address:127.0.0.1, DNS:a.test', 'cn'))).toBe('a.test')
    expect(name(certificate(undefined, 'cn'))).toBe('cn')
  })

  it('is never what was claimed when there is a certificate', () => {
    expect(name(certificate('DNS:a.test'), 'root')).toBe('a.test')
  })

  it('is unverified when only claimed, and anonymous when not even that', () => {
    expect(name(undefined, 'deploy-bot')).toBe('unverified:deploy-bot')
    expect(name(undefined, undefined)).toBe('unverified:anonymous')
    expect(name(undefined, '')).toBe('unverified:anonymous')
  })

  it.each([
    ['two words'],
    ['line\nbreak'],
    ['a'.repeat(300)],
    ['-flag'],
    ['unverified:x"'],
    ['наш'],
    ['\u0000'],
  ])('cannot be claimed as %j', (claimed) => {
    expect(name(undefined, claimed)).toMatch(/^refused: x-verdigris-actor: wanted at most 253/)
  })

  it('is refused when the certificate names nobody, two workloads, or something odd', () => {
    expect(name(certificate(undefined))).toMatch(/names nobody/)
    expect(name(certificate('URI:spiffe://a.test/x, URI:spiffe://a.test/y'))).toMatch(
      /more than one SPIFFE id/,
    )
    expect(name(certificate(undefined, 'a b'))).toMatch(/does not fit/)
  })

  it('does not take a quoted entry for two', () => {
    // Node quotes an entry that holds a comma; inside of the quotes nothing counts as an entry of its own.
    expect(name(certificate('DNS:"a.test, URI:spiffe://example.test/admin"'))).toMatch(/does not fit/)
    expect(name(certificate('DNS:"a, URI:spiffe://example.test/admin", DNS:b.test'))).toMatch(/does not fit/)
  })
})
