// Reads LevelDB's live files before LevelDB does, and says which is damaged, and where. Changes nothing.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import type { EngineFault } from '../engine.ts'
import type { FileFault } from '../level-files.ts'
import { checkTable, liveTables, readLog } from '../level-files.ts'

/** Checks the database in this folder; one that was never finished making is fine. */
export async function checkLevelFiles(folder: string): Promise<Result<void, EngineFault>> {
  let reading = 'CURRENT'
  const read = (name: string): Promise<Buffer> => {
    reading = name
    return readFile(join(folder, name))
  }
  try {
    const names = await namesIn(folder)
    if (!names.includes('CURRENT')) return ok(undefined)
    const manifest = (await read('CURRENT')).toString('latin1').trimEnd()
    if (!/^MANIFEST-\d+$/.test(manifest)) return damaged('CURRENT', { at: 0, what: 'it names no manifest' })
    if (!names.includes(manifest)) return absent(manifest)
    const edits = readLog(await read(manifest))
    if (!edits.ok) return damaged(manifest, edits.error)
    const live = liveTables(edits.value)
    if (!live.ok) return damaged(manifest, live.error)
    for (const [number, size] of live.value) {
      const table = names.find(
        (name) => /^\d+\.(ldb|sst)$/.test(name) && Number.parseInt(name, 10) === number,
      )
      if (table === undefined) return absent(`table ${number}`)
      const bytes = await read(table)
      if (bytes.length !== size) return damaged(table, { at: bytes.length, what: `it has not ${size} bytes` })
      const fault = checkTable(bytes)
      if (fault !== undefined) return damaged(table, fault)
    }
    for (const log of names.filter((name) => name.endsWith('.log'))) {
      const records = readLog(await read(log))
      if (!records.ok) return damaged(log, records.error)
    }
    return ok(undefined)
  } catch (error) {
    return err({
      kind: 'failed',
      message: `${reading}: ${error instanceof Error ? error.message : String(error)}`,
    })
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

const absent = (name: string): Result<never, EngineFault> =>
  err({ kind: 'damaged', message: `${name} is missing` })
const damaged = (name: string, { at, what }: FileFault): Result<never, EngineFault> =>
  err({ kind: 'damaged', message: `${name}: ${what}, at byte ${at}` })
