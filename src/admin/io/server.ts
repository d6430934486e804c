// The admin server: every service of the API, health and reflection on one gRPC port, behind the gate.
import { Server, type ServerDuplexStream, type ServiceDefinition } from '@grpc/grpc-js'
import { bindGrpc, type Gate, gateEveryMethod, type ListenAddress } from '../../access/index.ts'
import { adminApi, apiPackage } from '../../api/index.ts'
import { limits, ok, type Problem, type Result } from '../../base/index.ts'
import { createReflection, type ReflectionAnswer, type ReflectionRequest } from '../reflection.ts'
import type { AdminCalls } from './calls.ts'
import { grpcServices } from './grpc-calls.ts'
import { createHealth } from './health.ts'
import { encodeFile, loadDescriptors } from './load-descriptors.ts'
import { sayVersion } from './say-version.ts'

export interface AdminServerOptions {
  readonly calls: AdminCalls
  readonly gate: Gate
  readonly listen: ListenAddress
  /** Said with every answer. */
  readonly version: string
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
  const { calls, gate, listen, version } = options
  const server = new Server({
    'grpc.max_receive_message_length': limits.adminMessageBytes,
    'grpc.max_send_message_length': limits.adminMessageBytes,
    'grpc.keepalive_time_ms': 60_000,
    // The first stands nearest to the caller: it says the version of what the gate refuses, too.
    interceptors: [sayVersion(version), gate.interceptor('admin')],
  })
  const services = grpcServices(calls, gate)
  for (const [name, implementation] of services) {
    server.addService(definition(`${apiPackage}.${name}`), implementation)
  }
  const health = createHealth([...services.keys()].map((name) => `${apiPackage}.${name}`))
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
      calls.stop()
      await Promise.race([shutDown(server), pause(graceMs)])
      server.forceShutdown()
    },
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
