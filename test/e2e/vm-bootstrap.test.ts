// A machine of its own: the script makes the bootstrap, a real Envoy checks it and starts from it, and the control plane knows the
// proxy by the names that the script gave it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connect, type Verdigris } from '../../src/client/public.ts'
import { freePorts } from '../../src/demo/rig/index.ts'
import { describeWithEnvoy, envoyBinary } from '../support/with-envoy.ts'
import { type Plane, startPlane } from '../unit/client/rig.ts'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'verdigris-vm-'))
const bin = join(folder, 'bin')
const proxies: ChildProcess[] = []
let plane: Plane
let verdigris: Verdigris
let listener = 0

describeWithEnvoy('a machine of its own', () => {
  beforeAll(async () => {
    plane = await startPlane()
    verdigris = connect({ server: `127.0.0.1:${plane.admin}`, actor: 'vm' })
    mkdirSync(bin)
    writeFileSync(
      join(bin, 'verdigris'),
      `#!/bin/sh\nexec ${process.execPath} ${join(root, 'dist', 'cli', 'verdigris.js')} "$@"\n`,
      { mode: 0o755 },
    )
    ;[listener = 0] = await freePorts(1)
    const objects = [
      { kind: 'NodeGroup', metadata: { name: 'edge' }, spec: { selector: { cluster: 'edge' } } },
      {
        kind: 'Gateway',
        metadata: { name: 'edge' },
        spec: { nodeGroups: ['edge'], listeners: [{ name: 'http', address: '127.0.0.1', port: listener }] },
      },
    ]
    await verdigris.config.apply({
      objects: objects.map((object) => ({ apiVersion: 'verdigris.dev/v1alpha1', ...object })),
    })
  })
  afterAll(async () => {
    for (const proxy of proxies) proxy.kill('SIGKILL')
    verdigris?.close()
    await plane?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const make = (out: string, args: readonly string[]) =>
    spawnSync(
      'sh',
      [join(root, 'deploy', 'vm', 'bootstrap.sh'), '--out', out, '--envoy', envoyBinary(), ...args],
      {
        encoding: 'utf8',
        env: { PATH: `${bin}:/usr/bin:/bin` },
      },
    )
  const proxyIs = async (id: string, file: string) => {
    const proxy = spawn(
      envoyBinary(),
      ['-c', file, '--disable-hot-restart', '--concurrency', '1', '-l', 'error'],
      {
        stdio: 'ignore',
      },
    )
    proxies.push(proxy)
    for (;;) {
      const { nodes } = await verdigris.nodes.list()
      const node = nodes.find(
        (each) => each.id === id && each.connected && each.types.some(({ holds }) => holds),
      )
      if (node !== undefined) return node
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const serverArgs = () => [
    '--xds-address',
    '127.0.0.1',
    '--xds-port',
    String(plane.xds),
    '--admin-port',
    '0',
  ]

  it('has a proxy by the program', async () => {
    const out = join(folder, 'one', 'envoy.yaml')
    const ran = make(out, ['--cluster', 'edge', '--id', 'vm-1', '--zone', 'eu-a', '--', ...serverArgs()])
    expect(ran.stderr).toContain(`checked by ${envoyBinary()}`)
    expect(ran.status).toBe(0)
    expect(await proxyIs('vm-1', out)).toMatchObject({
      cluster: 'edge',
      group: 'default/edge',
      locality: { zone: 'eu-a' },
    })
  })

  it('has a proxy by a template that was made elsewhere', async () => {
    const template = join(folder, 'edge.template.yaml')
    const made = spawnSync(join(bin, 'verdigris'), [
      ...['bootstrap', '--node-id', '@NODE_ID@', '--node-cluster', '@NODE_CLUSTER@', '--zone', '@ZONE@'],
      ...serverArgs(),
    ])
    writeFileSync(template, made.stdout)
    const out = join(folder, 'two', 'envoy.yaml')
    const ran = make(out, ['--cluster', 'edge', '--id', 'vm-2', '--zone', 'eu-b', '--template', template])
    expect(ran.stderr).toContain(`by ${template}, checked by`)
    expect(await proxyIs('vm-2', out)).toMatchObject({
      cluster: 'edge',
      group: 'default/edge',
      locality: { zone: 'eu-b' },
    })
  })
})
