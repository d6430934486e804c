// The public shape of the client, made from the generated types: a new method of the API is here without a line of ours.
import type { AdminServices, Duration, Struct, Timestamp } from '../api/api.generated.ts'

/** A file's path, or the PEM itself: bytes, or a text that starts with `-----BEGIN`. */
export type Pem = string | Uint8Array
/** Any JSON, as it stands in manifests and in the attributes of events. */
export type JsonObject = { readonly [key: string]: unknown }
/** Milliseconds, or a duration as people write it: `500ms`, `10s`, `1m30s`, `2h`. */
export type DurationInput = number | string
/** A Date, milliseconds since 1970, or an ISO 8601 text. */
export type MomentInput = Date | number | string

/**
 * A request as it may be given: every field may be left out. Durations, moments and manifests have friendly forms; shares are
 * whole numbers in 1/10,000, as everywhere in the API.
 */
export type Request<T> = T extends Timestamp
  ? MomentInput
  : T extends Duration
    ? DurationInput
    : T extends Struct
      ? JsonObject
      : T extends readonly (infer Item)[]
        ? readonly Request<Item>[]
        : T extends object
          ? { readonly [Key in keyof T]?: Request<T[Key]> | undefined }
          : T

/** An answer: moments are Dates, durations milliseconds, manifests plain JSON. Fields that were not sent hold their default. */
export type Answer<T> = T extends Timestamp
  ? Date
  : T extends Duration
    ? number
    : T extends Struct
      ? JsonObject
      : T extends readonly (infer Item)[]
        ? readonly Answer<Item>[]
        : T extends object
          ? { readonly [Key in keyof T]: Answer<T[Key]> }
          : T

/** What one call may have of its own. */
export interface CallOptions {
  /** Milliseconds for the call, all attempts and pauses included. */
  readonly timeoutMs?: number
  /** Milliseconds for one attempt, so that silence is met by another one. Without it one attempt may take the whole time. */
  readonly attemptTimeoutMs?: number
  /** Ends the call; it rejects with a `cancelled`. */
  readonly signal?: AbortSignal
  /** Doing it twice is the same as doing it once, and you say so: a change that carries no request id is tried again, too. */
  readonly idempotent?: boolean
}

/** What one watch may have of its own. */
export interface WatchOptions {
  /** Ends the watch; the loop over it ends without an error. */
  readonly signal?: AbortSignal
  /**
   * Goes on by itself when the server was away: events continue after the last one seen, pushes that ended meanwhile are looked
   * up, traffic and objects are told anew where they changed. Only of watches that can do so; others refuse it.
   */
  readonly resume?: boolean
  /** Told each time that a watch with `resume` was interrupted, before it tries again. */
  readonly onInterrupted?: (error: Error) => void
}

interface Method {
  readonly request: object
  readonly response: object
  readonly stream: boolean
}
type Call<M> = M extends Method
  ? M['stream'] extends true
    ? (
        request?: Request<M['request']>,
        options?: WatchOptions,
      ) => AsyncGenerator<Answer<M['response']>, void, void>
    : (request?: Request<M['request']>, options?: CallOptions) => Promise<Answer<M['response']>>
  : never

/** One service of the API: a function for each of its methods. */
export type ServiceClient<Service> = {
  readonly [Name in keyof Service as Uncapitalize<Name & string>]: Call<Service[Name]>
}

/** Every service of the API: `traffic`, `config`, `push`, `nodes`, `events`, `endpoints`, `store`. */
export type Services = {
  readonly [Name in keyof AdminServices as Uncapitalize<Name>]: ServiceClient<AdminServices[Name]>
}
