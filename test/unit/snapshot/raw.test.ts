// RawSnapshots, from manifests to the resources of a node group: what joins, what is refused.
import { describe, expect, it } from 'vitest'
import { encodeAny, encodeJson, typeUrls } from '../../../src/envoy-api/index.ts'
import {
  cluster,
  compiled,
  http,
  json,
  listener,
  patch,
  raw,
  routes,
  said,
  shop,
  tcpTo,
  worldOf,
} from './raw-worlds.ts'

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
