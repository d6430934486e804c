// A typed client of the admin API: promises for calls, async iterables for watches, failures as values.
import { readFileSync } from 'node:fs'
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import {
  type AdminServices,
  actorHeader,
  adminApi,
  apiPackage,
  fromStatus,
  fromTrailers,
  type Input,
} from '../api/index.ts'
import { err, limits, ok, type Problem, type Result } from '../base/index.ts'

/** Why a call gave nothing. */
export type Failure =
  /** The server answered: no. */
  | { readonly kind: 'refused'; readonly problem: Problem }
  /** No server, or none that speaks our language. */
  | { readonly kind: 'unreachable'; readonly message: string }
  | { readonly kind: 'timedOut'; readonly message: string }
  | { readonly kind: 'cancelled' }
  /** A fault of the server or something in between. */
  | { readonly kind: 'broken'; readonly message: string }

export interface ClientOptions {
  /** `host:port`. */
  readonly server: string
  /** PEM files; with a CA or a certificate the connection is TLS. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string }
  /** Claimed name; counts only where the server asks for no certificate. */
  readonly actor?: string
  /** Milliseconds for one call. */
  readonly timeoutMs: number
}

type Service = keyof AdminServices
type Shape<S extends Service, M extends keyof AdminServices[S]> = AdminServices[S][M] & {
  readonly request: object
  readonly response: object
}

interface CallOptions {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export interface AdminClient {
  call<S extends Service, M extends keyof AdminServices[S] & string>(
    service: S,
    method: M,
    request: Input<Shape<S, M>['request']>,
    options?: CallOptions,
  ): Promise<Result<Shape<S, M>['response'], Failure>>
  /** Messages as they come; a failure is the last item. Ends when the server ends it or the signal aborts. */
  watch<S extends Service, M extends keyof AdminServices[S] & string>(
    service: S,
    method: M,
    request: Input<Shape<S, M>['request']>,
    signal: AbortSignal,
  ): AsyncIterable<Result<Shape<S, M>['response'], Failure>>
  close(): void
}

/** Connects at the first call. Errors: TLS files that cannot be read. */
export function createClient(options: ClientOptions): Result<AdminClient, Problem> {
  const channel = channelCredentials(options.tls)
  if (!channel.ok) return channel
  const client = new Client(options.server, channel.value, {
    'grpc.max_receive_message_length': limits.adminMessageBytes,
    'grpc.max_send_message_length': limits.adminMessageBytes,
    // A command is short: it rather fails than waits for a server that is not there.
    'grpc.initial_reconnect_backoff_ms': 100,
  })
  const metadata = (): Metadata => {
    const sent = new Metadata()
    if (options.actor !== undefined) sent.set(actorHeader, options.actor)
    return sent
  }
  const definition = (service: string, method: string) => {
    const found = adminApi().service(`${apiPackage}.${service}`)[method]
    if (found === undefined) throw new Error(`the API has no ${service}.${method}`)
    return found
  }

  return ok({
    call: <S extends Service, M extends keyof AdminServices[S] & string>(
      service: S,
      method: M,
      request: object,
      { timeoutMs = options.timeoutMs, signal }: CallOptions = {},
    ) =>
      new Promise<Result<Shape<S, M>['response'], Failure>>((resolve) => {
        const shape = definition(service, method)
        type Response = Shape<S, M>['response']
        const call = client.makeUnaryRequest<object, Response>(
          shape.path,
          shape.requestSerialize,
          // Bytes become the type that the .proto file gives this method.
          (bytes) => shape.responseDeserialize(bytes) as Response,
          request,
          metadata(),
          { deadline: Date.now() + timeoutMs },
          (error, response) => {
            signal?.removeEventListener('abort', cancel)
            resolve(response === undefined ? err(failureOf(error, options.server)) : ok(response))
          },
        )
        const cancel = (): void => call.cancel()
        signal?.addEventListener('abort', cancel)
      }),

    watch: <S extends Service, M extends keyof AdminServices[S] & string>(
      service: S,
      method: M,
      request: object,
      signal: AbortSignal,
    ) => {
      const shape = definition(service, method)
      type Response = Shape<S, M>['response']
      const start = async function* (): AsyncGenerator<Result<Response, Failure>> {
        const call = client.makeServerStreamRequest<object, Response>(
          shape.path,
          shape.requestSerialize,
          (bytes) => shape.responseDeserialize(bytes) as Response,
          request,
          metadata(),
        )
        const cancel = (): void => call.cancel()
        signal.addEventListener('abort', cancel)
        try {
          for await (const message of call) yield ok(message as Response)
        } catch (error) {
          if (!signal.aborted) yield err(failureOf(error, options.server))
        } finally {
          signal.removeEventListener('abort', cancel)
          call.cancel()
        }
      }
      return start()
    },
    close: () => client.close(),
  })
}

function channelCredentials(
  tls: ClientOptions['tls'],
): Result<ReturnType<typeof credentials.createSsl>, Problem> {
  if (tls === undefined || (tls.ca === undefined && tls.cert === undefined))
    return ok(credentials.createInsecure())
  try {
    const read = (file: string | undefined): Buffer | null => (file === undefined ? null : readFileSync(file))
    return ok(credentials.createSsl(read(tls.ca), read(tls.key), read(tls.cert)))
  } catch (error) {
    const message = `TLS files of the client: ${error instanceof Error ? error.message : String(error)}`
    return err({ kind: 'invalid', message, violations: [] })
  }
}

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error

function failureOf(error: unknown, server: string): Failure {
  if (!isServiceError(error)) {
    return { kind: 'broken', message: error instanceof Error ? error.message : 'an answer without content' }
  }
  const problem = fromStatus(fromTrailers(error))
  if (problem !== undefined) return { kind: 'refused', problem }
  switch (error.code) {
    case status.UNAVAILABLE:
      return { kind: 'unreachable', message: `no server at ${server}: ${shorten(error.details)}` }
    case status.UNIMPLEMENTED:
      return {
        kind: 'unreachable',
        message: `the server at ${server} is not a Verdigris of this version: ${error.details}`,
      }
    case status.DEADLINE_EXCEEDED:
      return { kind: 'timedOut', message: `no answer from ${server} in time` }
    case status.CANCELLED:
      return { kind: 'cancelled' }
    // The gate answers these without details.
    case status.UNAUTHENTICATED:
      return { kind: 'refused', problem: { kind: 'denied', authenticated: false, message: error.details } }
    case status.PERMISSION_DENIED:
      return { kind: 'refused', problem: { kind: 'denied', authenticated: true, message: error.details } }
    case status.INVALID_ARGUMENT:
      return { kind: 'refused', problem: { kind: 'invalid', message: error.details, violations: [] } }
    case status.RESOURCE_EXHAUSTED:
      return {
        kind: 'refused',
        problem: { kind: 'limit', limit: 'adminMessageBytes', message: error.details },
      }
    default:
      return { kind: 'broken', message: `${error.details} (gRPC code ${error.code})` }
  }
}

/** The cause inside grpc-js's long sentence. */
const shorten = (details: string): string =>
  /(ECONNREFUSED|ENOTFOUND|ETIMEDOUT|ECONNRESET|EHOSTUNREACH|EAI_AGAIN)/.exec(details)?.[1] ??
  /(certificate[^.]*|wrong version number|socket disconnected before secure TLS connection)/i.exec(
    details,
  )?.[1] ??
  details
