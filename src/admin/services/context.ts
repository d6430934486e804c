// What the handlers of the API work with, and the shape of a handler: no sockets, no gRPC.

import type { AdminServices, ChangeOptions, Input } from '../../api/index.ts'
import { err, invalid, limits, ok, type Problem, type Result, type Violation } from '../../base/index.ts'
import type { Discovery } from '../../discovery/index.ts'
import type { Events } from '../../events/index.ts'
import type { FleetView } from '../../fleet/index.ts'
import type { Kind } from '../../model/index.ts'
import type { Delivery } from '../../push/index.ts'
import type { Store } from '../../store/index.ts'
import type { NameLookup } from '../named-hosts.ts'
import type { SecretStates } from '../secret-status.ts'

/** The rooms behind the API. */
export interface AdminRooms {
  readonly delivery: Delivery
  readonly fleet: FleetView
  readonly store: Pick<
    Store,
    | 'view'
    | 'watch'
    | 'condition'
    | 'revision'
    | 'revisions'
    | 'history'
    | 'contentsAt'
    | 'touchedAfter'
    | 'resource'
  >
  readonly events: Events
  readonly discovery: Pick<Discovery, 'ask' | 'list'>
  readonly lookUp: NameLookup
  /** Absent: no folder of secrets was given. */
  readonly secrets?: SecretStates
}

/** One call. */
export interface CallContext {
  /** Who calls, as it is recorded. */
  readonly actor: string
  /** Aborts when the caller has gone or the server stops. */
  readonly signal: AbortSignal
  /** A signal that aborts after so many milliseconds. */
  readonly after: (ms: number) => AbortSignal
}

interface MethodShape {
  readonly request: object
  readonly response: object
  readonly stream: boolean
}
/** What a watch gives; a Problem at its end says why there is no more. */
export type Messages<T> = AsyncIterable<T, Problem | undefined>

type Handler<Method> = Method extends MethodShape
  ? Method['stream'] extends true
    ? (request: Method['request'], call: CallContext) => Result<Messages<Input<Method['response']>>, Problem>
    : (request: Method['request'], call: CallContext) => Promise<Result<Input<Method['response']>, Problem>>
  : never
/** The handlers of one service. */
export type Handlers<Name extends keyof AdminServices> = {
  readonly [Method in keyof AdminServices[Name]]: Handler<AdminServices[Name][Method]>
}

/** Kinds that the API shows. A Tombstone is bookkeeping: nobody asks for it. */
export type ApiKind = Exclude<Kind, 'Tombstone'>
/** A table, so that the compiler asks for new kinds. */
const kindTable: Readonly<Record<ApiKind, true>> = {
  NodeGroup: true,
  Secret: true,
  Gateway: true,
  Service: true,
  Sidecar: true,
  Route: true,
  TrafficPolicy: true,
  RawSnapshot: true,
  Patch: true,
  Traffic: true,
}
export const isApiKind = (kind: string): kind is ApiKind => Object.hasOwn(kindTable, kind)

/** The kind of that name, or a Problem that lists the kinds there are. */
export function parseKind(kind: string, path: string): Result<ApiKind, Problem> {
  if (isApiKind(kind)) return ok(kind)
  const message = `no kind ${JSON.stringify(kind.slice(0, limits.nameLength))}; wanted one of ${Object.keys(kindTable).join(', ')}`
  return err(invalid([{ path, message }]))
}

export const namespaceOr = (namespace: string): string => (namespace === '' ? 'default' : namespace)

/** The part of a command that every change carries; texts are bounded because they are kept for ever. */
export function changeOptions(
  options: Partial<ChangeOptions> | null | undefined,
  actor: string,
): Result<
  {
    readonly actor: string
    readonly reason: string
    readonly requestId?: string
    readonly dryRun?: boolean
    readonly force?: boolean
  },
  Problem
> {
  const faults: Violation[] = []
  const reason = options?.reason ?? ''
  const requestId = options?.requestId ?? ''
  if (reason.length > limits.reasonLength) {
    faults.push({
      path: 'options.reason',
      message: `wanted at most ${limits.reasonLength} characters, found ${reason.length}`,
    })
  }
  if (requestId.length > limits.requestIdLength || !/^[\x21-\x7e]*$/.test(requestId)) {
    faults.push({
      path: 'options.request_id',
      message: `wanted at most ${limits.requestIdLength} printable ASCII characters without spaces`,
    })
  }
  if (faults.length > 0) return err(invalid(faults))
  return ok({
    actor,
    reason,
    ...(requestId === '' ? {} : { requestId }),
    ...(options?.dryRun === true ? { dryRun: true } : {}),
    ...(options?.force === true ? { force: true } : {}),
  })
}

/** The size of a page: what was asked for within the bound; 0 means `usual`. */
export const pageSize = (asked: number, usual: number = limits.adminPage): number =>
  Math.min(asked === 0 ? usual : asked, limits.adminPage)

/** One page of a sorted list: items after the token, and the token of the next page (empty: none). */
export function page<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  token: string,
  size: number,
): { readonly items: readonly T[]; readonly nextPageToken: string } {
  const from = token === '' ? 0 : items.findIndex((item) => idOf(item) > token)
  const cut = from < 0 ? [] : items.slice(from, from + size)
  const last = cut.at(-1)
  const more = from >= 0 && from + size < items.length && last !== undefined
  return { items: cut, nextPageToken: more ? idOf(last) : '' }
}
