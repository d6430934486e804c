// Problem ↔ gRPC status, in one place: the code, and what stands in the rich details. Pure; bytes are made in
// io/rich-status.ts. docs/reference/errors.md tells it to people and a test holds the two together.
import { assertNever, limits, type Problem, type Violation } from '../base/index.ts'

/** gRPC codes that the API answers with. */
export const codes = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const

/** `domain` of google.rpc.ErrorInfo. */
export const errorDomain = 'verdigris.dev'

/** The detail messages in use. */
export type Detail =
  | {
      readonly kind: 'google.rpc.ErrorInfo'
      readonly reason: string
      readonly metadata: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'google.rpc.BadRequest'
      readonly violations: readonly { readonly field: string; readonly description: string }[]
    }
  | {
      readonly kind: 'google.rpc.PreconditionFailure'
      readonly violations: readonly {
        readonly type: string
        readonly subject: string
        readonly description: string
      }[]
    }
  | {
      readonly kind: 'google.rpc.QuotaFailure'
      readonly violations: readonly { readonly subject: string; readonly description: string }[]
    }

/** A gRPC status before it becomes trailers. */
export interface RichStatus {
  readonly code: number
  readonly message: string
  readonly details: readonly Detail[]
}

/** What each kind of Problem becomes: code, HTTP status, `reason` of its ErrorInfo, what else it carries, and what to do. */
export const problemTable: Readonly<
  Record<
    Problem['kind'],
    {
      readonly code: keyof typeof codes
      /** The status of HTTP; 403 instead of 401 for who is known. */
      readonly http: number
      readonly reason: string
      readonly carries: string
      readonly todo: string
    }
  >
> = {
  invalid: {
    code: 'INVALID_ARGUMENT',
    http: 400,
    reason: 'INVALID',
    carries: 'BadRequest: one field violation per fault, with file, line and column where known',
    todo: 'mend the input and send it again',
  },
  notFound: {
    code: 'NOT_FOUND',
    http: 404,
    reason: 'NOT_FOUND',
    carries: '',
    todo: 'look with `verdigris get` for the name that was meant',
  },
  conflict: {
    code: 'ABORTED',
    http: 409,
    reason: 'CONFLICT',
    carries: 'ErrorInfo metadata `winner`: who was first; `push`: the one that was waited for',
    todo: 'read again, decide again, send again with the new etag',
  },
  precondition: {
    code: 'FAILED_PRECONDITION',
    http: 422,
    reason: 'PRECONDITION',
    carries:
      'PreconditionFailure: the node (subject) and its text (description) where a proxy refused; ErrorInfo metadata `push`: the one that was waited for',
    todo: 'change what the message names; the same request will not pass before',
  },
  limit: {
    code: 'RESOURCE_EXHAUSTED',
    http: 429,
    reason: 'LIMIT',
    carries: 'QuotaFailure: the name of the bound (subject)',
    todo: 'send less, or fewer at once',
  },
  denied: {
    code: 'UNAUTHENTICATED',
    http: 401,
    reason: 'DENIED',
    carries: '',
    todo: 'give a client certificate that the server trusts (PERMISSION_DENIED: ask for the role)',
  },
  deadline: {
    code: 'DEADLINE_EXCEEDED',
    http: 504,
    reason: 'DEADLINE',
    carries: 'ErrorInfo metadata `push`: the one that was waited for; it goes on',
    todo: 'the change is made: follow its push with `verdigris push watch ID`, or wait again',
  },
  unavailable: {
    code: 'UNAVAILABLE',
    http: 503,
    reason: 'UNAVAILABLE',
    carries: '',
    todo: 'try again in a moment; look at /readyz and the log',
  },
}

