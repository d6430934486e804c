// A range of addresses → regular expressions for the text of an address as Envoy writes it (RFC 5952), because no matcher of a
// route takes ranges of the trusted client address. Each expression is small: Envoy refuses large ones.
import type { Cidr } from '../../model/index.ts'

/** Any of these matches exactly the addresses of the range. */
export function addressRegexes(range: Cidr): readonly string[] {
  return range.bits === 32 ? [ipv4(range)] : ipv6(range)
}

function ipv4({ value, length }: Cidr): string {
  const parts: string[] = []
  for (let index = 0; index < 4; index++) {
    const free = Math.min(8, Math.max(0, 8 * (index + 1) - length))
    const octet = Number((value >> BigInt(24 - 8 * index)) & 255n)
    // Everything from here on is free.
    if (free === 8) return `${parts.map((part) => `${part}\\.`).join('')}[0-9.]+`
    parts.push(decimals(octet, octet + 2 ** free - 1))
  }
  return parts.join('\\.')
}

/** Numbers from `low` to `high`, without leading zeros: `1[6-9]|2[0-9]|3[01]`. */
function decimals(low: number, high: number): string {
  const byTens = new Map<number, [number, number]>()
  for (let number = low; number <= high; number++) {
    const tens = Math.floor(number / 10)
    const known = byTens.get(tens)
    if (known === undefined) byTens.set(tens, [number % 10, number % 10])
    else known[1] = number % 10
  }
  // Tens with the same digits after them stand together.
  const whole: number[] = []
  const parts: string[] = []
  for (const [tens, [first, last]] of byTens) {
    if (first === 0 && last === 9) whole.push(tens)
    else parts.push(`${tens === 0 ? '' : tens}${digits(first, last)}`)
  }
  const small = whole.filter((tens) => tens < 10)
  const large = whole.filter((tens) => tens >= 10)
  if (small[0] === 0) parts.push(small.length === 1 ? '[0-9]' : `${digits(1, small.length - 1)}?[0-9]`)
  else if (small.length > 0) parts.push(`${digits(small[0] ?? 0, small.at(-1) ?? 0)}[0-9]`)
  for (const hundred of [1, 2]) {
    const ones = large.filter((tens) => Math.floor(tens / 10) === hundred).map((tens) => tens % 10)
    if (ones.length > 0) parts.push(`${hundred}${digits(ones[0] ?? 0, ones.at(-1) ?? 0)}[0-9]`)
  }
  return parts.length === 1 ? (parts[0] ?? '') : `(?:${parts.join('|')})`
}

const digits = (first: number, last: number): string =>
  first === last ? String(first) : `[${first}-${last}]`

/** What a group of an IPv6 address may be, and whether it may be 0. */
interface Group {
  readonly regex: string
  readonly zero: boolean
}

function ipv6({ value, length }: Cidr): readonly string[] {
  const count = Math.ceil(length / 16)
  const groups = Array.from({ length: count }, (_, index) => {
    const free = Math.max(0, 16 * (index + 1) - length)
    return hexGroup(Number((value >> BigInt(112 - 16 * index)) & 0xffffn), free)
  })
  const rest = 8 - count
  const regexes = [[...groups.map(({ regex }) => regex), ...(rest === 0 ? [] : ['.+'])].join(':')]
  // `::` is the first of the longest runs of zeros. Where it begins inside what the range fixes, the text says less.
  for (let start = 0; start < count; start++) {
    const before = groups.slice(0, start).map(({ regex }) => regex)
    let end = start
    while (end < count && groups[end]?.zero === true) {
      end++
      if (end < count && end - start >= 2) {
        const after = groups.slice(end).map(({ regex }) => regex)
        regexes.push(
          `${before.join(':')}::${[...after, ...Array.from({ length: rest }, () => '[^:]+')].join(':')}`,
        )
      }
    }
    if (end < count || (rest === 0 && end - start < 2)) continue
    const most = rest - (end - start >= 2 ? 0 : 1)
    const tail = most <= 0 ? '' : `(?:[^:]+(?::[^:]+){0,${most - 1}})?`
    regexes.push(`${before.join(':')}::${tail}`)
  }
  return regexes
}

/** Four hexadecimal digits of which the last `free` bits are free, without leading zeros. */
function hexGroup(value: number, free: number): Group {
  const nibbles = Array.from({ length: 4 }, (_, index) => {
    const open = Math.min(4, Math.max(0, free - 4 * (3 - index)))
    const low = (value >> (4 * (3 - index))) & 15
    return { low, high: low + 2 ** open - 1 }
  })
  const forms: string[] = []
  for (let first = 0; first < 4; first++) {
    const [head, ...tail] = nibbles.slice(first)
    if (head === undefined || nibbles.slice(0, first).some(({ low }) => low > 0)) continue
    const least = first === 3 ? head.low : Math.max(1, head.low)
    if (least > head.high) continue
    forms.push([nibble(least, head.high), ...tail.map(({ low, high }) => nibble(low, high))].join(''))
  }
  const zero = nibbles.every(({ low }) => low === 0)
  return { regex: forms.length === 1 ? (forms[0] ?? '') : `(?:${forms.join('|')})`, zero }
}

function nibble(low: number, high: number): string {
  if (low === high) return low.toString(16)
  const letters = high > 9 ? `${low > 9 ? low.toString(16) : 'a'}-${high.toString(16)}` : ''
  return `[${low <= 9 ? `${low}-${Math.min(9, high)}` : ''}${letters}]`
}
