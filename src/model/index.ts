// model: in come manifests (text or JSON) and commands, out come valid objects with an identity, and plans: what a
// commit has to put and delete. All pure. Start at objects.ts, then kinds.ts, then planning/plan-apply.ts.

export * from './kinds/gateway.ts'
export * from './kinds/node-group.ts'
export * from './kinds/route.ts'
export * from './kinds/service.ts'
export * from './kinds/traffic.ts'
export * from './kinds/traffic-policy.ts'
export { isKind, isManifestKind, manifestKindNames } from './kinds.ts'
export {
  locateViolations,
  type ManifestFile,
  parseManifests,
  parseObject,
} from './manifests/parse-manifests.ts'
export { manifestText, printManifest } from './manifests/print-manifest.ts'
export { apiVersion } from './manifests/read-object.ts'
export * from './names.ts'
export * from './objects.ts'
