// HTTP/3 of a Gateway, on the oldest and the newest Envoy: another Envoy is the client, which takes HTTP/1.1 and speaks QUIC
// to the gateway. The certificate is verified by it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { freePorts, until } from '../../src/demo/rig/index.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { createTrust } from '../support/trust.ts'
import { describeWithBothEnvoys, envoyBinary, supportedEnvoys } from '../support/with-envoy.ts'

let fleet: Fleet | undefined
let dir: string | undefined
afterEach(async () => {
  await fleet?.close()
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true })
})
const object = (kind: string, name: string, spec: object): string =>
  `${JSON.stringify({ apiVersion: 'verdigris.dev/v1alpha1', kind, metadata: { name }, spec })}\n---\n`

/** An Envoy that sends what it gets on `port` to `upstream` by HTTP/3. */
const clientConfig = (port: number, upstream: number, ca: string): string =>
  JSON.stringify({
    static_resources: {
      listeners: [
        {
          address: { socket_address: { address: '127.0.0.1', port_value: port } },
          filter_chains: [
            {
              filters: [
                {
                  name: 'http',
                  typed_config: {
                    '@type':
                      'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                    stat_prefix: 'client',
                    route_config: {
                      virtual_hosts: [
                        {
                          name: 'all',
                          domains: ['*'],
                          routes: [{ match: { prefix: '/' }, route: { cluster: 'gateway' } }],
                        },
                      ],
                    },
                    http_filters: [
                      {
                        name: 'router',
                        typed_config: {
                          '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
                        },
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
      clusters: [
        {
          name: 'gateway',
          type: 'STATIC',
          load_assignment: {
            cluster_name: 'gateway',
            endpoints: [
              {
                lb_endpoints: [
                  {
                    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: upstream } } },
                  },
                ],
              },
            ],
          },
          transport_socket: {
            name: 'envoy.transport_sockets.quic',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.quic.v3.QuicUpstreamTransport',
              upstream_tls_context: {
                sni: 'shop.test',
                common_tls_context: {
                  validation_context: {
                    trusted_ca: { inline_string: ca },
                    match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'shop.test' } }],
                  },
                },
              },
            },
          },
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
              explicit_http_config: { http3_protocol_options: {} },
            },
          },
        },
      ],
    },
  })

/** `alt-svc` of a good answer. */
const ask = (port: number): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const sent = get(
      { host: '127.0.0.1', port, headers: { host: 'shop.test' }, agent: false },
      (response) => {
        response.resume()
        resolve(response.statusCode === 200 ? String(response.headers['alt-svc']) : undefined)
      },
    )
    sent.once('error', reject)
  })

describeWithBothEnvoys('a listener with HTTP/3', () => {
  it.each(supportedEnvoys)('serves it on its port of UDP and says so over TCP (%s)', async (release) => {
    const trust = createTrust()
    dir = mkdtempSync(join(tmpdir(), 'verdigris-secrets-'))
    const pair = trust.issue(['shop.test'])
    writeFileSync(join(dir, 'shop.crt'), pair.cert)
    writeFileSync(join(dir, 'shop.key'), pair.key)
    fleet = await startFleet({ variants: ['delta'], delayMs: 0, release, serveArgs: ['--secrets-dir', dir] })
    const { scope, edges } = fleet
    const [port = 0, through = 0] = await freePorts(2)
    const listener = {
      name: 'https',
      address: '127.0.0.1',
      port,
      protocol: 'HTTPS',
      tls: { secrets: ['shop'] },
      http3: true,
    }
    const [edge] = edges
    const tls =
      object('Secret', 'shop', { certificate: { chain: 'shop.crt', key: 'shop.key' } }) +
      object('Gateway', 'tls', { nodeGroups: [edge?.name], listeners: [listener] }) +
      object('Route', 'tls', {
        gateways: [{ name: 'tls' }],
        hosts: ['shop.test'],
        rules: [{ service: { name: 'checkout' } }],
      })
    await fleet.done(fleet.apply(`${fleet.manifests()}---\n${tls}`))
    await fleet.ready()
    const config = join(await scope.folder(), 'client.json')
    writeFileSync(config, clientConfig(through, port, trust.ca))
    await scope.start(
      'client envoy',
      envoyBinary(release),
      ['-c', config, '--disable-hot-restart', '--concurrency', '1', '-l', 'off'],
      { stdio: 'ignore' },
    )
    const said = await until('an answer over HTTP/3', 10_000, () => ask(through).catch(() => undefined))
    expect(said).toBe(`h3=":${port}"; ma=86400`)
    const stats = await edge?.envoy.stats('downstream_rq_http3_total')
    expect([...(stats?.values() ?? [])].reduce((sum, each) => sum + each, 0)).toBeGreaterThan(0)
  })
})
