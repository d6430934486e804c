// What a gRPC status means to a caller: a refusal with its reason, nobody there, silence.
import { type ServiceError, status } from '@grpc/grpc-js'
import { fromStatus, fromTrailers, versionTrailer } from '../api/index.ts'
import type { Problem } from '../base/index.ts'

/** Why a call gave nothing. */
export type Failure =
  /** The server answered: no. */
  | { readonly kind: 'refused'; readonly problem: Problem }
  /** No server, or none that speaks our language (`foreign`). */
  | { readonly kind: 'unreachable'; readonly message: string; readonly foreign?: boolean }
  | { readonly kind: 'timedOut'; readonly message: string }
  | { readonly kind: 'cancelled' }
  /** A fault of the server or something in between. */
  | { readonly kind: 'broken'; readonly message: string }

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error

/** The failure behind what a call ended with. `server` is named in what is said. */
export function failureOf(error: unknown, server: string): Failure {
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
        message: `${whoAnswers(error, server)}: ${error.details}`,
        foreign: true,
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

/** Another version of us, or not the admin API of one at all. */
function whoAnswers({ metadata }: ServiceError, server: string): string {
  const [version] = metadata.get(versionTrailer)
  return typeof version === 'string'
    ? `the server at ${server} is Verdigris ${version}, which does not know this`
    : `the server at ${server} is not a Verdigris of this version`
}

/** The cause inside grpc-js's long sentence. */
const shorten = (details: string): string =>
  /(ECONNREFUSED|ENOTFOUND|ETIMEDOUT|ECONNRESET|EHOSTUNREACH|EAI_AGAIN)/.exec(details)?.[1] ??
  /(certificate[^.]*|wrong version number|socket disconnected before secure TLS connection)/i.exec(
    details,
  )?.[1] ??
  details
