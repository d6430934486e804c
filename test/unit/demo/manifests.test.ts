import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readDemoWorld } from '../../../src/demo/manifests.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'verdigris-manifests-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const edge = `# one proxy
apiVersion: verdigris.dev/v1alpha1
kind: NodeGroup
metadata:
  name: edge
spec:
  selector:
    cluster: edge-1
---
apiVersion: verdigris.dev/v1alpha1
kind: Gateway
metadata:
  name: web
spec:
  nodeGroups: [edge]
  listeners:
    - name: http # the front door
      port: 8080
`
const shop = `apiVersion: verdigris.dev/v1alpha1
kind: Service
metadata:
  name: checkout
spec:
  ports:
    - name: http
  environments:
    - name: blue
      release: { version: "1" }
      endpoints:
        static:
          - { address: 127.0.0.1, port: 9001 }
    - name: green
      release: { version: "2" }
      endpoints:
        static:
          - { address: 127.0.0.1, port: 9002 }
---
kind: Route
apiVersion: verdigris.dev/v1alpha1
metadata:
  name: shop
spec:
  gateways: [{ name: web }]
  hosts: [shop.test]
  rules:
    - service: { name: checkout }
`

it('takes the manifests as they are when their ports are free', async () => {
  writeFileSync(join(folder, 'edge.yaml'), edge)
  writeFileSync(join(folder, 'shop.yaml'), shop)
  const world = await readDemoWorld(folder, async (port) => port)
  expect(world.files.map(({ text }) => text)).toEqual([edge, shop])
  expect(world).toMatchObject({
    gateways: [{ gateway: 'web', cluster: 'edge-1', port: 8080 }],
    service: 'checkout',
    host: 'shop.test',
    moved: [],
    environments: [
      { name: 'blue', endpoints: [{ address: '127.0.0.1', port: 9001 }] },
      { name: 'green', endpoints: [{ address: '127.0.0.1', port: 9002 }] },
    ],
  })
})

it('puts free ports where the wanted ones are taken, in that file only, and says which', async () => {
  writeFileSync(join(folder, 'edge.yaml'), edge)
  writeFileSync(join(folder, 'shop.yaml'), shop)
  const world = await readDemoWorld(folder, async (port) =>
    port === 8080 || port === 9002 ? port + 1 : port,
  )
  expect(world.moved).toEqual(['8080 → 8081', '9002 → 9003'])
  expect(world.gateways[0]?.port).toBe(8081)
  expect(world.environments[1]?.endpoints[0]?.port).toBe(9003)
  expect(world.files[0]?.text).toContain('port: 8081')
  expect(world.files[0]?.text).toContain('# the front door')
})

it('says what is missing', async () => {
  await expect(readDemoWorld(folder, async (port) => port)).rejects.toThrow('there are no manifests')
  writeFileSync(join(folder, 'edge.yaml'), edge)
  await expect(readDemoWorld(folder, async (port) => port)).rejects.toThrow('a service and a route')
})
