// A damaged store on real Envoys: the control plane starts read-only from what is proven, nobody goes back in time unasked,
// a fresh proxy is served, the operator goes back by command, and the salvaged store goes on.
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { httpGet, startControlPlane, until } from '../../src/demo/rig/index.ts'
import { configurationOf } from '../support/envoy-counts.ts'
import { type Edge, type Fleet, startFleet } from '../support/fleet.ts'
import { runCli } from '../support/run-cli.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

let fleet: Fleet | undefined
afterEach(async () => {
  await fleet?.close()
  fleet = undefined
})

const environmentAt = async ({ port }: Edge): Promise<string> => {
  const { status, body } = await httpGet(`http://127.0.0.1:${port}/`, { headers: { host: 'shop.test' } })
  return status === 200 ? (JSON.parse(body) as { environment: string }).environment : String(status)
}
const environments = (started: Fleet): Promise<string[]> => Promise.all(started.edges.map(environmentAt))

/** The engine's log in use, and its size. */
function logOf(dataDir: string): { readonly path: string; readonly size: number } {
  const level = join(dataDir, 'level')
  const path = join(
    level,
    readdirSync(level)
      .filter((name) => name.endsWith('.log'))
      .sort()
      .at(-1) ?? 'none',
  )
  return { path, size: statSync(path).size }
}

/** All on blue, then switched to green; `atBlue`: where the log ended in between. */
async function switched(): Promise<{ started: Fleet; atBlue: ReturnType<typeof logOf>; server: string }> {
  const started = await startFleet({ variants: ['sotw', 'delta'], delayMs: 0, serveArgs: ['--settle', '2s'] })
  fleet = started
  await started.done(started.apply(started.manifests()))
  await started.ready()
  await until('the start is closed', 20_000, async () => {
    const { size } = logOf(started.controlPlane.dataDir)
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    return logOf(started.controlPlane.dataDir).size === size ? true : undefined
  })
  const atBlue = logOf(started.controlPlane.dataDir)
  await started.done(started.switchTo('green'))
  expect(await environments(started)).toEqual(['green', 'green'])
  return { started, atBlue, server: `127.0.0.1:${started.controlPlane.ports.admin}` }
}

const readyz = async ({ controlPlane }: Fleet): Promise<string> =>
  (await httpGet(`http://127.0.0.1:${controlPlane.ports.http}/readyz`)).body
const connected = (started: Fleet, count: number): Promise<unknown> =>
  until(`${count} proxies are connected`, 20_000, async () => {
    const { nodes } = await started.admin.call('Nodes', 'List', {})
    return nodes.filter((node) => node.connected).length === count ? true : undefined
  })

