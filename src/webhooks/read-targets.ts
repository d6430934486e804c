// The configuration of webhooks: schema and defaults. Errors name the field, all of them at once.
import { z } from 'zod'
import { type Json, limits, parseDuration, type Violation } from '../base/index.ts'
import { type EventName, eventNames, type Severity } from '../events/index.ts'
import { suggestion } from '../model/index.ts'
import type { WebhookTarget } from './types.ts'

const duration = (least: number, most: number, usual: string) =>
  z
    .string()
    .default(usual)
    .transform((text, context) => {
      const ms = parseDuration(text)
      if (ms !== undefined && ms >= least && ms <= most) return ms
      const message = `wanted a duration such as 5s, from ${least / 1_000}s to ${most / 1_000}s, found ${JSON.stringify(text)}`
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })

/** Names, or their beginnings: `push_*`. */
const eventName = z.string().transform((text, context): readonly EventName[] => {
  const start = text.endsWith('*') ? text.slice(0, -1) : undefined
  const found = eventNames.filter((name) => (start === undefined ? name === text : name.startsWith(start)))
  if (found.length > 0) return found
  context.addIssue({
    code: 'custom',
    message: `no event ${JSON.stringify(text.slice(0, 63))}${suggestion(text, eventNames)}`,
  })
  return z.NEVER
})

const url = z.string().transform((text, context) => {
  const parsed = URL.canParse(text) ? new URL(text) : undefined
  const fault =
    parsed === undefined || !['http:', 'https:'].includes(parsed.protocol)
      ? 'wanted a URL with http: or https:'
      : parsed.username !== '' || parsed.password !== ''
        ? 'wanted no user and password: give them as headers'
        : undefined
  if (fault === undefined) return text
  context.addIssue({ code: 'custom', message: fault })
  return z.NEVER
})

/** What we say ourselves. */
const ownHeaders =
  /^(host|connection|content-(type|length|encoding)|transfer-encoding|user-agent|verdigris-.*)$/
const headers = z
  .record(
    z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'wanted the name of a header'),
    z
      .string()
      .regex(/^[\x20-\x7e]*$/, 'wanted printable ASCII')
      .max(limits.fieldLength),
  )
  .refine(
    (all) => Object.keys(all).length <= limits.webhookHeaders,
    `wanted at most ${limits.webhookHeaders}`,
  )
  .refine(
    (all) => !Object.keys(all).some((name) => ownHeaders.test(name.toLowerCase())),
    'host, connection, content-*, user-agent and verdigris-* are set by us',
  )

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const target = z.strictObject({
  name: z.string().regex(label, 'wanted small letters, digits and hyphens, at most 63'),
  url,
  format: z.enum(['json', 'slack'], 'wanted json or slack').default('json'),
  events: z
    .strictObject({
      names: z.array(eventName).default([]),
      severities: z.array(z.enum(['normal', 'warning'], 'wanted normal or warning')).default([]),
      namespaces: z.array(z.string().regex(label, 'wanted the name of a namespace')).default([]),
    })
    .prefault({}),
  secretFile: z.string().min(1, 'wanted a path').optional(),
  caFile: z.string().min(1, 'wanted a path').optional(),
  headers: headers.default({}),
  timeout: duration(100, 60_000, '5s'),
  retryFor: duration(0, 24 * 3_600_000, '15m'),
  attempts: z.int('wanted a whole number').min(1).max(limits.webhookAttempts).default(10),
})

/** The targets of a list as it was written, or what is wrong with it; paths begin with `path`. */
export function readTargets(
  written: Json,
  path: string,
): { readonly targets: readonly WebhookTarget[]; readonly faults: readonly Violation[] } {
  const parsed = z.array(target, 'wanted a list').max(limits.webhooks).safeParse(written)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => ({
      path: issue.path.reduce<string>(
        (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${String(part)}`),
        path,
      ),
      message: issue.message,
    }))
    return { targets: [], faults }
  }
  const targets = parsed.data.map(({ events, timeout, retryFor, secretFile, caFile, ...rest }) => ({
    ...rest,
    filter: {
      names: new Set(events.names.flat()),
      severities: new Set(
        events.severities.map((each): Severity => (each === 'warning' ? 'Warning' : 'Normal')),
      ),
      namespaces: new Set(events.namespaces),
    },
    ...{ timeoutMs: timeout, retryForMs: retryFor },
    ...(secretFile === undefined ? {} : { secretFile }),
    ...(caFile === undefined ? {} : { caFile }),
  }))
  return { targets, faults: twins(targets, path) }
}

/** The name stands in metrics, events and logs: it is one target's. */
export function twins(targets: readonly WebhookTarget[], path: string): readonly Violation[] {
  return targets.flatMap(({ name }, index) =>
    targets.findIndex((other) => other.name === name) === index
      ? []
      : [{ path: `${path}[${index}].name`, message: `"${name}" is the name of another one already` }],
  )
}

/** Whether everybody on the way can read what is sent there. */
export function isOpen(target: Pick<WebhookTarget, 'url'>): boolean {
  const { protocol, hostname } = new URL(target.url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const isHere = host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
  return protocol === 'http:' && !isHere
}
