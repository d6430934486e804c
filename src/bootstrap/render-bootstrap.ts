// Decides every line of the file that a proxy starts from. What is here cannot be changed without restarting the
// fleet, so all that later capabilities need is here from the start and costs nothing until it is used.
// Source: envoy/config/bootstrap/v3/bootstrap.proto of Envoy 1.40.
import { stringify } from 'yaml'
import { type Json, localityRuntimeKey, names } from '../base/index.ts'
import { controlPlaneCluster } from './control-plane-cluster.ts'
import type { BootstrapOptions } from './options.ts'
import { overloadManager } from './overload.ts'
import { statsSettings } from './stats.ts'

/** The bootstrap as YAML with a head that says how to start it. Equal options, equal text. */
export function renderBootstrap(options: BootstrapOptions): string {
  const head = [
    ` Bootstrap of ${options.nodeId} (${options.role}, ${options.variant}) for Verdigris at ${options.xdsAddress}:${options.xdsPort}.`,
    ' Start: envoy -c THIS-FILE',
    ' It stays for the life of the proxy: everything else comes over xDS.',
  ]
  const body = stringify(bootstrapJson(options), { lineWidth: 0, aliasDuplicateObjects: false })
  return `${head.map((line) => `#${line}`).join('\n')}\n${body}`
}

/** The bootstrap as proto3 JSON of envoy.config.bootstrap.v3.Bootstrap (field names in snake_case). */
export function bootstrapJson(options: BootstrapOptions): Json {
  return {
    node: node(options),
    admin: {
      address: { socket_address: { address: options.adminAddress, port_value: options.adminPort } },
    },
    dynamic_resources: {
      ads_config: adsConfig(options.variant),
      // 0s: ready means served. With the default (15 s) a proxy that got no answer reports ready and serves 404.
      cds_config: overAds('0s'),
      lds_config: overAds('0s'),
    },
    static_resources: { clusters: [controlPlaneCluster(options), localCluster()] },
    cluster_manager: {
      // Zone-aware routing compares the zones of the backends with those of the fleet's own members.
      local_cluster_name: names.localCluster,
      load_stats_config: grpcSource('GRPC'),
    },
    hds_config: grpcSource('GRPC'),
    layered_runtime: {
      layers: [
        ...localityLayer(options),
        rtdsLayer(names.flagsLayer),
        // Above the lasting flags, so that what is temporary wins while it lives.
        rtdsLayer(names.temporaryLayer),
      ],
    },
    ...statsSettings(),
    overload_manager: overloadManager(options.maxHeapMiB ?? (options.role === 'gateway' ? 2_048 : 512)),
  }
}

function node(options: BootstrapOptions): Json {
  const { locality, metadata } = options
  return {
    id: options.nodeId,
    cluster: options.nodeCluster,
    ...(locality === undefined
      ? {}
      : {
          locality: {
            ...(locality.region === undefined ? {} : { region: locality.region }),
            ...(locality.zone === undefined ? {} : { zone: locality.zone }),
            ...(locality.subZone === undefined ? {} : { sub_zone: locality.subZone }),
          },
        }),
    metadata: { ...metadata, 'verdigris.role': options.role },
  }
}

/** ADS: one ordered stream for every type; without it there is no make-before-break. */
function adsConfig(variant: 'sotw' | 'delta'): Json {
  return {
    ...grpcSource(variant === 'delta' ? 'DELTA_GRPC' : 'GRPC'),
    // Else each of its requests repeats 61 kB of node description.
    set_node_on_first_message_only: true,
    config_validators: [
      {
        // A response that would leave no cluster at all is refused (NACK) and the clusters stay: the last line of
        // defence against an empty set. It refuses a first answer without clusters and the rightful removal of
        // the last one just as well; the proxy is ready and serves all the same.
        name: 'envoy.config.validators.minimum_clusters_validator',
        typed_config: {
          '@type':
            'type.googleapis.com/envoy.extensions.config.validators.minimum_clusters.v3.MinimumClustersValidator',
          min_clusters_num: 1,
        },
      },
    ],
  }
}

/** A gRPC service of the control plane, with the quick reconnect: by default it took up to 18 s after an outage. */
function grpcSource(apiType: 'GRPC' | 'DELTA_GRPC'): Record<string, Json> {
  return {
    api_type: apiType,
    transport_api_version: 'V3',
    grpc_services: [
      {
        envoy_grpc: {
          cluster_name: names.controlPlaneCluster,
          retry_policy: { retry_back_off: { base_interval: '0.1s', max_interval: '1s' } },
        },
      },
    ],
  }
}

function overAds(initialFetchTimeout: string): Json {
  return { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: initialFetchTimeout }
}

/** Where the proxy is, for routes that ask: a key for each choice of the parts that are known. */
function localityLayer({ locality }: BootstrapOptions): Json[] {
  if (locality === undefined) return []
  const { region, zone, subZone } = locality
  const keys = [region, undefined].flatMap((inRegion) =>
    [zone, undefined].flatMap((inZone) =>
      [subZone, undefined].map((inSubZone) =>
        localityRuntimeKey({ region: inRegion, zone: inZone, subZone: inSubZone }),
      ),
    ),
  )
  const anywhere = localityRuntimeKey({})
  const entries = keys.filter((key) => key !== anywhere).map((key) => [key, 100] as const)
  if (entries.length === 0) return []
  return [{ name: names.localityLayer, static_layer: Object.fromEntries(entries) }]
}

/** Flags have safe defaults in every resource that reads them: a start waits briefly for them, not for ever. */
function rtdsLayer(name: string): Json {
  return { name, rtds_layer: { name, rtds_config: overAds('2s') } }
}

/** The fleet's own members; its endpoints come over EDS, empty until zone-aware routing is used. */
function localCluster(): Json {
  return {
    name: names.localCluster,
    type: 'EDS',
    connect_timeout: '1s',
    eds_cluster_config: { eds_config: overAds('2s') },
  }
}
