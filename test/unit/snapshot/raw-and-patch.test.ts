// RawSnapshots and Patches, from manifests to the resources of a node group: what joins, what is merged, what is refused.
import { describe, expect, it } from 'vitest'
import type { Json, Problem } from '../../../src/base/index.ts'
import {
  decodeJson,
  encodeAny,
  encodeJson,
  messageOfTypeUrl,
  splitAny,
  typeUrls,
} from '../../../src/envoy-api/index.ts'
import { parseManifests, planApply, planTraffic, type World } from '../../../src/model/index.ts'
import {
  type CompiledGroup,
  type CompilerOptions,
  createCompiler,
  factsOf,
} from '../../../src/snapshot/index.ts'
import { commit, filesOf, value } from '../model/fixtures.ts'

const group = 'default/edge'
const shop = filesOf('patch').find(({ file }) => file.includes('shop'))?.text ?? ''
const worldOf = (...texts: readonly string[]): World => {
  const text = texts.map((each) => each.replaceAll(/^kind: /gm, 'apiVersion: verdigris.dev/v1alpha1\nkind: '))
  return commit(
    new Map(),
    value(
      planApply(
        new Map(),
        value(
          parseManifests([
            { file: 'test.yaml', text: text.join('\n---\n').replaceAll(/(apiVersion: \S+\n)+/g, '$1') },
          ]),
        ),
      ),
    ),
  )
}
const raw = (resources: string, name = 'raw'): string =>
  `kind: RawSnapshot\nmetadata: { name: ${name} }\nspec: { nodeGroups: [edge], resources: [${resources}] }`
const patch = (target: string, merge: string, name = 'patch', more = ''): string =>
  `kind: Patch\nmetadata: { name: ${name} }\nspec: { nodeGroups: [edge], target: ${target}, merge: ${merge}${more} }`
const compiled = (world: World, options: CompilerOptions = {}): CompiledGroup =>
  value(createCompiler(options).compile(world, group))
const problem = (world: World, options: CompilerOptions = {}): Problem => {
  const result = createCompiler(options).compile(world, group)
  if (result.ok) throw new Error('was not refused')
  return result.error
}
/** `object path: message` of each. */
const said = (world: World, options: CompilerOptions = {}): readonly string[] => {
  const found = problem(world, options)
  return found.kind === 'invalid'
    ? found.violations.map(({ object, path, message }) => `${object} ${path}: ${message}`)
    : [found.message]
}
const json = (of: CompiledGroup, typeUrl: string, name: string): { readonly [key: string]: Json } => {
  const resource = of.types.get(typeUrl)?.get(name)
  if (resource === undefined) throw new Error(`there is no ${name}`)
  const parts = splitAny(resource.body)
  const decoded = decodeJson(messageOfTypeUrl(parts.typeUrl), parts.value)
  expect(factsOf(typeUrl, decoded)).toEqual(resource.facts)
  return decoded as { readonly [key: string]: Json }
}
const cluster = (name: string, more = ''): string =>
  `{ '@type': type.googleapis.com/envoy.config.cluster.v3.Cluster, name: ${name}, connectTimeout: 1s${more} }`
const routes = (name: string, to: string): string =>
  `{ '@type': type.googleapis.com/envoy.config.route.v3.RouteConfiguration, name: ${name}, virtualHosts: [{ name: all, domains: ['*'], routes: [{ match: { prefix: / }, route: { cluster: ${to} } }] }] }`
const listener = (filters: string, port = 15_000): string =>
  `{ '@type': type.googleapis.com/envoy.config.listener.v3.Listener, name: raw, address: { socketAddress: { address: 127.0.0.1, portValue: ${port} } }, filterChains: [{ filters: [${filters}] }] }`

const tcpTo = (to: string, more = ''): string =>
  `{ name: tcp, typedConfig: { '@type': type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, statPrefix: raw, cluster: '${to}'${more} } }`
const http = (filter: string): string =>
  `{ name: http, typedConfig: { '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager, statPrefix: raw, routeConfig: { name: inner, virtualHosts: [] }, httpFilters: [{ name: filter, typedConfig: ${filter} }, { name: router, typedConfig: { '@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } }] } }`

