// What a generation names, read and decoded: the resources that decide where a request goes. Clusters are known by name alone.
import { type Json, limits } from '../base/index.ts'
import { decodeJson, type envoy, messageOfTypeUrl, splitAny, typeUrls } from '../envoy-api/index.ts'
import type { Served } from './types.ts'

/** Hashes by name of one type: of the generation that is looked at, or that a proxy holds of this type. */
export type EntriesOf = (typeUrl: string) => ReadonlyMap<string, string>

/** Reads what is served; remembers what it decoded, bounded. Undefined: a resource cannot be read any more. */
export type ServedReader = (entriesOf: EntriesOf) => Promise<Served | undefined>

/** `bodyOf` gives the Any bytes of a resource by its hash. */
export function createServedReader(bodyOf: (hash: string) => Promise<Uint8Array | undefined>): ServedReader {
  const decoded = new Map<string, Json>()
  const read = async (hash: string): Promise<Json | undefined> => {
    const found = decoded.get(hash)
    if (found !== undefined) return found
    const body = await bodyOf(hash)
    if (body === undefined) return undefined
    const { typeUrl, value } = splitAny(body)
    const json = decodeJson(messageOfTypeUrl(typeUrl), value)
    const [oldest] = decoded.keys()
    if (decoded.size >= limits.decodedForExplain && oldest !== undefined) decoded.delete(oldest)
    decoded.set(hash, json)
    return json
  }
  const readType = async (
    entries: ReadonlyMap<string, string>,
  ): Promise<ReadonlyMap<string, Json> | undefined> => {
    const found = new Map<string, Json>()
    for (const [name, hash] of entries) {
      const json = await read(hash)
      if (json === undefined) return undefined
      found.set(name, json)
    }
    return found
  }
  return async (entriesOf) => {
    const listeners = await readType(entriesOf(typeUrls.lds))
    const routes = await readType(entriesOf(typeUrls.rds))
    const extensions = await readType(entriesOf(typeUrls.ecds))
    const layers = await readType(entriesOf(typeUrls.rtds))
    if (!listeners || !routes || !extensions || !layers) return undefined
    const clusters = entriesOf(typeUrls.cds)
    // The bytes of each type were read as its message.
    return {
      listeners: [...listeners.values()] as readonly envoy.Listener[],
      routes: (name) => routes.get(name) as envoy.RouteConfiguration | undefined,
      extensions: (name) => (extensions.get(name) as envoy.TypedExtensionConfig | undefined)?.typedConfig,
      runtime: runtimeOf(layers.values() as Iterable<envoy.Runtime>),
      hasCluster: (name) => clusters.has(name),
    }
  }
}

/** Values by their keys as routes ask for them: parts with dots between them; a later layer goes over an earlier one. */
function runtimeOf(layers: Iterable<envoy.Runtime>): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>()
  const take = (value: unknown, key: string): void => {
    values.set(key, value)
    if (typeof value !== 'object' || value === null || 'numerator' in value) return
    for (const [name, member] of Object.entries(value)) take(member, `${key}.${name}`)
  }
  for (const { layer = {} } of layers) for (const [key, value] of Object.entries(layer)) take(value, key)
  return values
}
