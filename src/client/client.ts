// The calls themselves: promises for answers, async iterables for watches, failures as values; nothing is tried twice.
import { type ChannelCredentials, Client, credentials, Metadata } from '@grpc/grpc-js'
import {
  type AdminServices,
  actorHeader,
  adminApi,
  apiPackage,
  type Input,
  versionTrailer,
} from '../api/index.ts'
import { err, limits, ok, type Problem, type Result } from '../base/index.ts'
import { type TlsOptions, tlsCredentials } from './credentials.ts'
import { type Failure, failureOf } from './failure.ts'

export interface ClientOptions {
  /** `host:port`. */
  readonly server: string
  /** With a CA or a certificate, or with `always`, the connection is TLS. */
  readonly tls?: TlsOptions & { readonly always?: boolean }
  /** The name in the server's certificate, where it is not that in `server`. */
  readonly serverName?: string
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
  /** The version that the server said last; undefined before its first answer, or when it says none. */
  serverVersion(): string | undefined
  close(): void
}

/** Connects at the first call. Errors: TLS files that cannot be read. */
export function createClient(options: ClientOptions): Result<AdminClient, Problem> {
  const raw = createRawClient(options)
  if (!raw.ok) return raw
  const { call, watch, serverVersion, close } = raw.value
  return ok({
    call: <S extends Service, M extends keyof AdminServices[S] & string>(
      service: S,
      method: M,
      request: object,
      callOptions: CallOptions = {},
    ) => call<Shape<S, M>['response']>(service, method, request, callOptions),
    watch: <S extends Service, M extends keyof AdminServices[S] & string>(
      service: S,
      method: M,
      request: object,
      signal: AbortSignal,
    ) => watch<Shape<S, M>['response']>(service, method, request, signal),
    serverVersion,
    close,
  })
}

/** The same by name: whoever asks says what the answer is. */
export interface RawClient {
  call<Response>(
    service: string,
    method: string,
    request: object,
    options?: CallOptions,
  ): Promise<Result<Response, Failure>>
  watch<Response>(
    service: string,
    method: string,
    request: object,
    signal: AbortSignal,
  ): AsyncGenerator<Result<Response, Failure>>
  serverVersion(): string | undefined
  close(): void
}

/** As createClient. */
export function createRawClient(options: ClientOptions): Result<RawClient, Problem> {
  const channel = channelCredentials(options.tls)
  if (!channel.ok) return channel
  const client = new Client(options.server, channel.value, {
    'grpc.max_receive_message_length': limits.adminMessageBytes,
    'grpc.max_send_message_length': limits.adminMessageBytes,
    // A command is short: it rather fails than waits for a server that is not there.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': limits.retryMostDelayMs,
    // A watch of a server that went without a word would wait for ever.
    'grpc.keepalive_time_ms': limits.clientKeepaliveMs,
    'grpc.keepalive_timeout_ms': limits.clientKeepaliveTimeoutMs,
    ...(options.serverName === undefined
      ? {}
      : {
          'grpc.ssl_target_name_override': options.serverName,
          'grpc.default_authority': options.serverName,
        }),
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
  let closed = false
  let version: string | undefined

  return ok({
    call: <Response>(
      service: string,
      method: string,
      request: object,
      { timeoutMs = options.timeoutMs, signal }: CallOptions = {},
    ) =>
      new Promise<Result<Response, Failure>>((resolve) => {
        if (closed) return resolve(err({ kind: 'broken', message: 'the client is closed' }))
        if (signal?.aborted === true) return resolve(err({ kind: 'cancelled' }))
        const shape = definition(service, method)
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
        call.on('status', ({ metadata: trailers }) => {
          const [said] = trailers.get(versionTrailer)
          if (typeof said === 'string') version = said
        })
        const cancel = (): void => call.cancel()
        signal?.addEventListener('abort', cancel)
      }),

    async *watch<Response>(service: string, method: string, request: object, signal: AbortSignal) {
      if (signal.aborted) return
      if (closed) {
        yield err<Failure>({ kind: 'broken', message: 'the client is closed' })
        return
      }
      const shape = definition(service, method)
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
    },

    serverVersion: () => version,
    close: () => {
      closed = true
      client.close()
    },
  })
}

function channelCredentials(tls: ClientOptions['tls']): Result<ChannelCredentials, Problem> {
  if (tls === undefined || (tls.ca === undefined && tls.cert === undefined && tls.always !== true)) {
    return ok(credentials.createInsecure())
  }
  return tlsCredentials(tls)
}
