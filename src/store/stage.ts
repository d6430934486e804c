// A change too large for one batch of the engine is first laid down in parts that nobody looks at, then made visible by
// one small write of the root, then put in its place. A crash before the root leaves parts that the next open sweeps;
// a crash after it leaves parts that the next open puts in their place.
import type { Result } from '../base/index.ts'
import { err, limits, ok } from '../base/index.ts'
import type { EngineWrite } from './engine.ts'
import { stageKey } from './keys.ts'
import { encodeFrame, frameBytes } from './record.ts'

const headerBytes = 9

/** The parts of these writes, framed, in order. */
export function stageParts(writes: readonly EngineWrite[]): {
  readonly parts: readonly EngineWrite[]
  readonly bytes: number
} {
  const packed = Buffer.concat(writes.flatMap(pack))
  const room = limits.storeValueBytes - frameBytes
  const parts = Array.from({ length: Math.ceil(packed.length / room) }, (_, part): EngineWrite => {
    const key = stageKey(part)
    return { key, value: encodeFrame(key, 'bytes', packed.subarray(part * room, (part + 1) * room)).bytes }
  })
  return { parts, bytes: packed.length }
}

/** The writes that were staged, from the contents of their parts. */
export function unstage(contents: readonly Uint8Array[]): Result<readonly EngineWrite[], string> {
  const packed = Buffer.concat(contents)
  const writes: EngineWrite[] = []
  for (let at = 0; at < packed.length; ) {
    if (at + headerBytes > packed.length) return err('staged parts end inside a write')
    const keyBytes = packed.readUInt32BE(at)
    const valueBytes = packed.readUInt32BE(at + 4)
    const deletes = packed[at + 8] === 1
    const key = at + headerBytes
    const end = key + keyBytes + valueBytes
    if (end > packed.length) return err('staged parts end inside a value')
    const value = deletes ? undefined : packed.subarray(key + keyBytes, end)
    writes.push({ key: packed.toString('utf8', key, key + keyBytes), value })
    at = end
  }
  return ok(writes)
}

/** Cuts writes into batches that the engine takes, in order. A single write is never cut. */
export function batches(
  writes: readonly EngineWrite[],
  room: { readonly writes: number; readonly bytes: number },
): readonly (readonly EngineWrite[])[] {
  const cut: EngineWrite[][] = []
  let current: EngineWrite[] = []
  let bytes = 0
  for (const write of writes) {
    const size = write.key.length + (write.value?.length ?? 0)
    if (current.length > 0 && (current.length >= room.writes || bytes + size > room.bytes)) {
      cut.push(current)
      current = []
      bytes = 0
    }
    current.push(write)
    bytes += size
  }
  return current.length === 0 ? cut : [...cut, current]
}

function pack({ key, value }: EngineWrite): readonly Uint8Array[] {
  const header = Buffer.alloc(headerBytes)
  const name = Buffer.from(key)
  header.writeUInt32BE(name.length, 0)
  header.writeUInt32BE(value?.length ?? 0, 4)
  header[8] = value === undefined ? 1 : 0
  return value === undefined ? [header, name] : [header, name, value]
}
