// What an Envoy really holds, by its own admin interface: everything of the dynamic configuration but versions and times.
import { type EnvoyProcess, until } from '../../../src/demo/rig/index.ts'

/** One line per thing held, sorted: equal texts are equal states. */
export type Held = readonly string[]

/** The dynamic configuration of `/config_dump?include_eds` and the hosts of `/clusters`. */
export async function heldBy(envoy: Pick<EnvoyProcess, 'get'>): Promise<Held> {
  const [dump, clusters] = await Promise.all([
    envoy.get('/config_dump?include_eds'),
    envoy.get('/clusters?format=json'),
  ])
  return [...held(JSON.parse(dump)), ...hosts(JSON.parse(clusters))].sort()
}

type Tree = Readonly<Record<string, unknown>>
const trees = (value: unknown): readonly Tree[] =>
  Array.isArray(value) ? value.filter((one): one is Tree => typeof one === 'object' && one !== null) : []

/** Sections of the dump, and where in an entry the configuration stands. */
const sections: Readonly<Record<string, (entry: Tree) => unknown>> = {
  dynamic_active_clusters: ({ cluster }) => cluster,
  dynamic_warming_clusters: ({ cluster }) => cluster,
  dynamic_endpoint_configs: ({ endpoint_config }) => endpoint_config,
  dynamic_listeners: ({ active_state, warming_state }) =>
    // One that drains is gone for whoever connects.
    active_state === undefined && warming_state === undefined
      ? undefined
      : [active_state, warming_state].map(listenerOf),
  dynamic_route_configs: ({ route_config }) => route_config,
  dynamic_active_secrets: ({ secret }) => secret,
  dynamic_warming_secrets: ({ secret }) => secret,
}
const listenerOf = (state: unknown): unknown =>
  typeof state === 'object' && state !== null && 'listener' in state ? state.listener : null

function* held(dump: Tree): Iterable<string> {
  for (const part of trees(dump.configs)) {
    for (const [section, configOf] of Object.entries(sections)) {
      for (const entry of trees(part[section])) {
        const config = configOf(entry)
        if (config !== undefined) yield `${section} ${JSON.stringify(config)}`
      }
    }
  }
}

function* hosts(clusters: Tree): Iterable<string> {
  for (const { name, host_statuses, added_via_api } of trees(clusters.cluster_statuses)) {
    if (added_via_api !== true) continue
    yield `cluster ${name}`
    for (const { address, weight, priority } of trees(host_statuses)) {
      yield `host ${name} ${JSON.stringify([address, weight, priority ?? 0])}`
    }
  }
}

/** What it holds when two looks find the same: nothing is on its way any more. */
export async function settled(envoy: EnvoyProcess): Promise<Held> {
  let last: Held = []
  return until('the proxy has settled', 10_000, async () => {
    const now = await heldBy(envoy)
    const same = now.length > 20 && heldDifference(last, now) === ''
    last = now
    return same ? now : undefined
  })
}

/** What one state has and the other has not, cut short for a message. */
export function heldDifference(wanted: Held, found: Held): string {
  const lines = [
    ...wanted.filter((line) => !found.includes(line)).map((line) => `- ${line}`),
    ...found.filter((line) => !wanted.includes(line)).map((line) => `+ ${line}`),
  ]
  return lines.map((line) => line.slice(0, 300)).join('\n')
}
