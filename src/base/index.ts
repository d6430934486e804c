// base: what every room may use. Nothing here knows Envoy, a socket or a file.
export * from './assert.ts'
export * from './bound.ts'
export * from './duration.ts'
export * from './json.ts'
export * from './limits.ts'
export * from './names.ts'
export * from './problem.ts'
export * from './result.ts'
