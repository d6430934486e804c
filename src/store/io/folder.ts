// The store's folder, beside the engine's own files: who the store is (identity), who has it open (owner), and up to
// which commit it was answered (two slots, written after each flush), so that a store that lost an answered commit to
// damage is told from one that merely lost an unanswered tail.
import { closeSync, fsyncSync, openSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import { decodeFrame, encodeFrame, formatVersion } from '../record.ts'
import { codeOf, messageOf } from './errors.ts'

/** Files of a store folder. */
export const folderFiles = (dir: string) => ({
  identity: join(dir, 'verdigris-store.json'),
  owner: join(dir, 'owner.json'),
  answered: join(dir, 'answered'),
  engine: join(dir, 'level'),
})

const identityFile = z.object({ format: z.int(), engine: z.string(), id: z.string().min(1) })
const ownerFile = z.object({ pid: z.int() })

/** What the folder says of the store: new, ours, written by a newer version, or unreadable. */
export type Identity =
  | { readonly kind: 'none' }
  | { readonly kind: 'known'; readonly id: string }
  | { readonly kind: 'newer'; readonly format: number }
  | { readonly kind: 'damaged'; readonly what: string }

/** Makes the folder where it is missing and proves that it can be written. */
export async function prepareFolder(dir: string): Promise<Result<void, string>> {
  const probe = join(dir, `.probe-${process.pid}`)
  try {
    await makeFolder(dir)
    await writeFile(probe, '')
    await rm(probe)
    return ok(undefined)
  } catch (error) {
    return err(messageOf(error))
  }
}

/** As `mkdir -p`. Node's own never returns below a folder that is there and takes nothing (/proc). */
async function makeFolder(dir: string): Promise<void> {
  const make = async (): Promise<void> => {
    try {
      await mkdir(dir, { mode: 0o700 })
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
  try {
    await make()
  } catch (error) {
    const parent = dirname(dir)
    if (codeOf(error) !== 'ENOENT' || parent === dir) throw error
    await makeFolder(parent)
    await make()
  }
}

export async function readIdentity(dir: string): Promise<Identity> {
  let text: string
  try {
    text = (await readPlainFile(folderFiles(dir).identity)).toString('utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { kind: 'none' }
    return { kind: 'damaged', what: messageOf(error) }
  }
  try {
    const { format, engine, id } = identityFile.parse(JSON.parse(text))
    if (format > formatVersion) return { kind: 'newer', format }
    if (format < 1 || engine !== 'classic-level')
      return { kind: 'damaged', what: `format ${format}, engine ${engine}` }
    return { kind: 'known', id }
  } catch {
    return {
      kind: 'damaged',
      what: `it is not the text that Verdigris wrote: ${JSON.stringify(text.slice(0, 80))}`,
    }
  }
}

/** Durable: written aside, flushed, renamed, folder flushed. */
export async function writeIdentity(dir: string, id: string): Promise<void> {
  const { identity } = folderFiles(dir)
  const aside = `${identity}.new`
  const file = await open(aside, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify({ format: formatVersion, engine: 'classic-level', id })}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(aside, identity)
  syncFolder(dir)
}

export const writeOwner = (dir: string): Promise<void> =>
  writeFile(folderFiles(dir).owner, `${JSON.stringify({ pid: process.pid })}\n`)
export const removeOwner = (dir: string): Promise<void> => rm(folderFiles(dir).owner, { force: true })

/** For an error message: who holds the store, as far as it said so. */
export async function describeOwner(dir: string): Promise<string> {
  const pid = await ownerOf(dir)
  if (pid === undefined) return 'another process'
  return pid === process.pid ? `this process (${pid})` : `process ${pid}`
}

/** The other process that said it has the store open, if it runs (or another that got its number). */
export async function runningOwner(
  dir: string,
  { withOwn = false }: { readonly withOwn?: boolean } = {},
): Promise<number | undefined> {
  const pid = await ownerOf(dir)
  if (pid === undefined || (pid === process.pid && !withOwn)) return undefined
  try {
    process.kill(pid, 0)
    return pid
  } catch (error) {
    return codeOf(error) === 'EPERM' ? pid : undefined
  }
}

async function ownerOf(dir: string): Promise<number | undefined> {
  try {
    return ownerFile.parse(JSON.parse(await readFile(folderFiles(dir).owner, 'utf8'))).pid
  } catch {
    // Only for a message: no owner is known.
    return undefined
  }
}

/** The newest commit that is known to have been answered. */
export interface AnsweredMark {
  /** Sequence found at the opening; 0 when nothing is known. */
  readonly found: number
  /** Notes a flushed commit. Not flushed itself: after a power cut it may lag, and never leads. */
  note(sequence: number): Promise<void>
  close(): Promise<void>
}

const slotBytes = 64

/** Opens the mark, making it where it is missing. */
export async function openAnsweredMark(dir: string): Promise<AnsweredMark> {
  const file = await openMark(folderFiles(dir).answered)
  const bytes = Buffer.alloc(slotBytes * 2)
  await file.read(bytes, 0, bytes.length, 0)
  return {
    found: Math.max(...slotsOf(bytes).map(readSlot)),
    async note(sequence) {
      const slot = Buffer.alloc(slotBytes)
      slot.set(encodeFrame('answered', 'bytes', sequenceBytes(sequence)).bytes)
      await file.write(slot, 0, slot.length, (sequence % 2) * slotBytes)
    },
    async close() {
      await file.sync()
      await file.close()
    },
  }
}

async function openMark(path: string): Promise<FileHandle> {
  try {
    if (!(await stat(path)).isFile()) throw new Error(`${path} is no file`)
    return await open(path, 'r+', 0o600)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return open(path, 'w+', 0o600)
  }
}

/** The newest commit that is known to have been answered, without opening the mark; 0 when nothing is known. */
export async function readAnswered(dir: string): Promise<number> {
  try {
    return Math.max(...slotsOf(await readPlainFile(folderFiles(dir).answered)).map(readSlot))
  } catch {
    // Missing, or not readable: opening it says which.
    return 0
  }
}

/** A file's bytes. A pipe in its place would be waited for without end. */
export async function readPlainFile(path: string): Promise<Buffer> {
  if (!(await stat(path)).isFile()) throw new Error('it is no file')
  return readFile(path)
}

/** What a mark says; undefined where a slot is neither as it was written nor empty. */
export function parseMark(bytes: Buffer): number | undefined {
  const slots = slotsOf(bytes)
  const isOdd = slots.some((slot) => readSlot(slot) === 0 && slot.some((byte) => byte !== 0))
  return isOdd || bytes.length > slotBytes * 2 ? undefined : Math.max(...slots.map(readSlot))
}

const slotsOf = (bytes: Buffer): readonly Buffer[] =>
  [0, 1].map((slot) => bytes.subarray(slot * slotBytes, (slot + 1) * slotBytes))

/** Content of one slot: the sequence as 8 bytes, framed like a record. 0 for a slot that was never written or is damaged. */
function readSlot(slot: Buffer): number {
  const frame = decodeFrame('answered', slot.subarray(0, 16))
  return frame.ok ? Number(Buffer.from(frame.value.content).readBigUInt64BE(0)) : 0
}

function sequenceBytes(sequence: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(sequence))
  return bytes
}

function syncFolder(dir: string): void {
  const handle = openSync(dir, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
