// One small HTTP request, for admin ports and readiness. Each on a connection of its own.
import { request } from 'node:http'

export interface HttpAnswer {
  readonly status: number
  readonly body: string
}

/** GET (or POST without a body). Rejects when there is no answer within the time. */
export function httpGet(
  url: string,
  options: {
    readonly method?: 'GET' | 'POST'
    readonly timeoutMs?: number
    readonly headers?: Readonly<Record<string, string>>
  } = {},
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', timeoutMs = 5_000, headers = {} } = options
    const sent = request(
      url,
      { method, headers, agent: false, signal: AbortSignal.timeout(timeoutMs) },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          body += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
        response.on('error', reject)
      },
    )
    sent.on('error', (cause) => reject(new Error(`${method} ${url}: ${cause.message}`, { cause })))
    sent.end()
  })
}

/** Polls until `attempt` gives a value. Throws with `what` and the last reason when the time is over. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  attempt: () => Promise<T | undefined>,
  everyMs = 25,
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  let reason = ''
  for (;;) {
    try {
      const value = await attempt()
      if (value !== undefined) return value
    } catch (cause) {
      reason = cause instanceof Error ? `: ${cause.message}` : ''
    }
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}${reason}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
