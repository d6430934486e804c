// Manifests from files, folders and standard input, bounded before they are read.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { err, invalid, limits, ok, type Problem, type Result, type Violation } from '../base/index.ts'

/** A text and the name to show in errors. */
export interface SourceText {
  readonly name: string
  readonly text: string
}

/** Every manifest behind the -f options: files, the *.yaml, *.yml and *.json of folders, `-` for stdin. */
export async function readSources(
  paths: readonly string[],
  recursive: boolean,
): Promise<Result<readonly SourceText[], Problem>> {
  const faults: Violation[] = []
  const files: string[] = []
  for (const path of paths) {
    try {
      if (path === '-' || !statSync(path).isDirectory()) {
        files.push(path)
        continue
      }
      const found = manifestsIn(path, recursive)
      if (found.length === 0) {
        const deeper = recursive ? '' : '; -R looks into its folders too'
        faults.push({ path: '-f', message: `no *.yaml, *.yml or *.json in ${path}${deeper}` })
      }
      files.push(...found)
    } catch (error) {
      faults.push({ path: '-f', message: readFault(path, error) })
    }
  }
  if (faults.length > 0) return err(invalid(faults))

  const sources: SourceText[] = []
  let left: number = limits.manifestBytes
  for (const file of files) {
    try {
      if (file !== '-' && statSync(file).size > left) return err(tooLarge)
      const bytes = file === '-' ? await readStdin(left) : readFileSync(file)
      if (bytes === undefined || bytes.length > left) return err(tooLarge)
      left -= bytes.length
      sources.push({ name: file === '-' ? 'stdin' : file, text: bytes.toString('utf8') })
    } catch (error) {
      faults.push({ path: '-f', message: readFault(file, error) })
    }
  }
  return faults.length > 0 ? err(invalid(faults)) : ok(sources)
}

function manifestsIn(folder: string, recursive: boolean): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return recursive ? manifestsIn(path, true) : []
      return /\.(ya?ml|json)$/i.test(entry.name) ? [path] : []
    })
}

/** Standard input, or undefined when there is more than `bound` bytes of it. */
async function readStdin(bound: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of process.stdin) {
    const buffer = Buffer.from(part)
    bytes += buffer.length
    if (bytes > bound) return undefined
    parts.push(buffer)
  }
  return Buffer.concat(parts)
}

const tooLarge: Problem = {
  kind: 'limit',
  limit: 'manifestBytes',
  message: `more than ${limits.manifestBytes / 1024 / 1024} MiB of manifests in one command: apply them in parts`,
}

function readFault(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return `${path} does not exist`
  if (code === 'EACCES') return `${path} may not be read`
  return `${path}: ${error instanceof Error ? error.message : String(error)}`
}
