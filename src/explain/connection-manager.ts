// What a connection manager makes of a request before a route is looked for: which headers it drops and writes, and the path.
// source/common/http/conn_manager_utility.cc (mutateRequestHeaders) and conn_manager_impl.cc (decodeHeaders).
import type { envoy } from '../envoy-api/index.ts'
import type { HeaderState, Headers } from './headers.ts'
import { isIn } from './listen.ts'
import { normalisePath } from './path.ts'
import { takesText } from './texts.ts'
import type { Asked } from './types.ts'
import { unpack } from './unpack.ts'

/** The request as routes see it, or the status with which it is refused before. */
export type Received =
  | { readonly headers: Headers; readonly notes: readonly string[] }
  | { readonly refused: number; readonly why: string }

/** Passes the request through the connection manager. */
export function receive(manager: envoy.HttpConnectionManager, asked: Asked): Received {
  const isTunnel = asked.method === 'CONNECT'
  const path = isTunnel ? { path: '' } : normalisePath(manager, asked.path)
  if ('refused' in path) return path
  if (asked.authority === '') return { refused: 400, why: 'a request names its host' }
  const headers = new Map<string, HeaderState>()
  const set = (name: string, ...values: readonly string[]): void => {
    headers.set(name, { values })
  }
  for (const { name, value } of asked.headers) {
    const held = headers.get(name)
    set(name, ...(held !== undefined && 'values' in held ? held.values : []), value)
  }
  set(':method', asked.method)
  set(':authority', hostOf(manager, asked))
  set(':scheme', asked.scheme)
  if (!isTunnel) set(':path', path.path)
  const notes = mutateEarly(manager, headers)
  mutate(manager, asked, headers)
  return { headers, notes }
}

function hostOf(manager: envoy.HttpConnectionManager, { authority, scheme }: Asked): string {
  const { stripAnyHostPort, stripMatchingHostPort, stripTrailingHostDot } = manager
  const usual = scheme === 'https' ? ':443' : ':80'
  const port = /:\d+$/.exec(authority)?.[0] ?? ''
  const host = authority.slice(0, authority.length - port.length)
  const bare = stripTrailingHostDot === true && host.endsWith('.') ? host.slice(0, -1) : host
  const stripped = stripAnyHostPort === true || (stripMatchingHostPort === true && port === usual)
  return `${bare}${stripped ? '' : port}`
}

/** Headers that only proxies of the same owner may send. */
const internalHeaders: readonly string[] = [
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-force-trace',
  'x-envoy-ip-tags',
  'x-envoy-original-url',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-decorator-operation',
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
]

function mutate(manager: envoy.HttpConnectionManager, asked: Asked, headers: Map<string, HeaderState>): void {
  const isEdge = manager.useRemoteAddress === true
  const client = clientOf(manager, asked)
  if (isEdge) {
    const forwarded = asked.headers.filter(({ name }) => name === 'x-forwarded-for').map(({ value }) => value)
    headers.set(
      'x-forwarded-for',
      asked.sourceAddress === undefined
        ? { unknown: 'the address of the client stands in it', sure: true }
        : { values: [...forwarded, asked.sourceAddress] },
    )
    if ((manager.xffNumTrustedHops ?? 0) === 0 || !headers.has('x-forwarded-proto')) {
      headers.set('x-forwarded-proto', { values: [asked.scheme] })
    }
    const inside = client === undefined ? undefined : isInternal(manager, client)
    if (inside === true) headers.set('x-envoy-internal', { values: ['true'] })
    else {
      for (const name of internalHeaders) headers.delete(name)
      headers.delete('x-envoy-internal')
      headers.set(
        'x-envoy-external-address',
        client === undefined ? { unknown: 'say it with --source-ip', sure: true } : { values: [client] },
      )
    }
  } else if (!headers.has('x-forwarded-proto')) headers.set('x-forwarded-proto', { values: [asked.scheme] })
  const keepsId = !isEdge || manager.preserveExternalRequestId === true
  if (manager.generateRequestId !== false && !(keepsId && headers.has('x-request-id'))) {
    headers.set('x-request-id', { unknown: 'the proxy makes it', sure: true })
  }
  const { forwardClientCertDetails: certificate = 'SANITIZE' } = manager
  if (certificate === 'SANITIZE' || certificate === 'SANITIZE_SET') {
    headers.delete('x-forwarded-client-cert')
    if (certificate === 'SANITIZE_SET' && asked.scheme === 'https') {
      headers.set('x-forwarded-client-cert', { unknown: 'what certificate the client shows', sure: false })
    }
  }
}

