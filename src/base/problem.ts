// The closed set of expected errors. Mapped to gRPC status in one place (admin), documented on one page.

/** One fault in an input: where it stands, what was found, what is wanted. */
export interface Violation {
  /** Path inside the object, such as `spec.environments[1].endpoints.static[0].port`. */
  readonly path: string
  /** Human sentence: what is wrong, what was found, what is wanted (with a suggestion where there is one). */
  readonly message: string
  readonly file?: string
  /** 1-based. */
  readonly line?: number
  /** 1-based. */
  readonly column?: number
  /** `Kind namespace/name` of the object, where known. */
  readonly object?: string
}

/** An expected error. `message` says what, which, wanted and got; no stack. */
export type Problem =
  /** The request itself is wrong: fix it and send again. gRPC INVALID_ARGUMENT with BadRequest. */
  | { readonly kind: 'invalid'; readonly message: string; readonly violations: readonly Violation[] }
  /** gRPC NOT_FOUND. */
  | { readonly kind: 'notFound'; readonly message: string }
  /**
   * Somebody else was first: an etag, request id or push. gRPC ABORTED; `winner` says who (`r41 by deploy-bot`). `push`: the
   * one that was waited for, as below.
   */
  | {
      readonly kind: 'conflict'
      readonly message: string
      readonly winner?: string
      readonly push?: string
    }
  /** Right request, wrong moment or world. gRPC FAILED_PRECONDITION; node and text where a proxy refused. */
  | {
      readonly kind: 'precondition'
      readonly message: string
      readonly push?: string
      readonly refusals?: readonly { readonly node: string; readonly type: string; readonly detail: string }[]
    }
  /** A bound was met. gRPC RESOURCE_EXHAUSTED. `limit` is its name in limits.ts. */
  | { readonly kind: 'limit'; readonly message: string; readonly limit: string }
  /** Who are you, or you may not. gRPC UNAUTHENTICATED or PERMISSION_DENIED. */
  | { readonly kind: 'denied'; readonly message: string; readonly authenticated: boolean }
  /** It was waited for as long as was asked, and is not there yet: `push` goes on. gRPC DEADLINE_EXCEEDED. */
  | { readonly kind: 'deadline'; readonly message: string; readonly push: string }
  /** Not now: loading, read-only, store failing. gRPC UNAVAILABLE. */
  | { readonly kind: 'unavailable'; readonly message: string }

/** An invalid-input problem from its violations; the message sums them up. */
export function invalid(violations: readonly Violation[], message?: string): Problem {
  const first = violations[0]
  const summary =
    message ??
    (first === undefined
      ? 'invalid input'
      : violations.length === 1
        ? said(first)
        : `${violations.length} problems, the first: ${said(first)}`)
  return { kind: 'invalid', message: summary, violations }
}

/** A fault of the whole input has no path. */
const said = ({ path, message }: Violation): string => (path === '' ? message : `${path}: ${message}`)
