// What a stream must know of a resource, read from its proto3 JSON form.
import { type Json, names } from '../base/index.ts'
import { typeUrls } from '../envoy-api/index.ts'
import type { ResourceFacts } from './types.ts'

/** The facts of a resource of this type; equal to those that translation noted when it made the resource. */
export function factsOf(typeUrl: string, json: Json): ResourceFacts {
  switch (typeUrl) {
    case typeUrls.cds: {
      const secrets = secretsIn(json)
      return { ...clusterFacts(json), ...(secrets.length === 0 ? {} : { secrets }) }
    }
    case typeUrls.eds:
      return { usable: usableIn(json) }
    case typeUrls.lds: {
      const routes = texts(json, (key) => key === 'routeConfigName')
      const extensions = discoveredFilters(json)
      const clusters = clustersIn(json)
      const secrets = secretsIn(json)
      return {
        ...(routes.length === 0 ? {} : { routes }),
        ...(extensions.length === 0 ? {} : { extensions }),
        ...(clusters.length === 0 ? {} : { clusters }),
        ...(secrets.length === 0 ? {} : { secrets }),
      }
    }
    case typeUrls.rds:
      return { clusters: clustersIn(json) }
    case typeUrls.ecds: {
      const clusters = clustersIn(json)
      return clusters.length === 0 ? {} : { clusters }
    }
    case typeUrls.sds:
      return member(json, 'tlsCertificate') === undefined ? {} : { privateKey: true }
    default:
      return {}
  }
}

const dnsCluster = 'envoy.clusters.dns'

function clusterFacts(json: Json): ResourceFacts {
  const type = member(json, 'type')
  if (type === 'EDS') {
    const edsName = member(member(json, 'edsClusterConfig'), 'serviceName')
    return typeof edsName === 'string' && edsName !== ''
      ? { discovery: 'eds', edsName }
      : { discovery: 'eds' }
  }
  const isDns =
    type === 'STRICT_DNS' ||
    type === 'LOGICAL_DNS' ||
    member(member(json, 'clusterType'), 'name') === dnsCluster
  return { discovery: isDns ? 'dns' : 'static' }
}

/** Endpoints that may get traffic: healthy, or nothing said. */
function usableIn(json: Json): number {
  let usable = 0
  for (const group of list(member(json, 'endpoints'))) {
    for (const endpoint of list(member(group, 'lbEndpoints'))) {
      const health = member(endpoint, 'healthStatus') ?? 'UNKNOWN'
      if (health === 'UNKNOWN' || health === 'HEALTHY') usable++
    }
  }
  return usable
}

/** Network filters that come by ECDS. Filters of HTTP that do have a default, so nothing waits for them. */
function discoveredFilters(json: Json): readonly string[] {
  const found = new Set<string>()
  for (const chain of list(member(json, 'filterChains'))) {
    for (const filter of list(member(chain, 'filters'))) {
      const name = member(filter, 'name')
      if (member(filter, 'configDiscovery') !== undefined && typeof name === 'string') found.add(name)
    }
  }
  return [...found].sort()
}

/** Clusters that requests or connections are sent to, mirrors and weights included. */
function clustersIn(json: Json): readonly string[] {
  const found = new Set<string>()
  walk(json, (value, key, parent) => {
    if (typeof value !== 'string') return
    if (key === 'cluster') found.add(value)
    if (key === 'name' && parent === 'clusters') found.add(value)
  })
  // Services that filters ask. What a log goes to may be missing: Envoy drops the log, and requests go on.
  walk(
    json,
    (value, key, parent) => {
      // That of the control plane stands in every bootstrap.
      const asked = key === 'clusterName' && parent === 'envoyGrpc' && value !== names.controlPlaneCluster
      if (asked && typeof value === 'string') found.add(value)
    },
    '',
    [...passedOver, 'accessLog', 'upstreamLog'],
  )
  return [...found].sort()
}

const secretsIn = (json: Json): readonly string[] =>
  texts(
    json,
    (key, parent) =>
      key === 'name' &&
      /^(tlsCertificateSdsSecretConfigs|validationContextSdsSecretConfig|sdsConfig)$/.test(parent),
  )

function texts(json: Json, wanted: (key: string, parent: string) => boolean): readonly string[] {
  const found = new Set<string>()
  walk(json, (value, key, parent) => {
    if (typeof value === 'string' && wanted(key, parent)) found.add(value)
  })
  return [...found].sort()
}

/** Formats of logs and metadata have keys of people's own. */
const passedOver: readonly string[] = ['jsonFormat', 'filterMetadata']

/** Visits every member with its key and the key that it stands under; list positions do not count as keys. */
function walk(
  json: Json,
  visit: (value: Json, key: string, parent: string) => void,
  parent = '',
  passed: readonly string[] = passedOver,
): void {
  if (Array.isArray(json)) {
    for (const item of json) walk(item, visit, parent, passed)
  } else if (typeof json === 'object' && json !== null) {
    for (const [key, value] of Object.entries(json)) {
      if (passed.includes(key)) continue
      visit(value, key, parent)
      walk(value, visit, key, passed)
    }
  }
}

function member(json: Json | undefined, key: string): Json | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
  return Object.entries(json).find(([name]) => name === key)?.[1]
}

const list = (json: Json | undefined): readonly Json[] => (Array.isArray(json) ? json : [])