describe('a RawSnapshot', () => {
  it('is served beside what is generated, in one canonical form', () => {
    const of = compiled(
      worldOf(shop, raw(`${cluster('one', ', type: 0, connect_timeout: ~')}, ${routes('two', 'one')}`)),
    )
    expect(json(of, typeUrls.cds, 'one')).toEqual({ name: 'one', type: 'STATIC', connectTimeout: '1s' })
    expect(of.types.get(typeUrls.rds)?.get('two')?.facts).toEqual({ clusters: ['one'] })
    expect([...(of.types.get(typeUrls.cds)?.keys() ?? [])]).toEqual([
      'default/shop/blue.1',
      'default/shop/green.1',
      'one',
      'verdigris-floor',
    ])
  })

  it('may be given in bytes, in one text or several', () => {
    const body = encodeAny(
      typeUrls.cds,
      encodeJson('envoy.config.cluster.v3.Cluster', { name: 'b', type: 'STATIC' }),
    )
    const text = Buffer.from(body).toString('base64')
    for (const any of [`'${text}'`, `['${text.slice(0, 40)}', '${text.slice(40)}']`]) {
      const of = compiled(worldOf(shop, raw(`{ any: ${any} }`)))
      expect(json(of, typeUrls.cds, 'b')).toEqual({ name: 'b', type: 'STATIC' })
    }
  })

  it('is refused where its routes lead to nothing, and says of those that lead to the model what they are', () => {
    expect(said(worldOf(shop, raw(routes('two', 'nowhere'))))).toEqual([
      'default/RawSnapshot/raw spec.resources[0]: RouteConfiguration "two" refers to cluster "nowhere", which is not among the resources',
    ])
    const of = compiled(worldOf(shop, raw(routes('two', 'default/shop/blue.1'))))
    expect(of.notes?.map(({ text }) => text)).toEqual([
      'RawSnapshot default/raw: RouteConfiguration "two" leads to cluster "default/shop/blue.1": no traffic command moves that, and the next release of its environment has another name',
    ])
  })

  it('leads to the services that its filters ask, and to nothing that only looks like a cluster', () => {
    const asks = http(
      "{ '@type': type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz, grpcService: { envoyGrpc: { clusterName: who } } }",
    )
    expect(said(worldOf(shop, raw(`${cluster('one')}, ${listener(asks)}`)))).toEqual([
      'default/RawSnapshot/raw spec.resources[1]: Listener "raw" refers to cluster "who", which is not among the resources',
    ])
    const logs =
      ", accessLog: [{ name: l, typedConfig: { '@type': type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog, logFormat: { jsonFormat: { cluster: '%UPSTREAM_CLUSTER%' } } } }]"
    const of = compiled(worldOf(shop, raw(`${cluster('one')}, ${listener(tcpTo('one', logs))}`)))
    expect(of.types.get(typeUrls.lds)?.get('raw')?.facts).toEqual({ clusters: ['one'] })
  })

  it('is held to the constraints and to what the code of Envoy asks, at the resource and its path', () => {
    expect(
      said(
        worldOf(
          shop,
          raw(
            `${cluster('one', ', perConnectionBufferLimitBytes: 1, connectTimeout: 0s').replace('connectTimeout: 1s, ', '')}`,
          ),
        ),
      ),
    ).toEqual([
      'default/RawSnapshot/raw spec.resources[0].connectTimeout: Cluster "one": Envoy would refuse it: wanted more than 0s, found 0s',
    ])
    expect(
      said(worldOf(shop, raw(`${cluster('one')}, ${listener(tcpTo('one', ', idleTimeout: -1s'))}`)))[0],
    ).toContain('spec.resources[1].filterChains[0].filters[0].typedConfig.idleTimeout')
  })

  it('does not take the address of a listener that is there', () => {
    expect(
      said(
        worldOf(
          shop,
          raw(`${cluster('one')}, ${listener(tcpTo('one'), 10_000).replace('127.0.0.1', '0.0.0.0')}`),
        ),
      )[0],
    ).toContain(
      'listener raw wants 0.0.0.0:10000, which listener default/edge/http of the same node group has',
    )
  })

  it('does not have the name of a resource of another, in any node group that both have', () => {
    const both = () => worldOf(shop, raw(cluster('one')), raw(cluster('one'), 'other'))
    expect(both).toThrow(
      'Cluster \\"one\\" of node group \\"edge\\" is that of RawSnapshot default/raw already',
    )
  })
})

