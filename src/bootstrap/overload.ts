// What a proxy does when it runs out of memory or connections: shed early and in steps instead of dying.
// Source: envoy/config/overload/v3/overload.proto and Envoy's guidance for edge proxies.
import type { Json } from '../base/index.ts'

const heap = 'envoy.resource_monitors.fixed_heap'

/** Overload manager for a heap of this many MiB. */
export function overloadManager(maxHeapMiB: number): Json {
  return {
    refresh_interval: '0.25s',
    resource_monitors: [
      {
        name: heap,
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig',
          max_heap_size_bytes: maxHeapMiB * 1_048_576,
        },
      },
      {
        name: 'envoy.resource_monitors.global_downstream_max_connections',
        typed_config: {
          '@type':
            'type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
          max_active_downstream_connections: 50_000,
        },
      },
    ],
    actions: [
      whenHeap('envoy.overload_actions.shrink_heap', 0.9),
      whenHeap('envoy.overload_actions.disable_http_keepalive', 0.93),
      whenHeap('envoy.overload_actions.stop_accepting_requests', 0.97),
    ],
  }
}

function whenHeap(action: string, share: number): Json {
  return { name: action, triggers: [{ name: heap, threshold: { value: share } }] }
}
