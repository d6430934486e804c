// Which resource types a proxy must hold before a switch, and which carry the switch itself.
import { resourceTypeOf, resourceTypesInAddOrder, typeUrls } from '../envoy-api/index.ts'

/** Prepared before a switch, by make before break: clusters, their endpoints, their secrets. */
export const clusterTypes: readonly string[] = [typeUrls.cds, typeUrls.eds, typeUrls.sds]

/** Everything else: what decides where a request goes. */
export const routeTypes: readonly string[] = resourceTypesInAddOrder
  .map(({ typeUrl }) => typeUrl)
  .filter((typeUrl) => !clusterTypes.includes(typeUrl))

/** Of these, the types whose resources name clusters. */
export const namingTypes: readonly string[] = [typeUrls.rds, typeUrls.ecds, typeUrls.lds]

/** `CDS` for the type URL of clusters, and so on; the URL itself when it is none of ours. */
export const shortTypeName = (typeUrl: string): string =>
  resourceTypeOf(typeUrl)?.key.toUpperCase() ?? typeUrl
