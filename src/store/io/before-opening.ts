// LevelDB takes an error at the reading of its log, when it opens, for a log without anything in it, and removes it: one
// failed open(2) loses what was answered. So its files are linked aside first, which costs nothing, and put back where what
// it opened is older than what they said.
import { copyFile, link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isLevelFile } from '../leveldb/image.ts'
import { codeOf } from './errors.ts'

/** The files as they were. LevelDB replaces and removes files, and never changes those that it finds. */
export interface Aside {
  /**
   * They are as they were again; what the engine made of them goes. The engine must be closed. Files without any commit stay
   * as the engine left them: there is nothing to lose, and who the store is may be written down already.
   */
  restore(): Promise<void>
  forget(): Promise<void>
}

/**
 * Ends what an opening left that was killed, or could not put back: where what it set aside is newer than the engine's own
 * files, and has every answered commit, it is the store. `commitIn`: newest commit of a folder; -1: none, or damaged.
 */
export async function endOpening(
  engine: string,
  answered: number,
  commitIn: (folder: string) => Promise<number>,
): Promise<void> {
  const aside = asideOf(engine)
  if (!(await isThere(aside))) return
  const kept = await commitIn(aside)
  if (kept >= answered && kept > (await commitIn(engine))) await putBack(engine)
}

/** Links every file of the engine's folder aside; copies it where the file system has no links. `isNew`: without any commit. */
export async function setAside(engine: string, isNew: boolean): Promise<Aside> {
  const aside = asideOf(engine)
  await rm(aside, { recursive: true, force: true })
  await mkdir(aside, { mode: 0o700 })
  for (const entry of await namesIn(engine)) await linkOrCopy(join(engine, entry), join(aside, entry))
  return {
    async restore() {
      try {
        if (isNew) await rm(aside, { recursive: true, force: true })
        else await putBack(engine)
      } catch {
        // A disk that takes no rename either: they stay where they were set aside, and the next opening takes them.
      }
    },
    forget: () => rm(aside, { recursive: true, force: true }),
  }
}

const asideOf = (engine: string): string => `${engine}.before`

/** What was set aside is the engine's folder again; if that fails, the folder is what it was. */
async function putBack(engine: string): Promise<void> {
  const failed = `${engine}.failed`
  await rm(failed, { recursive: true, force: true })
  const moved = await rename(engine, failed).then(
    () => true,
    () => false,
  )
  try {
    await rename(asideOf(engine), engine)
  } catch (error) {
    if (moved) await rename(failed, engine)
    throw error
  }
  await rm(failed, { recursive: true, force: true })
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    // Gone meanwhile: another process has the store open, and the engine says so.
    if (codeOf(error) === 'ENOENT') return
    if (!withoutLinks.has(codeOf(error))) throw error
    await copyFile(from, to)
  }
}

/** How file systems say that they have no hard links, or no more of them. */
const withoutLinks: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.flatMap((entry) => (entry.isFile() && isLevelFile(entry.name) ? [entry.name] : []))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}
