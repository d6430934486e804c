// What one object may say: the allowed side of each rule. The refused side stands in examples/broken.
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { parseManifests } from '../../../src/model/index.ts'
import { environment, gateway, lines, policy, read, route, service, text } from './fixtures.ts'

const parse = (manifest: string) => parseManifests([{ file: 'f', text: manifest }])

describe('a Gateway', () => {
  it('may have one port on several addresses, but not beside the wildcard of their family', () => {
    const on = (...addresses: string[]): string =>
      gateway(
        'edge',
        `[${addresses.map((address, index) => `{name: l${index}, address: "${address}", port: 80}`).join(', ')}]`,
      )
    expect(read(on('127.0.0.1', '127.0.0.2', '::'))).toHaveLength(1)
    expect(lines(parse(on('::', '::1')))).toEqual([
      'spec.listeners[1].port: [::1]:80 is already taken by listener "l0" ([::]:80)',
    ])
    expect(lines(parse(on('::1', '0:0:0:0:0:0:0:1')))).toHaveLength(1)
  })

  it('needs a listener and a node group, each only once', () => {
    expect(lines(parse(gateway('edge', '[]', '[]')))).toEqual([
      'spec.nodeGroups: wanted at least one node group, found an empty list',
      'spec.listeners: wanted at least one listener, found an empty list',
    ])
  })
})

describe('a Service', () => {
  it('may have an environment without endpoints', () => {
    expect(read(service([environment('blue', 'v1', [])]))).toHaveLength(1)
  })

  it('gives each port of several by name', () => {
    const ports = (endpoint: string): string =>
      text(
        'Service',
        'a',
        `ports: [{name: http}, {name: grpc, protocol: HTTP2}]\nenvironments: [{name: blue, release: {version: v1}, endpoints: {static: [${endpoint}]}}]`,
      )
    expect(read(ports('{address: "::1", ports: {http: 80, grpc: 81}}'))).toHaveLength(1)
    expect(lines(parse(ports('{address: "::1", ports: {http: 80, grpc: 81, admin: 82}}')))).toEqual([
      'spec.environments[0].endpoints.static[0].ports.admin: the service has no port "admin", wanted "http", "grpc"',
    ])
    expect(lines(parse(ports('{address: "::1"}')))).toHaveLength(2)
  })

  it('sees an endpoint that is there twice in another spelling', () => {
    const twice =
      '{name: blue, release: {version: v1}, endpoints: {static: [{address: "::1", port: 80}, {address: "0:0::1", port: 80}]}}'
    expect(lines(parse(service([twice])))).toEqual([
      'spec.environments[0].endpoints.static[1]: endpoint "::1:80" is there twice (also at [0])',
    ])
  })

  it('bounds durations', () => {
    expect(lines(parse(service(undefined, 'upstream: {connectTimeout: 0s, idleTimeout: 99999h}')))).toEqual([
      'spec.upstream.connectTimeout: wanted more than 0, found the string "0s"',
      'spec.upstream.idleTimeout: wanted at most 8760h, found the string "99999h"',
    ])
  })

  it('bounds its environments', () => {
    const many = Array.from({ length: limits.environmentsPerService + 1 }, (_, index) =>
      environment(`e${index}`),
    )
    expect(lines(parse(service(many)))).toEqual([
      'spec.environments: wanted at most 64 items, found a list of 65',
    ])
  })
})

describe('a Route', () => {
  it('takes hosts of every form', () => {
    expect(
      read(route('a', "['*', '*.example.com', 'example.com', '10.0.0.1', '::1', 'a_b.internal']")),
    ).toHaveLength(1)
  })

  it('may name a gateway twice with different listeners, not once with and once without', () => {
    const on = (gateways: string): string =>
      text('Route', 'a', `gateways: [${gateways}]\nhosts: ['*']\nrules: [{service: {name: a}}]`)
    expect(read(on('{name: g, listener: a}, {name: g, listener: b}'))).toHaveLength(1)
    expect(lines(parse(on('{name: g, listener: a}, {name: g}')))).toEqual([
      'spec.gateways[1]: gateway "g" is there twice',
    ])
  })

  it('tells matches apart by path and headers, not by their order or spelling', () => {
    const rule = (path: string, headers: string): string =>
      `{matches: [{path: {${path}}, headers: [${headers}]}], service: {name: a}}`
    const both = (a: string, b: string): string => route('a', "['*']", `${a}, ${b}`)
    const header = '{name: X-A, exact: "1"}, {name: b, present: true}'
    const swapped = '{name: b, present: true}, {name: x-a, exact: "1"}'
    expect(read(both(rule('prefix: /a', header), rule('exact: /a', header)))).toHaveLength(1)
    expect(
      read(both(rule('prefix: /a', header), rule('prefix: /a', '{name: b, present: true}'))),
    ).toHaveLength(1)
    expect(lines(parse(both(rule('prefix: /a', header), rule('prefix: /a/', swapped))))[0]).toContain(
      'spec.rules[1].matches[0]: never reached: rules[0] takes the same requests (path prefix /a, header',
    )
  })

  it('bounds what it multiplies to', () => {
    const hosts = Array.from({ length: 256 }, (_, index) => `h${index}`).join(', ')
    const rules = Array.from(
      { length: 256 },
      (_, index) => `{matches: [{path: {prefix: /${index}}}], service: {name: a}}`,
    )
    expect(read(route('a', `[${hosts}]`, rules.join(', ')))).toHaveLength(1)
    expect(
      lines(
        parse(
          route(
            'a',
            `[${hosts}]`,
            `${rules.slice(1).join(', ')}, {matches: [{path: {exact: /x}}, {path: {exact: /y}}], service: {name: a}}`,
          ),
        ),
      ),
    ).toEqual(['spec.rules: gateways × hosts × matches are 65792, wanted at most 65536: split the Route'])
  })
})

describe('a TrafficPolicy', () => {
  it.each(['operator', 'external:argo', 'manifest'])('may be managed by %s', (managedBy) => {
    expect(
      read(policy(`managedBy: ${managedBy}\ninitial: {weights: {blue: 2500, green: 7500}}`)),
    ).toHaveLength(1)
  })

  it('explains what a manager looks like', () => {
    expect(lines(parse(policy('managedBy: "external:"')))).toEqual([
      'spec.managedBy: wanted "operator", "manifest" or "external:<name>", found the string "external:"',
    ])
  })
})

describe('a NodeGroup', () => {
  it('may have any metadata, and refuses other types', () => {
    expect(
      read(text('NodeGroup', 'a', 'selector: {metadata: {"a.b/c": ""}, locality: {zone: z1}}')),
    ).toHaveLength(1)
    expect(
      lines(
        parse(text('NodeGroup', 'a', 'selector: {metadata: {a: [1]}}\nexpected: {size: -1, within: 0s}')),
      ),
    ).toEqual([
      'spec.selector.metadata.a: wanted a string, found a list of 1',
      'spec.expected.size: wanted 0 or more, found the number -1',
      'spec.expected.within: wanted more than 0, found the string "0s"',
    ])
  })
})
