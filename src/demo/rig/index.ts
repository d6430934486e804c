// rig: what the demo and the tests start around the control plane: Envoys, backends, load, folders and processes.
export * from './backends/backends.ts'
export * from './backends/config.ts'
export * from './envoy.ts'
export * from './http-get.ts'
export * from './load/load.ts'
export * from './load/messages.ts'
export * from './ports.ts'
export * from './scope.ts'