/** The address that is believed to be the client's. */
function clientOf({ xffNumTrustedHops = 0 }: envoy.HttpConnectionManager, asked: Asked): string | undefined {
  if (xffNumTrustedHops === 0) return asked.sourceAddress
  const addresses = asked.headers
    .filter(({ name }) => name === 'x-forwarded-for')
    .flatMap(({ value }) => value.split(',').map((each) => each.trim()))
  return addresses.at(-xffNumTrustedHops) ?? asked.sourceAddress
}

/** Private ranges, which count as internal unless the connection manager says which do. */
const usualInside: readonly envoy.CidrRange[] = [
  { addressPrefix: '10.0.0.0', prefixLen: 8 },
  { addressPrefix: '172.16.0.0', prefixLen: 12 },
  { addressPrefix: '192.168.0.0', prefixLen: 16 },
  { addressPrefix: '127.0.0.0', prefixLen: 8 },
  { addressPrefix: '::1', prefixLen: 128 },
  { addressPrefix: 'fd00::', prefixLen: 8 },
]

function isInternal({ internalAddressConfig }: envoy.HttpConnectionManager, client: string): boolean {
  const ranges = internalAddressConfig?.cidrRanges ?? usualInside
  return ranges.some((range) => isIn(range, client))
}

/** Early header mutations, in their order. Gives what they do that cannot be foreseen. */
function mutateEarly(
  manager: envoy.HttpConnectionManager,
  headers: Map<string, HeaderState>,
): readonly string[] {
  const notes: string[] = []
  for (const { name = '', typedConfig } of manager.earlyHeaderMutationExtensions ?? []) {
    const config = unpack(
      'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation',
      typedConfig,
    )
    if (config === undefined) {
      notes.push(`${name} changes headers before routes are looked for, and is not looked into`)
      continue
    }
    for (const mutation of config.mutations ?? []) {
      const { remove, removeOnMatch, append } = mutation
      if (remove !== undefined) headers.delete(remove.toLowerCase())
      const { keyMatcher } = removeOnMatch ?? {}
      if (keyMatcher !== undefined) {
        for (const key of [...headers.keys()]) {
          if (!key.startsWith(':') && takesText(keyMatcher, key) === true) headers.delete(key)
        }
      }
      if (append !== undefined) add(headers, append)
    }
  }
  return notes
}

function add(headers: Map<string, HeaderState>, option: envoy.HeaderValueOption): void {
  const { header: { key = '', value = '' } = {}, appendAction = 'APPEND_IF_EXISTS_OR_ADD' } = option
  const name = key.toLowerCase()
  const held = headers.get(name)
  if (appendAction === 'ADD_IF_ABSENT' && held !== undefined) return
  if (appendAction === 'OVERWRITE_IF_EXISTS' && held === undefined) return
  const isPlain = !value.replaceAll('%%', '').includes('%')
  if (!isPlain) {
    headers.set(name, { unknown: `the proxy writes ${value}`, sure: true })
    return
  }
  const text = value.replaceAll('%%', '%')
  const before =
    appendAction === 'APPEND_IF_EXISTS_OR_ADD' && held !== undefined && 'values' in held ? held.values : []
  headers.set(name, { values: [...before, text] })
}
