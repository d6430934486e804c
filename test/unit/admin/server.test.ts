// The admin server over real gRPC: answers, errors, watches, bounds, and the end.
import { type ServiceError, status } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from 'vitest'
import { fromStatus, fromTrailers, toStruct } from '../../../src/admin/index.ts'
import { limits, ok, type Problem } from '../../../src/base/index.ts'
import type { NodeStatus } from '../../../src/fleet/index.ts'
import type { ObjectContent } from '../../../src/model/index.ts'
import type { ChangeAnswer, ChangeCommand, PushRecord } from '../../../src/push/index.ts'
import { type Rig, scripted, startRig, take, unary } from './rig.ts'

let rig: Rig | undefined
const started = async (options: Parameters<typeof startRig>[0] = {}): Promise<Rig> => {
  rig = await startRig(options)
  return rig
}
afterEach(async () => {
  await rig?.close()
  rig = undefined
})

const problemOf = async (call: Promise<object>): Promise<Problem | undefined> => {
  const error = await call.then(
    () => undefined,
    (failure: ServiceError) => failure,
  )
  return error === undefined ? undefined : fromStatus(fromTrailers(error))
}
const answer: ChangeAnswer = {
  revision: 12,
  push: '7',
  objects: [{ key: 'default/Service/cart', change: 'changed', lines: ['+ a'], effect: 'reconnects' }],
  notes: ['traffic unchanged: 90/10, set by deploy-bot in r41'],
}
const push = (id: string, phase: PushRecord['phase']): PushRecord => ({
  id,
  revision: 12,
  verb: 'switch',
  actor: 'deploy-bot',
  reason: 'release 2',
  objects: ['default/Traffic/cart'],
  phase,
  startedAt: 1_000,
  timings: { committedMs: 0.5 },
  groups: [
    {
      group: 'default/edge',
      before: 3,
      switched: 4,
      nodes: 2,
      preparedNodes: 2,
      switchedNodes: 1,
      heldUpBy: ['edge-2: x'],
    },
  ],
  refusals: [],
})
const route = `apiVersion: verdigris.dev/v1alpha1
kind: Route
metadata: {name: web}
spec:
  gateways: [{name: edge}]
  hosts: ["*"]
  rules: [{service: {name: cart}}]
`

