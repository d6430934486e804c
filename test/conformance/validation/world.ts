// What is changed: the resources of the goldens and of everything.yaml, as JSON, per node group.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '../../../src/base/index.ts'
import { decodeJson, messageOfTypeUrl, splitAny, typeUrlOf, typeUrls } from '../../../src/envoy-api/index.ts'
import {
  nothingObserved,
  type Observed,
  type SecretMaterial,
  secretFilesKey,
  type World,
} from '../../../src/model/index.ts'
import { createCompiler } from '../../../src/snapshot/index.ts'
import { groupsOf, worldOf } from '../../golden/world.ts'

export interface Resource {
  readonly typeUrl: string
  readonly name: string
  /** In Envoy's own words (RawSnapshot, Patch): it may have what is never generated. */
  readonly written?: true
  readonly json: Json
}
/** The resources of one node group of one world. */
export interface BaseWorld {
  readonly name: string
  readonly resources: readonly Resource[]
}

/** Every node group of the goldens, and of everything.yaml first. */
export function baseWorlds(): readonly BaseWorld[] {
  const cases = join(import.meta.dirname, '..', '..', 'golden', 'cases')
  const goldens = readdirSync(cases).filter(
    (name) => name.endsWith('.yaml') && !name.endsWith('.expected.yaml'),
  )
  return [
    join(import.meta.dirname, 'everything.yaml'),
    ...goldens.sort().map((name) => join(cases, name)),
  ].flatMap((file) => {
    // On this machine what is not there says so at once: nobody waits for a check or an answer of DNS.
    const manifests = readFileSync(file, 'utf8').replaceAll(/\b10\.(\d+\.\d+\.\d+)\b(?!\/)/g, '127.$1')
    const world = worldOf(manifests)
    const compiler = createCompiler()
    const observed = { ...nothingObserved, secrets: materialOf(world) }
    return groupsOf(world).map((group): BaseWorld => {
      const compiled = compiler.compile(world, group, observed)
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
      const resources = [...compiled.value.types.values()]
        .flatMap((type) => [...type.values()])
        // A UDP listener cannot be told to bind nothing; test/e2e/tls-http3 has real ones.
        .filter(({ name }) => !name.endsWith('/h3'))
      const isWritten = (origins: readonly string[]): boolean =>
        origins.some((key) => /\/(RawSnapshot|Patch)\//.test(key))
      const own: readonly Resource[] = file.endsWith('everything.yaml') ? secureResources() : []
      return {
        name: `${file.slice(file.lastIndexOf('/') + 1)} ${group}`,
        resources: [
          ...own,
          ...resources.map(({ name, body, origins }): Resource => {
            const { typeUrl, value } = splitAny(body)
            const json = decodeJson(messageOfTypeUrl(typeUrl), value)
            return { typeUrl, name, json, ...(isWritten(origins) ? { written: true } : {}) }
          }),
        ],
      }
    })
  })
}

/** What the files of every Secret hold: one pair and its own certificate as the authority will do. */
function materialOf(world: World): Observed['secrets'] {
  const { certificate, key } = pair()
  return new Map(
    [...world.values()].flatMap((object): [string, SecretMaterial][] => {
      if (object.kind !== 'Secret') return []
      const { spec } = object
      const material = {
        ...(spec.certificate === undefined ? {} : { certificateChain: certificate, privateKey: key }),
        ...(spec.trustedCa === undefined ? {} : { trustedCa: certificate }),
      }
      return [[secretFilesKey(spec), material]]
    }),
  )
}

/** What is not translated yet, and served all the same: a cluster over TLS with its secrets. */
function secureResources(): readonly Resource[] {
  const { certificate, key } = pair()
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

let made: ReturnType<typeof selfSigned> | undefined
function pair(): ReturnType<typeof selfSigned> {
  made ??= selfSigned()
  return made
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
