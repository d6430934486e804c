// Traffic: which environment of a service gets which share, which cohorts and mirrors are on.

import {
  type ChangeAnswer as AnswerMessage,
  type ChangeOptions,
  type Duration,
  fromDuration,
  type Input,
  type ServiceTraffic,
  type SetTrafficRequest,
  toTimestamp,
} from '../../api/index.ts'
import { err, invalid, limits, ok, type Problem, type Result } from '../../base/index.ts'
import { countEndpoints, type LiveChange, type StoredOf, type World } from '../../model/index.ts'
import type { ChangeAnswer, ChangeCommand } from '../../push/index.ts'
import { toChangeAnswer } from '../convert.ts'
import { type AdminRooms, changeOptions, type Handlers, namespaceOr } from './context.ts'
import { explainHandler } from './explain.ts'

/** Everything there is to share, in 1/10,000. */
const whole = 10_000

type Move = Extract<ChangeCommand['verb'], 'switch' | 'split' | 'cohort' | 'mirror' | 'set-traffic'>

export function trafficHandlers(rooms: AdminRooms): Handlers<'Traffic'> {
  const move = async (
    verb: Move,
    request: {
      readonly namespace: string
      readonly service: string
      readonly etag: string
      readonly options: ChangeOptions | null
    },
    change: LiveChange & { readonly ramp?: number },
    actor: string,
  ): Promise<Result<Input<AnswerMessage>, Problem>> => {
    const options = changeOptions(request.options, actor)
    if (!options.ok) return options
    const manager = request.options?.manager ?? ''
    const answer = await rooms.delivery.change({
      verb,
      namespace: namespaceOr(request.namespace),
      service: request.service,
      ...change,
      ...(request.etag === '' ? {} : { etag: request.etag }),
      ...(manager === '' ? {} : { manager }),
      ...options.value,
    })
    return answered(answer, request.options)
  }

  /** What moves no traffic to a place that the request names. */
  const other = async (
    request: {
      readonly namespace: string
      readonly service: string
      readonly options: ChangeOptions | null
    },
    what: { readonly verb: 'rollback' | 'fence' } | { readonly verb: 'unfence'; readonly fence: number },
    actor: string,
  ): Promise<Result<Input<AnswerMessage>, Problem>> => {
    const options = changeOptions(request.options, actor)
    if (!options.ok) return options
    const { service } = request
    const named = { namespace: namespaceOr(request.namespace), service, ...options.value }
    return answered(await rooms.delivery.change({ ...what, ...named }), request.options)
  }

  return {
    Get: async (request) => read(rooms, namespaceOr(request.namespace), request.service),
    Set: (request, call) => {
      const change = changeOf(request)
      return move(verbOf(change), request, change, call.actor)
    },
    Split: (request, call) =>
      move('split', request, { weights: request.weights, ...rampOf(request) }, call.actor),
    Switch: async (request, call) => {
      if (request.environment === '') {
        return err(invalid([{ path: 'environment', message: 'wanted the name of an environment' }]))
      }
      const weights = Object.fromEntries([[request.environment, whole]])
      return move('switch', request, { weights, ...rampOf(request) }, call.actor)
    },
    Rollback: (request, call) => other(request, { verb: 'rollback' }, call.actor),
    Fence: (request, call) => other(request, { verb: 'fence' }, call.actor),
    RemoveFence: (request, call) => other(request, { verb: 'unfence', fence: request.fence }, call.actor),
    Watch: (request, call) => {
      const namespace = namespaceOr(request.namespace)
      if (!serviceExists(rooms, namespace, request.service)) return err(noService(namespace, request.service))
      return ok(follow(rooms, namespace, request.service, call.signal))
    },
    Explain: explainHandler(rooms),
  }
}

const rampOf = ({ ramp }: { readonly ramp: Duration | null }): { readonly ramp?: number } =>
  ramp === null ? {} : { ramp: fromDuration(ramp) }

/** What a request changes. A part without entries changes nothing; a request without any has no weights, and is refused for it. */
function changeOf({ weights, cohorts, mirrors }: SetTrafficRequest): LiveChange {
  const some = (part: object): boolean => Object.keys(part).length > 0
  const other = some(cohorts) || some(mirrors)
  return {
    ...(some(weights) || !other ? { weights } : {}),
    ...(some(cohorts) ? { cohorts } : {}),
    ...(some(mirrors)
      ? {
          mirrors: Object.fromEntries(
            Object.entries(mirrors).map(([name, { on, share }]) => [
              name,
              on ? (share === 0 ? 'on' : share) : 'off',
            ]),
          ),
        }
      : {}),
  }
}

const verbOf = ({ weights, cohorts, mirrors }: LiveChange): Move =>
  weights !== undefined || (cohorts !== undefined && mirrors !== undefined)
    ? 'set-traffic'
    : cohorts !== undefined
      ? 'cohort'
      : 'mirror'

