// A file of endpoints, or a folder of them, looked at every `endpointFileLookMs`. What is half written, broken or gone changes
// nothing: the last good content stays, and that is said. A file is an owner, `file:<its name>`.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { limits, type Problem, type Result } from '../../base/index.ts'
import { type EndpointsEntry, parseEndpointsFile } from '../../model/index.ts'
import type { Clock, Log } from '../../push/index.ts'
import type { StoreView } from '../../store/index.ts'
import { serviceKey } from '../place.ts'
import type { EndpointsAnswer, EndpointsCommand, Place } from '../types.ts'
import type { Discovery } from './discovery.ts'

export interface WatchOptions {
  /** A file, or a folder of `.yaml`, `.yml` and `.json` files. */
  readonly path: string
  readonly discovery: Pick<Discovery, 'ask' | 'list'>
  readonly store: { view(): StoreView }
  readonly clock: Clock
  readonly log: Log
}

/** One file as it was last seen. */
interface Watched {
  readonly file: string
  /** Of the last look: content is believed when it has not changed between two. */
  stamp: string
  /** Of the content that was read last, good or not. */
  read: string | undefined
  entries: readonly EndpointsEntry[]
  /** Place of each entry, by its environment; those that were refused are not there. */
  readonly taken: Map<string, Place>
  /** What was said already. */
  readonly said: Set<string>
}

/** Begins to watch; ends with what it gives. */
export function watchFiles({ path, discovery, store, clock, log }: WatchOptions): () => void {
  const known = new Map<string, Watched>()
  const problems = new Set<string>()
  let looking = false
  let heads: unknown
  const stop = clock.every(limits.endpointFileLookMs, () => {
    if (looking) return
    looking = true
    void look().finally(() => {
      looking = false
    })
  })

  const look = async (): Promise<void> => {
    const found = filesAt(path)
    once(problems, typeof found === 'string' ? found : undefined, (why) =>
      log.warn({ event: 'endpoints_file_unreadable', path, why, next: 'the last good content is kept' }),
    )
    const files = typeof found === 'string' ? [] : found
    for (const file of files) await lookAt(file)
    for (const watched of known.values()) {
      if (files.includes(watched.file)) continue
      watched.stamp = ''
      once(watched.said, 'gone', () =>
        log.warn({
          event: 'endpoints_file_gone',
          file: watched.file,
          next: 'its endpoints are kept; a file that says "endpoints: []" takes them away',
        }),
      )
    }
    const now = store.view().heads
    if (now === heads) return
    heads = now
    for (const watched of known.values()) await tell(watched, due(watched))
  }

  const lookAt = async (file: string): Promise<void> => {
    const stamp = stampOf(file)
    if (stamp === undefined) return
    const watched = known.get(file)
    if (watched === undefined) {
      known.set(file, { file, stamp, read: undefined, entries: [], taken: new Map(), said: new Set() })
      return
    }
    if (watched.stamp !== stamp) {
      watched.stamp = stamp
      return
    }
    if (watched.read === stamp) return
    const text = textOf(file)
    if (stampOf(file) !== stamp) return
    watched.read = stamp
    watched.said.clear()
    const parsed = typeof text === 'string' ? parseEndpointsFile(text, file) : { violations: [text] }
    if ('violations' in parsed) {
      const faults = parsed.violations.slice(0, limits.faultsLogged)
      log.warn({ event: 'endpoints_file_refused', file, faults, next: 'the last good content is kept' })
      return
    }
    watched.entries = parsed.value
    watched.taken.clear()
    await withdraw(watched)
    await tell(watched, watched.entries)
    log.info({ event: 'endpoints_file', file, environments: parsed.value.length, taken: watched.taken.size })
  }

  /** Entries that are not taken yet, or whose environment has another incarnation than when they were. */
  const due = ({ entries, taken }: Watched): readonly EndpointsEntry[] =>
    entries.filter((entry) => {
      const place = taken.get(entryKey(entry))
      if (place === undefined) return true
      const service = store.view().heads.get(`${entry.namespace}/Service/${entry.service}`)
      return service?.kind !== 'Service' || service.incarnations[entry.environment] !== place.incarnation
    })

  const tell = (watched: Watched, entries: readonly EndpointsEntry[]): Promise<void> =>
    askAll(
      entries.map((entry) => [
        commandOf(entry, ownerOf(watched.file)),
        (outcome) => {
          if (outcome.ok) watched.taken.set(entryKey(entry), outcome.value.place)
          else refuse(watched, entry.path, outcome.error)
        },
      ]),
    )

  /** What the file does not name any more, of this process and of those before it. */
  const withdraw = (watched: Watched): Promise<void> => {
    const owner = ownerOf(watched.file)
    const named = new Set(watched.entries.map(entryKey))
    const places = new Map(
      discovery
        .list({ owner })
        .filter(({ place, release }) => release !== '' && !named.has(entryKey(place)))
        .map(({ place }) => [`${entryKey(place)}.${place.incarnation}`, place]),
    )
    return askAll(
      [...places.values()].map((place) => [
        { verb: 'set', ...place, owner, endpoints: [], force: false },
        (outcome) => {
          if (!outcome.ok) refuse(watched, entryKey(place), outcome.error)
        },
      ]),
    )
  }

  const askAll = async (
    commands: readonly (readonly [EndpointsCommand, (outcome: Result<EndpointsAnswer, Problem>) => void])[],
  ): Promise<void> => {
    // Never more than the half of what may wait: others register too.
    const atOnce = limits.endpointChangesWaiting / 2
    for (let from = 0; from < commands.length; from += atOnce) {
      const part = commands.slice(from, from + atOnce)
      const outcomes = await Promise.all(
        part.map(async ([command, then]) => {
          const outcome = await discovery.ask(command, {
            actor: command.verb === 'drain' ? '' : command.owner,
          })
          return () => then(outcome)
        }),
      )
      for (const then of outcomes) then()
    }
  }

  const refuse = ({ file, said }: Watched, where: string, { message }: Problem): void =>
    once(said, `${where} ${message}`, () =>
      log.warn({ event: 'endpoints_file_entry_refused', file, where, why: message }),
    )

  return stop
}

