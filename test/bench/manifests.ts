// Manifests of any size for the benchmarks.

const head = (kind: string, name: string): string =>
  `apiVersion: verdigris.dev/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n`

/** A node group and its gateway, both `edge`. */
export function edgeText(port: number): string {
  return `${head('NodeGroup', 'edge')}  selector: { cluster: edge }
---
${head('Gateway', 'edge')}  nodeGroups: [edge]
  listeners:
    - { name: http, address: 127.0.0.1, port: ${port} }
`
}

export interface ServiceShape {
  readonly name: string
  readonly host: string
  /** Environment → ports of its endpoints on 127.0.0.1. */
  readonly environments: Readonly<Record<string, readonly number[]>>
}

/** A service and the route of its host on the gateway `edge`. */
export function serviceText({ name, host, environments }: ServiceShape): string {
  const parts = Object.entries(environments).map(
    ([environment, ports]) => `    - name: ${environment}
      release: { version: "1" }
      endpoints:
        static:
${ports.map((port) => `          - { address: 127.0.0.1, port: ${port} }\n`).join('')}`,
  )
  return `${head('Service', name)}  ports: [{ name: http }]
  environments:
${parts.join('')}---
${head('Route', name)}  gateways: [{ name: edge }]
  hosts: ["${host}"]
  rules:
    - service: { name: ${name} }
`
}

/** Many services alike, none of whose backends exists. */
export function manyServices(
  count: number,
  environments: readonly string[],
  endpoints: number,
): ServiceShape[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `service-${index}`,
    host: `service-${index}.test`,
    environments: Object.fromEntries(
      environments.map((name, place) => [
        name,
        Array.from({ length: endpoints }, (_unused, one) => 20_000 + place * 1_000 + one),
      ]),
    ),
  }))
}
