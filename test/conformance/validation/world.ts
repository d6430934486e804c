// What is changed: the resources of the goldens and of everything.yaml, as JSON, per node group.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '../../../src/base/index.ts'
import { decodeJson, messageOfTypeUrl, splitAny, typeUrlOf, typeUrls } from '../../../src/envoy-api/index.ts'
import { createCompiler } from '../../../src/snapshot/index.ts'
import { groupsOf, worldOf } from '../../golden/world.ts'

export interface Resource {
  readonly typeUrl: string
  readonly name: string
  readonly json: Json
}
/**
 * Goldens that are not changed field by field yet: their secrets are files, their keys and connections are checked by other means.
 * Envoy takes each of them as it is (test/golden/envoy-takes), and serves by them (test/e2e).
 */
const notYet: readonly string[] = [
  'gateway-tls.yaml',
  'upstream-policies.yaml',
  'tcp.yaml',
  'raw-and-patch.yaml',
  'traffic-policy.yaml',
]

/** The resources of one node group of one world. */
export interface BaseWorld {
  readonly name: string
  readonly resources: readonly Resource[]
}

/** Every node group of the goldens, and of everything.yaml first. */
export function baseWorlds(): readonly BaseWorld[] {
  const cases = join(import.meta.dirname, '..', '..', 'golden', 'cases')
  const goldens = readdirSync(cases).filter(
    (name) => name.endsWith('.yaml') && !name.endsWith('.expected.yaml') && !notYet.includes(name),
  )
  return [
    join(import.meta.dirname, 'everything.yaml'),
    ...goldens.sort().map((name) => join(cases, name)),
  ].flatMap((file) => {
    const world = worldOf(readFileSync(file, 'utf8'))
    const compiler = createCompiler()
    return groupsOf(world).map((group): BaseWorld => {
      const compiled = compiler.compile(world, group)
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
      const resources = [...compiled.value.types.values()]
        .flatMap((type) => [...type.values()])
        // A UDP listener cannot be told to bind nothing; test/e2e/tls-http3 has real ones.
        .filter(({ name }) => !name.endsWith('/h3'))
      const own: readonly Resource[] = file.endsWith('everything.yaml') ? secureResources() : []
      return {
        name: `${file.slice(file.lastIndexOf('/') + 1)} ${group}`,
        resources: [
          ...own,
          ...resources.map(({ name, body }) => {
            const { typeUrl, value } = splitAny(body)
            return { typeUrl, name, json: decodeJson(messageOfTypeUrl(typeUrl), value) }
          }),
        ],
      }
    })
  })
}

/** What is not translated yet, and served all the same: a cluster over TLS with its secrets. */
function secureResources(): readonly Resource[] {
  const { certificate, key } = selfSigned()
  const sds = (name: string): Json => ({ name, sdsConfig: { ads: {}, resourceApiVersion: 'V3' } })
  const resource = (
    typeUrl: string,
    json: { readonly name: string; readonly [key: string]: Json },
  ): Resource => ({
    typeUrl,
    name: json.name,
    json,
  })
  return [
    resource(typeUrls.sds, {
      name: 'all/pair',
      tlsCertificate: { certificateChain: { inlineString: certificate }, privateKey: { inlineString: key } },
    }),
    resource(typeUrls.sds, {
      name: 'all/ca',
      validationContext: { trustedCa: { inlineString: certificate } },
    }),
    resource(typeUrls.cds, {
      name: 'all/secure',
      type: 'STATIC',
      connectTimeout: '1s',
      loadAssignment: {
        clusterName: 'all/secure',
        endpoints: [
          {
            lbEndpoints: [
              { endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue: 9 } } } },
            ],
          },
        ],
      },
      transportSocket: {
        name: 'envoy.transport_sockets.tls',
        typedConfig: {
          '@type': typeUrlOf('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext'),
          sni: 'secure.example.com',
          commonTlsContext: {
            tlsCertificateSdsSecretConfigs: [sds('all/pair')],
            validationContextSdsSecretConfig: sds('all/ca'),
          },
        },
      },
    }),
  ]
}

function selfSigned(): { readonly certificate: string; readonly key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'verdigris-pair-'))
  try {
    const [key, certificate] = [join(folder, 'key'), join(folder, 'certificate')]
    const made = spawnSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...['-keyout', key, '-out', certificate, '-days', '30', '-subj', '/CN=secure.example.com'],
      ],
      { encoding: 'utf8' },
    )
    if (made.status !== 0) throw new Error(`openssl: ${made.error?.message ?? made.stderr}`)
    return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
