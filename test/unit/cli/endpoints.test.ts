// verdigris endpoints against a server with a real registry: what it says, what it refuses, and how.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Rig, startRig } from '../admin/rig.ts'
import { openScene, registered, type Scene, world } from '../discovery/scene.ts'
import { createRig } from '../push/support/rig.ts'
import { here, type Ran } from './run.ts'

let rig: Rig
let scene: Scene
let folder: string
beforeEach(async () => {
  const engine = await createRig()
  const fixed = ', static: [{address: 10.0.0.9, port: 9000}]'
  await engine.apply(world([registered('blue', 'v1', fixed), registered('green', 'v2')]))
  scene = openScene(engine)
  rig = await startRig({ discovery: scene.discovery })
  folder = mkdtempSync(join(tmpdir(), 'verdigris-endpoints-'))
})
afterEach(async () => {
  await rig.close()
  rmSync(folder, { recursive: true, force: true })
})
const run = (...args: string[]): Promise<Ran> =>
  here(['endpoints', ...args, '--server', `127.0.0.1:${rig.port}`, '--actor', 'lena'])

describe('verdigris endpoints', () => {
  it('sets, patches, drains and lists', async () => {
    expect(await run('set', 'checkout', 'green', '10.0.0.1:8080', '[::1]:8080', '--zone', 'a')).toEqual({
      status: 0,
      stdout: 'checkout/green.1: 2 added; it has 2 endpoints\n',
      stderr: '',
    })
    await run('patch', 'checkout', 'green', '--put', '10.0.0.2:8080', '--ttl', '30s', '--owner', 'pod-2')
    await run('drain', 'checkout', 'green', '10.0.0.1')
    const listed = await run('list', '-o', 'wide')
    expect(listed.stdout.replaceAll(/ (30|29)s /g, ' 30s ')).toBe(
      [
        'ENVIRONMENT       ADDRESS        STATE    OWNER     LEASE  RELEASE  WEIGHT  PRIORITY  LOCALITY',
        'checkout/blue.1   10.0.0.9:9000  in use   (static)      -  v1            1         0  -',
        'checkout/green.1  10.0.0.1:8080  drained  lena          -  v2            1         0  a',
        'checkout/green.1  10.0.0.2:8080  in use   pod-2       30s  v2            1         0  -',
        'checkout/green.1  [::1]:8080     in use   lena          -  v2            1         0  a',
        '',
      ].join('\n'),
    )
    expect((await run('list', 'checkout', 'green', '--owner', 'pod-2', '-o', 'name')).stdout).toBe(
      'checkout/green.1 10.0.0.2:8080\n',
    )
    const [one] = JSON.parse((await run('list', '--owner', 'pod-2', '-o', 'json')).stdout)
    expect(one).toMatchObject({
      ...{ environment: 'green', incarnation: 1, source: 'registered', state: 'in use', ttl: '30s' },
      ...{ address: '10.0.0.2', ports: { http: 8080 } },
    })
    expect((await run('set', 'checkout', 'green', '--none')).stdout).toMatch(/2 removed; it has 1 endpoint\n/)
  })

  it('sets what a file says, and names what is wrong with one', async () => {
    const file = join(folder, 'endpoints.yaml')
    const text = (release: string, port: number): string =>
      `endpoints:\n  - service: checkout\n    environment: green\n    release: ${release}\n    endpoints: [{address: 10.0.0.1, port: ${port}}]\n`
    writeFileSync(file, text('v2', 8080))
    expect((await run('set', '-f', file)).stdout).toBe('checkout/green.1: 1 added; it has 1 endpoint\n')
    writeFileSync(file, text('v3', 8080))
    expect((await run('set', '-f', file)).stderr).toMatch(
      /has no release v3; there is green\.1 \(release v2\)/,
    )
    writeFileSync(file, text('v2', 0))
    const broken = await run('set', '-f', file)
    expect([broken.status, broken.stderr]).toEqual([
      2,
      expect.stringMatching(/wanted a port from 1 to 65535/),
    ])
    writeFileSync(file, '')
    expect((await run('set', '-f', file)).stderr).toMatch(/found nothing, wanted "endpoints:"/)
  })

  it.each([
    [['set', 'checkout', 'green', '10.0.0.1:8080', '--ttl', '0s'], /wanted 1s to 24h, found 0s; .*\(ttl\)/],
    [
      ['set', 'checkout', 'green', '10.0.0.1:8080', '--ttl', 'soon'],
      /--ttl: wanted a duration|wanted a duration/,
    ],
    [['set', 'checkout', 'green', '10.0.0.1:1', '10.0.0.1:1'], /endpoints\[1\]\.address.*|is there twice/],
    [['set', 'checkout', 'green', 'backend.test:1'], /wanted an IPv4 or IPv6 address/],
    [['set', 'checkout', 'green', '10.0.0.1:x'], /wanted ADDRESS:PORT/],
    [['set', 'checkout', 'green'], /wanted addresses, or --none/],
    [['set'], /wanted a service and an environment, or -f FILE/],
    [['patch', 'checkout', 'green'], /wanted endpoints to put or to remove/],
  ])('refuses %j and changes nothing', async (args, said) => {
    const ran = await run(...args)
    expect([ran.status, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toMatch(said)
    expect(scene.discovery.list({ environment: 'green' })).toEqual([])
  })
})