/** Says a thing once, until it is forgotten. Nothing to say forgets what was said. */
function once(said: Set<string>, what: string | undefined, say: (what: string) => void): void {
  if (what === undefined) said.clear()
  else if (!said.has(what) && said.size < limits.violationsReported) {
    said.add(what)
    say(what)
  }
}

const entryKey = (entry: Pick<EndpointsEntry, 'namespace' | 'service' | 'environment'>): string =>
  `${serviceKey(entry)}/${entry.environment}`

/** Letters that an owner's name has not become "-". */
const ownerOf = (file: string): string =>
  `file:${basename(file).replace(/[^A-Za-z0-9._@/:+-]/g, '-')}`.slice(0, limits.actorLength)

const commandOf = (entry: EndpointsEntry, owner: string): EndpointsCommand => {
  const { namespace, service, environment, release, incarnation, endpoints } = entry
  return {
    ...{ verb: 'set', namespace, service, environment, owner, endpoints, force: false },
    ...(release === undefined ? {} : { release }),
    ...(incarnation === undefined ? {} : { incarnation }),
  }
}

/** The files to look at, or why there are none. */
function filesAt(path: string): readonly string[] | string {
  try {
    if (!statSync(path).isDirectory()) return [path]
    const names = readdirSync(path).filter((name) => /^[^.].*\.(ya?ml|json)$/.test(name))
    if (names.length > limits.endpointFiles)
      return `${names.length} files of endpoints, at most ${limits.endpointFiles} are read`
    return names.sort().map((name) => join(path, name))
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

/** What tells one content of a file from another; undefined: it is not there. */
function stampOf(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true })
  return stat === undefined ? undefined : `${stat.ino} ${stat.size} ${stat.mtimeNs}`
}

function textOf(file: string): string | { readonly path: string; readonly message: string } {
  try {
    const { size } = statSync(file)
    if (size > limits.manifestBytes) {
      return { path: '', message: `${size} bytes, wanted at most ${limits.manifestBytes}` }
    }
    return readFileSync(file, 'utf8')
  } catch (cause) {
    return { path: '', message: cause instanceof Error ? cause.message : String(cause) }
  }
}
