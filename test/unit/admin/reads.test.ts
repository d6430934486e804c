// What the admin API tells of objects, revisions, traffic and nodes.
import { describe, expect, it } from 'vitest'
import type { NodeStatus } from '../../../src/fleet/index.ts'
import type { ObjectContent } from '../../../src/model/index.ts'
import { problemOf, serverPerTest } from './per-test.ts'
import type { Rig } from './rig.ts'

const started = serverPerTest()

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