/** The status of a Problem. Details are cut to limits.statusDetailBytes, and what was cut is counted. */
export function toStatus(problem: Problem): RichStatus {
  const row = problemTable[problem.kind]
  const info = (metadata: Readonly<Record<string, string>> = {}): Detail => ({
    kind: 'google.rpc.ErrorInfo',
    reason: row.reason,
    metadata,
  })
  const base = { code: codes[row.code], message: clip(problem.message, limits.statusMessageLength) }
  switch (problem.kind) {
    case 'invalid': {
      const all = problem.violations.map((fault) => ({
        field: fault.path,
        description: describeViolation(fault),
      }))
      const shown = firstThatFit(all, (fault) => fault.field + fault.description)
      const more = all.length - shown.length
      return {
        ...base,
        details: [
          info(more > 0 ? { more: String(more) } : {}),
          { kind: 'google.rpc.BadRequest', violations: shown },
        ],
      }
    }
    case 'conflict': {
      const winner = problem.winner === undefined ? {} : { winner: clip(problem.winner, 256) }
      return { ...base, details: [info({ ...winner, ...pushOf(problem) })] }
    }
    case 'deadline':
      return { ...base, details: [info(pushOf(problem))] }
    case 'precondition': {
      const refusals = (problem.refusals ?? []).map((refusal) => ({
        type: refusal.type,
        subject: refusal.node,
        description: clip(refusal.detail, 512),
      }))
      const shown = firstThatFit(refusals, (refusal) => refusal.type + refusal.subject + refusal.description)
      return {
        ...base,
        details: [
          info(pushOf(problem)),
          ...(shown.length === 0
            ? []
            : [{ kind: 'google.rpc.PreconditionFailure', violations: shown } as const]),
        ],
      }
    }
    case 'limit':
      return {
        ...base,
        details: [
          info(),
          {
            kind: 'google.rpc.QuotaFailure',
            violations: [{ subject: problem.limit, description: base.message }],
          },
        ],
      }
    case 'denied':
      return {
        ...base,
        code: problem.authenticated ? codes.PERMISSION_DENIED : codes.UNAUTHENTICATED,
        details: [info()],
      }
    case 'notFound':
    case 'unavailable':
      return { ...base, details: [info()] }
    default:
      return assertNever(problem)
  }
}

/** The Problem behind a status that a server of ours sent; undefined for any other. */
export function fromStatus(status: RichStatus): Problem | undefined {
  const info = status.details.find((detail) => detail.kind === 'google.rpc.ErrorInfo')
  if (info === undefined) return undefined
  const { message } = status
  switch (info.reason) {
    case problemTable.invalid.reason: {
      const faults = status.details.flatMap((detail) =>
        detail.kind === 'google.rpc.BadRequest' ? detail.violations : [],
      )
      const violations = faults.map(({ field, description }) => ({ path: field, message: description }))
      const { more } = info.metadata
      if (more !== undefined) violations.push({ path: '', message: `and ${more} more` })
      return { kind: 'invalid', message, violations }
    }
    case problemTable.notFound.reason:
      return { kind: 'notFound', message }
    case problemTable.conflict.reason:
      return {
        kind: 'conflict',
        message,
        ...(info.metadata.winner === undefined ? {} : { winner: info.metadata.winner }),
        ...pushOf(info.metadata),
      }
    case problemTable.deadline.reason:
      return { kind: 'deadline', message, push: info.metadata.push ?? '' }
    case problemTable.precondition.reason: {
      const refusals = status.details.flatMap((detail) =>
        detail.kind === 'google.rpc.PreconditionFailure'
          ? detail.violations.map(({ type, subject, description }) => ({
              node: subject,
              type,
              detail: description,
            }))
          : [],
      )
      const push = pushOf(info.metadata)
      return { kind: 'precondition', message, ...push, ...(refusals.length === 0 ? {} : { refusals }) }
    }
    case problemTable.limit.reason: {
      const quota = status.details.find((detail) => detail.kind === 'google.rpc.QuotaFailure')
      return { kind: 'limit', message, limit: quota?.violations[0]?.subject ?? '' }
    }
    case problemTable.denied.reason:
      return { kind: 'denied', message, authenticated: status.code === codes.PERMISSION_DENIED }
    case problemTable.unavailable.reason:
      return { kind: 'unavailable', message }
    default:
      return undefined
  }
}

/** The push that an error is about, where it is about one. */
const pushOf = ({ push }: { readonly push?: string | undefined }): { readonly push?: string } =>
  push === undefined ? {} : { push }

/** `shop.yaml:12:5: Service shop/checkout: wanted …`: what stands in a field violation beside its path. */
export function describeViolation(fault: Violation): string {
  const place =
    fault.file === undefined
      ? ''
      : `${fault.file}${fault.line === undefined ? '' : `:${fault.line}`}${fault.column === undefined ? '' : `:${fault.column}`}: `
  const object = fault.object === undefined ? '' : `${fault.object}: `
  return clip(`${place}${object}${fault.message}`, 512)
}

/** As many as fit into the trailer; 24 bytes of framing are counted for each. */
function firstThatFit<T>(items: readonly T[], textOf: (item: T) => string): T[] {
  const fitting: T[] = []
  let bytes = 0
  for (const item of items) {
    bytes += Buffer.byteLength(textOf(item)) + 24
    if (bytes > limits.statusDetailBytes) break
    fitting.push(item)
  }
  return fitting
}

const clip = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`