const answered = (
  answer: Result<ChangeAnswer, Problem>,
  options: ChangeOptions | null,
): Result<Input<AnswerMessage>, Problem> =>
  answer.ok ? ok(toChangeAnswer(answer.value, options?.dryRun === true)) : answer

/** The traffic now, and again whenever a push changed it. */
async function* follow(
  rooms: AdminRooms,
  namespace: string,
  service: string,
  signal: AbortSignal,
): AsyncGenerator<Input<ServiceTraffic>> {
  let last = ''
  const changed = async (): Promise<Input<ServiceTraffic> | undefined> => {
    const now = await read(rooms, namespace, service)
    if (!now.ok) return undefined
    const text = JSON.stringify(now.value)
    if (text === last) return undefined
    last = text
    return now.value
  }
  const first = await changed()
  if (first !== undefined) yield first
  for await (const _push of rooms.delivery.watchPushes(undefined, signal)) {
    const next = await changed()
    if (next !== undefined) yield next
  }
}

async function read(
  rooms: AdminRooms,
  namespace: string,
  name: string,
): Promise<Result<Input<ServiceTraffic>, Problem>> {
  const { heads, applied } = rooms.store.view()
  const service = heads.get(`${namespace}/Service/${name}`)
  if (service === undefined || service.kind !== 'Service') return err(noService(namespace, name))
  const wanted = trafficOf(heads, namespace, name)
  const served = trafficOf(applied, namespace, name)
  const setBy = wanted === undefined ? undefined : await rooms.store.revision(wanted.revision)
  const key = `${namespace}/Traffic/${name}`
  const policy = policyOf(heads, namespace, name)
  const push = rooms.delivery.pushes(limits.pushesKept).find((record) => record.objects.includes(key))
  const registered = rooms.discovery
    .list({ namespace, service: name })
    .filter(({ source }) => source === 'registered')
  return ok({
    namespace,
    service: name,
    etag: wanted?.etag ?? '',
    managedBy: policy?.spec.managedBy ?? 'operator',
    environments: service.spec.environments.map((environment) => ({
      environment: environment.name,
      wanted: wanted?.spec.weights[environment.name] ?? 0,
      applied: served?.spec.weights[environment.name] ?? 0,
      release: environment.release.version,
      digest: environment.release.digest ?? '',
      incarnation: service.incarnations[environment.name] ?? 0,
      endpoints:
        countEndpoints(service, environment.name, undefined).declared +
        registered.filter(({ place }) => isNow(service, environment.name, place)).length,
    })),
    revision: wanted?.revision ?? 0,
    actor: setBy?.actor ?? '',
    reason: setBy?.reason ?? '',
    at: setBy === undefined ? undefined : toTimestamp(setBy.at),
    push: push?.id ?? '',
    fences: (wanted?.spec.fences ?? []).map(({ at, ...fence }) => ({ ...fence, at: toTimestamp(at) })),
    ...definedIn(policy, wanted, served),
  })
}

const isNow = (
  { incarnations }: StoredOf<'Service'>,
  environment: string,
  place: { readonly environment: string; readonly incarnation: number },
): boolean => place.environment === environment && place.incarnation === incarnations[environment]

/** Cohorts and mirrors of the policy, with what is on. */
function definedIn(
  policy: StoredOf<'TrafficPolicy'> | undefined,
  wanted: StoredOf<'Traffic'> | undefined,
  served: StoredOf<'Traffic'> | undefined,
): Pick<Input<ServiceTraffic>, 'cohorts' | 'mirrors'> {
  return {
    cohorts: (policy?.spec.cohorts ?? []).map(({ name, environment }) => ({
      cohort: name,
      environment,
      wanted: wanted?.spec.cohorts?.includes(name) === true,
      applied: served?.spec.cohorts?.includes(name) === true,
    })),
    mirrors: (policy?.spec.mirrors ?? []).map(({ name, from, to }) => ({
      mirror: name,
      from,
      to,
      wanted: wanted?.spec.mirrors?.[name] ?? 0,
      applied: served?.spec.mirrors?.[name] ?? 0,
    })),
  }
}

const serviceExists = (rooms: AdminRooms, namespace: string, name: string): boolean =>
  rooms.store.view().heads.has(`${namespace}/Service/${name}`)

function noService(namespace: string, name: string): Problem {
  const cut = (text: string): string => text.slice(0, limits.nameLength)
  return { kind: 'notFound', message: `no Service ${cut(namespace)}/${cut(name)}` }
}

function trafficOf(world: World, namespace: string, name: string): StoredOf<'Traffic'> | undefined {
  const object = world.get(`${namespace}/Traffic/${name}`)
  return object?.kind === 'Traffic' ? object : undefined
}

function policyOf(world: World, namespace: string, service: string): StoredOf<'TrafficPolicy'> | undefined {
  for (const object of world.values()) {
    if (object.kind === 'TrafficPolicy' && object.namespace === namespace && object.spec.service === service)
      return object
  }
  return undefined
}
