// Ranges of IP addresses as people write them: `10.0.0.0/8`, `2001:db8::/32`, one address.
import { canonicalAddress, isIpAddress } from './address.ts'

/** A range: the first `length` of `bits` bits are those of `value`, the rest is free. */
export interface Cidr {
  /** 32 for IPv4, 128 for IPv6. */
  readonly bits: 32 | 128
  readonly value: bigint
  readonly length: number
}

/** The range, or what is wrong with the text. */
export function parseCidr(text: string): Cidr | { readonly message: string } {
  const form = { message: 'wanted a range such as "10.0.0.0/8", "2001:db8::/32" or one address' }
  const [address = '', prefix, ...rest] = text.split('/')
  if (rest.length > 0 || !isIpAddress(address)) return form
  const bits = address.includes(':') ? 128 : 32
  if (prefix !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefix)) return form
  const length = prefix === undefined ? bits : Number(prefix)
  if (length > bits) return { message: `wanted a prefix of at most ${bits} bits` }
  const value = numberOf(address)
  const free = BigInt(bits - length)
  if ((value >> free) << free === value) return { bits, value, length }
  return {
    message: `wanted ${addressText((value >> free) << free, bits)}/${length}: bits after the prefix are set`,
  }
}

/** Whether every address of `inner` is one of `outer`. */
export const covers = (outer: Cidr, inner: Cidr): boolean =>
  outer.bits === inner.bits &&
  outer.length <= inner.length &&
  (outer.value ^ inner.value) >> BigInt(outer.bits - outer.length) === 0n

function numberOf(address: string): bigint {
  const parts = address.includes(':') ? groupsOf(address) : address.split('.').map(Number)
  const width = address.includes(':') ? 16n : 8n
  return parts.reduce((sum, part) => (sum << width) | BigInt(part), 0n)
}

/** The eight groups of an IPv6 address. The canonical form has no dots. */
function groupsOf(address: string): readonly number[] {
  const [head = '', tail] = canonicalAddress(address).split('::')
  const read = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  const [before, after] = [read(head), read(tail ?? '')]
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length
  return [...before, ...Array.from({ length: zeros }, () => 0), ...after]
}

function addressText(value: bigint, bits: 32 | 128): string {
  const width = bits === 32 ? 8 : 16
  const parts = Array.from({ length: bits / width }, (_, index) =>
    Number((value >> BigInt(bits - width * (index + 1))) & ((1n << BigInt(width)) - 1n)),
  )
  return bits === 32 ? parts.join('.') : canonicalAddress(parts.map((part) => part.toString(16)).join(':'))
}
