// Going back costs no request: the undo of a switch, and the restore of a change of three objects with a switch on top, on
// real proxies under load, SotW and delta.
import { get } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { failuresByEnvoy } from '../support/envoy-counts.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { enoughInFlight, totalsOf } from '../support/moves.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

let fleet: Fleet | undefined
afterEach(async () => {
  await fleet?.close()
  fleet = undefined
})

/** Three objects at once: another release in green, a route that answers with a header, and a service of its own. */
function threeObjects(of: Fleet): string {
  const gateways = of.edges.map(({ name }) => `{ name: ${name} }`).join(', ')
  const head = 'apiVersion: verdigris.dev/v1alpha1\n'
  return [
    of.service({ blue: '1', green: '2' }),
    `${head}kind: Route\nmetadata: { name: shop }\nspec:\n  gateways: [${gateways}]\n  hosts: [shop.test]\n  rules:\n    - { service: { name: checkout }, responseHeaders: { set: { x-changed: "yes" } } }\n`,
    `${head}kind: Service\nmetadata: { name: spare }\nspec:\n  ports: [{ name: http }]\n  environments:\n    - { name: blue, release: { version: "1" }, endpoints: { static: [{ address: 127.0.0.1, port: ${of.backends.instances[0]?.port} }] } }\n`,
  ].join('---\n')
}

/** One request as the load sends them; fetch would name another host. */
function ask(port: number): Promise<{ readonly status: number; readonly changed: string }> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/', headers: { host: 'shop.test' } }, (answer) => {
      answer.resume()
      resolve({
        status: answer.statusCode ?? 0,
        changed: String(answer.headers['x-changed'] ?? 'as it was'),
      })
    }).on('error', reject)
  })
}

describeWithEnvoy('going back', () => {
  it('by undo and by restore loses no request', async () => {
    const made = await startFleet({ variants: ['sotw', 'delta'], serveArgs: ['--retire-delay', '2s'] })
    fleet = made
    await made.done(made.apply(made.manifests()))
    await made.ready()
    const load = await made.load({ ratePerSecond: 560 })
    let least = Number.POSITIVE_INFINITY
    const enough = async (): Promise<void> => {
      least = Math.min(least, await enoughInFlight(load, 20))
    }
    /** What every edge answers with: the environment and whether the changed route is there. */
    const answers = (): Promise<readonly string[]> =>
      Promise.all(
        made.edges.map(async ({ port }) => {
          const { status, changed } = await ask(port)
          return `${status} ${changed}`
        }),
      )
    const weights = async (): Promise<Readonly<Record<string, number>>> => {
      const traffic = await made.admin.call('Traffic', 'Get', { service: 'checkout' })
      return Object.fromEntries(
        traffic.environments.map(({ environment, applied }) => [environment, applied]),
      )
    }

    for (let round = 0; round < 10; round++) {
      await enough()
      const switched = await made.switchTo('green')
      await made.done(switched)
      expect(await weights()).toEqual({ blue: 0, green: 10_000 })
      await enough()
      await made.done(
        made.admin.call('Config', 'Undo', { revision: switched.revision, options: { reason: 'test' } }),
      )
      expect(await weights()).toEqual({ blue: 10_000, green: 0 })
    }

    for (let round = 0; round < 5; round++) {
      const { revision } = await made.admin.call('Config', 'List', { kind: 'Service' })
      await enough()
      await made.done(made.apply(threeObjects(made)))
      await made.done(made.switchTo('green'))
      expect(await answers()).toEqual(['200 yes', '200 yes'])
      await enough()
      const restored = await made.admin.call('Config', 'Restore', { revision, options: { reason: 'test' } })
      expect(restored.objects.map(({ key }) => key?.name).sort()).toEqual(
        // The traffic of checkout, its service and route; the spare service goes with its own traffic.
        ['checkout', 'checkout', 'shop', 'spare', 'spare'],
      )
      await made.done(restored)
      expect(await weights()).toEqual({ blue: 10_000, green: 0 })
      expect(await answers()).toEqual(['200 as it was', '200 as it was'])
    }

    const total = totalsOf(await load.stop())
    const failed = await Promise.all(made.edges.map(({ envoy }) => failuresByEnvoy(envoy)))
    expect(total.failedByClients).toEqual({})
    expect(failed.flat()).toEqual([])
    // What makes it worth believing.
    expect(least).toBeGreaterThanOrEqual(20)
    expect(total.slowestRate).toBeGreaterThanOrEqual(500)
  }, 120_000)
})
