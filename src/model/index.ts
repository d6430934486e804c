// model: in come manifests (text), out come valid, defaulted objects with an identity. Start at objects.ts.
export * from './objects.ts'
export * from './schemas.ts'