describeWithEnvoy('a store that lost its newest commits', () => {
  it('serves what is proven, takes nobody back unasked, goes back by command, and goes on from a salvage', async () => {
    const { started, atBlue, server } = await switched()
    const { controlPlane, edges } = started
    await controlPlane.kill()
    truncateSync(atBlue.path, atBlue.size)
    const before = await Promise.all(edges.map(({ envoy }) => configurationOf(envoy)))

    // Nobody has it open: it can be looked at, and nothing changes by that.
    const verified = await runCli(['store', 'verify', controlPlane.dataDir])
    expect(verified.status).toBe(1)
    expect(verified.stdout).toMatch(/State: +damaged/)
    expect(verified.stdout).toMatch(/but commit \d+ was answered/)

    // It does not start where that is wanted.
    const strict = ['--store-damaged', 'refuse', '--xds-port', '0', '--admin-port', '0', '--http-port', '0']
    const unstarted = await runCli(['serve', '--data-dir', controlPlane.dataDir, ...strict])
    expect(unstarted.status).toBe(1)
    expect(unstarted.stderr).toContain('damaged')

    await controlPlane.start()
    expect(await readyz(started)).toMatch(/^ready, but the store takes no changes: .*damaged/)
    const metrics = (await httpGet(`http://127.0.0.1:${controlPlane.ports.http}/metrics`)).body
    expect(metrics).toContain('verdigris_store_read_only 1')
    expect(readFileSync(controlPlane.logFile, 'utf8')).toContain('"event":"store_damaged"')

    // Both hold green, of which nothing is left here: they keep it, and nothing of them changes.
    await connected(started, 2)
    await until('both were left alone', 10_000, async () => {
      const said = readFileSync(controlPlane.logFile, 'utf8')
      const left = edges.filter(({ name }) =>
        said.split('\n').some((line) => line.includes('xds_left_alone') && line.includes(name)),
      )
      return left.length === 2 ? true : undefined
    })
    expect(await environments(started)).toEqual(['green', 'green'])
    expect(await Promise.all(edges.map(({ envoy }) => configurationOf(envoy)))).toEqual(before)

    // Nothing is written, and that is said with what to do.
    const refused = await runCli(['switch', 'checkout', 'blue', '--server', server])
    expect(refused.status).toBe(1)
    expect(refused.stderr).toMatch(/the store is read-only: .*damaged.* Next: .*verdigris store verify/s)

    // A proxy that has nothing gets the newest that is proven.
    await edges[0]?.envoy.stop()
    await started.startEdge(0)
    await edges[0]?.envoy.ready(20_000)
    await until('the fresh proxy serves blue', 10_000, async () =>
      (await environments(started))[0] === 'blue' ? true : undefined,
    )
    expect((await environments(started))[1]).toBe('green')

    // The operator says: back.
    const status = await runCli(['store', 'status', '--server', server])
    expect(status.stdout).toContain('damaged, read-only')
    const served = await runCli([
      'store',
      'serve',
      'default/edge-2',
      '--reason',
      'one state everywhere',
      '--server',
      server,
    ])
    expect(served.stderr).toBe('')
    expect(served.stdout).toMatch(/Serves: +generation \d+, as number \d+/)
    await until('the other went back', 10_000, async () =>
      (await environments(started))[1] === 'blue' ? true : undefined,
    )

    // The way out: a new store from what is proven, on which everything works again.
    await controlPlane.kill()
    const to = `${controlPlane.dataDir}-new`
    const salvaged = await runCli(['store', 'salvage', controlPlane.dataDir, to])
    expect(salvaged.stderr).toBe('')
    expect(salvaged.stdout).toContain('Lost: ')
    expect(existsSync(to)).toBe(true)
    await startControlPlane(started.scope, {
      ports: controlPlane.ports,
      dataDir: to,
      args: ['--settle', '2s'],
    })
    expect(await readyz(started)).toBe('ready\n')
    await connected(started, 2)
    expect(await environments(started)).toEqual(['blue', 'blue'])
    await started.done(started.switchTo('green'))
    expect(await environments(started)).toEqual(['green', 'green'])
  }, 180_000)
})

describeWithEnvoy('a store whose damage concerns nothing that is served', () => {
  it('serves all its proxies as before, and changes nothing on any', async () => {
    const { started } = await switched()
    const { controlPlane, edges } = started
    await controlPlane.kill()
    writeFileSync(join(controlPlane.dataDir, 'level', 'CURRENT'), 'damaged')
    const before = await Promise.all(edges.map(({ envoy }) => configurationOf(envoy)))
    await controlPlane.start()
    expect(await readyz(started)).toMatch(/^ready, but /)
    await connected(started, 2)
    const { nodes } = await until('both hold the newest', 10_000, async () => {
      const list = await started.admin.call('Nodes', 'List', {})
      return list.nodes.every(({ holds, newest }) => holds === newest) ? list : undefined
    })
    expect(nodes.map(({ holds }) => holds)).toHaveLength(2)
    expect(await environments(started)).toEqual(['green', 'green'])
    expect(await Promise.all(edges.map(({ envoy }) => configurationOf(envoy)))).toEqual(before)
  }, 120_000)
})
