// The files of all Secrets: read when they are asked for, watched from then on. The watching of folders makes it quick; a look
// at every file now and then makes it sure, because a folder may be exchanged as a whole and some file systems tell nothing.
import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { err, limits, ok, type Result, type Violation } from '../../base/index.ts'
import { type SecretSpec, secretFilesKey } from '../../model/index.ts'
import { checkMaterial, type SecretTexts, type SoundMaterial } from '../check-material.ts'
import type { SecretNews, SecretSource, SecretState } from '../types.ts'
import { look, stateOf, type Watched } from '../watched.ts'
import { readSecretFile } from './read-file.ts'

export interface SecretFiles extends SecretSource {
  /** How the files of a Secret stand; undefined: they are not looked after. */
  state(spec: SecretSpec): SecretState | undefined
  states(): readonly SecretState[]
  /** Looks at everything now. */
  lookNow(): Promise<void>
  stop(): void
}

export interface SecretFilesOptions {
  /** Absolute. */
  readonly dir: string
  readonly tell: (news: SecretNews) => void
  /** Milliseconds; defaults in limits.ts. */
  readonly lookMs?: number
  readonly settleMs?: number
  readonly patienceMs?: number
}

interface Entry {
  readonly spec: SecretSpec
  state: Watched
  /** What the file system said of the files at the last look that read them. */
  stamp: string
}

/** Where no folder was given: nothing can be read. */
export const noSecretFiles: SecretSource = {
  read: async () =>
    err([
      { path: 'spec', message: 'needs --secrets-dir: the server was started without a folder of secrets' },
    ]),
  keep: () => undefined,
}

/** Looks after files below a folder until `stop`. */
export function watchSecretFiles(options: SecretFilesOptions): SecretFiles {
  const { dir, tell } = options
  const lookMs = options.lookMs ?? limits.secretLookMs
  const settleMs = options.settleMs ?? limits.secretSettleMs
  const patienceMs = options.patienceMs ?? limits.secretPatienceMs
  const entries = new Map<string, Entry>()
  /** Read and not looked after yet: what a change of intent has just been checked with. */
  const fresh = new Map<string, SoundMaterial>()
  const watchers = new Map<string, FSWatcher>()
  let stopped = false
  let soon: NodeJS.Timeout | undefined
  let looking: Promise<void> = Promise.resolve()

  /** One look after another, so that states are never folded out of order. */
  const lookAt = (changedOnly: boolean): Promise<void> => {
    looking = looking.then(async () => {
      for (const entry of [...entries.values()]) {
        if (stopped) return
        await lookAtOne(entry, changedOnly)
      }
      if ([...entries.values()].some(({ state }) => state.bad !== undefined)) hurry(settleMs * 2)
    })
    return looking
  }
  const lookAtOne = async (entry: Entry, changedOnly: boolean): Promise<void> => {
    const stamp = await stampOf(dir, entry.spec)
    if (changedOnly && stamp === entry.stamp && entry.state.bad === undefined) return
    const found = await readAll(dir, entry.spec)
    if (stopped || entries.get(entry.state.files) !== entry) return
    const [state, news] = look(entry.state, found, performance.now(), patienceMs)
    entry.state = state
    entry.stamp = stamp
    if (news !== undefined) tell(news)
  }
  /** A writer needs a moment: several events are one look. */
  const hurry = (ms: number): void => {
    if (stopped || soon !== undefined) return
    soon = setTimeout(() => {
      soon = undefined
      void lookAt(true)
    }, ms)
    soon.unref()
  }
  const every = setInterval(() => {
    arm()
    void lookAt(true)
  }, lookMs)
  every.unref()

  /** A watcher on every folder in which a watched file, or a link on the way to it, may be exchanged. */
  const arm = (): void => {
    if (stopped) return
    const wanted = new Set([...entries.values()].flatMap(({ spec }) => filesOf(spec).flatMap(foldersOf)))
    for (const [folder, watcher] of watchers) {
      if (wanted.has(folder)) continue
      watcher.close()
      watchers.delete(folder)
    }
    for (const folder of wanted) {
      if (watchers.has(folder)) continue
      const watcher = open(join(dir, folder), () => hurry(settleMs))
      if (watcher === undefined) continue
      watcher.on('error', () => {
        watcher.close()
        watchers.delete(folder)
      })
      watchers.set(folder, watcher)
    }
  }

  return {
    read: async (spec) => {
      const found = await readAll(dir, spec)
      if (!found.ok) return found
      fresh.set(secretFilesKey(spec), found.value)
      return ok(found.value.material)
    },
    keep: (specs) => {
      const wanted = new Map([...specs].map((spec) => [secretFilesKey(spec), spec]))
      for (const key of entries.keys()) if (!wanted.has(key)) entries.delete(key)
      for (const [files, spec] of wanted) {
        if (entries.has(files)) continue
        entries.set(files, { spec, state: { files, good: fresh.get(files), bad: undefined }, stamp: '' })
      }
      fresh.clear()
      arm()
      hurry(settleMs)
    },
    state: (spec) => {
      const entry = entries.get(secretFilesKey(spec))
      return entry === undefined ? undefined : stateOf(entry.state)
    },
    states: () => [...entries.values()].map(({ state }) => stateOf(state)),
    lookNow: () => lookAt(false),
    stop: () => {
      stopped = true
      clearInterval(every)
      clearTimeout(soon)
      for (const watcher of watchers.values()) watcher.close()
      watchers.clear()
    },
  }
}

const filesOf = ({ certificate, trustedCa }: SecretSpec): readonly string[] =>
  [certificate?.chain, certificate?.key, trustedCa].filter((each) => each !== undefined)

/** `a/b/c.crt` → `a/b`, `a`, `.`: a link in any of them may be turned. */
function foldersOf(file: string): readonly string[] {
  const folders: string[] = []
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    folders.push(folder)
    if (folder === '.') return folders
  }
}

function open(path: string, changed: () => void): FSWatcher | undefined {
  try {
    return watch(path, { persistent: false }, changed)
  } catch {
    // Not there, or too many watchers: the look every now and then has to do.
    return undefined
  }
}

/** Whatever changes when a file is written, exchanged or reached by other links. */
async function stampOf(dir: string, spec: SecretSpec): Promise<string> {
  const stamps = await Promise.all(
    filesOf(spec).map(async (file) => {
      try {
        const { dev, ino, size, mtimeNs, ctimeNs } = await stat(join(dir, file), { bigint: true })
        return [dev, ino, size, mtimeNs, ctimeNs].join('.')
      } catch {
        return 'none'
      }
    }),
  )
  return stamps.join(' ')
}

/** Reads and checks everything that a Secret names. */
async function readAll(dir: string, spec: SecretSpec): Promise<Result<SoundMaterial, readonly Violation[]>> {
  const { certificate, trustedCa } = spec
  const faults: Violation[] = []
  const read = async (path: string, file: string | undefined): Promise<string | undefined> => {
    if (file === undefined) return undefined
    const found = await readSecretFile(dir, file)
    if (found.ok) return found.value
    faults.push({ path, message: `${file}: ${found.error}` })
    return undefined
  }
  const chain = await read('spec.certificate.chain', certificate?.chain)
  const key = await read('spec.certificate.key', certificate?.key)
  const authorities = await read('spec.trustedCa', trustedCa)
  if (faults.length > 0) return err(faults)
  const texts: SecretTexts = {
    ...(chain === undefined ? {} : { chain }),
    ...(key === undefined ? {} : { key }),
    ...(authorities === undefined ? {} : { trustedCa: authorities }),
  }
  return checkMaterial(spec, texts, Date.now())
}
