// A mesh of sidecars: every hop moves in the one push of its service, at gateways and at the sidecars that call it alike, and no request
// fails. With carried environments a request stays in the one that its first proxy chose, over all hops.
import { afterEach, expect, it } from 'vitest'
import type { LoadReport } from '../../src/demo/rig/index.ts'
import { type Mesh, services, startMesh } from '../support/mesh.ts'
import { ask } from '../support/routed-fleet.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

let mesh: Mesh | undefined
afterEach(async () => {
  await mesh?.close()
  mesh = undefined
})

/** Requests of the load each second and gateway: each is three calls of applications, through six proxies. */
const ratePerSecond = 250

describeWithEnvoy('a mesh of sidecars', () => {
  it('moves each hop alone and all of them together, back too, and loses no request', async () => {
    mesh = await startMesh({ delayMs: 60 })
    await mesh.apply('')
    const chain = chains(mesh)
    expect(await chain()).toBe('blue-blue-blue')
    const load = await mesh.load(ratePerSecond)
    const leastInFlight: number[] = []
    const moved = async (move: Promise<void>): Promise<void> => {
      const { targets } = await load.sample()
      leastInFlight.push(Math.min(...targets.map(({ inFlight }) => inFlight)))
      await move
    }
    await steady(load)
    for (const [index, service] of services.entries()) {
      const one = ['blue', 'blue', 'blue'].with(index, 'green').join('-')
      await moved(mesh.switchTo(service, 'green'))
      expect(await chain()).toBe(one)
      await moved(mesh.rollback(service))
      expect(await chain()).toBe('blue-blue-blue')
    }
    for (const environment of ['green', 'blue', 'green'] as const) {
      const { switchTo } = mesh
      await moved(
        Promise.all(services.map((service) => switchTo(service, environment))).then(() => undefined),
      )
      expect(await chain()).toBe([environment, environment, environment].join('-'))
    }
    for (const service of services) await moved(mesh.rollback(service))
    expect(await chain()).toBe('blue-blue-blue')
    const report = await load.stop()
    expect(report.targets.map(({ failures }) => failures)).toEqual([{}, {}])
    // What makes it worth believing: requests were on their way, at the rate, in every combination.
    expect(Math.min(...leastInFlight)).toBeGreaterThanOrEqual(5)
    for (const { ok, sent } of report.targets) expect(ok).toBe(sent)
    expect(Object.keys(answered(report)).length).toBeGreaterThanOrEqual(5)
    expect(await upstreamFailures(mesh)).toEqual([])
  }, 60_000)

  it('keeps a request in its environment over all hops, whatever the weights further on', async () => {
    mesh = await startMesh({ delayMs: 20 })
    await mesh.apply('  carried: true\n')
    const chain = chains(mesh)
    const load = await mesh.load(50)
    await steady(load)
    await mesh.switchTo('a', 'green')
    expect(await chain()).toBe('green-green-green')
    // Further on nothing moves by its own weights while requests carry their environment.
    await mesh.switchTo('c', 'green')
    await mesh.rollback('a')
    expect(await chain()).toBe('blue-blue-blue')
    await mesh.switchTo('a', 'green')
    const report = await load.stop()
    expect(report.targets.map(({ failures }) => failures)).toEqual([{}, {}])
    expect(Object.keys(answered(report)).sort()).toEqual(['blue-blue-blue', 'green-green-green'])

    for (const { port } of mesh.gateways) {
      // What clients say of themselves is dropped at the gateway.
      const forged = await ask(port, { host: 'shop.test', headers: { 'x-verdigris-environment': 'blue' } })
      expect(forged.body.trim()).toBe('green-green-green')
      // An application that passes nothing on: its sidecar does not know. The next goes by weights (b is all on blue).
      const forgot = await ask(port, { host: 'shop.test', headers: { 'x-forget': 'a' } })
      expect(forgot.body.trim()).toBe('green-blue-blue')
      // Where the sidecar says for which environment its workload stands, nothing has to be passed on.
      const marked = await ask(port, { host: 'shop.test', headers: { 'x-forget': 'b' } })
      expect(marked.body.trim()).toBe('green-green-green')
      // What the gateway knows of a request arrives at every hop that it is passed on to, and no proxy between adds to it.
      const { headers } = await ask(port, { host: 'shop.test' })
      const seen = String(headers['x-seen']).split(',')
      expect(seen).toHaveLength(3)
      expect([...new Set(seen)]).toEqual([
        expect.stringMatching(/^green [0-9.]+ 127\.0\.0\.1 [0-9a-f-]{36}$/),
      ])
    }
  }, 60_000)

  it('shows failures where there are some: a hop whose workload is gone', async () => {
    mesh = await startMesh()
    await mesh.apply('')
    const load = await mesh.load(50)
    await steady(load)
    await mesh.workloads
      .find(({ service, environment }) => service === 'c' && environment === 'green')
      ?.app.kill()
    await mesh.switchTo('c', 'green')
    await steady(load)
    const report = await load.stop()
    for (const { failed } of report.targets) expect(failed).toBeGreaterThan(0)
    expect((await upstreamFailures(mesh)).length).toBeGreaterThan(0)
  }, 60_000)
})

/** Who answers now, the same at both gateways and for several requests. */
function chains({ gateways }: Mesh): () => Promise<string> {
  return async () => {
    const answers = await Promise.all(
      gateways.flatMap(({ port }) =>
        Array.from({ length: 5 }, () => ask(port, { host: 'shop.test' }).then(({ body }) => body.trim())),
      ),
    )
    return [...new Set(answers)].join(' and ')
  }
}

/** Until the load has had some more answers. */
async function steady(load: { sample(): Promise<LoadReport> }): Promise<void> {
  const count = async () => (await load.sample()).targets.map(({ ok, failed }) => ok + failed)
  const before = await count()
  for (;;) {
    const now = await count()
    if (now.every((each, at) => each >= (before[at] ?? 0) + 30)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Chain of environments → answers. */
function answered({ targets }: LoadReport): Readonly<Record<string, number>> {
  const all: Record<string, number> = {}
  for (const { environments } of targets) {
    for (const [chain, count] of Object.entries(environments)) all[chain] = (all[chain] ?? 0) + count
  }
  return all
}

/** What the proxies themselves counted: `proxy: counter value`. */
async function upstreamFailures({ envoys }: Mesh): Promise<readonly string[]> {
  const texts = await Promise.all(
    envoys.map(async (envoy) => {
      const stats = await envoy.stats('http\\..*downstream_rq_5xx|upstream_cx_connect_fail$|upstream_rq_503')
      return [...stats].flatMap(([name, value]) =>
        value === 0 || name.startsWith('http.admin.') ? [] : [`${envoy.nodeId} ${name} ${value}`],
      )
    }),
  )
  return texts.flat()
}
