// LevelDB takes an error at the reading of its log, when it opens, for a log without anything in it, and removes it: one
// failed open(2) loses what was answered. So its files are linked aside first, which costs nothing, and put back where what
// it opened is older than what they said.
import { link, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** The files as they were. LevelDB replaces and removes files, and never changes those that it finds. */
export interface Aside {
  /** They are as they were again; what the engine made of them goes. The engine must be closed. */
  restore(): Promise<void>
  forget(): Promise<void>
}

/** Links every file of the engine's folder aside. */
export async function setAside(engine: string): Promise<Aside> {
  const aside = `${engine}.before`
  await rm(aside, { recursive: true, force: true })
  await mkdir(aside, { mode: 0o700 })
  for (const entry of await namesIn(engine)) await link(join(engine, entry), join(aside, entry))
  return {
    async restore() {
      const failed = `${engine}.failed`
      try {
        await rm(failed, { recursive: true, force: true })
        await rename(engine, failed).catch(() => undefined)
        await rename(aside, engine)
        await rm(failed, { recursive: true, force: true })
      } catch {
        // A disk that takes no rename either: they stay where they were set aside, and nothing is lost.
      }
    },
    forget: () => rm(aside, { recursive: true, force: true }),
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.flatMap((entry) =>
      entry.isFile() && /^(CURRENT|MANIFEST-\d+|\d+\.(ldb|sst|log))$/.test(entry.name) ? [entry.name] : [],
    )
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
