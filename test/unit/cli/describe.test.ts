// `verdigris describe` against the whole control plane without proxies, and against one that has some.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../../src/config.ts'
import { type Serving, serve } from '../../../src/main.ts'
import { createLogger } from '../../../src/ops/index.ts'
import { here, type Ran } from './run.ts'
import { commandLine, long, push } from './with-server.ts'

const examples = join(import.meta.dirname, '..', '..', '..', 'examples', 'single')
const policy = `apiVersion: verdigris.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: checkout}
spec:
  service: checkout
  managedBy: operator
  cohorts: [{name: testers, environment: green, matches: [{headers: [{name: x-tester, exact: "1"}]}]}]
  mirrors: [{name: reads, from: blue, to: green, percent: 25}]
  initial: {weights: {blue: 10000}}
`
let folder = ''
let running: Serving
const start = async (): Promise<Serving> => {
  const ports = { 'xds-port': '0', 'admin-port': '0', 'http-port': '0' }
  const config = loadConfig({ flags: { 'data-dir': join(folder, 'data'), settle: '0s', ...ports }, env: {} })
  if (!config.ok) throw new Error(config.error.message)
  const serving = await serve(config.value, { log: createLogger({ level: 'fatal', format: 'json' }) })
  if (!serving.ok) throw new Error(serving.error.message)
  return serving.value
}
const run = (...args: string[]): Promise<Ran> =>
  here(args, {
    ...{ VERDIGRIS_SERVER: `127.0.0.1:${running.addresses.admin.port}`, VERDIGRIS_ACTOR: 'lena' },
    COLUMNS: '80',
  })
