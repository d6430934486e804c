// Events on their way to webhooks, as they were configured. Part of the composition root, beside main.ts.
import { readFileSync } from 'node:fs'
import { err, invalid, ok, type Problem, type Result } from './base/index.ts'
import type { Events } from './events/index.ts'
import type { Logger, Metrics } from './ops/index.ts'
import { createSender, isOpen, startWebhooks, type Webhooks, type WebhookTarget } from './webhooks/index.ts'

/** Starts them, or says which file of theirs cannot be read. */
export function tellWebhooks(
  targets: readonly WebhookTarget[],
  {
    events,
    metrics,
    log,
    version,
  }: {
    readonly events: Events
    readonly metrics: Pick<Metrics, 'webhook'>
    readonly log: Pick<Logger, 'info' | 'warn'>
    readonly version: string
  },
): Result<Webhooks, Problem> {
  const authorities = new Map<WebhookTarget, string>()
  for (const target of targets) {
    // A secret that is missing at the start is a fault of the configuration; later it is one of the moment.
    for (const [field, path] of [
      ['secretFile', target.secretFile],
      ['caFile', target.caFile],
    ] as const) {
      if (path === undefined) continue
      const text = readText(path)
      if (!text.ok) return err(invalid([{ path: `webhooks.${target.name}.${field}`, message: text.error }]))
      if (field === 'caFile') authorities.set(target, text.value)
    }
    if (isOpen(target)) log.warn({ event: 'webhook_in_plaintext', target: target.name })
    log.info({ event: 'webhook', target: target.name, host: new URL(target.url).host, format: target.format })
  }
  return ok(
    startWebhooks(targets, {
      ...{ events, log, counted: metrics.webhook },
      sender: (target) => {
        const ca = authorities.get(target)
        return createSender(target, { version, ...(ca === undefined ? {} : { ca }) })
      },
    }),
  )
}

function readText(path: string): Result<string, string> {
  try {
    return ok(readFileSync(path, 'utf8'))
  } catch (error) {
    return err(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
