// push: in come changes of intent and what the fleet says, out go generations: prepared everywhere, then switched
// everywhere, or nowhere. Start at types.ts, then machine.ts (one push), group-plan.ts (what a group is served) and
// io/runner.ts (how it is put together).
export { type Clock, systemClock } from './io/clock.ts'
export type { Log, Timeouts, Unsafe } from './io/engine.ts'
export type { DeliveryEngine, DeliveryOptions } from './io/runner.ts'
export { createDelivery } from './io/runner.ts'
export * from './types.ts'
