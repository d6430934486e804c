// How one request ended, the same for every way of travelling.

export type Outcome =
  | { readonly kind: 'ok'; readonly environment: string }
  /** `reason` is short and of few kinds, because it is counted by. */
  | { readonly kind: 'failed'; readonly reason: string }

/** From a whole answer. The body of a failure says why (Envoy writes its reason there). */
export function outcomeOf(status: number, environment: string | undefined, body: string): Outcome {
  if (status >= 200 && status < 300) {
    return environment === undefined
      ? { kind: 'failed', reason: `${status} without an environment` }
      : { kind: 'ok', environment }
  }
  const text = body.trim().split('\n')[0]?.slice(0, 80) ?? ''
  return { kind: 'failed', reason: text === '' ? String(status) : `${status} ${text}` }
}

/** From an error of a socket or session. */
export function brokenBy(where: 'connect' | 'request', cause: Error | undefined): Outcome {
  const code = cause !== undefined && 'code' in cause ? String(cause.code) : (cause?.message ?? 'closed')
  return { kind: 'failed', reason: `${where} ${code}` }
}
