// Requests that turn into connections.
import { z } from 'zod'

export const upgrades = z.strictObject({
  websocket: z.boolean().default(true).describe('Whether WebSockets are let through.'),
  connect: z
    .enum(['terminate', 'forward'])
    .optional()
    .describe(
      'For matches of CONNECT: `terminate` ends it here and sends the bytes to the backend, `forward` hands it to a backend that is a proxy.',
    ),
})

export type Upgrades = z.infer<typeof upgrades>
