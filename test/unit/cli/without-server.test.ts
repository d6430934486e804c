// What the command line does without a server.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { here, verdigris } from './run.ts'
import { manifest } from './with-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'verdigris-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('without a server', () => {
  it('says where it looked and what to do, with its own status', async () => {
    const ran = await here(['get', '--server', '127.0.0.1:1'])
    expect([ran.status, ran.stdout]).toEqual([3, ''])
    expect(ran.stderr).toBe(
      'error: no server at 127.0.0.1:1: ECONNREFUSED\nnext:  start it with `verdigris serve`, or say where it is with --server HOST:PORT (TLS: --server-ca)\n',
    )
  })

  it('manifests are validated all the same', async () => {
    const whole = join(import.meta.dirname, '..', '..', '..', 'examples', 'single')
    expect(await here(['validate', '-f', whole])).toEqual({
      status: 0,
      stdout: '5 objects are valid\n',
      stderr: '',
    })
    const part = join(folder, 'a.yaml')
    writeFileSync(part, manifest('a'))
    const alone = await here(['validate', '-f', part])
    expect([alone.status, alone.stdout]).toEqual([2, ''])
    expect(alone.stderr).toMatch(/a\.yaml:5:\d+: Route default\/a: .*edge/)
    expect((await here(['validate', '-f', part, '--partial'])).status).toBe(0)
    const bad = await verdigris(['validate', '-f', '-'], { input: 'kind: [\n' })
    expect([bad.status, bad.stdout]).toEqual([2, ''])
    expect(bad.stderr).toMatch(/^error: stdin:2:1: broken YAML/)
  })

  it('a bootstrap is printed, as YAML or JSON', async () => {
    const yaml = await here(['bootstrap', '--node-id', 'edge-1', '--node-cluster', 'edge'])
    expect([yaml.status, yaml.stderr]).toEqual([0, ''])
    expect(yaml.stdout).toContain('id: edge-1')
    const json = await here(['bootstrap', '--node-id', 'edge-1', '--sotw', '-o', 'json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ node: { id: 'edge-1', cluster: 'edge' } })
    const bad = await here(['bootstrap', '--node-id', 'two words'])
    expect([bad.status, bad.stdout]).toEqual([2, ''])
  })

  it('help is quick, because it loads nothing', async () => {
    const before = performance.now()
    const help = await verdigris(['--help'])
    expect(help.status).toBe(0)
    expect(help.stdout).toContain('verdigris switch checkout green --wait')
    // 0.1 s alone; the bound leaves room for a busy machine and none for gRPC and protobuf on top.
    expect(performance.now() - before).toBeLessThan(2_000)
    expect(help.stdout).toBe((await verdigris([])).stdout)
  })
})
