// From the store's records to the engine's keys: frames values, cuts the large ones in parts, and keeps account of
// every key with its checksum. The sum over all of them (the digest) lies in the root record, so that a record that
// is missing, or an old one in the place of a new one, is found out at the next open.
import { limits } from '../base/index.ts'
import type { EngineWrite } from './engine.ts'
import { partKey } from './keys.ts'
import type { RecordKind } from './record.ts'
import { encodeFrame, frameBytes } from './record.ts'
import { SortedMap } from './sorted-map.ts'

/** The content of one record of the store, of any size. */
export interface Payload {
  readonly kind: Exclude<RecordKind, 'parts'>
  readonly content: Uint8Array
}

/** One record written, or taken away when there is no value. */
export interface RecordWrite {
  readonly key: string
  readonly value: Payload | undefined
}

/** What the engine holds, root and staged parts apart. */
export interface Ledger {
  readonly entries: SortedMap<{ readonly sum: number; readonly bytes: number }>
  /** Sum of all checksums, modulo 2^32. */
  readonly digest: number
  /** Of all values. */
  readonly bytes: number
}

export const emptyLedger: Ledger = { entries: SortedMap.empty(), digest: 0, bytes: 0 }

/** The head of a value in parts. */
export interface PartsHead {
  readonly kind: Payload['kind']
  readonly parts: number
  readonly bytes: number
}

/** A value that JSON can carry; members that are undefined are left out. */
export const jsonPayload = (value: object): Payload => ({
  kind: 'json',
  content: Buffer.from(JSON.stringify(value)),
})
export const bytesPayload = (content: Uint8Array): Payload => ({ kind: 'bytes', content })

/** The engine's writes for these records (the last of a key counting), and the ledger after them. */
export function enter(
  ledger: Ledger,
  writes: readonly RecordWrite[],
): { readonly ledger: Ledger; readonly batch: readonly EngineWrite[] } {
  const last = new Map(writes.map((write) => [write.key, write.value]))
  const batch: EngineWrite[] = []
  const changes: [string, { sum: number; bytes: number } | undefined][] = []
  let { digest, bytes } = ledger
  const account = (key: string, value: Uint8Array | undefined, sum: number): void => {
    const before = ledger.entries.get(key)
    if (before === undefined && value === undefined) return
    digest = (digest - (before?.sum ?? 0) + sum) >>> 0
    bytes += (value?.length ?? 0) - (before?.bytes ?? 0)
    changes.push([key, value === undefined ? undefined : { sum, bytes: value.length }])
    batch.push({ key, value })
  }
  for (const [key, value] of last) {
    const framed = value === undefined ? [] : frames(key, value)
    for (const { key: at, bytes: content, sum } of framed) account(at, content, sum)
    if (framed.length === 0) account(key, undefined, 0)
    // What is left of a longer value that stood here before.
    for (let part = Math.max(0, framed.length - 1); ledger.entries.has(partKey(key, part)); part++) {
      account(partKey(key, part), undefined, 0)
    }
  }
  return { ledger: { entries: ledger.entries.with(changes), digest, bytes }, batch }
}

function frames(key: string, { kind, content }: Payload): { key: string; bytes: Uint8Array; sum: number }[] {
  const room = limits.storeValueBytes - frameBytes
  if (content.length <= room) return [{ key, ...encodeFrame(key, kind, content) }]
  const parts = Math.ceil(content.length / room)
  const head: PartsHead = { kind, parts, bytes: content.length }
  return [
    { key, ...encodeFrame(key, 'parts', Buffer.from(JSON.stringify(head))) },
    ...Array.from({ length: parts }, (_, part) => {
      const at = partKey(key, part)
      return { key: at, ...encodeFrame(at, 'bytes', content.subarray(part * room, (part + 1) * room)) }
    }),
  ]
}
