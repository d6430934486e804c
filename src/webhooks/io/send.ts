// One attempt: a POST with a signature, bounded in time, that follows nobody elsewhere. What is private is never said.
import { readFile } from 'node:fs/promises'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { limits } from '../../base/index.ts'
import { secretsIn, signatureOf } from '../sign.ts'
import type { Delivery, Outcome, WebhookTarget } from '../types.ts'

export interface Attempt {
  readonly delivery: Delivery
  /** From 1. */
  readonly attempt: number
  /** Events that the target will not get, since the last that it got. */
  readonly missed: number
}

export interface Sender {
  send(attempt: Attempt): Promise<Outcome>
  close(): void
}

/** `ca`: PEM; default: the authorities of Node. `now`: ms of the wall clock. */
export function createSender(
  target: WebhookTarget,
  {
    ca,
    version,
    now = Date.now,
  }: { readonly ca?: string; readonly version: string; readonly now?: () => number },
): Sender {
  const url = new URL(target.url)
  const isSecure = url.protocol === 'https:'
  const kept = { keepAlive: true, maxSockets: 1 }
  const agent = isSecure
    ? new HttpsAgent({ ...kept, ...(ca === undefined ? {} : { ca }) })
    : new HttpAgent(kept)
  const request = isSecure ? httpsRequest : httpRequest

  const post = (headers: Readonly<Record<string, string>>, body: string): Promise<Outcome> =>
    new Promise((resolve) => {
      const fail = (error: Error): void =>
        resolve({
          kind: 'failed',
          why:
            error.name === 'AbortError' || error.name === 'TimeoutError'
              ? `no answer within ${target.timeoutMs} ms`
              : error.message,
        })
      const signal = AbortSignal.timeout(target.timeoutMs)
      const sent = request(url, { method: 'POST', headers, agent, signal }, (response) => {
        response.on('error', fail)
        void beginningOf(response).then((text) =>
          resolve(outcomeOf(response, withoutPrivate(text, target), now)),
        )
      })
      sent.on('error', fail)
      sent.end(body)
    })

  return {
    send: async ({ delivery, attempt, missed }) => {
      const signature = await signed(target, delivery.body, now)
      if (!signature.ok) return { kind: 'failed', why: signature.why }
      return post(
        {
          ...target.headers,
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(delivery.body)),
          'user-agent': `verdigris/${version}`,
          'verdigris-delivery': delivery.id,
          'verdigris-event': delivery.event,
          'verdigris-attempt': String(attempt),
          ...(missed === 0 ? {} : { 'verdigris-missed': String(missed) }),
          ...(signature.value === undefined ? {} : { 'verdigris-signature': signature.value }),
        },
        delivery.body,
      )
    },
    close: () => agent.destroy(),
  }
}

type Signed =
  | { readonly ok: true; readonly value: string | undefined }
  | { readonly ok: false; readonly why: string }

/** The file is read each time, so that a new secret counts at once. */
async function signed({ secretFile }: WebhookTarget, body: string, now: () => number): Promise<Signed> {
  if (secretFile === undefined) return { ok: true, value: undefined }
  const text = await readFile(secretFile, 'utf8').catch(() => undefined)
  const secrets = text === undefined ? undefined : secretsIn(text)
  if (secrets === undefined) {
    const why =
      text === undefined ? 'cannot be read' : 'holds no secret: one a line, at least 16 letters, at most 2'
    return { ok: false, why: `its secret file ${why}` }
  }
  return { ok: true, value: signatureOf(secrets, Math.floor(now() / 1_000), body) }
}

/** The first letters of an answer; the rest is not waited for. */
function beginningOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (part: string) => {
      text += part
      if (text.length > limits.webhookAnswerLength) {
        resolve(text)
        response.destroy()
      }
    })
    response.on('end', () => resolve(text))
    response.on('close', () => resolve(text))
  })
}

function outcomeOf(response: IncomingMessage, text: string, now: () => number): Outcome {
  const status = response.statusCode ?? 0
  const said = text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, saidLength)
  const why = `it answered ${status}${said === '' ? '' : ` (${said})`}`
  if (status >= 200 && status < 300) return { kind: 'taken' }
  if (status >= 300 && status < 400) return { kind: 'refused', why: `${why}: redirects are not followed` }
  if (status < 500 && status !== 408 && status !== 425 && status !== 429) return { kind: 'refused', why }
  const afterMs = retryAfter(response.headers['retry-after'], now)
  return { kind: 'failed', why, ...(afterMs === undefined ? {} : { afterMs }) }
}
const saidLength = 120

/** Seconds, or a date. */
function retryAfter(value: string | undefined, now: () => number): number | undefined {
  if (value === undefined) return undefined
  const ms = /^\d{1,6}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

/** A receiver may say back what it was sent. */
const withoutPrivate = (text: string, { headers }: WebhookTarget): string =>
  Object.values(headers).reduce((left, value) => (value === '' ? left : left.replaceAll(value, '…')), text)
