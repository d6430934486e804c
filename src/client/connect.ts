// The public client: every service of the API by name, errors thrown, what is safe tried again.

import type { PushRecord } from '../api/api.generated.ts'
import { adminApi, apiPackage } from '../api/index.ts'
import { limits, type Problem } from '../base/index.ts'
import { callOf, checked } from './calls.ts'
import { createRawClient } from './client.ts'
import { VerdigrisError } from './errors.ts'
import type { Answer, CallOptions, Pem, Services, WatchOptions } from './services.ts'
import { shapeOf } from './shapes.ts'
import { watchOf } from './watches.ts'

/** Where the server is, who asks, and how patient it is. */
export interface ConnectOptions {
  /** `host:port` of the admin API; `verdigris serve` has it on 127.0.0.1:18001. */
  readonly server: string
  /**
   * `true`: TLS with the authorities that Node knows. PEM is a file's path, or the PEM itself (bytes, or a text that starts with
   * `-----BEGIN`). Without it the connection is plain.
   */
  readonly tls?:
    | boolean
    | {
        /** Whom to trust; without it, the authorities that Node knows. */
        readonly ca?: Pem
        /** Own certificate and its private key: who asks is then what the certificate says. */
        readonly cert?: Pem
        readonly key?: Pem
        /** The name in the server's certificate, where it is not that in `server` (a tunnel, an IP address). */
        readonly serverName?: string
      }
  /** Who acts, where the server asks for no certificate: recorded as `unverified:<actor>`. */
  readonly actor?: string
  /** Milliseconds for one call, all attempts included; default 30,000. */
  readonly timeoutMs?: number
  /** Of calls that are safe to repeat; `false`: every call is made once. */
  readonly retry?:
    | false
    | {
        /** Attempts of one call, the first included; default 6. */
        readonly attempts?: number
        /** Milliseconds before the second; doubled each time, half of it by chance; default 200. */
        readonly firstDelayMs?: number
        /** Milliseconds: the longest pause; default 5,000. */
        readonly mostDelayMs?: number
      }
}

/** A change as it was answered: its push says whether it has arrived. */
export interface ChangeLike {
  readonly push: string
}

/** A client of one control plane. */
export interface Verdigris extends Services {
  /**
   * Waits until the change has arrived at every proxy, and gives the record of its push; undefined where no proxy had to be told
   * (a dry run, or nothing changed). Waits on while the control plane restarts. Rejects with a `precondition` when the push ended
   * otherwise (`error.push` is its record, `error.refusals` what proxies said), with `timedOut` when it is still under way.
   */
  arrived(change: ChangeLike, options?: CallOptions): Promise<Answer<PushRecord> | undefined>
  /** Ends calls and watches, and the connection. */
  close(): void
}

/**
 * A client of the control plane at `server`. Connects at the first call, and again when a connection broke. Throws a
 * VerdigrisError where TLS material cannot be used.
 */
export function connect(options: ConnectOptions): Verdigris {
  const { server, tls = false, actor, timeoutMs = usualTimeoutMs, retry = {} } = options
  const { serverName, ...material } = typeof tls === 'boolean' ? {} : tls
  const made = createRawClient({
    server,
    timeoutMs,
    ...(actor === undefined ? {} : { actor }),
    ...(tls === false ? {} : { tls: { ...material, always: true } }),
    ...(serverName === undefined ? {} : { serverName }),
  })
  if (!made.ok) throw new VerdigrisError(refused(made.error), { method: 'connect', attempts: 0 })
  const raw = made.value
  const policy = {
    attempts: retry === false ? 1 : (retry.attempts ?? limits.callAttempts),
    firstDelayMs: (retry === false ? undefined : retry.firstDelayMs) ?? limits.retryFirstDelayMs,
    mostDelayMs: (retry === false ? undefined : retry.mostDelayMs) ?? limits.retryMostDelayMs,
  }

  const functionsOf = (service: string): Readonly<Record<string, unknown>> => {
    const methods = Object.entries(adminApi().service(`${apiPackage}.${service}`))
    return Object.fromEntries(
      methods.map(([method, definition]) => {
        const label = `${lower(service)}.${lower(method)}`
        const about = { raw, service, method, definition, label, retry: policy, timeoutMs }
        const run = definition.responseStream
          ? (request: unknown = {}, watch: WatchOptions = {}) => {
              const message = checked(shapeOf(definition.requestType.type), request, label)
              return watchOf({ ...about, request: message }, watch)
            }
          : (request: unknown = {}, call: CallOptions = {}) => callOf(about, request, call)
        return [lower(method), run]
      }),
    )
  }
  // Their types are made from the same .proto files.
  const services = Object.fromEntries(
    adminApi().services.map((service) => [lower(service), functionsOf(service)]),
  ) as { readonly [name: string]: unknown } & Services

  return {
    ...services,
    arrived: async ({ push: id }, call = {}) => {
      if (id === '') return undefined
      const { outcome, push } = await services.push.wait({ id }, call)
      if (outcome === 'REACHED' && push !== null) return push
      const about = { method: 'arrived', push: push ?? undefined, pushId: id }
      if (outcome === 'ENDED') throw new VerdigrisError(refused(endedOtherwise(id, push)), about)
      throw new VerdigrisError({ kind: 'timedOut', message: `push ${id} is still under way` }, about)
    },
    close: () => raw.close(),
  }
}

/** Milliseconds. */
const usualTimeoutMs = 30_000

const refused = (problem: Problem) => ({ kind: 'refused', problem }) as const

const endedOtherwise = (id: string, push: Answer<PushRecord> | null): Problem => ({
  kind: 'precondition',
  message: `push ${id} did not arrive: ${push === null ? 'it is not kept any more' : push.verdict}`,
  refusals: push?.refusals ?? [],
})

/** `Traffic` → `traffic`, as Uncapitalize in the types. */
const lower = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`
