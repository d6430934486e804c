// CRC-32C (Castagnoli), the checksum inside LevelDB's files. Node has CRC-32 only. Four bytes a step by four tables.

const polynomial = 0x82f63b78
const tables = makeTables()

/** The checksum of `bytes[start, end)`. */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  const [t0, t1, t2, t3] = tables
  let crc = 0xffffffff
  let at = start
  for (; at + 4 <= end; at += 4) {
    crc ^=
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)
    crc =
      (t3[crc & 0xff] ?? 0) ^
      (t2[(crc >>> 8) & 0xff] ?? 0) ^
      (t1[(crc >>> 16) & 0xff] ?? 0) ^
      (t0[crc >>> 24] ?? 0)
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ (t0[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0)
  return (crc ^ 0xffffffff) >>> 0
}

/** As LevelDB stores it: rotated and offset, so that a checksum of checksums stays useful. */
export function unmask(stored: number): number {
  const rotated = (stored - 0xa282ead8) >>> 0
  return ((rotated >>> 17) | (rotated << 15)) >>> 0
}

function makeTables(): readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    return crc
  })
  const shifted = (table: Uint32Array): Uint32Array =>
    table.map((crc) => (crc >>> 8) ^ (first[crc & 0xff] ?? 0))
  const second = shifted(first)
  const third = shifted(second)
  return [first, second, third, shifted(third)]
}
