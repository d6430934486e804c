// A request and what a proxy is served → the way that it takes: listener, filter chain, virtual host, route, cluster. Envoy's own
// order and its own rules; where only the proxy can know, what it depends on.
import { limits } from '../base/index.ts'
import type { envoy } from '../envoy-api/index.ts'
import { receive } from './connection-manager.ts'
import { tokenProviders, unforeseen } from './filters.ts'
import { findVirtualHost, type HostFound, withoutPort } from './hosts.ts'
import { addressOf, findChain, portOf, takesConnections, takesTls } from './listen.ts'
import { nearest } from './misses.ts'
import { judgeMatch, matchWords, type Request } from './route-match.ts'
import { tcpWay } from './tcp.ts'
import type { Asked, Explanation, MadeBy, Served, Way } from './types.ts'
import { unpack } from './unpack.ts'
import type { Verdict } from './verdict.ts'
import { answered, asClientSees, courseOf, ended, notFound } from './ways.ts'

/** Which listeners are meant. */
export interface ListenersMeant {
  /** Port of the listener. */
  readonly port?: number
  /** What its name begins with: `default/edge/`. */
  readonly named?: string
}

const managerType = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const proxyType = 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'

/** What every listener that is meant makes of the request; those for TLS only where it comes by TLS, unless a port is named. */
export function explain(served: Served, asked: Asked, meant: ListenersMeant): readonly Explanation[] {
  return served.listeners
    .filter(takesConnections)
    .filter((listener) => meant.port === undefined || portOf(listener) === meant.port)
    .filter(({ name = '' }) => meant.named === undefined || name.startsWith(meant.named))
    .filter(
      (listener) =>
        meant.port !== undefined || takesTls(listener, asked.scheme === 'https') || asked.scheme === 'tcp',
    )
    .slice(0, limits.listenersExplained)
    .map((listener) => explainListener(served, withName(asked), listener))
}

/** Clients say the host that they ask for in the handshake. */
function withName(asked: Asked): Asked {
  if (asked.sni !== undefined || asked.scheme !== 'https') return asked
  return { ...asked, sni: withoutPort(asked.authority) }
}

function explainListener(served: Served, asked: Asked, listener: envoy.Listener): Explanation {
  const base = {
    listener: listener.name ?? '',
    address: addressOf(listener),
    filterChain: '',
    virtualHost: '',
    domain: '',
  }
  const end = (way: Way, more: Partial<Explanation> = {}): Explanation => ({
    ...{ ...base, ways: [way], misses: [], notes: [] },
    ...more,
  })
  const found = findChain(listener, asked)
  if ('none' in found) return end(ended('CLOSED', found.none))
  const { chain, unsure } = found
  const filterChain = chain.name ?? ''
  const isTls = chain.transportSocket !== undefined
  if (asked.scheme !== 'tcp' && isTls !== (asked.scheme === 'https')) {
    const detail = isTls
      ? 'the listener takes TLS: ask with https'
      : 'the listener takes no TLS: ask with http'
    return end(ended('CLOSED', detail), { filterChain })
  }
  const before: string[] = [...unsure]
  for (const filter of chain.filters ?? []) {
    const config = filter.typedConfig ?? served.extensions(filter.name ?? '')
    const manager = unpack(managerType, config)
    if (manager !== undefined) {
      const explained = explainRequest(served, asked, manager)
      return { ...base, filterChain, ...explained, notes: [...before, ...explained.notes] }
    }
    const proxy = unpack(proxyType, config)
    if (proxy !== undefined) {
      return end(tcpWay(proxy, served), { filterChain, notes: before })
    }
    if (config === undefined)
      return end(ended('CLOSED', `nothing is served for ${filter.name ?? 'its filter'}`), { filterChain })
    before.push(`${filter.name ?? 'a filter'} comes first and is not looked into`)
  }
  return end(ended('UNTOLD', 'no filter of it is looked into'), { filterChain, notes: before })
}

type Explained = Pick<Explanation, 'virtualHost' | 'domain' | 'ways' | 'misses' | 'notes'>

