// The one table of resource types. Adding a type is one line here; nothing else asks "is this a cluster?" by its
// type URL.

export type ResourceTypeKey = 'lds' | 'rds' | 'cds' | 'eds' | 'sds' | 'rtds' | 'ecds'

export interface ResourceType {
  readonly key: ResourceTypeKey
  /** As on the wire: `type.googleapis.com/<message>`. */
  readonly typeUrl: string
  /** Full name of the message. */
  readonly message: string
  /** JSON name of the field that names the resource. */
  readonly nameField: 'name' | 'clusterName'
  /**
   * Rank in which additions go out (xDS rule 23): clusters before what points at them; removals go the other way
   * round. Runtime comes last: it switches on what is there.
   */
  readonly addOrder: number
  /** Whether bodies may be written to disk. Those of secrets never are: what is stored of them is their hash. */
  readonly stored: boolean
  /** Whether a first request without names means "everything" (legacy wildcard: listeners and clusters only). */
  readonly wildcard: boolean
}

const typeUrlPrefix = 'type.googleapis.com/'

const type = <K extends ResourceTypeKey>(
  key: K,
  message: string,
  rest: Pick<ResourceType, 'addOrder'> & Partial<Pick<ResourceType, 'nameField' | 'wildcard' | 'stored'>>,
): ResourceType & { readonly key: K } => ({
  key,
  typeUrl: typeUrlPrefix + message,
  message,
  nameField: rest.nameField ?? 'name',
  addOrder: rest.addOrder,
  stored: rest.stored ?? true,
  wildcard: rest.wildcard ?? false,
})

/** Every resource type that Verdigris serves, by its usual short name. */
export const resourceTypes: { readonly [K in ResourceTypeKey]: ResourceType & { readonly key: K } } = {
  cds: type('cds', 'envoy.config.cluster.v3.Cluster', { addOrder: 0, wildcard: true }),
  eds: type('eds', 'envoy.config.endpoint.v3.ClusterLoadAssignment', {
    addOrder: 1,
    nameField: 'clusterName',
  }),
  sds: type('sds', 'envoy.extensions.transport_sockets.tls.v3.Secret', { addOrder: 2, stored: false }),
  lds: type('lds', 'envoy.config.listener.v3.Listener', { addOrder: 3, wildcard: true }),
  ecds: type('ecds', 'envoy.config.core.v3.TypedExtensionConfig', { addOrder: 4 }),
  rds: type('rds', 'envoy.config.route.v3.RouteConfiguration', { addOrder: 5 }),
  rtds: type('rtds', 'envoy.service.runtime.v3.Runtime', { addOrder: 6 }),
}

/** The table's rows in the order of additions. */
export const resourceTypesInAddOrder: readonly ResourceType[] = Object.values(resourceTypes).sort(
  (a, b) => a.addOrder - b.addOrder,
)

const byTypeUrl: ReadonlyMap<string, ResourceType> = new Map(
  resourceTypesInAddOrder.map((row) => [row.typeUrl, row]),
)

/** The row of a type URL; undefined for types that are not served. */
export const resourceTypeOf = (typeUrl: string): ResourceType | undefined => byTypeUrl.get(typeUrl)

/** Whether the bodies of a type may be written to disk; those of types that are not served may. */
export const isStored = (typeUrl: string): boolean => byTypeUrl.get(typeUrl)?.stored ?? true

/** `typeUrls.lds` and so on. */
export const typeUrls: { readonly [K in ResourceTypeKey]: string } = {
  lds: resourceTypes.lds.typeUrl,
  rds: resourceTypes.rds.typeUrl,
  cds: resourceTypes.cds.typeUrl,
  eds: resourceTypes.eds.typeUrl,
  sds: resourceTypes.sds.typeUrl,
  rtds: resourceTypes.rtds.typeUrl,
  ecds: resourceTypes.ecds.typeUrl,
}

/** `type.googleapis.com/<message>`: the type URL of any message. */
export const typeUrlOf = (message: string): string => typeUrlPrefix + message

/** The message's full name in a type URL: what stands after the last slash. */
export const messageOfTypeUrl = (typeUrl: string): string => typeUrl.slice(typeUrl.lastIndexOf('/') + 1)
