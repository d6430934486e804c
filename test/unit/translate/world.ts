// A small world that tests change: one gateway, one service with blue and green, one route.
import type { ObjectContent, StoredOf, World } from '../../../src/model/index.ts'
import { changed, worldOf } from '../../golden/world.ts'

export const group = 'default/edge'

/** Blue serves checkout.example.com, green is warm. */
export const small = (): World =>
  worldOf(`
kind: NodeGroup
metadata: { name: edge }
spec: { selector: { cluster: edge } }
---
kind: Gateway
metadata: { name: public }
spec: { nodeGroups: [edge], listeners: [{ name: http, port: 8080 }] }
---
kind: Service
metadata: { name: checkout }
spec:
  ports: [{ name: http }]
  environments:
    - { name: blue, release: { version: "1" }, endpoints: { static: [{ address: 10.0.0.1, port: 80 }] } }
    - { name: green, release: { version: "2" }, endpoints: { static: [{ address: 10.0.1.1, port: 80 }] } }
---
kind: Route
metadata: { name: checkout }
spec: { gateways: [{ name: public }], hosts: [checkout.example.com], rules: [{ service: { name: checkout } }] }
`)

/** The Gateway `public`. */
export function gatewayOf(world: World): StoredOf<'Gateway'> {
  const found = world.get('default/Gateway/public')
  if (found?.kind !== 'Gateway') throw new Error('this world has no Gateway "public"')
  return found
}
/** The Service `checkout`. */
export function serviceOf(world: World): StoredOf<'Service'> {
  const found = world.get('default/Service/checkout')
  if (found?.kind !== 'Service') throw new Error('this world has no Service "checkout"')
  return found
}
/** The Route `checkout`. */
export function routeOf(world: World): StoredOf<'Route'> {
  const found = world.get('default/Route/checkout')
  if (found?.kind !== 'Route') throw new Error('this world has no Route "checkout"')
  return found
}

/** The world with one of its objects changed. */
export const edited = <O extends ObjectContent>(
  world: World,
  of: (world: World) => O,
  edit: (object: O) => ObjectContent,
): World => changed(world, [edit(of(world))])
