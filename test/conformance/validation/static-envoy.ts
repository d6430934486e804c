// A real Envoy that reads the changed resource as JSON in a bootstrap without a control plane (`--mode validate`): the judge
// of forms that have no bytes, such as a text where a number belongs.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '../../../src/base/index.ts'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { EnvoyVerdict } from './live-envoy.ts'
import { isMembers, replaced } from './mutations.ts'
import type { Resource } from './world.ts'

/** Whether it can stand in a bootstrap. Validating dies of secrets that come by ADS (SIGSEGV, 1.36.4 and 1.40.0). */
export const canBeStatic = ({ typeUrl, json }: Resource): boolean =>
  staticTypes.includes(typeUrl) && !JSON.stringify(json).includes('sdsConfig')

const staticTypes: readonly string[] = [typeUrls.cds, typeUrls.eds, typeUrls.lds, typeUrls.rds, typeUrls.sds]

/** What Envoy says of this resource in a bootstrap. */
export async function staticVerdict(binary: string, typeUrl: string, json: Json): Promise<EnvoyVerdict> {
  const folder = await mkdtemp(join(tmpdir(), 'verdigris-static-'))
  try {
    const file = join(folder, 'bootstrap.json')
    await writeFile(file, JSON.stringify(bootstrapOf(typeUrl, json)))
    const args = [
      '--mode',
      'validate',
      '-c',
      file,
      '-l',
      'error',
      '--log-format',
      '%v',
      '--disable-hot-restart',
    ]
    return await new Promise<EnvoyVerdict>((resolve) => {
      execFile(binary, args, (error, _, said) => {
        if (error === null) resolve({ kind: 'taken' })
        else if (error.signal) resolve({ kind: 'died', why: error.signal })
        else resolve({ kind: 'refused', why: said.trim() })
      })
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function bootstrapOf(typeUrl: string, json: Json): Json {
  const none: {
    readonly clusters: readonly Json[]
    readonly listeners: readonly Json[]
    readonly secrets: readonly Json[]
  } = {
    clusters: [],
    listeners: [],
    secrets: [],
  }
  const parts =
    typeUrl === typeUrls.cds
      ? { ...none, clusters: [json] }
      : typeUrl === typeUrls.eds
        ? { ...none, clusters: [{ name: 'c', type: 'STATIC', loadAssignment: json }] }
        : typeUrl === typeUrls.lds
          ? { ...none, listeners: [replaced(json, ['bindToPort'], false)] }
          : typeUrl === typeUrls.sds
            ? { ...none, secrets: [json] }
            : { ...none, listeners: [listenerOf(json)] }
  return {
    node: { id: 'static', cluster: 'static' },
    dynamicResources: {
      adsConfig: {
        apiType: 'GRPC',
        transportApiVersion: 'V3',
        grpcServices: [{ envoyGrpc: { clusterName: 'verdigris' } }],
      },
    },
    staticResources: { ...parts, clusters: [controlPlane, ...parts.clusters] },
  }
}

const options = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'
const controlPlane: Json = {
  name: 'verdigris',
  type: 'STATIC',
  typedExtensionProtocolOptions: {
    [options]: {
      '@type': `type.googleapis.com/${options}`,
      explicitHttpConfig: { http2ProtocolOptions: {} },
    },
  },
}

/** A listener with these routes; clusters that they name need not be there. */
const listenerOf = (routes: Json): Json => ({
  name: 'l',
  bindToPort: false,
  address: { socketAddress: { address: '127.0.0.1', portValue: 1 } },
  filterChains: [
    {
      filters: [
        {
          name: 'http',
          typedConfig: {
            '@type':
              'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
            statPrefix: 'http',
            routeConfig:
              isMembers(routes) && routes.validateClusters === true
                ? { ...routes, validateClusters: false }
                : routes,
            httpFilters: [
              {
                name: 'router',
                typedConfig: {
                  '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
                },
              },
            ],
          },
        },
      ],
    },
  ],
})
