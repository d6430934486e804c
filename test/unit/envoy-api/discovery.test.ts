import { describe, expect, it } from 'vitest'
import {
  decodeDeltaDiscoveryRequest,
  decodeDiscoveryRequest,
  EnvoyApiError,
  encodeJson,
  typeUrls,
} from '../../../src/envoy-api/index.ts'

const node = {
  id: 'edge-1',
  cluster: 'edge',
  metadata: { team: 'shop', deep: { list: [1, null, 'x', true, { __proto__x: 2 }] } },
  locality: { region: 'eu', zone: 'eu-1', subZone: 'rack 7' },
  userAgentName: 'envoy',
  userAgentBuildVersion: {
    version: { majorNumber: 1, minorNumber: 40, patch: 3 },
    metadata: { 'build.type': 'RELEASE' },
  },
  extensions: Array.from({ length: 516 }, (_, index) => ({
    name: `envoy.filters.http.extension_${index}`,
    category: 'envoy.filters.http',
    typeUrls: [`envoy.extensions.filters.http.extension_${index}.v3.Extension`],
  })),
  clientFeatures: ['xds.config.supports-resource-ttl'],
}
const readNode = {
  id: 'edge-1',
  cluster: 'edge',
  metadata: node.metadata,
  locality: node.locality,
  userAgentName: 'envoy',
  userAgentVersion: '1.40.3',
  clientFeatures: node.clientFeatures,
}

describe('discovery requests', () => {
  it('are read in full, the list of extensions stepped over', () => {
    const bytes = encodeJson('envoy.service.discovery.v3.DiscoveryRequest', {
      versionInfo: 'v7',
      node,
      resourceNames: ['a', '', 'ü'],
      typeUrl: typeUrls.rds,
      responseNonce: 'n1',
      errorDetail: {
        code: 13,
        message: 'no such cluster',
        details: [{ '@type': 'type.googleapis.com/google.protobuf.Empty' }],
      },
    })
    expect(decodeDiscoveryRequest(bytes)).toEqual({
      versionInfo: 'v7',
      node: readNode,
      resourceNames: ['a', '', 'ü'],
      typeUrl: typeUrls.rds,
      responseNonce: 'n1',
      errorDetail: { code: 13, message: 'no such cluster' },
    })
  })

  it('without anything are empty, not absent', () => {
    expect(decodeDiscoveryRequest(new Uint8Array())).toEqual({
      versionInfo: '',
      node: undefined,
      resourceNames: [],
      typeUrl: '',
      responseNonce: '',
      errorDetail: undefined,
    })
  })

  it('are a NACK with an empty error_detail too', () => {
    const bytes = encodeJson('envoy.service.discovery.v3.DiscoveryRequest', { errorDetail: {} })
    expect(decodeDiscoveryRequest(bytes).errorDetail).toEqual({ code: 0, message: '' })
  })

  it('cost little even with 60 kB of node: a thousand in well under a second', () => {
    const bytes = encodeJson('envoy.service.discovery.v3.DiscoveryRequest', { node, typeUrl: typeUrls.cds })
    expect(bytes.length).toBeGreaterThan(50_000)
    const start = performance.now()
    for (let times = 0; times < 1_000; times++) decodeDiscoveryRequest(bytes)
    expect(performance.now() - start).toBeLessThan(2_000)
  })

  it('of gRPC clients carry their version as text', () => {
    const bytes = encodeJson('envoy.service.discovery.v3.DiscoveryRequest', {
      node: { id: 'x', userAgentName: 'gRPC Go', userAgentVersion: '1.85.0' },
    })
    expect(decodeDiscoveryRequest(bytes).node).toMatchObject({
      userAgentName: 'gRPC Go',
      userAgentVersion: '1.85.0',
    })
  })

  it('in delta carry subscriptions and the versions held, whatever the names', () => {
    const bytes = encodeJson('envoy.service.discovery.v3.DeltaDiscoveryRequest', {
      node,
      typeUrl: typeUrls.eds,
      resourceNamesSubscribe: ['*', 'a'],
      resourceNamesUnsubscribe: ['b'],
      initialResourceVersions: JSON.parse('{"__proto__":"v1","b":"","constructor":"v3"}'),
      responseNonce: 'n2',
      errorDetail: { message: 'refused' },
    })
    const request = decodeDeltaDiscoveryRequest(bytes)
    expect(request).toMatchObject({
      node: readNode,
      typeUrl: typeUrls.eds,
      resourceNamesSubscribe: ['*', 'a'],
      resourceNamesUnsubscribe: ['b'],
      responseNonce: 'n2',
      errorDetail: { code: 0, message: 'refused' },
    })
    expect([...request.initialResourceVersions].sort()).toEqual([
      ['__proto__', 'v1'],
      ['b', ''],
      ['constructor', 'v3'],
    ])
  })

  it('that are none end with a typed error', () => {
    for (const bytes of [
      new Uint8Array([0x0a, 0xff]),
      new Uint8Array([0xff]),
      new Uint8Array([0x12, 2, 0x0a, 9]),
    ]) {
      expect(() => decodeDiscoveryRequest(bytes)).toThrow(EnvoyApiError)
      expect(() => decodeDeltaDiscoveryRequest(new Uint8Array([0x0a, 2, 0x0a, 9]))).toThrow(EnvoyApiError)
    }
  })

  it('with metadata nested without end are refused, not followed', () => {
    let metadata: object = {}
    for (let depth = 0; depth < 90; depth++) metadata = { a: metadata }
    const legal = encodeJson('envoy.service.discovery.v3.DiscoveryRequest', { node: { metadata } })
    expect(decodeDiscoveryRequest(legal).node?.metadata).toEqual(metadata)
    let struct: Buffer = Buffer.alloc(0)
    const field = (number: number, body: Uint8Array): Buffer => {
      const size = []
      for (let rest = body.length; ; rest >>>= 7) {
        size.push(rest > 127 ? (rest & 127) | 128 : rest)
        if (rest <= 127) break
      }
      return Buffer.concat([Buffer.from([(number << 3) | 2, ...size]), body])
    }
    for (let depth = 0; depth < 5_000; depth++) struct = field(1, field(2, field(5, struct)))
    expect(() => decodeDiscoveryRequest(field(2, field(3, struct)))).toThrow(/nested deeper than/)
  })
})