describe('a change', () => {
  it('answers revision, push, objects and notes at once', async () => {
    const commands: ChangeCommand[] = []
    const { delivery } = scripted(async (command) => {
      commands.push(command)
      return ok(answer)
    })
    const { call } = await started({ delivery })
    const request = {
      sources: [{ name: 'web.yaml', text: route }],
      options: { reason: 'first', requestId: 'r-1' },
      inPlace: true,
    }
    expect(await call('Config/Apply', request, { 'x-verdigris-actor': 'deploy-bot' })).toEqual({
      revision: 12,
      push: '7',
      objects: [
        {
          key: { namespace: 'default', kind: 'Service', name: 'cart' },
          change: 'CHANGED',
          lines: ['+ a'],
          effect: 'RECONNECTS',
        },
      ],
      notes: ['traffic unchanged: 90/10, set by deploy-bot in r41'],
      dryRun: false,
    })
    expect(commands).toMatchObject([
      {
        verb: 'apply',
        actor: 'unverified:deploy-bot',
        reason: 'first',
        requestId: 'r-1',
        inPlace: true,
        manifests: [{ kind: 'Route', namespace: 'default', name: 'web' }],
      },
    ])
  })

  it('takes manifests as data as well, in the namespace that the request names', async () => {
    const commands: ChangeCommand[] = []
    const { delivery } = scripted(async (command) => {
      commands.push(command)
      return ok(answer)
    })
    const { call } = await started({ delivery })
    const object = {
      apiVersion: 'verdigris.dev/v1alpha1',
      kind: 'Route',
      metadata: { name: 'web' },
      spec: { gateways: [{ name: 'edge' }], hosts: ['*'], rules: [{ service: { name: 'cart' } }] },
    }
    await call('Config/Apply', { objects: [toStruct(object)], namespace: 'shop' })
    expect(commands).toMatchObject([{ manifests: [{ namespace: 'shop', name: 'web' }] }])
  })

  it('of traffic is the same command in its three forms', async () => {
    const commands: ChangeCommand[] = []
    const { delivery } = scripted(async (command) => {
      commands.push(command)
      return ok(answer)
    })
    const { call } = await started({ delivery })
    await call('Traffic/Switch', { service: 'cart', environment: 'green', etag: 'e1' })
    await call('Traffic/Split', { service: 'cart', weights: { blue: 9_000, green: 1_000 } })
    await call('Traffic/Set', {
      namespace: 'shop',
      service: 'cart',
      weights: { blue: 10_000 },
      options: { manager: 'm' },
    })
    await call('Traffic/Rollback', { service: 'cart', options: { dryRun: true } })
    const by = { actor: 'unverified:anonymous', reason: '', service: 'cart' }
    expect(commands).toEqual([
      { ...by, verb: 'switch', namespace: 'default', weights: { green: 10_000 }, etag: 'e1' },
      { ...by, verb: 'split', namespace: 'default', weights: { blue: 9_000, green: 1_000 } },
      { ...by, verb: 'set-traffic', namespace: 'shop', weights: { blue: 10_000 }, manager: 'm' },
      { ...by, verb: 'rollback', namespace: 'default', dryRun: true },
    ])
  })

  it('of a broken manifest is refused with file, line and field, and nothing is asked of the engine', async () => {
    const commands: ChangeCommand[] = []
    const { delivery } = scripted(async (command) => {
      commands.push(command)
      return ok(answer)
    })
    const { call } = await started({ delivery })
    const problem = await problemOf(
      call('Config/Apply', {
        sources: [{ name: 'web.yaml', text: route.replace('hosts:', 'hosts: 1\n  hots:') }],
      }),
    )
    expect(problem?.kind).toBe('invalid')
    const said =
      problem?.kind === 'invalid' ? problem.violations.map((fault) => `${fault.path} ${fault.message}`) : []
    expect(said.join('\n')).toMatch(/spec\.hots web\.yaml:7:3: Route default\/web: unknown field/)
    expect(commands).toEqual([])
  })

  it.each<[string, object]>([
    ['Config/Get', { key: { kind: 'Pod', name: 'x' } }],
    ['Config/Delete', { targets: [{ key: { kind: '__proto__', name: 'x' } }] }],
    ['Config/List', { kind: 'constructor' }],
    ['Config/ListRevisions', { kinds: ['Service', 'pods'] }],
    ['Traffic/Switch', { service: 'cart' }],
    ['Traffic/Rollback', { service: 'cart', options: { reason: 'x'.repeat(limits.reasonLength + 1) } }],
    ['Traffic/Rollback', { service: 'cart', options: { requestId: 'two words' } }],
    ['Push/Wait', { id: '1', timeout: { seconds: -1, nanos: 0 } }],
  ])('or question with bad input is refused by field: %s %j', async (method, request) => {
    const script = scripted(async () => ok(answer))
    script.pushes.push(push('1', 'preparing'))
    const { call } = await started({ delivery: script.delivery })
    expect(await problemOf(call(method, request))).toMatchObject({ kind: 'invalid', violations: [{}] })
  })

  it('that throws is a bug: INTERNAL without its text, and the log hears of it', async () => {
    const failed: unknown[] = []
    const { delivery } = scripted(async () => {
      throw new Error('the secret is 42')
    })
    const { call } = await started({ delivery, failed: (method, error) => failed.push(method, error) })
    const error: ServiceError = await call('Traffic/Rollback', { service: 'x' }).then(
      () => expect.fail('answered'),
      (failure: ServiceError) => failure,
    )
    expect(error.code).toBe(status.INTERNAL)
    expect(error.details).not.toContain('42')
    expect(failed[0]).toBe('/verdigris.admin.v1alpha1.Traffic/Rollback')
  })
})

