// translate: in come the objects of one moment, out come the Envoy resources of each node group as proto3 JSON
// with what later rooms must know of them. Pure; start at translate.ts, then one file per Envoy feature.
export * from './defaults.ts'
export { slotTypes } from './http-filters.ts'
export * from './memo.ts'
export * from './names.ts'
export { secretDrafts } from './secrets.ts'
export { tcpProxyType } from './tcp-proxies.ts'
export { cohortMatches } from './traffic/cohort-match.ts'
export * from './translate.ts'
export type * from './types.ts'
export * from './violations.ts'
export type { Written } from './written.ts'
