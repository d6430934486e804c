// access: the one gate in front of every method of every port. In come a connection's certificate, what a caller
// claims, and where a port is to listen; out goes an identity, or a Problem. Start at identity.ts; the gRPC and
// HTTP sides of the gate are in io/gate.ts.

export * from './identity.ts'
export * from './io/every-method.ts'
export * from './io/gate.ts'
export * from './io/listen.ts'
export * from './io/tls.ts'
export * from './listen-rule.ts'
export * from './roles.ts'
export * from './web-rule.ts'
