// The start of a control plane as a process: nobody is served before the state is loaded, the first push waits for proxies that
// were there before, and a start that is killed leaves nothing behind that the next one minds.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, credentials, status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type AdminClient,
  adminClient,
  type ControlPlanePorts,
  freePorts,
  httpGet,
  openScope,
  type Scope,
  startControlPlane,
  until,
} from '../../src/demo/rig/index.ts'
import { open, openAds, request } from '../unit/xds/support/ads-client.ts'
import { crashArguments, type Point, passedPoints, planFolder, trialScript, writePlan } from './crash-plan.ts'

const world = `apiVersion: verdigris.dev/v1alpha1
kind: NodeGroup
metadata: { name: edge }
spec: { selector: { cluster: edge } }
---
apiVersion: verdigris.dev/v1alpha1
kind: Gateway
metadata: { name: edge }
spec: { nodeGroups: [edge], listeners: [{ name: http, port: 10000 }] }
---
apiVersion: verdigris.dev/v1alpha1
kind: Service
metadata: { name: checkout }
spec:
  ports: [{ name: http }]
  environments:
    - { name: blue, release: { version: v1 }, endpoints: { static: [{ address: 127.0.0.1, port: 9101 }] } }
    - { name: green, release: { version: v2 }, endpoints: { static: [{ address: 127.0.0.1, port: 9201 }] } }
---
apiVersion: verdigris.dev/v1alpha1
kind: Route
metadata: { name: checkout }
spec: { gateways: [{ name: edge }], hosts: [checkout.test], rules: [{ service: { name: checkout } }] }
`

describe('a control plane that starts', () => {
  let scope: Scope
  let folder = ''
  let dataDir = ''
  let ports: ControlPlanePorts
  let admin: AdminClient
  const clients: Client[] = []

  beforeAll(async () => {
    scope = await openScope('crash-start')
    folder = await planFolder(await mkdtemp(join(tmpdir(), 'verdigris-crash-start-')))
    dataDir = join(await scope.folder(), 'data')
    const [xds = 0, adminPort = 0, http = 0] = await freePorts(3)
    ports = { xds, admin: adminPort, http }
    admin = adminClient(`127.0.0.1:${adminPort}`)
  })
  afterAll(async () => {
    for (const client of clients) client.close()
    admin?.close()
    await scope?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const start = () =>
    startControlPlane(scope, {
      ports,
      dataDir,
      script: trialScript,
      args: crashArguments(folder, ['--settle', '3s']),
    })
  const apply = (reason: string) =>
    admin.call('Config', 'Apply', { sources: [{ name: 'world.yaml', text: world }], options: { reason } })
  const connect = (variant: 'sotw' | 'delta', node: string) => {
    const client = new Client(`127.0.0.1:${ports.xds}`, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    })
    clients.push(client)
    const ads = openAds(client, variant)
    ads.stream.write(request(variant, 'cds', { node, cluster: 'edge' }))
    return { ...ads, client }
  }

  it('is killed at every step of its first start, and then starts', { timeout: 120_000 }, async () => {
    let points: readonly Point[] = []
    await writePlan(folder, { from: 'start' })
    const first = await start()
    await first.kill()
    points = await passedPoints(folder)
    expect(points.map(({ at }) => at)).toEqual([
      'before saying groups',
      'after saying groups',
      'before saying ready',
      'after saying ready',
    ])
    for (const point of points) {
      await rm(dataDir, { recursive: true, force: true })
      await writePlan(folder, { from: 'start', point })
      await expect(start()).rejects.toThrow('SIGKILL')
      await writePlan(folder, { from: 'nothing' })
      const second = await start()
      const { revisions } = await admin.call('Config', 'ListRevisions', { limit: 1 })
      expect(revisions).toEqual([])
      await second.kill()
    }
  })

  it('keeps the first change of an empty store, whole or not at all', async () => {
    for (const at of ['before', 'after']) {
      await rm(dataDir, { recursive: true, force: true })
      await writePlan(folder, {
        from: 'first',
        point: { at: `${at} commit apply, push switching, generations`, nth: 0 },
      })
      const dying = await start()
      await expect(apply('first')).rejects.toThrow()
      await dying.process().ended
      await writePlan(folder, { from: 'nothing' })
      const next = await start()
      const { revisions } = await admin.call('Config', 'ListRevisions', { limit: 5 })
      expect(revisions.map(({ reason }) => reason)).toEqual(at === 'before' ? [] : ['first'])
      const { pushes } = await admin.call('Push', 'List', { limit: 5 })
      expect(pushes.map(({ phase }) => phase)).toEqual(at === 'before' ? [] : ['PUSH_PHASE_DONE'])
      await next.kill()
    }
  })

  it.each(['sotw', 'delta'] as const)('holds streams until the state is loaded, over %s', async (variant) => {
    await writePlan(folder, { from: 'nothing', holds: true })
    const starting = start()
    await until('it says that it is loading', 15_000, async () => {
      const ready = await httpGet(`http://127.0.0.1:${ports.http}/readyz`)
      return (ready.status === 503 && ready.body.includes('being loaded')) || undefined
    })
    const early = connect(variant, `early-${variant}`)
    // It has come in: a call after it on the same connection was answered.
    expect((await open(early.client, '/no.such/Method').ended)?.code).toBe(status.UNIMPLEMENTED)
    await expect(apply('too early')).rejects.toThrow('still loading')
    expect(early.got).toEqual([])
    await writeFile(join(folder, 'go'), '')
    const controlPlane = await starting
    await until('it is answered', 5_000, async () => early.got.length > 0 || undefined)
    await controlPlane.kill()
    await rm(join(folder, 'go'))
  })

  it('lets the first push wait for a proxy that was there before, and for no longer than settle', async () => {
    await writePlan(folder, { from: 'nothing' })
    const first = await start()
    const before = connect('delta', 'edge-1')
    await until('it is answered', 5_000, async () => before.got.length > 0 || undefined)
    await until('it is in the inventory', 5_000, async () => {
      const { nodes } = await admin.call('Nodes', 'List', {})
      return nodes.some(({ id, group }) => id === 'edge-1' && group === 'default/edge') || undefined
    })
    await first.kill()
    await start()
    const answer = await admin.call('Traffic', 'Switch', { service: 'checkout', environment: 'green' })
    const { push } = await admin.call('Push', 'Wait', { id: answer.push, timeout: { seconds: 1, nanos: 0 } })
    expect(push).toMatchObject({ phase: 'PUSH_PHASE_PREPARING' })
    expect(push?.groups[0]?.heldUpBy.join()).toContain('edge-1: not connected since our start')
    const ended = await admin.ended(answer)
    expect(ended).toMatchObject({
      phase: 'PUSH_PHASE_SPLIT',
      // With those that the tests before had in the inventory.
      verdict: expect.stringMatching(/^split 0 of \d: out of reach: .*\bedge-1$/),
    })
  })
})
