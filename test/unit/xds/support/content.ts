// Contents for tests, written short: `{ cds: { a: '1' }, rds: { r: '1 > a' } }` is cluster `a` with content 1 and a
// route configuration that names it. Bodies are real Any bytes with the text as value.
import { createHash } from 'node:crypto'
import type { ToStreams, TypeUpdate } from '../../../../src/channel/index.ts'
import { encodeAny, type ResourceTypeKey, typeUrls } from '../../../../src/envoy-api/index.ts'
import type { ResourceFacts } from '../../../../src/snapshot/index.ts'

/** Type → name → content; after ` > ` what it names, separated by spaces. Clusters are EDS unless the content says `static`. */
export type Spec = Readonly<Partial<Record<ResourceTypeKey, Readonly<Record<string, string>>>>>
type Publish = Extract<ToStreams, { kind: 'publish' }>

export const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)

/** A publish of the whole of a spec, or of its difference to another. */
export function publishOf(
  group: string,
  generation: number,
  spec: Spec,
  base?: { readonly generation: number; readonly spec: Spec },
): Publish {
  const types: Record<string, TypeUpdate> = {}
  for (const key of typeKeys) {
    const now = spec[key]
    const before = base?.spec[key] ?? {}
    if (now === undefined && base === undefined) continue
    const names = Object.keys(now ?? {}).sort()
    const put = names
      .filter((name) => before[name] !== now?.[name])
      .map((name) => ({
        name,
        hash: short(`${name}=${now?.[name]}`),
        body:
          now?.[name] === 'bodiless'
            ? new Uint8Array(0)
            : encodeAny(typeUrls[key], Buffer.from(`${name}=${now?.[name]}`)),
        facts: factsOf(key, now?.[name] ?? ''),
      }))
    const remove = Object.keys(before).filter((name) => now?.[name] === undefined)
    if (base !== undefined && put.length === 0 && remove.length === 0) continue
    types[typeUrls[key]] = { version: versionOf(key, spec), put, remove }
  }
  return {
    kind: 'publish',
    group,
    lane: 'all',
    generation,
    ...(base === undefined ? {} : { base: base.generation }),
    types,
  }
}

const typeKeys = Object.keys(typeUrls).filter((key): key is ResourceTypeKey => key in typeUrls)

/** As the snapshot room does it: a hash over names and contents. */
export const versionOf = (key: ResourceTypeKey, spec: Spec): string =>
  short(JSON.stringify([key, Object.entries(spec[key] ?? {}).sort()]))

function factsOf(key: ResourceTypeKey, text: string): ResourceFacts {
  const names = (text.split(' > ')[1] ?? '').split(' ').filter((name) => name !== '')
  if (key === 'cds') return { discovery: text.includes('static') ? 'static' : 'eds' }
  if (key === 'rds' || key === 'ecds') return { clusters: names }
  if (key === 'lds') {
    const ways = names.filter((name) => name.startsWith('way'))
    return ways.length === 0 ? { routes: names } : { extensions: ways }
  }
  if (key === 'sds') return text.includes('key') ? { privateKey: true } : {}
  if (key === 'eds') return { usable: text === '' ? 0 : 1 }
  return {}
}
