// envoy-binary: in comes a machine, out comes an Envoy that runs on it, or the three ways to have one. Start at
// find-envoy.
export * from './find-envoy.ts'
export * from './progress.ts'
export * from './version.ts'
export { envoyReleases, type SupportedEnvoy } from './wheel.ts'
