// model: in come manifests (text or JSON) and commands, out come valid objects with an identity, and plans: what a
// commit has to put and delete. All pure. Start at objects.ts, then kinds.ts, then planning/plan-apply.ts.
export * from './kinds/gateway.ts'
export * from './kinds/node-group.ts'
export * from './kinds/route.ts'
export * from './kinds/service.ts'
export * from './kinds/traffic.ts'
export * from './kinds/traffic-policy.ts'
export * from './names.ts'
export * from './objects.ts'