describe('objects, revisions and traffic', () => {
  const withObjects = async (): Promise<Rig> => {
    const one = await started()
    const service: ObjectContent = {
      kind: 'Service',
      namespace: 'default',
      name: 'cart',
      labels: {},
      incarnations: { blue: 1, green: 3 },
      incarnationsEver: { blue: 1, green: 3 },
      spec: {
        ports: [{ name: 'http', protocol: 'HTTP' }],
        environments: ['blue', 'green'].map((name) => ({
          name,
          release: { version: `${name}-1` },
          endpoints: { static: [{ address: '127.0.0.1', port: 80 }] },
        })),
      },
    }
    const traffic = { kind: 'Traffic', namespace: 'default', name: 'cart', labels: {} } as const
    const committed = await one.store.commit({
      revision: {
        actor: 'deploy-bot',
        reason: 'first',
        verb: 'apply',
        puts: [service, { ...traffic, spec: { weights: { blue: 10_000 } } }],
        deletes: [],
      },
      applied: [{ key: 'default/Traffic/cart', to: 'head' }],
    })
    const moved = await one.store.commit({
      revision: {
        actor: 'lena',
        reason: 'try green',
        verb: 'split',
        puts: [{ ...traffic, spec: { weights: { blue: 9_000, green: 1_000 } } }],
        deletes: [],
      },
    })
    if (!committed.ok || !moved.ok) throw new Error('the store refused')
    return one
  }

  it('are read as manifests', async () => {
    const { call } = await withObjects()
    const object = await call('Config/Get', { key: { kind: 'Service', name: 'cart' } })
    expect(object).toMatchObject({
      key: { namespace: 'default', kind: 'Service', name: 'cart' },
      revision: 1,
    })
    expect(await call('Config/List', {})).toMatchObject({
      objects: [{ key: { kind: 'Service' } }, { key: { kind: 'Traffic' } }],
      revision: 2,
      nextPageToken: '',
    })
    expect(await problemOf(call('Config/Get', { key: { kind: 'Service', name: 'none' } }))).toEqual({
      kind: 'notFound',
      message: 'no Service default/none',
    })
  })

  it('are listed in pages', async () => {
    const { call } = await withObjects()
    const first = (await call('Config/List', { pageSize: 1 })) as { nextPageToken: string }
    expect(first).toMatchObject({ objects: [{ key: { kind: 'Service' } }] })
    expect(await call('Config/List', { pageSize: 1, pageToken: first.nextPageToken })).toMatchObject({
      objects: [{ key: { kind: 'Traffic' } }],
      nextPageToken: '',
    })
  })

  it('show what is wanted beside what the fleet was switched to, and who wants it', async () => {
    const { call } = await withObjects()
    expect(await call('Traffic/Get', { service: 'cart' })).toMatchObject({
      managedBy: 'operator',
      environments: [
        {
          environment: 'blue',
          wanted: 9_000,
          applied: 10_000,
          release: 'blue-1',
          incarnation: 1,
          endpoints: 1,
        },
        { environment: 'green', wanted: 1_000, applied: 0, incarnation: 3 },
      ],
      revision: 2,
      actor: 'lena',
      reason: 'try green',
    })
  })

  it('have a history, newest first, of one object or of all', async () => {
    const { call } = await withObjects()
    expect(await call('Config/ListRevisions', { kinds: ['Service'], name: 'cart' })).toMatchObject({
      revisions: [{ number: 1, actor: 'deploy-bot', verb: 'apply' }],
    })
    expect(await call('Config/ListRevisions', { limit: 1, includeObjects: true })).toMatchObject({
      revisions: [{ number: 2, objects: [{ operation: 'PUT', object: { key: { kind: 'Traffic' } } }] }],
    })
  })
})

