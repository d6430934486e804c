// Where a field of a generated message comes from: Envoy's path → the path that a person wrote.

/** Message, pattern of Envoy's path, and the field of the object it is made of. First match wins. */
const table: readonly (readonly [message: string, path: RegExp, field: string])[] = [
  ['Listener', /^address\.socketAddress\.portValue/, 'spec.listeners[].port'],
  ['Listener', /^address/, 'spec.listeners[].address'],
  ['Listener', /^(name|statPrefix)/, 'spec.listeners[].name'],
  ['Listener', /./, 'spec.listeners[]'],
  ['Cluster', /^connectTimeout/, 'spec.upstream.connectTimeout'],
  ['Cluster', /idleTimeout/, 'spec.upstream.idleTimeout'],
  ['Cluster', /^healthChecks\[\d+\]\.httpHealthCheck\.(path|host)/, 'spec.upstream.healthCheck.http.$1'],
  [
    'Cluster',
    /^healthChecks\[\d+\]\.(timeout|interval|healthyThreshold|unhealthyThreshold)/,
    'spec.upstream.healthCheck.$1',
  ],
  ['Cluster', /^healthChecks/, 'spec.upstream.healthCheck'],
  ['Cluster', /./, 'spec.upstream'],
  ['ClusterLoadAssignment', /./, 'spec.environments[].endpoints'],
  ['VirtualHost', /^domains\[(\d+)\]/, 'spec.hosts[$1]'],
  ['VirtualHost', /./, 'spec.hosts'],
]

/** The field of the object behind this field of this message; `spec` when it is made of the whole. */
export function fieldOf(message: string, envoyPath: string): string {
  const short = message.slice(message.lastIndexOf('.') + 1)
  for (const [of, pattern, field] of table) {
    const match = of === short ? pattern.exec(envoyPath) : null
    if (match !== null) return field.replace('$1', match[1] ?? '')
  }
  return 'spec'
}
