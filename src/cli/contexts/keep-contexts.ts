// Where the file of contexts lies, and how it is read and replaced.
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { err, ok, type Problem, type Result } from '../../base/index.ts'
import type { ContextFile } from './context.ts'

export interface Place {
  /** Absolute. */
  readonly path: string
  /** Somebody named it, so it has to be there. */
  readonly isNamed: boolean
}

/** `--config-file`, else VERDIGRIS_CLIENT_CONFIG, else the place that the XDG base directories give it. */
export function placeOf(flag: string | undefined, env: NodeJS.ProcessEnv): Place {
  const named = flag ?? env.VERDIGRIS_CLIENT_CONFIG
  if (named !== undefined && named !== '') return { path: resolve(named), isNamed: true }
  const home = env.XDG_CONFIG_HOME
  // The specification: a relative path there counts as none.
  const base = home?.startsWith('/') === true ? home : join(homedir(), '.config')
  return { path: join(base, 'verdigris', 'config.yaml'), isNamed: false }
}

/** The contexts there; none where there is no file and none was named. Errors: unreadable, or what is wrong with it. */
export async function readContexts(place: Place): Promise<Result<ContextFile, Problem>> {
  let text: string
  try {
    text = readFileSync(place.path, 'utf8')
  } catch (error) {
    if (!place.isNamed && codeOf(error) === 'ENOENT') return ok({ contexts: [] })
    return err(unusable(place, 'read', error))
  }
  // YAML is read only where there is some: most machines of a pipeline have variables instead.
  const { parseContextFile } = await import('./context-file.ts')
  return parseContextFile(text, place.path)
}

/** Replaces the file in one step, for its owner's eyes only: whoever reads it sees the old one or the new one. */
export async function writeContexts(place: Place, file: ContextFile): Promise<Result<void, Problem>> {
  const { printContextFile } = await import('./context-file.ts')
  const beside = `${place.path}.${process.pid}.new`
  try {
    mkdirSync(dirname(place.path), { recursive: true, mode: 0o700 })
    const handle = openSync(beside, 'wx', 0o600)
    try {
      // The mask of the process may take bits away and leaves none to add; what was there before does not count.
      chmodSync(beside, 0o600)
      writeSync(handle, printContextFile(file))
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(beside, place.path)
    return ok(undefined)
  } catch (error) {
    rmSync(beside, { force: true })
    return err(unusable(place, 'written', error))
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

const unusable = ({ path }: Place, verb: 'read' | 'written', error: unknown): Problem => {
  const why =
    codeOf(error) === 'ENOENT' ? 'it does not exist' : error instanceof Error ? error.message : String(error)
  return {
    kind: 'invalid',
    message: `the file of contexts ${path} cannot be ${verb}: ${why}`,
    violations: [],
  }
}
