// IP addresses: what counts as one, when two mean the same, and which of them take each other's ports.
import { z } from 'zod'

const ipv6 = z.ipv6()
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/

/** Whether it is an IPv4 or IPv6 address, without port, brackets, prefix or zone. */
export const isIpAddress = (text: string): boolean =>
  text.includes(':') ? ipv6.safeParse(text).success : ipv4.test(text)

/** One text per address: `::1` and `0:0:0:0:0:0:0:1` are the same. What is no address stays as it is. */
export function canonicalAddress(address: string): string {
  const url = `http://[${address}]`
  return address.includes(':') && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : address
}

/** What takes the ports of every address of its family. `::` leaves IPv4 alone: Envoy binds it for IPv6 only unless asked. */
export const isWildcard = (address: string): boolean => ['0.0.0.0', '::'].includes(canonicalAddress(address))

/** Whether two sockets on the same port would clash: the same address, or one is the wildcard of the other's family. */
export function addressesOverlap(a: string, b: string): boolean {
  if (a.includes(':') !== b.includes(':')) return false
  return canonicalAddress(a) === canonicalAddress(b) || isWildcard(a) || isWildcard(b)
}
