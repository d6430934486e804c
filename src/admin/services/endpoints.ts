// Endpoints: what deploy tools register, and how all endpoints stand.

import {
  type Duration,
  type Endpoint,
  type EndpointAddress,
  type EndpointStatus,
  type EndpointsAnswer,
  type EndpointsOptions,
  type EndpointsTarget,
  fromDuration,
  type Input,
  toDuration,
} from '../../api/index.ts'
import { ok, type Problem, type Result } from '../../base/index.ts'
import type {
  EndpointsAnswer as Answer,
  EndpointsCommand,
  EndpointView,
  Target,
} from '../../discovery/index.ts'
import { endpointText } from '../../model/index.ts'
import { type AdminRooms, type Handlers, namespaceOr, page, pageSize } from './context.ts'

export function endpointsHandlers({ discovery }: AdminRooms): Handlers<'Endpoints'> {
  const ask = async (
    command: EndpointsCommand,
    options: EndpointsOptions | null,
    actor: string,
  ): Promise<Result<Input<EndpointsAnswer>, Problem>> => {
    const dryRun = options?.dryRun === true
    const answer = await discovery.ask(command, { actor, dryRun })
    return answer.ok ? ok(toAnswer(answer.value, dryRun)) : answer
  }
  return {
    Set: (request, call) =>
      ask(
        {
          verb: 'set',
          ...targetOf(request.target, request.options),
          ...ownership(request, call.actor),
          endpoints: request.endpoints.map(fromEndpoint),
        },
        request.options,
        call.actor,
      ),
    Patch: (request, call) =>
      ask(
        {
          verb: 'patch',
          ...targetOf(request.target, request.options),
          ...ownership(request, call.actor),
          put: request.put.map(fromEndpoint),
          remove: request.remove.map(fromAddress),
        },
        request.options,
        call.actor,
      ),
    Drain: (request, call) =>
      ask(
        {
          verb: 'drain',
          ...targetOf(request.target, request.options),
          endpoints: request.endpoints.map(fromAddress),
          undo: request.undo,
        },
        request.options,
        call.actor,
      ),
    List: async (request) => {
      const views = discovery.list({
        namespace: namespaceOr(request.namespace),
        ...(request.service === '' ? {} : { service: request.service }),
        ...(request.environment === '' ? {} : { environment: request.environment }),
        ...(request.owner === '' ? {} : { owner: request.owner }),
      })
      const { items, nextPageToken } = page(views, idOf, request.pageToken, pageSize(request.pageSize))
      return ok({ endpoints: items.map(toStatus), nextPageToken })
    },
  }
}

function targetOf(target: EndpointsTarget | null, options: EndpointsOptions | null): Target {
  const { namespace = '', service = '', environment = '', incarnation, release = '' } = target ?? {}
  return {
    namespace: namespaceOr(namespace),
    service,
    environment,
    ...(incarnation === undefined ? {} : { incarnation }),
    ...(release === '' ? {} : { release }),
    force: options?.force === true,
  }
}

/** An unproven caller is no owner's name; what it claims is. */
const ownership = (
  { owner, ttl }: { readonly owner: string; readonly ttl: Duration | null },
  actor: string,
): { readonly owner: string; readonly ttlMs?: number } => ({
  owner: owner === '' ? actor.replace(/^unverified:/, '') : owner,
  ...(ttl === null ? {} : { ttlMs: fromDuration(ttl) }),
})

/** As a manifest would have it: read with the same rules. */
function fromEndpoint({ address, port, ports, weight, priority, locality, draining }: Endpoint): unknown {
  const { region = '', zone = '', subZone = '' } = locality ?? {}
  const place = {
    ...(region === '' ? {} : { region }),
    ...(zone === '' ? {} : { zone }),
    ...(subZone === '' ? {} : { subZone }),
  }
  return {
    ...fromAddress({ address, ports, ...(port === undefined ? {} : { port }) }),
    ...(weight === undefined ? {} : { weight }),
    ...(priority === undefined ? {} : { priority }),
    ...(Object.keys(place).length === 0 ? {} : { locality: place }),
    ...(draining ? { draining } : {}),
  }
}

const fromAddress = ({ address, port, ports }: EndpointAddress): object => ({
  address,
  ...(port === undefined ? {} : { port }),
  ...(Object.keys(ports).length === 0 ? {} : { ports }),
})

const toAnswer = ({ place, ...rest }: Answer, dryRun: boolean): Input<EndpointsAnswer> => ({
  ...place,
  ...rest,
  dryRun,
})

const idOf = ({ place, endpoint }: EndpointView): string =>
  `${place.namespace}/${place.service}/${place.environment}.${place.incarnation} ${endpointText(endpoint)}`

function toStatus({
  place,
  source,
  owner,
  endpoint,
  drained,
  ttlMs,
  leftMs,
  release,
}: EndpointView): Input<EndpointStatus> {
  const { address, ports, weight, priority, locality, draining, lapsed } = endpoint
  return {
    ...place,
    release,
    source: source === 'static' ? 'STATIC' : 'REGISTERED',
    owner,
    endpoint: { address, ports, weight, priority, locality, draining: draining === true },
    state: draining === true ? 'DRAINING' : lapsed === true ? 'LAPSED' : 'IN_USE',
    drained,
    ttl: ttlMs === undefined ? undefined : toDuration(ttlMs),
    left: leftMs === undefined ? undefined : toDuration(leftMs),
  }
}

/** Milliseconds as a google.protobuf.Duration: both parts have the same sign. */
