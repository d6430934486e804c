// The admin server: every service of the API, health and reflection on one gRPC port, behind the gate.
import { Server, type ServerDuplexStream, type ServiceDefinition } from '@grpc/grpc-js'
import { bindGrpc, type Gate, gateEveryMethod, type ListenAddress } from '../../access/index.ts'
import { adminApi, apiPackage } from '../../api/index.ts'
import { limits, ok, type Problem, type Result } from '../../base/index.ts'
import { createReflection, type ReflectionAnswer, type ReflectionRequest } from '../reflection.ts'
import { configHandlers } from '../services/config.ts'
import type { AdminRooms } from '../services/context.ts'
import { endpointsHandlers } from '../services/endpoints.ts'
import { eventsHandlers } from '../services/events.ts'
import { nodesHandlers } from '../services/nodes.ts'
import { pushHandlers } from '../services/push.ts'
import { storeHandlers } from '../services/store.ts'
import { trafficHandlers } from '../services/traffic.ts'
import { type CallHooks, type Calls, createCalls } from './calls.ts'
import { createHealth } from './health.ts'
import { encodeFile, loadDescriptors } from './load-descriptors.ts'

export interface AdminServerOptions extends Partial<Omit<CallHooks, 'gate' | 'stopping'>> {
  readonly rooms: AdminRooms
  readonly gate: Gate
  readonly listen: ListenAddress
}

export interface AdminServer {
  readonly address: ListenAddress
  /** What gRPC health says; NOT_SERVING until this is called with true. */
  setServing(serving: boolean): void
  /** Ends watchers, lets unary calls finish for `graceMs`, then closes. */
  stop(graceMs: number): Promise<void>
}

/** Listens; errors: the port is taken or not allowed. */
export async function createAdminServer(options: AdminServerOptions): Promise<Result<AdminServer, Problem>> {
  const { gate, rooms, listen } = options
  const stopping = new AbortController()
  const calls = createCalls({
    gate,
    stopping: stopping.signal,
    ready: options.ready ?? (() => true),
    seen: options.seen ?? (() => {}),
    failed: options.failed ?? (() => {}),
    watchers: options.watchers ?? (() => {}),
  })
  const server = new Server({
    'grpc.max_receive_message_length': limits.adminMessageBytes,
    'grpc.max_send_message_length': limits.adminMessageBytes,
    'grpc.keepalive_time_ms': 60_000,
    interceptors: [gate.interceptor('admin')],
  })
  const services = ['Config', 'Traffic', 'Push', 'Nodes', 'Events', 'Store', 'Endpoints'].map(
    (name) => `${apiPackage}.${name}`,
  )
  const health = createHealth(services)
  addServices(server, calls, rooms)
  server.addService(definition('grpc.health.v1.Health'), health.implementation)
  addReflection(server)
  gateEveryMethod(server)

  const bound = await bindGrpc(server, { ...listen, flag: '--admin-port' }, gate.credentials())
  if (!bound.ok) return bound
  return ok({
    address: { address: listen.address, port: bound.value },
    setServing: (serving) => health.set(serving),
    stop: async (graceMs) => {
      health.set(false)
      health.close()
      stopping.abort()
      await Promise.race([shutDown(server), pause(graceMs)])
      server.forceShutdown()
    },
  })
}

function addServices(server: Server, { unary, streaming }: Calls, rooms: AdminRooms): void {
  const config = configHandlers(rooms)
  server.addService(definition(`${apiPackage}.Config`), {
    Apply: unary(config.Apply),
    Get: unary(config.Get),
    List: unary(config.List),
    Delete: unary(config.Delete),
    Diff: unary(config.Diff),
    Validate: unary(config.Validate),
    ListRevisions: unary(config.ListRevisions),
  })
  const traffic = trafficHandlers(rooms)
  server.addService(definition(`${apiPackage}.Traffic`), {
    Get: unary(traffic.Get),
    Set: unary(traffic.Set),
    Switch: unary(traffic.Switch),
    Split: unary(traffic.Split),
    Rollback: unary(traffic.Rollback),
    Fence: unary(traffic.Fence),
    RemoveFence: unary(traffic.RemoveFence),
    Watch: streaming(traffic.Watch),
  })
  const push = pushHandlers(rooms)
  server.addService(definition(`${apiPackage}.Push`), {
    Get: unary(push.Get),
    List: unary(push.List),
    Watch: streaming(push.Watch),
    Wait: unary(push.Wait),
    Abort: unary(push.Abort),
  })
  const nodes = nodesHandlers(rooms)
  server.addService(definition(`${apiPackage}.Nodes`), { List: unary(nodes.List), Get: unary(nodes.Get) })
  const events = eventsHandlers(rooms)
  server.addService(definition(`${apiPackage}.Events`), { Watch: streaming(events.Watch) })
  const store = storeHandlers(rooms)
  server.addService(definition(`${apiPackage}.Store`), {
    GetStatus: unary(store.GetStatus),
    ListGenerations: unary(store.ListGenerations),
    ServeGeneration: unary(store.ServeGeneration),
  })
  const endpoints = endpointsHandlers(rooms)
  server.addService(definition(`${apiPackage}.Endpoints`), {
    Set: unary(endpoints.Set),
    Patch: unary(endpoints.Patch),
    Drain: unary(endpoints.Drain),
    List: unary(endpoints.List),
  })
}

function addReflection(server: Server): void {
  let answering: ((request: ReflectionRequest) => ReflectionAnswer) | undefined
  const info = (
    call: ServerDuplexStream<ReflectionRequest & { readonly host?: string }, ReflectionAnswer & object>,
  ): void => {
    call.on('data', (request: ReflectionRequest & { readonly host?: string }) => {
      // The descriptors are read at the first question: most servers are never asked.
      answering ??= createReflection(loadDescriptors(), encodeFile)
      const answer = { validHost: request.host ?? '', originalRequest: request, ...answering(request) }
      if (!call.write(answer)) {
        call.pause()
        call.once('drain', () => call.resume())
      }
    })
    call.on('end', () => call.end())
  }
  for (const version of ['v1', 'v1alpha']) {
    server.addService(definition(`grpc.reflection.${version}.ServerReflection`), {
      ServerReflectionInfo: info,
    })
  }
}

const definition = (name: string): ServiceDefinition => adminApi().service(name)

const shutDown = (server: Server): Promise<void> =>
  new Promise((resolve) => server.tryShutdown(() => resolve()))
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())
