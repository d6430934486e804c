// What a resource refers to, read once per content: hundreds of proxies get the same bytes.
import type { Json } from '../../../src/base/index.ts'
import { decodeJson, parseDuration, typeUrls } from '../../../src/envoy-api/index.ts'
import { hashOf } from '../../../src/snapshot/hash.ts'

/** A resource that is fetched because another names it. */
export interface Reference {
  readonly name: string
  /** Milliseconds until who refers to it goes on without; undefined: not said (Envoy: 15 s). 0: never. */
  readonly fetchTimeoutMs: number | undefined
  /** Whether who refers to it waits for it at all. */
  readonly waits: boolean
}

export interface Content {
  /** Name in the resource itself. */
  readonly name: string
  /** What an Any of it holds, hashed as the product does. */
  readonly hash: string
  /** Of clusters: the name of their endpoints. */
  readonly endpoints: Reference | undefined
  readonly secrets: readonly Reference[]
  /** Of listeners. */
  readonly routeConfigurations: readonly Reference[]
  readonly extensions: readonly Reference[]
  /** Of route configurations and proxies of connections: clusters named, in order. */
  readonly clusters: readonly string[]
  /** Of route configurations: refused when it names a cluster that is not there. */
  readonly validatesClusters: boolean
  /** Of clusters: active health checks. Of assignments: whether there is an endpoint to check. */
  readonly checked: boolean
}

const bound = 20_000
const known = new Map<string, Content>()
const latin1 = new TextDecoder('latin1')

/** The content of an encoded Any. */
export function contentOf(typeUrl: string, body: Uint8Array): Content {
  const key = latin1.decode(body)
  const found = known.get(key)
  if (found !== undefined) return found
  if (known.size >= bound) known.clear()
  const content = read(typeUrl, body)
  known.set(key, content)
  return content
}

/** Types that send requests or connections to clusters. */
const leading: readonly string[] = [typeUrls.rds, typeUrls.lds, typeUrls.ecds]

function read(typeUrl: string, body: Uint8Array): Content {
  const json = decodeJson('google.protobuf.Any', body)
  const found: Found = { secrets: [], routeConfigurations: [], extensions: [], clusters: [] }
  const fields = fieldsOf(json)
  const cluster = typeUrl === typeUrls.cds
  if (typeUrl !== typeUrls.eds) walk(json, found, leading.includes(typeUrl))
  return {
    name: text(fields.name ?? fields.clusterName),
    hash: hashOf(body),
    endpoints: cluster ? endpointsOf(fields) : undefined,
    secrets: once(found.secrets),
    routeConfigurations: once(found.routeConfigurations),
    extensions: once(found.extensions),
    clusters: [...new Set(found.clusters)],
    validatesClusters: fields.validateClusters === true,
    checked: cluster
      ? list(fields.healthChecks).length > 0
      : list(fields.endpoints).some((group) => list(fieldsOf(group).lbEndpoints).length > 0),
  }
}

interface Found {
  readonly secrets: Reference[]
  readonly routeConfigurations: Reference[]
  readonly extensions: Reference[]
  readonly clusters: string[]
}

type Fields = { readonly [key: string]: Json }

/** Every reference in a resource. The same shapes mean the same wherever they stand. */
function walk(json: Json, found: Found, routes: boolean): void {
  if (Array.isArray(json)) {
    for (const item of json) walk(item, found, routes)
    return
  }
  const fields = fieldsOf(json)
  const { sdsConfig, rds, configDiscovery, cluster } = fields
  if (sdsConfig !== undefined) found.secrets.push(reference(fields.name, sdsConfig))
  if (rds !== undefined) {
    const { routeConfigName, configSource } = fieldsOf(rds)
    found.routeConfigurations.push(reference(routeConfigName, configSource))
  }
  if (configDiscovery !== undefined) {
    const { configSource, applyDefaultConfigWithoutWarming } = fieldsOf(configDiscovery)
    const waits = applyDefaultConfigWithoutWarming !== true
    found.extensions.push({ ...reference(fields.name, configSource), waits })
  }
  if (routes) {
    if (typeof cluster === 'string') found.clusters.push(cluster)
    for (const one of list(fieldsOf(fields.weightedClusters).clusters))
      found.clusters.push(text(fieldsOf(one).name))
  }
  for (const value of Object.values(fields)) walk(value, found, routes)
}

function endpointsOf(cluster: Fields): Reference | undefined {
  if (cluster.type !== 'EDS') return undefined
  const { serviceName, edsConfig } = fieldsOf(cluster.edsClusterConfig)
  return reference(serviceName ?? cluster.name, edsConfig)
}

function reference(name: Json | undefined, source: Json | undefined): Reference {
  const timeout = fieldsOf(source).initialFetchTimeout
  const parsed = typeof timeout === 'string' ? parseDuration(timeout) : undefined
  return {
    name: text(name),
    fetchTimeoutMs: parsed === undefined ? undefined : parsed.seconds * 1000 + Math.round(parsed.nanos / 1e6),
    waits: true,
  }
}

const once = (references: readonly Reference[]): readonly Reference[] => [
  ...new Map(references.map((one) => [one.name, one])).values(),
]
const text = (json: Json | undefined): string => (typeof json === 'string' ? json : '')
const list = (json: Json | undefined): readonly Json[] => (Array.isArray(json) ? json : [])

function fieldsOf(json: Json | undefined): Fields {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Fields) : {}
}
