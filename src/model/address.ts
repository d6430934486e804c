// IP addresses: what counts as one, when two mean the same, and which of them take each other's ports.
import { z } from 'zod'

const family = (address: string): 4 | 6 | undefined =>
  z.ipv4().safeParse(address).success ? 4 : z.ipv6().safeParse(address).success ? 6 : undefined

/** Whether it is an IPv4 or IPv6 address, without port, brackets, prefix or zone. */
export const isIpAddress = (text: string): boolean => family(text) !== undefined

/** One text per address: `::1` and `0:0:0:0:0:0:0:1` are the same. */
export function canonicalAddress(address: string): string {
  return family(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address
}

/**
 * Whether two sockets on the same port would clash: the same address, or one is the wildcard of the other's family.
 * `::` and `0.0.0.0` do not clash, because Envoy binds IPv6 wildcards without IPv4 unless asked.
 */
export function addressesOverlap(a: string, b: string): boolean {
  if (family(a) !== family(b)) return false
  const [left, right] = [canonicalAddress(a), canonicalAddress(b)]
  const wildcard = family(a) === 6 ? '::' : '0.0.0.0'
  return left === right || left === wildcard || right === wildcard
}
