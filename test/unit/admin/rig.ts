// An admin server on a free port with a real store behind it; what the tests of this folder share.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { createGate, type Gate } from '../../../src/access/index.ts'
import {
  type AdminCalls,
  type AdminRooms,
  type AdminServer,
  adminApi,
  type CallHooks,
  createAdminServer,
  createCalls,
} from '../../../src/admin/index.ts'
import { err, type Problem, type Result } from '../../../src/base/index.ts'
import { createEvents, type Events } from '../../../src/events/index.ts'
import type { FleetView, NodeStatus } from '../../../src/fleet/index.ts'
import type { ChangeAnswer, ChangeCommand, Delivery, PushRecord } from '../../../src/push/index.ts'
import { openStore, type Store } from '../../../src/store/index.ts'

/** What stands at the far end of the API where a test needs an answer that the real engine gives only by accident. */
export interface Script {
  change(command: ChangeCommand): Promise<Result<ChangeAnswer, Problem>>
  readonly pushes: PushRecord[]
  /** Tells watchers that `pushes` changed. */
  changed(): void
}

export function scripted(
  change: Script['change'] = async () => err(notScripted),
): Script & { readonly delivery: Delivery } {
  const pushes: PushRecord[] = []
  const waiting = new Set<() => void>()
  const find = (id: string | undefined): PushRecord | undefined => pushes.find((push) => push.id === id)
  const script = {
    change,
    pushes,
    changed: () => {
      for (const wake of [...waiting]) wake()
    },
  }
  const delivery: Delivery = {
    change: (command) => script.change(command),
    push: find,
    pushes: (limit) => pushes.toReversed().slice(0, limit),
    abort: async (id, _actor, reason) => {
      const push = find(id)
      return push === undefined
        ? { ok: false, error: { kind: 'notFound', message: `no push ${id}` } }
        : { ok: true, value: { ...push, phase: 'aborted', verdict: reason } }
    },
    observe: async () => ({ ok: false, error: notScripted }),
    serveStored: async () => ({ ok: false, error: notScripted }),
    async *watchPushes(id, signal) {
      let last: unknown
      while (!signal.aborted) {
        const push = id === undefined ? pushes.at(-1) : find(id)
        if (push !== undefined && push !== last) {
          last = push
          yield push
          if (id !== undefined && push.phase === 'done') return
          continue
        }
        await new Promise<void>((resolve) => {
          waiting.add(resolve)
          signal.addEventListener('abort', () => resolve())
        })
      }
    },
  }
  return Object.assign(script, { delivery })
}
/** Nothing is registered, and nothing is taken. */
const noDiscovery: AdminRooms['discovery'] = { ask: async () => err(notScripted), list: () => [] }
const notScripted: Problem = { kind: 'precondition', message: 'not scripted' }

const fleetOf = (nodes: readonly NodeStatus[]): FleetView => ({
  nodes: () => nodes,
  node: (id) => nodes.find((status) => status.node.id === id),
})

export interface Rig {
  readonly server: AdminServer
  readonly store: Store
  readonly events: Events
  readonly port: number
  readonly gate: Gate
  /** What every door of the API calls. */
  readonly calls: AdminCalls
  /** One unary call; the error's metadata carries the rich details. */
  call(method: string, request: object, metadata?: Record<string, string>): Promise<object>
  /** Messages of a streaming call until `count` have come; `came` hears how many there are after each. */
  take(method: string, request: object, count: number, came?: (seen: number) => void): Promise<object[]>
  client(credentials?: ChannelCredentials): Client
  close(): Promise<void>
}

export async function startRig(
  options: CallHooks & {
    readonly gate?: Gate
    readonly delivery?: Delivery
    readonly discovery?: AdminRooms['discovery']
    readonly nodes?: readonly NodeStatus[]
    readonly eventsLimit?: number
    readonly version?: string
  } = {},
): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'verdigris-admin-'))
  const store = await openStore({ dir: folder })
  if (!store.ok) throw new Error(store.error.message)
  const events = createEvents({
    epoch: 'one',
    now: () => 1_000,
    ...(options.eventsLimit === undefined ? {} : { limit: options.eventsLimit }),
  })
  const gate: Gate = options.gate ?? createGate({})
  const calls = createCalls(
    {
      store: store.value,
      delivery: options.delivery ?? scripted().delivery,
      fleet: fleetOf(options.nodes ?? []),
      events,
      discovery: options.discovery ?? noDiscovery,
      lookUp: async () => undefined,
    },
    options,
  )
  const server = await createAdminServer({
    ...{ calls, gate, listen: { address: '127.0.0.1', port: 0 } },
    version: options.version ?? 'test',
  })
  if (!server.ok) throw new Error(server.error.message)
  const { port } = server.value.address
  const clients: Client[] = []
  const client = (channel: ChannelCredentials = credentials.createInsecure()): Client => {
    const made = new Client(`localhost:${port}`, channel)
    clients.push(made)
    return made
  }
  const usual = client()
  return {
    server: server.value,
    store: store.value,
    events,
    port,
    gate,
    calls,
    client,
    call: (method, request, metadata) => unary(usual, method, request, metadata),
    take: (method, request, count, came) => take(usual, method, request, count, came),
    close: async () => {
      for (const one of clients) one.close()
      await server.value.stop(0)
      await store.value.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** `package.Service/Method` → its definition. */
function methodOf(method: string) {
  const [service = '', name = ''] = method.split('/')
  const full = service.includes('.') ? service : `verdigris.admin.v1alpha1.${service}`
  const found = adminApi().service(full)[name]
  if (found === undefined) throw new Error(`no method ${method}`)
  return found
}

export function unary(
  client: Client,
  method: string,
  request: object,
  metadata: Record<string, string> = {},
): Promise<object> {
  const shape = methodOf(method)
  const sent = new Metadata()
  for (const [key, value] of Object.entries(metadata)) sent.set(key, value)
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      shape.path,
      shape.requestSerialize,
      shape.responseDeserialize,
      request,
      sent,
      { deadline: Date.now() + 10_000 },
      (error: ServiceError | null, response?: object) =>
        error === null && response !== undefined ? resolve(response) : reject(error),
    )
  })
}

export function take(
  client: Client,
  method: string,
  request: object,
  count: number,
  came: (seen: number) => void = () => {},
): Promise<object[]> {
  const shape = methodOf(method)
  const call = client.makeServerStreamRequest(
    shape.path,
    shape.requestSerialize,
    shape.responseDeserialize,
    request,
  )
  return new Promise((resolve, reject) => {
    const seen: object[] = []
    const done = (): void => {
      resolve(seen)
      call.cancel()
    }
    call.on('data', (message: object) => {
      seen.push(message)
      came(seen.length)
      if (seen.length === count) done()
    })
    call.on('error', (error) => (seen.length >= count ? undefined : reject(error)))
    call.on('end', done)
  })
}
