// XXH64, which Envoy hashes texts with (source/common/common/hash.h: seed 0). Held to real Envoys by test/e2e/explain.test.ts.
// The algorithm: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md

const prime1 = 0x9e3779b185ebca87n
const prime2 = 0xc2b2ae3d27d4eb4fn
const prime3 = 0x165667b19e3779f9n
const prime4 = 0x85ebca77c2b2ae63n
const prime5 = 0x27d4eb2f165667c5n

const low = (value: bigint): bigint => BigInt.asUintN(64, value)
const rotate = (value: bigint, by: bigint): bigint => low((value << by) | (value >> (64n - by)))
const round = (held: bigint, input: bigint): bigint => low(rotate(low(held + input * prime2), 31n) * prime1)
const merge = (held: bigint, lane: bigint): bigint => low((held ^ round(0n, lane)) * prime1 + prime4)

/** The 64 bits of these bytes. */
export function xxHash64(text: string): bigint {
  const bytes = Buffer.from(text, 'utf8')
  let at = 0
  let hash = prime5
  if (bytes.length >= 32) {
    let [one, two, three, four] = [low(prime1 + prime2), prime2, 0n, low(-prime1)]
    for (; at + 32 <= bytes.length; at += 32) {
      one = round(one, bytes.readBigUInt64LE(at))
      two = round(two, bytes.readBigUInt64LE(at + 8))
      three = round(three, bytes.readBigUInt64LE(at + 16))
      four = round(four, bytes.readBigUInt64LE(at + 24))
    }
    hash = low(rotate(one, 1n) + rotate(two, 7n) + rotate(three, 12n) + rotate(four, 18n))
    for (const lane of [one, two, three, four]) hash = merge(hash, lane)
  }
  hash = low(hash + BigInt(bytes.length))
  for (; at + 8 <= bytes.length; at += 8) {
    hash = low(rotate(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n) * prime1 + prime4)
  }
  if (at + 4 <= bytes.length) {
    hash = low(rotate(hash ^ low(BigInt(bytes.readUInt32LE(at)) * prime1), 23n) * prime2 + prime3)
    at += 4
  }
  for (; at < bytes.length; at++) {
    hash = low(rotate(hash ^ low(BigInt(bytes.readUInt8(at)) * prime5), 11n) * prime1)
  }
  hash = low((hash ^ (hash >> 33n)) * prime2)
  hash = low((hash ^ (hash >> 29n)) * prime3)
  return hash ^ (hash >> 32n)
}