describe('what may run code or use files', () => {
  const filters = 'type.googleapis.com/envoy.extensions.filters.http'
  const lua = `{ '@type': ${filters}.lua.v3.Lua, defaultSourceCode: { inlineString: 'x' } }`
  const inside = (what: string): string => raw(`${cluster('one')}, ${listener(http(what))}`)

  it.each([
    [
      'Lua',
      inside(lua),
      'httpFilters[0].typedConfig: Listener "raw": envoy.extensions.filters.http.lua.v3.Lua runs code',
    ],
    [
      'a module for a filter inside of another filter',
      inside(
        `{ '@type': ${filters}.composite.v3.ExecuteFilterAction, typedConfig: { name: x, typedConfig: { '@type': ${filters}.dynamic_modules.v3.DynamicModuleFilter } } }`,
      ),
      'typedConfig.typedConfig.typedConfig: Listener "raw": envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter runs code',
    ],
    [
      'a file for data',
      inside(
        `{ '@type': ${filters}.jwt_authn.v3.JwtAuthentication, providers: { a: { localJwks: { filename: /etc/x } } } }`,
      ),
      'providers.a.localJwks.filename: Listener "raw": DataSource.filename uses files',
    ],
    [
      'a log that is a file',
      raw(
        `${cluster('one')}, ${listener(tcpTo('one', ", accessLog: [{ name: f, typedConfig: { '@type': type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: /tmp/x } }]"))}`,
      ),
      'accessLog[0].typedConfig: Listener "raw": envoy.extensions.access_loggers.file.v3.FileAccessLog uses files',
    ],
    [
      'a pipe',
      raw(
        cluster(
          'one',
          ', loadAssignment: { clusterName: one, endpoints: [{ lbEndpoints: [{ endpoint: { address: { pipe: { path: /run/x } } } }] }] }',
        ),
      ),
      'lbEndpoints[0].endpoint.address.pipe: Cluster "one": envoy.config.core.v3.Pipe leads to sockets',
    ],
    [
      'the environment, in a header',
      raw(
        routes('two', 'default/shop/blue.1').replace(
          'domains:',
          "requestHeadersToAdd: [{ header: { key: x, value: '%ENVIRONMENT(HOME)%' } }], domains:",
        ),
      ),
      'requestHeadersToAdd[0].header.value: RouteConfiguration "two": %ENVIRONMENT()% reads the environment',
    ],
    [
      'a Patch that does it',
      patch(
        '{ type: Cluster, service: shop }',
        '{ transportSocketMatches: [{ name: x, transportSocket: { name: tls, typedConfig: { "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext, commonTlsContext: { validationContext: { trustedCa: { filename: /x } } } } } }] }',
      ),
      'spec.merge.transportSocketMatches[0].transportSocket.typedConfig.commonTlsContext.validationContext.trustedCa.filename: Cluster "default/shop/blue.1": DataSource.filename uses files',
    ],
  ] as const)('is refused: %s; and taken where the configuration allows it', (_, object, text) => {
    const world = worldOf(shop, object)
    const found = said(world)
    expect(found.join('\n')).toContain(text)
    expect(found[0]).toContain('--allow-unsafe-extensions')
    compiled(world, { allowUnsafeExtensions: true })
  })

  it('is never let through where it is key material', () => {
    const pem = Buffer.from('-----BEGIN PRIVATE KEY-----\nMIIsecret\n').toString('base64')
    for (const object of [
      raw(
        `{ '@type': type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret, name: s, tlsCertificate: { privateKey: { inlineBytes: '${pem}' } } }`,
      ),
      raw(
        `{ '@type': type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret, name: s, genericSecret: { secret: { inlineString: hunter2 } } }`,
      ),
      raw(
        `{ '@type': type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret, name: s, validationContext: { trustedCa: { inlineBytes: '${pem}' } } }`,
      ),
      raw(
        `{ '@type': type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret, name: s, tlsCertificate: { privateKey: '${pem}' } }`,
      ),
      patch(
        '{ type: Cluster, service: shop }',
        `{ transportSocket: { name: tls, typedConfig: { '@type': type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext, commonTlsContext: { tlsCertificates: [{ privateKey: { inlineString: hunter2 } }] } } } }`,
      ),
    ]) {
      let message = 'was not refused'
      try {
        worldOf(shop, object)
      } catch (error) {
        message = String(error)
      }
      expect(message).toMatch(/key material is refused|found something else/)
      expect(message).not.toMatch(/MIIsecret|hunter2|LS0tLS1/)
    }
  })
})

