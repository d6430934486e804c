// One route that a request may take → what becomes of it there.
import type { envoy } from '../envoy-api/index.ts'
import { type Headers, knownText } from './headers.ts'
import { mirrorsOf } from './mirrors.ts'
import { redirection } from './redirects.ts'
import { isConnect, isGrpc, type Request } from './route-match.ts'
import { answerSettings, forwardingSettings, preflightAnswer, type Scope } from './settings.ts'
import { chooseCluster, sharesOf } from './shares.ts'
import type { Served, Way } from './types.ts'
import { quoted } from './verdict.ts'

/** What there is on a way besides its conditions, its name and its match. */
export type Course = Omit<Way, 'conditions' | 'chance' | 'route' | 'match' | 'madeBy'>

/** Nothing happens: what a way begins from. */
export const nowhere: Course = {
  outcome: 'UNTOLD',
  status: 0,
  location: '',
  detail: '',
  decidedBy: '',
  shares: [],
  mirrors: [],
  settings: [],
}

/** No virtual host or no route took it. */
export const notFound = (detail: string): Way => ({
  ...nowhere,
  ...{ conditions: [], route: '', match: '', outcome: 'NOT_FOUND', status: 404, detail },
})

/** The listener takes no such connection, or nobody can tell. */
export const ended = (outcome: 'CLOSED' | 'UNTOLD', detail: string): Way => ({
  ...nowhere,
  ...{ conditions: [], route: '', match: '', outcome, detail },
})

/** An answer of the proxy's own. */
export const answered = (status: number, detail: string): Course => ({
  ...nowhere,
  outcome: 'ANSWERED',
  status,
  detail,
})

/**
 * What a client of gRPC sees of an answer of the proxy's own: status 200, and the meaning as a status of gRPC.
 * source/common/grpc/status.cc
 */
export function asClientSees<T extends Course>(course: T, headers: Headers): T {
  const isOwn =
    course.outcome === 'ANSWERED' || course.outcome === 'REDIRECTED' || course.outcome === 'NOT_FOUND'
  if (!isOwn || course.status === 0 || !isGrpc(headers)) return course
  const grpcStatus = grpcStatuses.get(course.status) ?? 2
  return { ...course, status: 200, grpcStatus }
}

/** UNKNOWN for all others. */
const grpcStatuses: ReadonlyMap<number, number> = new Map([
  ...([
    [400, 13],
    [401, 16],
    [403, 7],
    [404, 12],
  ] as const),
  ...([
    [429, 14],
    [502, 14],
    [503, 14],
    [504, 14],
  ] as const),
])

/** What becomes of the request on this route. */
export function courseOf(
  scope: Scope,
  request: Request,
  manager: envoy.HttpConnectionManager,
  served: Served,
): Course {
  const preflight = leadsToBackend(scope, request) ? preflightAnswer(scope, request.headers) : undefined
  // The CORS filter answers as to anybody.
  if (preflight !== undefined) return answered(200, preflight)
  return asClientSees(ownCourse(scope, request, manager, served), request.headers)
}

/** The filters see only what no redirect and no answer of the route ends before them. */
const leadsToBackend = (
  { route, virtualHost: { requireTls = 'NONE' } }: Scope,
  { headers }: Request,
): boolean =>
  route.route !== undefined && (requireTls === 'NONE' || knownText(headers, 'x-forwarded-proto') === 'https')

function ownCourse(
  scope: Scope,
  request: Request,
  manager: envoy.HttpConnectionManager,
  served: Served,
): Course {
  const { route, virtualHost } = scope
  const { headers } = request
  const at = {
    scheme: knownText(headers, 'x-forwarded-proto') ?? 'http',
    authority: knownText(headers, ':authority') ?? '',
    path: knownText(headers, ':path') ?? '',
  }
  const toTls = virtualHost.requireTls
  if ((toTls === 'ALL' || toTls === 'EXTERNAL_ONLY') && at.scheme !== 'https') {
    return { ...nowhere, outcome: 'REDIRECTED', ...redirection({ httpsRedirect: true }, {}, at) }
  }
  if (route.redirect !== undefined) {
    const settings = answerSettings(scope)
    return {
      ...nowhere,
      outcome: 'REDIRECTED',
      ...redirection(route.redirect, route.match ?? {}, at),
      settings,
    }
  }
  if (route.directResponse !== undefined) {
    const { status = 0, body } = route.directResponse
    const text = body?.inlineString
    const detail = text === undefined ? '' : `with ${quoted(text)}`
    return { ...answered(status, detail), settings: answerSettings(scope) }
  }
  const { route: action } = route
  if (action === undefined) return { ...nowhere, detail: 'the route leads nowhere' }
  const upgrade = refusedUpgrade(action, headers, manager)
  if (upgrade !== undefined) return answered(403, upgrade)
  return forwarded(action, scope, request, manager, served)
}

function forwarded(
  action: envoy.RouteAction,
  scope: Scope,
  request: Request,
  manager: envoy.HttpConnectionManager,
  served: Served,
): Course {
  const choice = chooseCluster(action, request)
  if (choice === undefined) return { ...nowhere, detail: 'an extension chooses the cluster' }
  const { slices, decidedBy } = choice
  const shares = sharesOf(slices)
  const missing = shares
    .filter(({ cluster }) => !served.hasCluster(cluster))
    .map(({ cluster }) => quoted(cluster))
  const status =
    action.clusterNotFoundResponseCode === 'NOT_FOUND'
      ? 404
      : action.clusterNotFoundResponseCode === 'INTERNAL_SERVER_ERROR'
        ? 500
        : 503
  if (shares.length > 0 && missing.length === shares.length) {
    return answered(status, `there is no cluster ${missing.join(', ')}`)
  }
  const detail =
    missing.length === 0 ? '' : `${status} for what goes to ${missing.join(', ')}: there is no such cluster`
  const { route, virtualHost, configuration } = scope
  const policies = [action, virtualHost, configuration].find(
    ({ requestMirrorPolicies = [] }) => requestMirrorPolicies.length > 0,
  )?.requestMirrorPolicies
  return {
    ...{ ...nowhere, outcome: 'FORWARDED', decidedBy, shares, detail },
    mirrors: mirrorsOf(policies ?? [], slices, request),
    settings: forwardingSettings({ route, virtualHost, configuration }, request, manager),
  }
}

/** Why an upgrade, or a tunnel, is refused; undefined: it is none, or it is taken. */
function refusedUpgrade(
  action: envoy.RouteAction,
  headers: Headers,
  { upgradeConfigs = [] }: envoy.HttpConnectionManager,
): string | undefined {
  const asks = /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(knownText(headers, 'connection') ?? '')
  const type = isConnect(headers) ? 'CONNECT' : asks ? (knownText(headers, 'upgrade') ?? '') : ''
  if (type === '') return undefined
  const named = ({ upgradeType = '' }: { readonly upgradeType?: string }): boolean =>
    upgradeType.toLowerCase() === type.toLowerCase()
  const said = (action.upgradeConfigs ?? []).find(named) ?? upgradeConfigs.find(named)
  const isTaken = said !== undefined && said.enabled !== false
  return isTaken ? undefined : `upgrades to ${type} are not taken here`
}
