// One file below the folder of secrets: read whole, never outside of the folder, never more than a certificate can have.
import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { err, limits, ok, type Result } from '../../base/index.ts'

/** Its text, or why it cannot be had. Links are followed as long as they stay below `dir`. */
export async function readSecretFile(dir: string, path: string): Promise<Result<string, string>> {
  try {
    const root = await realpath(dir)
    const target = await realpath(join(root, path))
    if (!target.startsWith(root.endsWith(sep) ? root : root + sep))
      return err('leads out of --secrets-dir by a link, wanted a file below it')
    // What the links led to a moment ago, and no new link in its place; a pipe must not hold us up.
    const file = await open(target, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stat = await file.stat()
      if (!stat.isFile()) return err('wanted a file, found something else')
      if (stat.size > limits.secretFileBytes)
        return err(`has ${stat.size} bytes, wanted at most ${limits.secretFileBytes}`)
      const bytes = Buffer.alloc(stat.size + 1)
      const length = await readAll(file, bytes)
      return length > stat.size ? err('grew while it was read') : ok(bytes.toString('utf8', 0, length))
    } finally {
      await file.close()
    }
  } catch (error) {
    return err(`cannot be read: ${codeOf(error)}`)
  }
}

async function readAll(file: Awaited<ReturnType<typeof open>>, into: Buffer): Promise<number> {
  let length = 0
  while (length < into.length) {
    const { bytesRead } = await file.read(into, length, into.length - length, length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return length
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ELOOP: 'too many links',
  ENOTDIR: 'a part of its path is no folder',
}

/** In words; the path is said by the caller. */
const codeOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  return words[code] ?? code
}