describe('a push', () => {
  it('is read, listed newest first, and waited for', async () => {
    const script = scripted()
    script.pushes.push(push('1', 'done'), push('2', 'preparing'))
    const { call } = await started({ delivery: script.delivery })
    expect(await call('Push/Get', { id: '2' })).toMatchObject({
      id: '2',
      phase: 'PUSH_PHASE_PREPARING',
      startedAt: { seconds: 1, nanos: 0 },
      timings: { committedMs: 0.5 },
      groups: [{ group: 'default/edge', before: 3, switched: 4, heldUpBy: ['edge-2: x'] }],
    })
    expect(await call('Push/List', { limit: 1 })).toMatchObject({ pushes: [{ id: '2' }] })
    expect(await call('Push/Wait', { id: '1' })).toMatchObject({ outcome: 'REACHED', push: { id: '1' } })
    expect(await call('Push/Wait', { id: '2', timeout: { seconds: 0, nanos: 30_000_000 } })).toMatchObject({
      outcome: 'TIMED_OUT',
      push: { id: '2' },
    })
  })

  it.each<[PushRecord['phase'], string, string]>([
    ['switching', 'UNTIL_PREPARED', 'REACHED'],
    ['aborted', 'UNTIL_PREPARED', 'ENDED'],
    ['split', 'UNTIL_DONE', 'ENDED'],
    ['reverted', 'UNTIL_DONE', 'ENDED'],
  ])('that is %s ends a wait %s as %s', async (phase, until, outcome) => {
    const script = scripted()
    script.pushes.push(push('1', phase))
    const { call } = await started({ delivery: script.delivery })
    expect(await call('Push/Wait', { id: '1', until })).toMatchObject({ outcome })
  })

  it('is watched: its record now, and after every change until it is final', async () => {
    const script = scripted()
    script.pushes.push(push('1', 'preparing'))
    const { take: watch } = await started({ delivery: script.delivery })
    const watching = watch('Push/Watch', { id: '1' }, 3)
    await new Promise((resolve) => setTimeout(resolve, 50))
    for (const phase of ['switching', 'done'] as const) {
      script.pushes[0] = push('1', phase)
      script.changed()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(await watching).toMatchObject([
      { phase: 'PUSH_PHASE_PREPARING' },
      { phase: 'PUSH_PHASE_SWITCHING' },
      { phase: 'PUSH_PHASE_DONE' },
    ])
  })

  it('that is not there is not found, by any method', async () => {
    const { call, take: watch } = await started()
    for (const method of ['Push/Get', 'Push/Wait', 'Push/Abort']) {
      expect(await problemOf(call(method, { id: 'x' }))).toMatchObject({ kind: 'notFound' })
    }
    expect(await problemOf(watch('Push/Watch', { id: 'x' }, 1).then(() => ({})))).toMatchObject({
      kind: 'notFound',
    })
  })
})

describe('nodes', () => {
  const node = (id: string): NodeStatus => ({
    node: {
      id,
      cluster: 'edge',
      metadata: { a: 'b' },
      locality: { region: 'r', zone: '', subZone: '' },
      agent: 'envoy 1.40.0',
    },
    group: 'default/edge',
    connected: true,
    streams: [{ id: 's1', variant: 'delta', peer: '127.0.0.1:1', since: 2_000 }],
    lastSeen: 3_500,
    types: [
      {
        type: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
        holds: 4,
        unwarmed: ['x'],
        nack: { generation: 5, version: 'v', detail: 'no', at: 1 },
      },
    ],
    holds: 4,
  })

  it('are listed by id in pages, and read one by one', async () => {
    const { call } = await started({ nodes: [node('edge-2'), node('edge-1')] })
    expect(await call('Nodes/List', { pageSize: 1 })).toMatchObject({
      nodes: [{ id: 'edge-1' }],
      nextPageToken: 'edge-1',
    })
    expect(await call('Nodes/List', { pageToken: 'edge-1' })).toMatchObject({
      nodes: [{ id: 'edge-2' }],
      nextPageToken: '',
    })
    expect(await call('Nodes/List', { group: 'default/other' })).toMatchObject({ nodes: [] })
    expect(await call('Nodes/Get', { id: 'edge-1' })).toMatchObject({
      agent: 'envoy 1.40.0',
      metadata: { a: 'b' },
      streams: [{ variant: 'DELTA', since: { seconds: 2 } }],
      lastSeen: { seconds: 3, nanos: 500_000_000 },
      types: [{ holds: 4, unwarmed: ['x'], nack: { generation: 5, detail: 'no' } }],
      holds: 4,
    })
    expect(await problemOf(call('Nodes/Get', { id: 'edge-3' }))).toMatchObject({ kind: 'notFound' })
  })
})

describe('events', () => {
  it('are watched over gRPC, by name, and resumed with the gap said', async () => {
    const { events, take: watch } = await started({ eventsLimit: 2 })
    for (const name of ['a', 'b', 'a', 'b']) events.emit({ name, attributes: { push: '7', n: 1 } })
    expect(await watch('Events/Watch', { fromId: 0 }, 2)).toMatchObject([
      { event: { id: 3 } },
      { event: { id: 4 } },
    ])
    expect(await watch('Events/Watch', { fromId: 1, epoch: 'one', names: ['b'] }, 2)).toMatchObject([
      { item: 'gap', gap: { asked: 1, next: 3, epoch: 'one', reason: 'too old' } },
      { item: 'event', event: { id: 4, name: 'b', epoch: 'one', at: { seconds: 1 } } },
    ])
  })
})

describe('the server', () => {
  it('answers UNAVAILABLE to everything while its state is loading, and health says so', async () => {
    let ready = false
    const { call, server } = await started({ ready: () => ready })
    expect(await problemOf(call('Push/List', {}))).toMatchObject({ kind: 'unavailable' })
    expect(await call('grpc.health.v1.Health/Check', {})).toEqual({ status: 'NOT_SERVING' })
    ready = true
    server.setServing(true)
    expect(await call('Push/List', {})).toEqual({ pushes: [] })
    expect(await call('grpc.health.v1.Health/Check', { service: 'verdigris.admin.v1alpha1.Push' })).toEqual({
      status: 'SERVING',
    })
    await expect(call('grpc.health.v1.Health/Check', { service: 'absent' })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    })
  })

  it('tells health watchers of every change', async () => {
    const { server, take: watch } = await started()
    const watching = watch('grpc.health.v1.Health/Watch', {}, 3)
    await new Promise((resolve) => setTimeout(resolve, 50))
    server.setServing(true)
    server.setServing(true)
    server.setServing(false)
    expect(await watching).toEqual([
      { status: 'NOT_SERVING' },
      { status: 'SERVING' },
      { status: 'NOT_SERVING' },
    ])
  })

  it('refuses a message above its bound', async () => {
    const { call } = await started()
    const text = 'x'.repeat(limits.adminMessageBytes)
    await expect(call('Config/Validate', { sources: [{ name: 'a', text }] })).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    })
  })

  it('counts watchers down again when they go', async () => {
    const counts: number[] = []
    const { take: watch } = await started({ watchers: (open) => counts.push(open) })
    await expect(watch('Events/Watch', { fromId: 9 }, 1)).resolves.toHaveLength(1)
    await expect.poll(() => counts.at(-1)).toBe(0)
    expect(counts).toEqual([1, 0])
  })

  it('ends watchers with UNAVAILABLE when it stops, and does not wait for them', async () => {
    const one = await started()
    const client = one.client()
    const watching = take(client, 'Events/Watch', {}, 1)
    const ended = expect(watching).rejects.toMatchObject({ code: status.UNAVAILABLE })
    await unary(client, 'Push/List', {})
    const before = Date.now()
    await one.server.stop(5_000)
    await ended
    expect(Date.now() - before).toBeLessThan(2_000)
  })
})
