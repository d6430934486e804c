// What the streams must know of each resource type: one object per type, so that nothing else asks for type URLs.
import { type ResourceTypeKey, resourceTypes, resourceTypesInAddOrder } from '../envoy-api/index.ts'
import type { ResourceFacts } from '../snapshot/index.ts'

/** What a resource names of another type. */
type Naming = (resource: { readonly name: string; readonly facts: ResourceFacts }) => readonly string[]

export interface XdsType {
  readonly key: ResourceTypeKey
  readonly url: string
  /** No names at first means everything (rule 13). */
  readonly wildcard: boolean
  /** SotW: a response is the whole set, absence deletes (rule 28). */
  readonly whole: boolean
  /** Delta: sent again on every new stream, equal or not (rule 18; envoy#22418). */
  readonly alwaysAgain: boolean
  /** A removal ends the warming of a cluster that waits for it, with no host (rule 15). */
  readonly removalEndsWarming: boolean
  /** What resources of this type name of others. */
  readonly names: Readonly<Partial<Record<ResourceTypeKey, Naming>>>
  /** Types whose resources name resources of this type: a removal waits for them (rules 23, 29). */
  readonly namedBy: readonly ResourceTypeKey[]
  /** After a changed resource of this type, what it names of that type is sent again (rules 20, 22). */
  readonly followedBy: ResourceTypeKey | undefined
}

const endpointsOf: Naming = ({ name, facts }) => (facts.discovery === 'eds' ? [facts.edsName ?? name] : [])
const clustersOf: Naming = ({ facts }) => facts.clusters ?? []
const routesOf: Naming = ({ facts }) => facts.routes ?? []
const extensionsOf: Naming = ({ facts }) => facts.extensions ?? []
const secretsOf: Naming = ({ facts }) => facts.secrets ?? []

const traits: {
  readonly [K in ResourceTypeKey]?: Partial<Omit<XdsType, 'key' | 'url' | 'wildcard'>>
} = {
  cds: {
    whole: true,
    names: { eds: endpointsOf, sds: secretsOf },
    namedBy: ['lds', 'ecds', 'rds'],
    followedBy: 'eds',
  },
  eds: { alwaysAgain: true, removalEndsWarming: true, namedBy: ['cds'] },
  sds: { namedBy: ['cds', 'lds'] },
  lds: {
    whole: true,
    names: { rds: routesOf, ecds: extensionsOf, cds: clustersOf, sds: secretsOf },
    followedBy: 'rds',
  },
  ecds: { names: { cds: clustersOf }, namedBy: ['lds'] },
  rds: { names: { cds: clustersOf }, namedBy: ['lds'] },
}

/** Every type served, in the order of additions (rule 23). */
export const xdsTypes: readonly XdsType[] = resourceTypesInAddOrder.map(({ key, typeUrl, wildcard }) => ({
  key,
  url: typeUrl,
  wildcard,
  whole: false,
  alwaysAgain: false,
  removalEndsWarming: false,
  names: {},
  namedBy: [],
  followedBy: undefined,
  ...traits[key],
}))

const byUrl = new Map(xdsTypes.map((type) => [type.url, type]))

/** The type of a type URL; undefined for types that are not served. */
export const xdsTypeOf = (url: string): XdsType | undefined => byUrl.get(url)

/** Type URL of a key. */
export const urlOf = (key: ResourceTypeKey): string => resourceTypes[key].typeUrl