describe('a Patch', () => {
  it('is merged into every cluster of a service, whatever its incarnation', () => {
    const world = worldOf(
      shop,
      patch(
        '{ type: Cluster, service: shop }',
        '{ connectTimeout: 7s, metadata: { filterMetadata: { a: { b: 1 } } } }',
      ),
    )
    const of = compiled(world)
    for (const name of ['default/shop/blue.1', 'default/shop/green.1']) {
      expect(json(of, typeUrls.cds, name)).toMatchObject({ connectTimeout: '7s', type: 'EDS' })
    }
    expect(of.types.get(typeUrls.cds)?.get('default/shop/blue.1')?.origins).toEqual([
      'default/Patch/patch',
      'default/Service/shop',
    ])
    const released = value(
      planApply(
        world,
        value(parseManifests([{ file: 'x', text: shop.replace('version: v2', 'version: v3') }])),
      ),
    )
    const after = compiled(commit(world, released))
    expect(json(after, typeUrls.cds, 'default/shop/green.2')).toMatchObject({ connectTimeout: '7s' })
  })

  it('of one environment leaves the others as they are', () => {
    const of = compiled(
      worldOf(shop, patch('{ type: Cluster, service: shop, environment: green }', '{ connectTimeout: 7s }')),
    )
    expect(json(of, typeUrls.cds, 'default/shop/green.1')).toMatchObject({ connectTimeout: '7s' })
    expect(json(of, typeUrls.cds, 'default/shop/blue.1')).not.toMatchObject({ connectTimeout: '7s' })
  })

  it('is merged after those of lower priority, and after those before it in the alphabet', () => {
    const target = '{ type: Cluster, service: shop }'
    const at = (name: string, time: string, priority: number): string =>
      patch(target, `{ connectTimeout: ${time} }`, name, `, priority: ${priority}`)
    const timeOf = (...objects: readonly string[]) =>
      json(compiled(worldOf(shop, ...objects)), typeUrls.cds, 'default/shop/blue.1').connectTimeout
    expect(timeOf(at('a', '2s', 0), at('b', '3s', 0))).toBe('3s')
    expect(timeOf(at('b', '3s', 0), at('a', '2s', 0))).toBe('3s')
    expect(timeOf(at('a', '2s', 1), at('b', '3s', 0))).toBe('2s')
  })

  it.each([
    ['Listener', 'default/edge/http', '{ connectionBalanceConfig: { exactBalance: {} } }', typeUrls.lds],
    ['RouteConfiguration', 'default/edge/http', '{ maxDirectResponseBodySizeBytes: 100 }', typeUrls.rds],
    [
      'ClusterLoadAssignment',
      'default/shop/blue.1',
      '{ policy: { overprovisioningFactor: 200 } }',
      typeUrls.eds,
    ],
    ['Runtime', 'verdigris-flags', '{ layer: { a.b: 1 } }', typeUrls.rtds],
  ] as const)('changes a %s and nothing else', (type, name, merge, typeUrl) => {
    const plain = compiled(worldOf(shop))
    const of = compiled(worldOf(shop, patch(`{ type: ${type}, name: ${name} }`, merge)))
    for (const [each, resources] of plain.types) {
      for (const [resource, { hash }] of resources) {
        const same = of.types.get(each)?.get(resource)?.hash === hash
        expect([resource, same]).toEqual([resource, !(each === typeUrl && resource === name)])
      }
    }
    json(of, typeUrl, name)
  })

  it('gives a route configuration that it changes nothing in byte for byte as it was', () => {
    const plain = compiled(worldOf(shop))
    const of = compiled(
      worldOf(
        shop,
        patch('{ type: RouteConfiguration, name: default/edge/http }', '{ validateClusters: true }'),
      ),
    )
    const [before, after] = [plain, of].map(({ types }) => types.get(typeUrls.rds)?.get('default/edge/http'))
    expect(after?.hash).toBe(before?.hash)
    expect(of.notes).toEqual([
      {
        origin: 'default/Patch/patch',
        text: 'Patch default/patch changes nothing: RouteConfiguration "default/edge/http" is so already',
      },
    ])
  })

  it.each([
    [
      '{ type: Cluster, name: default/shop/blue.9 }',
      '{ connectTimeout: 7s }',
      'default/Patch/patch spec.target.name: no Cluster "default/shop/blue.9" is generated for node group default/edge; there are default/shop/blue.1, default/shop/green.1, verdigris-floor',
    ],
    [
      '{ type: Cluster, service: shop }',
      '{ transportSocket: { typedConfig: { sni: x } } }',
      'default/Patch/patch spec.merge.transportSocket.typedConfig["@type"]: wanted the type URL of an Any, found none',
    ],
    [
      '{ type: Cluster, service: shop }',
      '{ connectTimeout: 0s }',
      'default/Patch/patch spec.merge.connectTimeout: Cluster "default/shop/blue.1": Envoy would refuse it: wanted more than 0s, found 0s',
    ],
    [
      '{ type: RouteConfiguration, name: default/edge/http }',
      '{ requestMirrorPolicies: [{ cluster: gone }] }',
      'default/Patch/patch spec.merge: RouteConfiguration "default/edge/http" refers to cluster "gone", which is not among the resources',
    ],
  ])('of %s with %s is refused', (target, merge, text) => {
    expect(said(worldOf(shop, patch(target, merge)))).toContain(text)
  })

  it('costs nothing where nothing of its target changes, and nothing at all where there is none', () => {
    const compiler = createCompiler()
    const world = worldOf(shop, patch('{ type: Cluster, service: shop }', '{ connectTimeout: 7s }'))
    value(compiler.compile(world, group))
    const before = compiler.encodeCounts()
    const switched = value(
      planTraffic(world, { namespace: 'default', service: 'shop', weights: { green: 10_000 } }),
    )
    value(compiler.compile(commit(world, switched), group))
    expect(compiler.encodeCounts()).toEqual({
      resources: before.resources + 1,
      virtualHosts: before.virtualHosts + 1,
      routes: before.routes + 1,
    })
  })

  it('of endpoints is not gone past when endpoints change', () => {
    const compiler = createCompiler()
    const observed = { endpoints: new Map(), secrets: new Map() }
    const refreshed = (...objects: readonly string[]) => {
      const world = worldOf(shop, ...objects)
      const of = value(compiler.compile(world, group, observed))
      return compiler.refresh(world, of, ['default/shop'], observed) !== undefined
    }
    expect(refreshed()).toBe(true)
    const merge = '{ policy: { overprovisioningFactor: 200 } }'
    expect(refreshed(patch('{ type: ClusterLoadAssignment, service: shop }', merge))).toBe(false)
  })

  it('says what it does to connections before it is made, changed and taken away', () => {
    const world = worldOf(shop)
    const planned = (from: World, text: string) =>
      value(
        planApply(
          from,
          value(parseManifests([{ file: 'x', text: `apiVersion: verdigris.dev/v1alpha1\n${text}` }])),
        ),
      )
    const onListener = patch('{ type: Listener, name: default/edge/http }', '{ tcpBacklogSize: 10 }')
    const made = planned(world, onListener)
    expect(made.diffs).toMatchObject([{ change: 'created', effect: 'drains', drains: ['default/edge/http'] }])
    const after = commit(world, made)
    expect(planned(after, onListener.replace('10', '11')).diffs).toMatchObject([{ effect: 'drains' }])
    const onCluster = patch('{ type: Cluster, service: shop }', '{ connectTimeout: 7s }')
    expect(planned(world, onCluster).diffs).toMatchObject([{ change: 'created', effect: 'reconnects' }])
    const [one, other] = [
      raw(`${cluster('one')}, ${listener(tcpTo('one'))}`),
      raw(`${cluster('one')}, ${listener(tcpTo('one'), 16_000)}`),
    ]
    expect(planned(planned2(world, one), other).diffs).toMatchObject([{ effect: 'drains', drains: ['raw'] }])
    expect(
      planned(planned2(world, raw(cluster('one'))), raw(cluster('one', ', type: STATIC'))).diffs,
    ).toMatchObject([{ effect: 'reconnects' }])
    function planned2(from: World, text: string): World {
      return commit(from, planned(from, text))
    }
  })
})
