// Whether a process has a store open, without asking its engine: LevelDB's lock can only be tried by taking it.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { folderFiles, runningOwner } from './folder.ts'

/** The process that has the store open, if any has. */
export async function processWith(dir: string): Promise<number | undefined> {
  const owner = await runningOwner(dir, { withOwn: true })
  const locks = await lockedBy(join(folderFiles(dir).engine, 'LOCK'))
  // Linux says who holds a lock. Elsewhere the owner's own word has to do.
  return locks === 'unknown' ? owner : locks
}

/** Who holds a lock on the file, by /proc/locks: `1: POSIX ADVISORY WRITE 4711 fd:01:1234 0 EOF`. */
async function lockedBy(path: string): Promise<number | undefined | 'unknown'> {
  try {
    const { ino } = await stat(path)
    const locks = await readFile('/proc/locks', 'utf8')
    const holder = locks
      .split('\n')
      .map((line) => /\s(-?\d+) [0-9a-f]+:[0-9a-f]+:(\d+) /.exec(line))
      .find((match) => match?.[2] === String(ino))
    return holder === undefined || holder === null ? undefined : Number(holder[1])
  } catch {
    // No such file, or no such list: nobody can tell.
    return 'unknown'
  }
}
