// An admin server whose store has a world applied and served, for explanations: generation 1 sends shop.test to blue, 2 shares it.
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { NodeStatus } from '../../../src/fleet/index.ts'
import { contentOf, keyOf, type ObjectContent, type World } from '../../../src/model/index.ts'
import { composeTypes, createCompiler } from '../../../src/snapshot/index.ts'
import type { Generation } from '../../../src/store/index.ts'
import { changed, worldOf } from '../../golden/world.ts'
import { type Rig, startRig } from './rig.ts'

const manifests = `
kind: NodeGroup
metadata: { name: edge }
spec: { selector: { cluster: edge } }
---
kind: NodeGroup
metadata: { name: copy }
spec: { selector: { cluster: copy } }
---
kind: Gateway
metadata: { name: public }
spec: { nodeGroups: [edge, copy], listeners: [{ name: http, port: 8080 }] }
---
kind: Sidecar
metadata: { name: near }
spec:
  nodeGroups: [edge]
  inbound: [{ name: in, port: 15006, localPort: 80, service: { name: shop }, environment: blue }]
  outbound: [{ name: out, port: 15001, services: [{ name: shop }] }]
---
kind: Service
metadata: { name: shop }
spec:
  ports: [{ name: http }]
  environments:
    - { name: blue, release: { version: "1" }, endpoints: { static: [{ address: 10.0.0.1, port: 80 }, { address: 10.0.0.2, port: 80 }] } }
    - { name: green, release: { version: "2" }, endpoints: { static: [{ address: 10.0.1.1, port: 80 }] } }
---
kind: TrafficPolicy
metadata: { name: of-the-shop }
spec:
  service: shop
  cohorts: [{ name: testers, environment: green, matches: [{ headers: [{ name: x-team, exact: shop }] }] }]
  initial: { weights: { blue: 10000 }, cohorts: [testers] }
---
kind: Route
metadata: { name: shop }
spec:
  gateways: [{ name: public }]
  hosts: [shop.test]
  rules:
    - { name: cart, matches: [{ path: { prefix: /cart }, methods: [GET] }], service: { name: shop } }
    - { matches: [{ path: { prefix: /old } }], redirect: { path: /new } }
`

const shared = (world: World): World => {
  const traffic = world.get('default/Traffic/shop')
  if (traffic?.kind !== 'Traffic') throw new Error('no traffic')
  return changed(world, [
    {
      ...contentOf(traffic),
      spec: { ...traffic.spec, weights: { blue: 7_000, green: 3_000 } },
    } as ObjectContent,
  ])
}

const types = (lds: number, rds: number): NodeStatus['types'] =>
  [
    [typeUrls.lds, lds],
    [typeUrls.cds, lds],
    [typeUrls.eds, lds],
    [typeUrls.rds, rds],
  ].map(([type, holds]) => ({
    type: String(type),
    sent: 2,
    holds: Number(holds),
    unwarmed: [],
  }))

const node = (id: string, more: Partial<NodeStatus>): NodeStatus => ({
  ...{ group: 'default/edge', connected: true, lastSeen: 0, streams: [] },
  types: types(2, 2),
  node: { id, cluster: 'edge', metadata: {}, locality: { region: 'eu', zone: 'a', subZone: '' }, agent: '' },
  ...more,
})

/** Starts it. `edge-2` has refused the newest routes; `edge-3` has ACKed nothing yet. */
export async function startExplainedRig(): Promise<Rig> {
  const rig = await startRig({
    nodes: [node('edge-1', {}), node('edge-2', { types: types(2, 1) }), node('edge-3', { types: [] })],
  })
  const compiler = createCompiler()
  const first = worldOf(manifests)
  const generations: Generation[] = []
  const resources = new Map<string, Uint8Array>()
  for (const [index, world] of [first, shared(first)].entries()) {
    for (const group of ['default/edge', 'default/copy']) {
      const compiled = compiler.compile(world, group)
      if (!compiled.ok) throw new Error(compiled.error.message)
      const made = composeTypes({ routes: compiled.value, warm: [], retiring: [] })
      for (const type of made.resources.values())
        for (const { hash, body } of type.values()) resources.set(hash, body)
      generations.push({ group, number: index + 1, types: made.types, cause: 'test' })
    }
  }
  const puts = [...shared(first).values()].map(contentOf)
  const committed = await rig.store.commit({
    revision: { actor: 'test', reason: '', verb: 'apply', puts, deletes: [] },
    applied: puts.map((content) => ({ key: keyOf(content), to: 'head' as const })),
    generations: generations.filter(({ number }) => number === 1),
    resources,
  })
  const again = await rig.store.commit({ generations: generations.filter(({ number }) => number === 2) })
  if (!committed.ok) throw new Error(committed.error.message)
  if (!again.ok) throw new Error(again.error.message)
  return rig
}
