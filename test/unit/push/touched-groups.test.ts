import { describe, expect, it } from 'vitest'
import type { World } from '../../../src/model/index.ts'
import { subjectsOf, touchedGroups } from '../../../src/push/touched-groups.ts'
import { changed, worldOf } from '../../golden/world.ts'

const group = (name: string): string =>
  `kind: NodeGroup\nmetadata: { name: ${name} }\nspec: { selector: { cluster: ${name} } }\n`
const service = (name: string): string => `kind: Service
metadata: { name: ${name} }
spec:
  ports: [{ name: http }]
  environments: [{ name: blue, release: { version: '1' }, endpoints: { static: [{ address: 10.0.0.1, port: 1 }] } }]
`
const sidecar = (name: string, calls: string): string => `kind: Sidecar
metadata: { name: ${name} }
spec:
  nodeGroups: [${name}]
  inbound: [{ name: http, port: 15006, localPort: 8080, service: { name: ${name} }, environment: blue }]
  outbound: [{ name: calls, port: 15001, services: [{ name: ${calls} }] }]
`
// edge → a → b → c: sidecars are called like the service whose workload they stand beside.
const world = worldOf(
  [
    ...['edge', 'a', 'b', 'idle'].map(group),
    ...['a', 'b', 'c', 'd'].map(service),
    'kind: Gateway\nmetadata: { name: edge }\nspec: { nodeGroups: [edge], listeners: [{ name: http, port: 80 }] }\n',
    'kind: Route\nmetadata: { name: shop }\nspec: { gateways: [{ name: edge }], hosts: [shop.test], rules: [{ service: { name: a } }] }\n',
    'kind: Route\nmetadata: { name: aside }\nspec: { sidecars: [{ name: b }], hosts: [d.test], rules: [{ service: { name: d } }] }\n',
    sidecar('a', 'b'),
    sidecar('b', 'c'),
  ].join('---\n'),
)
const touched = (key: string, after: World = world) =>
  touchedGroups({ before: world, after }, [`default/${key}`])

describe('what a change concerns', () => {
  it('is, for the traffic of a service, every gateway and sidecar that leads to it, and not those beside its workload', () => {
    expect(touched('Traffic/a')).toEqual(['default/edge'])
    expect(touched('Traffic/b')).toEqual(['default/a'])
    expect(touched('Traffic/c')).toEqual(['default/b'])
  })

  it('is, for the service itself, those beside its workload too', () => {
    expect(touched('Service/a')).toEqual(['default/a', 'default/edge'])
    expect(touched('Service/b')).toEqual(['default/a', 'default/b'])
  })

  it('is, for a Route and what it leads to, the sidecars that it names', () => {
    expect(touched('Route/aside')).toEqual(['default/b'])
    expect(touched('Traffic/d')).toEqual(['default/b'])
  })

  it('is, for a Sidecar, its own groups, before and after', () => {
    const moved = changed(world, [...worldOf(sidecar('a', 'b').replace('[a]', '[idle]')).values()])
    expect(touched('Sidecar/a', moved)).toEqual(['default/a', 'default/idle'])
  })

  it('counts sidecars of pushes that are not applied yet', () => {
    const pending = [
      ...worldOf(sidecar('idle', 'a').replaceAll('name: idle }, env', 'name: a }, env')).values(),
    ]
    expect(touchedGroups({ before: world, after: world, pending }, ['default/Traffic/a'])).toEqual([
      'default/edge',
      'default/idle',
    ])
  })

  it('lets what a Sidecar calls and what that service becomes depend on each other', () => {
    const shared = (one: string, other: string) => {
      const subjects = subjectsOf([world], [`default/${one}`])
      return [...subjectsOf([world], [`default/${other}`])].some((each) => subjects.has(each))
    }
    expect(shared('Sidecar/a', 'Traffic/b')).toBe(true)
    expect(shared('Sidecar/a', 'Service/a')).toBe(true)
    expect(shared('Sidecar/a', 'Traffic/c')).toBe(false)
  })
})
