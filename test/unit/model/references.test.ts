// How objects fit together, over everything that a change touches and nothing more.
import { describe, expect, it } from 'vitest'
import { checkWorld, type Manifest, planApply, type World } from '../../../src/model/index.ts'
import {
  applied,
  commit,
  environment,
  gateway,
  group,
  lines,
  policy,
  read,
  route,
  service,
  shop,
  text,
  value,
  violations,
} from './fixtures.ts'

const apply = (world: World, ...texts: string[]) => planApply(world, read(...texts))
const world = shop()

describe('references between objects', () => {
  it('hold in a world that was applied', () => {
    expect(checkWorld(world)).toEqual([])
  })

  it('are found broken in a world that is given whole', () => {
    const broken = new Map(world)
    broken.delete('default/Gateway/edge')
    broken.delete('default/Service/checkout')
    expect(checkWorld(broken).map(({ object, path }) => [object, path])).toEqual([
      ['Route default/checkout', 'spec.gateways[0].name'],
      ['Route default/checkout', 'spec.rules[0].service.name'],
      ['TrafficPolicy default/checkout', 'spec.service'],
      ['Traffic default/checkout', 'metadata.name'],
    ])
  })

  it('stay within a namespace', () => {
    const other = text(
      'Gateway',
      'edge',
      'nodeGroups: [edge]\nlisteners: [{name: http, port: 10000}]',
      '  namespace: other\n',
    )
    expect(lines(apply(world, other))).toEqual([
      'spec.nodeGroups[0]: there is no NodeGroup "edge" in namespace "other"; there is no NodeGroup in this namespace',
    ])
  })

  it('are checked again for objects that refer to a changed one, and reported there', () => {
    const named = applied([
      group(),
      gateway(),
      service(),
      text(
        'Route',
        'r',
        "gateways: [{name: edge, listener: http}]\nhosts: ['*']\nrules: [{service: {name: checkout}}]",
      ),
    ])
    expect(violations(apply(named, gateway('edge', '[{name: web, port: 10000}]')))).toEqual([
      {
        object: 'Route default/r',
        path: 'spec.gateways[0].listener',
        message: 'Gateway "edge" has no listener "http", wanted "web"',
      },
    ])
    const ports =
      '{name: blue, release: {version: v1}, endpoints: {static: [{address: 127.0.0.1, ports: {a: 1, b: 2}}]}}'
    const two = text(
      'Service',
      'checkout',
      `ports: [{name: a}, {name: b}]\nenvironments: [${ports}, {name: green, release: {version: v2}, endpoints: {static: []}}]`,
    )
    expect(lines(apply(world, two))).toEqual([
      'spec.rules[0].service.port: missing: Service "checkout" has several ports, wanted one of "a", "b"',
    ])
  })

  it('carry the place in the text', () => {
    expect(
      violations(apply(world, group('other'), route('r2', "['x']", '{service: {name: chekout}}'))),
    ).toEqual([
      {
        object: 'Route default/r2',
        path: 'spec.rules[0].service.name',
        message: 'there is no Service "chekout" in namespace "default"; did you mean "checkout"?',
        file: 'test.yaml',
        line: 15,
        column: 28,
      },
    ])
  })

  it('of a policy reach into the environments of its service', () => {
    expect(lines(apply(world, policy('initial: {weights: {red: 10000}}')))).toEqual([
      'spec.initial.weights.red: Service "checkout" has no environment "red", wanted "blue", "green"',
    ])
    expect(violations(apply(world, service([environment('green'), environment('red')])))[0]).toMatchObject({
      object: 'TrafficPolicy default/checkout',
      path: 'spec.initial.weights.blue',
    })
  })
})

describe('claims on the same thing', () => {
  it('refuse two gateways on one port of one node group, wildcards included', () => {
    expect(
      lines(
        apply(world, gateway('two', '[{name: a, port: 10001}, {name: b, address: 127.0.0.1, port: 10000}]')),
      ),
    ).toEqual([
      'spec.listeners[1].port: 127.0.0.1:10000 is already taken on node group "default/edge" by Gateway default/edge, on every address',
    ])
  })

  it('allow the same port on another node group or another address', () => {
    const addresses = applied([group(), gateway('edge', '[{name: a, address: 127.0.0.1, port: 10000}]')])
    const plan = apply(
      addresses,
      group('other'),
      gateway('two', '[{name: a, port: 10000}]', '[other]'),
      gateway('three', '[{name: a, address: 127.0.0.2, port: 10000}]'),
    )
    expect(plan.ok).toBe(true)
  })

  it('let two routes share a host with different matches, and refuse the same requests twice', () => {
    const cart = '{matches: [{path: {prefix: /cart}}], service: {name: checkout}}'
    expect(apply(world, route('cart', "['*']", cart)).ok).toBe(true)
    expect(
      lines(apply(world, route('cart', "['*']", cart), route('cart-again', "['a', '*']", cart))),
    ).toEqual([
      'spec.rules[0].matches[0]: the same requests (host "*" on gateway "edge", path prefix /cart) already go to Route default/cart',
    ])
  })

  it('let two routes take the same requests on different listeners', () => {
    const two = applied([group(), gateway('edge', '[{name: a, port: 1}, {name: b, port: 2}]'), service()])
    const on = (name: string, listener: string): string =>
      text(
        'Route',
        name,
        `gateways: [{name: edge${listener}}]\nhosts: ['*']\nrules: [{service: {name: checkout}}]`,
      )
    expect(apply(two, on('x', ', listener: a'), on('y', ', listener: b')).ok).toBe(true)
    expect(lines(apply(two, on('x', ', listener: a'), on('y', '')))).toHaveLength(1)
  })

  it('refuse a second policy of a service, and a second node group with the same selector', () => {
    expect(lines(apply(world, policy(undefined, 'second'), group('twin', 'edge')))).toEqual([
      'spec.service: Service "checkout" already has TrafficPolicy default/checkout: a service has one policy',
      'spec.selector: NodeGroup default/edge has the same selector: a node can belong to one group only',
    ])
  })

  it('let an object take over what another gives up in the same apply', () => {
    expect(
      apply(
        world,
        gateway('edge', '[{name: http, port: 10001}]'),
        gateway('two', '[{name: http, port: 10000}]'),
      ).ok,
    ).toBe(true)
  })
})

describe('the work of checking', () => {
  it('grows with what changed, not with the world', () => {
    const [oneService, oneRoute] = read(service(), route())
    const changes = Array.from({ length: 25 }, (_, index) =>
      read(route(`s${index}`, `['again${index}']`, `{service: {name: s${index + 1}}}`)),
    )
    const timed = (size: number): number => {
      const many = Array.from({ length: size }, (_, index): Manifest[] => {
        const name = `s${index}`
        if (oneService?.kind !== 'Service' || oneRoute?.kind !== 'Route') return []
        const rules = [{ matches: [], service: { name } }]
        return [
          { ...oneService, name },
          { ...oneRoute, name, spec: { ...oneRoute.spec, hosts: [name], rules } },
        ]
      }).flat()
      const fleet = applied([group(), gateway()])
      const world = commit(fleet, value(planApply(fleet, many)))
      apply(world, group('warm'))
      // The quickest of many: a busy machine makes runs slower, never quicker.
      return Math.min(
        ...changes.map((change) => {
          const began = performance.now()
          value(planApply(world, change))
          return performance.now() - began
        }),
      )
    }
    timed(30)
    // A hundred times the objects: about 1 when they are not looked at, 100 when they are.
    expect(timed(3_000) / timed(30)).toBeLessThan(8)
  })
})
