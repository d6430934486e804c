// What an Envoy really has, from its own /config_dump: comparable with another proxy's that is told the same.
import type { Edge } from './fleet.ts'

interface Dump {
  readonly configs: readonly Readonly<Record<string, unknown>>[]
}
type Entry = Readonly<Record<string, unknown>>

/** Dynamic resources by `kind name`, as JSON text; the edge's own name and port are taken out. */
export async function contentOf(edge: Edge): Promise<Readonly<Record<string, string>>> {
  const dump: Dump = JSON.parse(await edge.envoy.get('/config_dump?include_eds'))
  const found: Record<string, string> = {}
  const note = (kind: string, resource: unknown): void => {
    const { name, cluster_name } = resource as { name?: string; cluster_name?: string }
    const own = (text: string): string =>
      text.replaceAll(edge.name, 'edge').replaceAll(String(edge.port), 'PORT')
    found[own(`${kind} ${name ?? cluster_name}`)] = own(JSON.stringify(resource))
  }
  const each = (list: string, act: (entry: Entry) => void): void => {
    for (const config of dump.configs) for (const entry of (config[list] ?? []) as Entry[]) act(entry)
  }
  each('dynamic_active_clusters', ({ cluster }) => note('cluster', cluster))
  each('dynamic_warming_clusters', ({ cluster }) => note('warming', cluster))
  each('dynamic_route_configs', ({ route_config }) => note('route', route_config))
  each('dynamic_endpoint_configs', ({ endpoint_config }) => note('endpoints', endpoint_config))
  each('dynamic_listeners', ({ active_state, warming_state }) => {
    if (active_state !== undefined) note('listener', (active_state as Entry).listener)
    if (warming_state !== undefined) note('warming', (warming_state as Entry).listener)
  })
  return found
}
