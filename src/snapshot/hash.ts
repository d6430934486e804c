// Hashes: how content is known by its name.
import { createHash } from 'node:crypto'

/** SHA-256, hex, first 32 characters (128 bits). */
export const hashOf = (content: Uint8Array | string): string =>
  createHash('sha256').update(content).digest('hex').slice(0, 32)
