// What a real Envoy holds, read from its admin answers back into the contents of a transcript.
import { endpointPorts, listenerBytes, routeBytes } from '../../sim/transcripts/content.ts'
import type { Held } from '../../sim/transcripts/stage.ts'

/** What of /config_dump?include_eds and /runtime is read. */
interface Dump {
  readonly configs: readonly Section[]
}
interface Section {
  readonly dynamic_active_clusters?: readonly { readonly cluster: Cluster }[]
  readonly dynamic_warming_clusters?: readonly { readonly cluster: Cluster }[]
  readonly dynamic_listeners?: readonly DynamicListener[]
  readonly dynamic_route_configs?: readonly {
    readonly route_config?: { readonly name: string; readonly max_direct_response_body_size_bytes?: number }
  }[]
  readonly dynamic_endpoint_configs?: readonly { readonly endpoint_config: Assignment }[]
  readonly dynamic_active_secrets?: readonly { readonly name: string; readonly secret: Secret }[]
}
interface Cluster {
  readonly name: string
  readonly type?: string
  readonly eds_cluster_config?: { readonly service_name?: string }
  readonly connect_timeout: string
}
interface DynamicListener {
  readonly name: string
  readonly active_state?: { readonly listener: Listener }
  readonly warming_state?: { readonly listener: Listener }
}
interface Listener {
  readonly per_connection_buffer_limit_bytes: number
}
interface Assignment {
  readonly cluster_name: string
  readonly endpoints?: readonly {
    readonly lb_endpoints?: readonly {
      readonly endpoint: { readonly address: { readonly socket_address: { readonly port_value: number } } }
    }[]
  }[]
}
interface Secret {
  readonly validation_context?: { readonly max_verify_depth?: number }
}
interface Runtime {
  readonly layers: readonly string[]
  readonly entries: { readonly [key: string]: { readonly layer_values: readonly string[] } }
}

/** The contents that a proxy holds. */
export function scriptedHeld(dump: Dump, runtime: Runtime): Held {
  const all = <T>(pick: (section: Section) => readonly T[] | undefined): readonly T[] =>
    dump.configs.flatMap((section) => pick(section) ?? [])
  const clusters = (list: readonly { readonly cluster: Cluster }[]): Map<string, string> =>
    new Map(list.map(({ cluster }) => [cluster.name, cluster.connect_timeout.replace(/s$/, '')]))
  const listeners = (state: 'active_state' | 'warming_state'): Map<string, string> =>
    new Map(
      all((section) => section.dynamic_listeners).flatMap((one) => {
        const listener = one[state]?.listener
        return listener === undefined
          ? []
          : [[one.name, String(listener.per_connection_buffer_limit_bytes - listenerBytes)]]
      }),
    )
  const active = all((section) => section.dynamic_active_clusters)
  /** Static clusters are dumped with their endpoints too. */
  const discovered = new Set(
    active.flatMap(({ cluster: { name, type, eds_cluster_config } }) =>
      type === 'EDS' ? (eds_cluster_config?.service_name ?? name) : [],
    ),
  )
  return {
    clusters: clusters(active),
    warmingClusters: clusters(all((section) => section.dynamic_warming_clusters)),
    endpoints: new Map(
      all((section) => section.dynamic_endpoint_configs)
        .map(({ endpoint_config }) => endpoint_config)
        .filter(({ cluster_name }) => discovered.has(cluster_name))
        .map((assignment) => [assignment.cluster_name, endpointLabel(assignment)]),
    ),
    listeners: listeners('active_state'),
    warmingListeners: listeners('warming_state'),
    routes: new Map(
      all((section) => section.dynamic_route_configs).flatMap(({ route_config }) =>
        route_config === undefined
          ? []
          : [
              [
                route_config.name,
                String((route_config.max_direct_response_body_size_bytes ?? 0) - routeBytes),
              ],
            ],
      ),
    ),
    secrets: new Map(
      all((section) => section.dynamic_active_secrets).flatMap(({ name, secret }) =>
        secret.validation_context === undefined
          ? []
          : [[name, String(secret.validation_context.max_verify_depth ?? 0)]],
      ),
    ),
    runtime: new Map(
      runtime.layers.flatMap((layer, index) => {
        const value = runtime.entries.probe?.layer_values[index] ?? ''
        return value === '' ? [] : [[layer, value]]
      }),
    ),
  }
}

function endpointLabel({ endpoints }: Assignment): string {
  const ports = (endpoints ?? []).flatMap(({ lb_endpoints }) =>
    (lb_endpoints ?? []).map(({ endpoint }) => endpoint.address.socket_address.port_value),
  )
  return ports.length === 0 ? 'none' : ports.map((port) => port - endpointPorts).join('+')
}
