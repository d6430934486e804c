// A world of many services on one gateway, each with its own Route and host.
import { keyOf, type ObjectContent, type World } from '../../../src/model/index.ts'
import { changed, traffic, worldOf } from '../../golden/world.ts'

/** `services` services of two environments with `endpoints` endpoints each, served by node group `default/edge`. */
export function largeWorld(services: number, endpoints: number): World {
  return changed(worldOf(frame), Array.from({ length: services }, (_, at) => objectsOf(at, endpoints)).flat())
}

/** `service-17`. */
const serviceName = (at: number): string => `service-${at}`

/** The same world with all traffic of one service in this environment. */
export const switched = (world: World, at: number, environment: string): World =>
  changed(world, [traffic('default', serviceName(at), { [environment]: 10_000 })])

/** The same world with one endpoint more in an environment of a service. */
export function withEndpoint(world: World, at: number, environment: string, address: string): World {
  const service = world.get(keyOf({ kind: 'Service', namespace: 'default', name: serviceName(at) }))
  if (service?.kind !== 'Service') throw new Error(`no service ${at}`)
  const environments = service.spec.environments.map((each) =>
    each.name === environment
      ? { ...each, endpoints: { static: [...each.endpoints.static, { address, port: 8_080 }] } }
      : each,
  )
  return changed(world, [{ ...service, spec: { ...service.spec, environments } }])
}

function objectsOf(at: number, endpoints: number): readonly ObjectContent[] {
  const name = serviceName(at)
  const envelope = { namespace: 'default', name, labels: {} }
  const environment = (color: string, subnet: number) => ({
    name: color,
    release: { version: '1' },
    endpoints: {
      static: Array.from({ length: endpoints }, (_, index) => ({
        address: `10.${subnet}.${Math.floor(at / 250)}.${(at % 250) + 1}`,
        port: 8_000 + index,
      })),
    },
  })
  return [
    {
      ...envelope,
      kind: 'Service',
      spec: {
        ports: [{ name: 'http', protocol: 'HTTP' }],
        environments: [environment('blue', 0), environment('green', 1)],
      },
      incarnations: { blue: 1, green: 1 },
      incarnationsEver: { blue: 1, green: 1 },
    },
    traffic('default', name, { blue: 10_000 }),
    {
      ...envelope,
      kind: 'Route',
      spec: {
        gateways: [{ name: 'public' }],
        hosts: [`${name}.example.com`],
        rules: [{ matches: [], service: { name } }],
      },
    },
  ]
}

const frame = `
kind: NodeGroup
metadata: { name: edge }
spec: { selector: { cluster: edge } }
---
kind: Gateway
metadata: { name: public }
spec: { nodeGroups: [edge], listeners: [{ name: http, port: 8080 }] }
`
