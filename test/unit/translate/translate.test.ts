// What translation decides that goldens do not show: what is missing, and what stays the same object.
import { describe, expect, it } from 'vitest'
import { clusterStatName, createTranslator } from '../../../src/translate/index.ts'
import { changed, traffic, worldOf } from '../../golden/world.ts'
import { edited, group, routeOf, serviceOf, small } from './world.ts'

const violationsOf = (world: ReturnType<typeof small>) =>
  createTranslator().translate(world, group).violations

describe('a route that leads nowhere is a violation that names its Route', () => {
  it('has nothing to say about a world in order', () => {
    expect(violationsOf(small())).toEqual([])
  })

  it('a Service that is not there', () => {
    expect(violationsOf(changed(small(), [], ['default/Service/checkout']))).toEqual([
      {
        object: 'default/Route/checkout',
        path: 'spec.rules[0].service.name',
        message: 'there is no Service "checkout" in namespace "default"',
      },
    ])
  })

  it('a Service without Traffic', () => {
    expect(violationsOf(changed(small(), [], ['default/Traffic/checkout']))).toMatchObject([
      { object: 'default/Route/checkout', message: expect.stringContaining('has no Traffic') },
    ])
  })

  it('a port that the Service does not have', () => {
    const world = edited(small(), routeOf, (route) => ({
      ...route,
      spec: { ...route.spec, rules: [{ matches: [], service: { name: 'checkout', port: 'grpc' } }] },
    }))
    expect(violationsOf(world)).toMatchObject([
      {
        path: 'spec.rules[0].service.port',
        message: 'Service "checkout" has no port "grpc", wanted one of "http"',
      },
    ])
  })

  it('no port where there are several', () => {
    const world = edited(small(), serviceOf, (service) => ({
      ...service,
      spec: {
        ...service.spec,
        ports: [
          { name: 'http', protocol: 'HTTP' },
          { name: 'grpc', protocol: 'HTTP2' },
        ],
        environments: service.spec.environments.map((each) => ({
          ...each,
          endpoints: { static: [{ address: '10.0.0.1', ports: { http: 80, grpc: 90 } }] },
        })),
      },
    }))
    expect(violationsOf(world)).toMatchObject([
      {
        path: 'spec.rules[0].service.port',
        message: 'Service "checkout" has 2 ports, wanted one of "http", "grpc"',
      },
    ])
  })

  it('an environment with traffic and without endpoints, said once however many rules lead there', () => {
    const empty = edited(small(), serviceOf, (service) => ({
      ...service,
      spec: {
        ...service.spec,
        environments: service.spec.environments.map((each) => ({ ...each, endpoints: { static: [] } })),
      },
    }))
    const world = edited(empty, routeOf, (route) => ({
      ...route,
      spec: {
        ...route.spec,
        rules: [
          { matches: [{ path: { prefix: '/a' } }], service: { name: 'checkout' } },
          { matches: [{ path: { prefix: '/b' } }], service: { name: 'checkout' } },
        ],
      },
    }))
    expect(violationsOf(world)).toEqual([
      {
        object: 'default/Service/checkout',
        path: 'spec.environments[0].endpoints.static',
        message: 'found no endpoint, wanted at least one: "blue" has 100 % of the traffic',
      },
    ])
  })

  it('traffic for an environment that is gone, and shares that do not add up', () => {
    expect(violationsOf(changed(small(), [traffic('default', 'checkout', { red: 10_000 })]))).toMatchObject([
      { object: 'default/Traffic/checkout', path: 'spec.weights.red' },
    ])
    expect(violationsOf(changed(small(), [traffic('default', 'checkout', { blue: 9_999 })]))).toMatchObject([
      { object: 'default/Traffic/checkout', message: 'found a sum of 9999, wanted 10000' },
    ])
  })

  it('two Routes that want the same requests', () => {
    const world = edited(small(), routeOf, (route) => ({ ...route, name: 'checkout-2' }))
    expect(violationsOf(world)).toEqual([
      {
        object: 'default/Route/checkout-2',
        path: 'spec.rules[0]',
        message:
          'the same requests are already taken by default/Route/checkout at spec.rules[0] (host "checkout.example.com")',
      },
    ])
  })
})

describe('what did not change is the same object', () => {
  it('a switch leaves listeners, clusters and endpoints alone', () => {
    const translator = createTranslator()
    const world = small()
    const before = translator.translate(world, group)
    const after = translator.translate(
      changed(world, [traffic('default', 'checkout', { green: 10_000 })]),
      group,
    )
    expect(after.listeners[0]).toBe(before.listeners[0])
    expect(after.services[0]).toBe(before.services[0])
    expect(after.routeConfigurations[0]).not.toBe(before.routeConfigurations[0])
  })

  it('an endpoint leaves routes alone', () => {
    const translator = createTranslator()
    const world = small()
    const before = translator.translate(world, group)
    const grown = edited(world, serviceOf, (service) => ({
      ...service,
      spec: {
        ...service.spec,
        environments: service.spec.environments.map((each) => ({
          ...each,
          endpoints: { static: [...each.endpoints.static, { address: '10.0.9.9', port: 80 }] },
        })),
      },
    }))
    const after = translator.translate(grown, group)
    expect(after.services[0]).not.toBe(before.services[0])
    expect(after.routeConfigurations[0]).toBe(before.routeConfigurations[0])
  })

  it('no route, service or traffic change touches a listener: that would drain it', () => {
    const translator = createTranslator()
    const before = translator.translate(small(), group)
    const after = createTranslator().translate(changed(small(), [], ['default/Route/checkout']), group)
    expect(after.listeners).toEqual(before.listeners)
  })
})

describe('names', () => {
  it('in statistics hold no dot, which would cut the cluster tag', () => {
    expect(clusterStatName('shop/checkout/blue.12')).toBe('shop/checkout/blue_12')
    expect(clusterStatName('shop/checkout/blue-1.2/grpc')).toBe('shop/checkout/blue-1_2/grpc')
  })

  it('of clusters carry the port only where a service has several', () => {
    const names = (yaml: string) =>
      createTranslator()
        .translate(worldOf(yaml), group)
        .services.flatMap(({ clusters }) => clusters.map(({ name }) => name))
    const world = (ports: string, endpoint: string) => `
kind: NodeGroup
metadata: { name: edge }
spec: { selector: {} }
---
kind: Gateway
metadata: { name: public }
spec: { nodeGroups: [edge], listeners: [{ name: http, port: 80 }] }
---
kind: Service
metadata: { name: web }
incarnations: { blue: 4 }
spec: { ports: ${ports}, environments: [{ name: blue, release: { version: "1" }, endpoints: { static: [${endpoint}] } }] }
---
kind: Route
metadata: { name: web }
spec: { gateways: [{ name: public }], hosts: ["*"], rules: [{ service: { name: web, port: http } }] }
`
    expect(names(world('[{ name: http }]', '{ address: 10.0.0.1, port: 1 }'))).toEqual(['default/web/blue.4'])
    expect(
      names(world('[{ name: http }, { name: grpc }]', '{ address: 10.0.0.1, ports: { http: 1, grpc: 2 } }')),
    ).toEqual(['default/web/blue.4/grpc', 'default/web/blue.4/http'])
  })
})
