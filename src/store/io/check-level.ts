// Reads LevelDB's files without LevelDB, and says which is damaged, and where. Changes nothing.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import type { EngineFault } from '../engine.ts'
import { rootKey } from '../keys.ts'
import type { LevelFault, LevelFiles } from '../leveldb/image.ts'
import { isLevelFile, merged, readLevelImage } from '../leveldb/image.ts'
import type { LevelPut } from '../leveldb/log.ts'
import { codeOf, messageOf } from './errors.ts'
import { readPlainFile } from './folder.ts'

/** What the files say before the engine opens them: the newest root record, if any was ever written. */
export interface LevelCheck {
  readonly root: Uint8Array | undefined
}

/** Checks the database in this folder; one that was never finished making is fine. */
export async function checkLevelFiles(folder: string): Promise<Result<LevelCheck, EngineFault>> {
  const files = await readLevelFiles(folder)
  if (!files.ok) return err({ kind: 'failed', message: files.error })
  const { faults, tables, logs } = readLevelImage(files.value)
  const [fault] = faults
  if (fault !== undefined) return err({ kind: 'damaged', message: describeFault(fault) })
  const isRoot = ({ key }: LevelPut): boolean => key === rootKey
  const puts = [...tables, ...logs].flatMap((source) => source?.filter(isRoot) ?? [])
  return ok({ root: merged(puts).get(rootKey)?.value })
}

/** `000005.log: a record of the log is damaged, at byte 812`. */
export const describeFault = ({ file, at, what }: LevelFault): string =>
  what === 'it is missing'
    ? `${file} is missing`
    : `${file}: ${what}${at === undefined ? '' : `, at byte ${at}`}`

/** The bytes of every file that holds data. A folder that is not there has none. Error: it cannot be listed. */
export async function readLevelFiles(folder: string): Promise<Result<LevelFiles, string>> {
  let names: readonly string[]
  try {
    names = await readdir(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ok(new Map())
    return err(messageOf(error))
  }
  const files = new Map<string, { readonly bytes: Buffer } | { readonly unreadable: string }>()
  for (const name of names.filter(isLevelFile).sort()) {
    files.set(name, await readWhole(join(folder, name)))
  }
  return ok(files)
}

async function readWhole(path: string): Promise<{ bytes: Buffer } | { unreadable: string }> {
  try {
    return { bytes: await readPlainFile(path) }
  } catch (error) {
    return { unreadable: messageOf(error) }
  }
}