function explainRequest(served: Served, asked: Asked, manager: envoy.HttpConnectionManager): Explained {
  const nothing = { virtualHost: '', domain: '', misses: [], notes: [] }
  if (asked.scheme === 'tcp') {
    return { ...nothing, ways: [ended('UNTOLD', 'the listener takes requests: ask with http or https')] }
  }
  const received = receive(manager, asked)
  if ('refused' in received) {
    const way = { conditions: [], route: '', match: '', ...answered(received.refused, received.why) }
    const sent = new Map(asked.headers.map(({ name: each, value }) => [each, { values: [value] }]))
    return { ...nothing, ways: [asClientSees(way, sent)] }
  }
  const { headers } = received
  const name = manager.rds?.routeConfigName ?? ''
  const configuration = manager.routeConfig ?? served.routes(name)
  const notes = [...received.notes, ...unforeseen(manager, served)]
  if (manager.scopedRoutes !== undefined) {
    return {
      ...nothing,
      notes,
      ways: [ended('UNTOLD', 'its routes are chosen by scopes, which are not looked into')],
    }
  }
  if (configuration === undefined) {
    return {
      ...nothing,
      notes,
      ways: [asClientSees(notFound(`no route configuration ${name} is served`), headers)],
    }
  }
  const authority = headers.get(':authority')
  const host = authority !== undefined && 'values' in authority ? (authority.values[0] ?? '') : ''
  const found = findVirtualHost(configuration, host)
  if (found === undefined) {
    const known = (configuration.virtualHosts ?? []).flatMap(({ domains = [] }) => domains)
    return { ...nothing, notes, ways: [asClientSees(notFound(noHost(host, known)), headers)] }
  }
  const request: Request = {
    headers,
    tokens: { providers: tokenProviders(manager, served), claims: asked.claims },
    runtime: { values: served.runtime, place: asked.place },
    ignoresParameters: configuration.ignorePathParametersInPathMatching === true,
    askedPath: asked.path,
  }
  return { ...walk(served, manager, configuration, found, request), notes }
}

function noHost(host: string, known: readonly string[]): string {
  const some = known.slice(0, limits.missesExplained).join(', ')
  const more =
    known.length > limits.missesExplained ? ` and ${known.length - limits.missesExplained} more` : ''
  const there = known.length === 0 ? 'it has none' : `it has ${some}${more}`
  return `no virtual host takes the host ${host}: ${there}`
}

/** A route with what it makes of the request. */
export interface Judged {
  readonly route: envoy.Route
  readonly maker: () => MadeBy | undefined
  readonly verdicts: readonly Verdict[]
}

/** The routes in their order, up to the first that takes the request for sure. */
function walk(
  served: Served,
  manager: envoy.HttpConnectionManager,
  configuration: envoy.RouteConfiguration,
  { virtualHost, domain }: HostFound,
  request: Request,
): Omit<Explained, 'notes'> {
  const base = { virtualHost: virtualHost.name ?? '', domain }
  if (virtualHost.matcher !== undefined) {
    return { ...base, ways: [ended('UNTOLD', 'its routes are chosen by a tree of matchers')], misses: [] }
  }
  const ways: Way[] = []
  const missed: Judged[] = []
  for (const [index, route] of (virtualHost.routes ?? []).entries()) {
    const verdicts = judgeMatch(route.match ?? {}, request)
    const maker = (): MadeBy | undefined =>
      served.madeBy?.(configuration.name ?? '', virtualHost, index, route)
    if (verdicts.some(({ kind }) => kind === 'no')) {
      missed.push({ route, maker, verdicts })
      continue
    }
    const madeBy = maker()
    const way = {
      conditions: verdicts.filter(({ kind }) => kind === 'depends').map(({ text }) => text),
      ...chanceOf(verdicts),
      route: route.name ?? '',
      match: matchWords(verdicts),
      ...(madeBy === undefined ? {} : { madeBy }),
      ...courseOf({ route, virtualHost, configuration }, request, manager, served),
    }
    ways.push(way)
    const isSure = way.conditions.length === 0 && way.chance === undefined
    if (isSure) {
      return { ...base, ways, misses: nearest(missed, limits.missesExplained, { route, maker, verdicts }) }
    }
    if (ways.length >= limits.waysExplained) {
      ways.push(ended('UNTOLD', 'there are more routes whose conditions only the proxy knows'))
      return { ...base, ways, misses: [] }
    }
  }
  const detail = `no route of virtual host ${virtualHost.name ?? ''} takes it`
  return {
    ...base,
    ways: [...ways, asClientSees(notFound(detail), request.headers)],
    misses: nearest(missed, limits.missesExplained),
  }
}

function chanceOf(verdicts: readonly Verdict[]): { readonly chance?: number } {
  const chances = verdicts.filter((each) => each.kind === 'chance')
  if (chances.length === 0) return {}
  return { chance: Math.round(chances.reduce((part, each) => part * each.part, 1) * 10_000) }
}
