// Small worlds for the store's tests: objects, changes and generations with content that can be told apart.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { Problem, Result } from '../../../src/base/index.ts'
import type { ObjectContent } from '../../../src/model/index.ts'
import { contentProof, versionOf } from '../../../src/snapshot/index.ts'
import type { Change, Committed, Generation, GenerationType, Store } from '../../../src/store/index.ts'
import { openStore } from '../../../src/store/index.ts'

/** How the content of these stores is known by its name. */
export const proof = contentProof

const folders: string[] = []
const stores: Store[] = []

/** Closes what a test opened and removes its folders. */
export const cleanUp = (): void => {
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close()
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
  })
}

/** A folder that goes with the test; `where` is a faster place for those that flush much and need no disk. */
export async function freshFolder(where = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(where, 'verdigris-store-'))
  folders.push(folder)
  return folder
}

/** Opens a store that must open; closed after the test. */
export async function opened(
  dir: string,
  options: Partial<Parameters<typeof openStore>[0]> = {},
): Promise<Store> {
  const store = valueIn(await openStore({ dir, ...options }))
  stores.push(store)
  return store
}

function valueIn<T>(result: Result<T, Problem>): T {
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.message}`)
  return result.value
}

export function problemIn(result: Result<unknown, Problem>): Problem {
  if (result.ok) throw new Error('expected a problem, got a value')
  return result.error
}

/** The Traffic object of a service, all weight on one environment. */
export const traffic = (service: string, environment: string): ObjectContent => ({
  kind: 'Traffic',
  namespace: 'default',
  name: service,
  labels: {},
  spec: { weights: { [environment]: 10_000 } },
})
export const keyOfTraffic = (service: string): string => `default/Traffic/${service}`

export const hashOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 32)

/** A change that puts Traffic objects and applies them. */
export function puts(
  contents: readonly ObjectContent[],
  more: Omit<Change, 'revision'> & { readonly revision?: Partial<NonNullable<Change['revision']>> } = {},
): Change {
  return {
    applied: contents.map((content) => ({
      key: `${content.namespace}/${content.kind}/${content.name}`,
      to: 'head',
    })),
    ...more,
    revision: {
      actor: 'deploy-bot',
      reason: 'a test',
      verb: 'switch',
      puts: contents,
      deletes: [],
      ...more.revision,
    },
  }
}

/** One type of a generation from name → content; its resources beside it. */
function typeOf(contents: Readonly<Record<string, string>>): {
  readonly type: GenerationType
  readonly resources: ReadonlyMap<string, Uint8Array>
} {
  const bodies = Object.entries(contents).map(([name, text]) => {
    const bytes = Buffer.from(text)
    return { name, bytes, hash: hashOf(bytes) }
  })
  const entries = new Map(bodies.map(({ name, hash }) => [name, hash]))
  return {
    type: { version: versionOf(entries), entries },
    resources: new Map(bodies.map(({ hash, bytes }) => [hash, bytes])),
  }
}

/** A generation of one group from type → name → content. */
export function generation(
  group: string,
  number: number,
  types: Readonly<Record<string, Readonly<Record<string, string>>>>,
): { readonly generation: Generation; readonly resources: ReadonlyMap<string, Uint8Array> } {
  const built = Object.entries(types).map(([url, contents]) => [url, typeOf(contents)] as const)
  return {
    generation: {
      group,
      number,
      cause: `test ${number}`,
      types: new Map(built.map(([url, { type }]) => [url, type])),
    },
    resources: new Map(built.flatMap(([, { resources }]) => [...resources])),
  }
}

/** A view as plain values, to compare across a restart. */
export function plain(store: Store): unknown {
  const view = store.view()
  return {
    revision: view.revision,
    heads: [...view.heads],
    applied: [...view.applied],
    generations: [...view.generations].map(([group, kept]) => [
      group,
      kept.map(({ number, cause, types }) => ({
        number,
        cause,
        types: [...types]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([url, { version, entries }]) => [
            url,
            version,
            [...entries].sort(([a], [b]) => (a < b ? -1 : 1)),
          ]),
      })),
    ]),
    records: (['push', 'retirement', 'inventory', 'refusal', 'closed', 'endpoint'] as const).map((table) => [
      table,
      [...view.records(table)],
    ]),
  }
}

/** Every file of a folder, byte by byte. */
export const bytesOf = (dir: string): ReadonlyMap<string, string> =>
  new Map(
    (readdirSync(dir, { recursive: true, encoding: 'utf8' }) as string[])
      .sort()
      .filter((name) => statSync(join(dir, name)).isFile())
      .map((name) => [name, readFileSync(join(dir, name)).toString('hex')]),
  )

export const committed = async (store: Store, change: Change): Promise<Committed> =>
  valueIn(await store.commit(change))
