// Rich gRPC errors as bytes: google.rpc.Status in the trailer `grpc-status-details-bin`.
import { Metadata, type StatusObject } from '@grpc/grpc-js'
import { assertNever } from '../../base/index.ts'
import { type Detail, errorDomain, type RichStatus } from '../status.ts'
import { adminApi } from './proto-files.ts'

const trailer = 'grpc-status-details-bin'
const typePrefix = 'type.googleapis.com/'

/** What grpc-js sends: code, message, and the details in the trailer. */
export function toTrailers(rich: RichStatus): StatusObject {
  const metadata = new Metadata()
  if (rich.details.length > 0) {
    const details = rich.details.map((detail) => ({
      // protobufjs bundles google.protobuf.Any with its field names as they are.
      type_url: `${typePrefix}${detail.kind}`,
      value: adminApi().message(detail.kind).serialize(detailMessage(detail)),
    }))
    const status = adminApi().message('google.rpc.Status')
    metadata.set(trailer, status.serialize({ code: rich.code, message: rich.message, details }))
  }
  return { code: rich.code, details: rich.message, metadata }
}

/** The rich status that a call ended with; details that are unknown or broken are left out. */
export function fromTrailers(error: {
  readonly code: number
  readonly details: string
  readonly metadata?: Metadata
}): RichStatus {
  const base = { code: error.code, message: error.details }
  const raw = error.metadata?.get(trailer)[0]
  if (!Buffer.isBuffer(raw)) return { ...base, details: [] }
  try {
    const status = adminApi().message('google.rpc.Status').deserialize(raw) as {
      readonly details: readonly { readonly type_url: string; readonly value: Buffer }[]
    }
    return { ...base, details: status.details.flatMap(readDetail) }
  } catch {
    // The peer is not ours or cut the trailer: code and message remain.
    return { ...base, details: [] }
  }
}

function detailMessage(detail: Detail): object {
  switch (detail.kind) {
    case 'google.rpc.ErrorInfo':
      return { reason: detail.reason, domain: errorDomain, metadata: detail.metadata }
    case 'google.rpc.BadRequest':
      return { fieldViolations: detail.violations }
    case 'google.rpc.PreconditionFailure':
    case 'google.rpc.QuotaFailure':
      return { violations: detail.violations }
    default:
      return assertNever(detail)
  }
}

function readDetail(any: { readonly type_url: string; readonly value: Buffer }): Detail[] {
  const kind = any.type_url.slice(typePrefix.length)
  const read = <T>(name: string): T => adminApi().message(name).deserialize(any.value) as T
  switch (kind) {
    case 'google.rpc.ErrorInfo': {
      const info = read<{ reason: string; domain: string; metadata: Record<string, string> }>(kind)
      return info.domain === errorDomain ? [{ kind, reason: info.reason, metadata: info.metadata }] : []
    }
    case 'google.rpc.BadRequest':
      return [
        {
          kind,
          violations: read<{ fieldViolations: { field: string; description: string }[] }>(kind)
            .fieldViolations,
        },
      ]
    case 'google.rpc.PreconditionFailure':
      return [
        {
          kind,
          violations: read<{ violations: { type: string; subject: string; description: string }[] }>(kind)
            .violations,
        },
      ]
    case 'google.rpc.QuotaFailure':
      return [
        {
          kind,
          violations: read<{ violations: { subject: string; description: string }[] }>(kind).violations,
        },
      ]
    default:
      return []
  }
}
