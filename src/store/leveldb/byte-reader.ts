// Reading LevelDB's numbers and texts from bytes that may end anywhere.

/** A place in bytes that moves on. */
export interface ByteReader {
  at: number
  /** Undefined where the bytes end inside it, or it is beyond 2^53. */
  varint(): number | undefined
  /** A length and as many bytes; undefined where they end before. */
  text(): Buffer | undefined
  /** The same, passed over; false where they end before. */
  skipText(): boolean
}

/** Reads `bytes[start, end)`. */
export function createReader(bytes: Buffer, start: number, end = bytes.length): ByteReader {
  const reader: ByteReader = {
    at: start,
    varint() {
      let value = 0
      for (let shift = 0; shift < 53; shift += 7) {
        if (reader.at >= end) return undefined
        const byte = bytes[reader.at++] ?? 0
        value += (byte & 0x7f) * 2 ** shift
        if (byte < 0x80) return value
      }
      return undefined
    },
    text() {
      const length = reader.varint()
      if (length === undefined || reader.at + length > end) return undefined
      reader.at += length
      return bytes.subarray(reader.at - length, reader.at)
    },
    skipText: () => reader.text() !== undefined,
  }
  return reader
}