const part = (text: string, title: string): string =>
  new RegExp(`^${title}:\\n((?: {2}.*\\n)+)`, 'm').exec(text)?.[1] ?? ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'verdigris-describe-'))
  running = await start()
  await run('apply', '-f', examples, '--wait', '--reason', 'first fleet')
  writeFileSync(join(folder, 'policy.yaml'), policy)
  const applied = await run('apply', '-f', join(folder, 'policy.yaml'), '--wait')
  if (applied.status !== 0) throw new Error(applied.stderr)
  await run('cohort', 'checkout', 'testers', 'on', '--wait')
  await run('switch', 'checkout', 'green', '--wait', '--reason', 'v2')
  await run('fence', 'checkout', '--reason', 'orders.v2 migration')
})
afterAll(async () => {
  await running?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('verdigris describe service', () => {
  it('tells what it is, who uses it, where its traffic goes, and what happened to it, in 80 columns', async () => {
    const { status, stdout } = await run('describe', 'service', 'checkout')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Name: +checkout$/m)
    expect(stdout).toMatch(/^Labels: +team=shop$/m)
    expect(stdout).toMatch(/^Used by: +route\/checkout, trafficpolicy\/checkout$/m)
    expect(stdout).toMatch(/^Traffic: +set by unverified:lena in r\d/m)
    expect(part(stdout, 'Environments')).toMatch(/green +100% +100% +v2 +1 +2/)
    expect(part(stdout, 'Cohorts')).toMatch(/testers +green +on +on/)
    expect(part(stdout, 'Mirrors')).toMatch(/reads +blue → green +0% +0%/)
    expect(part(stdout, 'Fences')).toContain('1: orders.v2 migration (unverified:lena')
    expect(part(stdout, 'Endpoints')).toMatch(/blue.1 +127.0.0.1 http=9101 +in use/)
    expect(part(stdout, 'Revisions')).toMatch(/r4 +\d+s +switch +unverified:lena +\d+ +v2/)
    expect(part(stdout, 'Pushes')).toMatch(/done +switch +r4/)
    expect(stdout).toContain('Refused by: none')
    expect(part(stdout, 'Events')).toMatch(/Normal +PushDone +push \d done/)
    expect(Math.max(...stdout.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(80)
  })

  it('gives the same as data', async () => {
    const json = JSON.parse((await run('describe', 'svc/checkout', '-o', 'json')).stdout)
    expect(json).toMatchObject({
      object: { kind: 'Service', metadata: { name: 'checkout' } },
      usedBy: [{ kind: 'Route', name: 'checkout' }, { kind: 'TrafficPolicy' }],
      traffic: { environments: [{ environment: 'blue' }, { environment: 'green', wanted: 10_000 }] },
      endpoints: [{}, {}, {}, {}],
      pushes: [{ phase: 'done' }, {}, {}, {}],
      refusedBy: [],
    })
    expect(json.events.at(-1).name).toBe('revision_committed')
    const yaml = parse((await run('describe', 'svc', 'checkout', '-o', 'yaml')).stdout)
    expect(Object.keys(yaml)).toEqual(Object.keys(json))
  })

  it('has revisions and pushes after a restart, from the store', async () => {
    await running.stop()
    running = await start()
    const { stdout } = await run('describe', 'service', 'checkout')
    expect(part(stdout, 'Revisions')).toMatch(/switch +unverified:lena +\d+ +v2/)
    expect(part(stdout, 'Pushes')).toMatch(/done +switch/)
    expect(stdout).toContain('Events: none')
  })
})

describe('verdigris describe', () => {
  it('tells of a node group: who uses it, its generations and pushes', async () => {
    const { stdout } = await run('describe', 'nodegroup', 'edge')
    expect(stdout).toMatch(/^Used by: +gateway\/edge$/m)
    expect(stdout).toMatch(/^Proxies: +0, 0 connected$/m)
    expect(part(stdout, 'Generations')).toMatch(/\d+ +\d+ +push\/\d switched/)
    expect(part(stdout, 'Pushes')).toMatch(/switch/)
  })

  it('tells of other kinds with their manifest', async () => {
    const { stdout } = await run('describe', 'gw', 'edge')
    expect(stdout).toMatch(/^Used by: +route\/checkout$/m)
    expect(stdout).toMatch(/^Uses: +nodegroup\/edge$/m)
    expect(part(stdout, 'Manifest')).toContain('    port: 10000')
  })

  it('tells of a push, with its revision', async () => {
    const { stdout } = await run('describe', 'push', '2')
    expect(stdout).toMatch(/^Phase: +done$/m)
    expect(stdout).toMatch(/^Verb: +apply$/m)
    expect(part(stdout, 'Node groups')).toMatch(/default\/edge +0\/0 +0\/0/)
  })

  it('tells of several, one after another', async () => {
    const { stdout } = await run('describe', 'route/checkout', 'push/1')
    expect(stdout).toMatch(/^Kind: +Route$[\s\S]*\n\nPush: +1$/m)
  })

  it.each([
    [['service'], 2, "wanted KIND NAME, such as service checkout, found 'service' alone"],
    [['pod', 'x'], 2, "no kind 'pod'"],
    [['servcie', 'x'], 2, 'did you mean service?'],
    [['service', 'nobody'], 1, 'no Service default/nobody'],
    [['push', '99'], 1, 'no push'],
    [['proxy', 'edge-9'], 1, 'no node'],
  ])('refuses %j', async (args, status, text) => {
    const ran = await run('describe', ...args)
    expect(ran.status).toBe(status)
    expect(ran.stderr).toContain(text)
  })
})

describe('with proxies', () => {
  const cli = commandLine()

  it('tells of a proxy what it holds and refuses', async () => {
    const { stdout } = await cli.run(['describe', 'proxy', 'edge-1'])
    expect(stdout).toMatch(/^State: +refused$/m)
    expect(part(stdout, 'Resources')).toMatch(/Cluster +4 +5 +0 +refused/)
    expect(part(stdout, 'Refusals')).toContain('edge-1, Cluster, now: bad [31m regex')
  })

  it('tells of a push who holds it up and who refused it', async () => {
    const refusals = [
      { node: 'edge-3', type: 'a.b.Listener', resources: ['default/shop/http'], detail: 'port in use' },
    ]
    cli.script.pushes.push(push('switching', { refusals }))
    const { stdout } = await cli.run(['describe', 'push/7'])
    expect(part(stdout, 'Held up by')).toContain('edge-3: default/cart/green.2: no endpoints')
    expect(part(stdout, 'Refused by')).toContain('edge-3, Listener default/shop/http, in push 7: port in use')
  })

  it('tells of a service who refuses something in its node groups, and stays in 80 columns with long names', async () => {
    cli.script.pushes.push(
      push('switching', { objects: ['default/Traffic/cart', `default/Service/${long}`] }),
    )
    const { stdout } = await cli.run(['describe', 'service', 'cart'], { env: { COLUMNS: '80' } })
    expect(part(stdout, 'Refused by')).toContain('edge-1, Cluster, now')
    expect(part(stdout, 'Pushes')).toContain('waits for edge-3')
    const wide = await cli.run(['describe', 'service', long], { env: { COLUMNS: '80' } })
    expect(wide.status).toBe(0)
    for (const text of [stdout, wide.stdout])
      expect(text.split('\n').filter((line) => [...line].length > 80)).toEqual([])
  })
})
