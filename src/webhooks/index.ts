// webhooks: events on their way to others, by HTTP. In come events of the ring, out go signed requests, one after another for
// each target; nobody waits for them. Start at queue.ts (what is sent, tried again and dropped), then io/webhooks.ts.
export { type Attempt, createSender, type Sender } from './io/send.ts'
export { startWebhooks, type WebhookState, type Webhooks } from './io/webhooks.ts'
export { isOpen, readTargets, twins } from './read-targets.ts'
export type { WebhookTarget } from './types.ts'
