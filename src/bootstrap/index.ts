// bootstrap: in come a proxy's identity and where the control plane is, out comes the file that Envoy starts
// from. It never changes for the life of a fleet: later capabilities are switched on over xDS. Start at render-bootstrap.
export * from './options.ts'
export * from './render-bootstrap.ts'
