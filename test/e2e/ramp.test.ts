// A ramp on real Envoys under load: the shares move step by step, no request fails, and a control plane that is killed in
// its middle goes on where it was.
import { afterEach, expect, it } from 'vitest'
import type { ChangeAnswer } from '../../src/api/index.ts'
import type { Load } from '../../src/demo/rig/index.ts'
import { failuresByEnvoy } from '../support/envoy-counts.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { runCli } from '../support/run-cli.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

let fleet: Fleet | undefined
afterEach(async () => {
  await fleet?.close()
  fleet = undefined
})

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function started(): Promise<Fleet> {
  fleet = await startFleet({ variants: ['sotw', 'delta'], delayMs: 20 })
  await fleet.done(fleet.apply(fleet.manifests()))
  await fleet.ready()
  return fleet
}

const ramp = ({ admin }: Fleet, seconds: number): Promise<ChangeAnswer> =>
  admin.call('Traffic', 'Switch', {
    ...{ service: 'checkout', environment: 'green', ramp: { seconds, nanos: 0 } },
    options: { reason: 'ramp' },
  })

/** Percent of green among the answers of each proxy, window by window, until the push has ended. */
async function watch({ admin }: Fleet, load: Load, push: string): Promise<Map<string, number[]>> {
  const shares = new Map<string, number[]>()
  let before = await load.sample()
  for (let over = false; !over; ) {
    await pause(600)
    over = (await admin.call('Push', 'Get', { id: push }).catch(() => undefined))?.phase === 'PUSH_PHASE_DONE'
    const now = await load.sample()
    for (const { name, environments } of now.targets) {
      const was = before.targets.find((each) => each.name === name)?.environments ?? {}
      const of = (each: string): number => (environments[each] ?? 0) - (was[each] ?? 0)
      const sum = of('blue') + of('green')
      if (sum > 0) shares.set(name, [...(shares.get(name) ?? []), (100 * of('green')) / sum])
    }
    before = now
  }
  return shares
}

/** Up, but for chance; and neither at once nor never. */
function expectSteps(shares: ReadonlyMap<string, number[]>): void {
  expect(shares.size).toBe(2)
  for (const [name, seen] of shares) {
    const text = `${name}: ${seen.map(Math.round).join(' ')}`
    let most = 0
    for (const share of seen) {
      // Some 300 answers in a window: 12 % are more than four standard deviations.
      expect(share, text).toBeGreaterThan(most - 12)
      most = Math.max(most, share)
    }
    expect(seen.filter((share) => share > 8 && share < 92).length, text).toBeGreaterThanOrEqual(4)
    expect(seen.at(-1), text).toBeGreaterThan(75)
  }
}

async function expectNothingLost({ edges }: Fleet, load: Load): Promise<void> {
  const total = await load.stop()
  expect(total.targets.map(({ failures }) => failures)).toEqual([{}, {}])
  for (const { sent } of total.targets) expect(sent).toBeGreaterThan(1_500)
  const failed = await Promise.all(edges.map(({ envoy }) => failuresByEnvoy(envoy)))
  expect(failed.flat()).toEqual([])
}

describeWithEnvoy('a ramp', () => {
  it('moves the shares step by step on SotW and delta, and loses no request', async () => {
    const on = await started()
    const load = await on.load()
    const { push } = await ramp(on, 5)
    const shares = await watch(on, load, push)
    expectSteps(shares)
    expect(await on.admin.call('Push', 'Get', { id: push })).toMatchObject({ ramp: { steps: 11, step: 11 } })
    await expectNothingLost(on, load)
    const cli = (...args: readonly string[]) =>
      runCli([...args, '--server', `127.0.0.1:${on.controlPlane.ports.admin}`])
    // And back, over a fence, by force.
    expect(await cli('fence', 'checkout', '--reason', 'orders.v2 migration')).toMatchObject({ status: 0 })
    const kept = await cli('rollback', 'checkout', '--wait')
    expect([kept.status === 0, kept.stderr]).toEqual([false, expect.stringContaining('orders.v2 migration')])
    expect(await cli('rollback', 'checkout', '--wait', '--force')).toMatchObject({ status: 0 })
    expect((await cli('history', 'checkout')).stdout).toContain('forced past')
    const refused = await cli('switch', 'checkout', 'green', '--ramp', '2h')
    expect(refused.stderr).toContain('wanted 500 ms to 1 h')
  }, 60_000)

  it('goes on where it was when the control plane is killed in its middle', async () => {
    const on = await started()
    const load = await on.load()
    const { push } = await ramp(on, 6)
    await expect
      .poll(async () => (await on.admin.call('Push', 'Get', { id: push })).ramp?.step, { timeout: 10_000 })
      .toBeGreaterThanOrEqual(3)
    await on.controlPlane.kill()
    await pause(500)
    await on.controlPlane.start()
    const shares = await watch(on, load, push)
    expectSteps(shares)
    for (const [name, [first = 0]] of shares) expect(first, name).toBeGreaterThan(8)
    await expectNothingLost(on, load)
  }, 60_000)

  it('is aborted or overtaken by a rollback in its middle: every proxy is back at once, and no request is lost', async () => {
    const on = await started()
    const load = await on.load()
    const inTheMiddle = async (): Promise<string> => {
      const { push } = await ramp(on, 30)
      const step = async () => (await on.admin.call('Push', 'Get', { id: push })).ramp?.step
      await expect.poll(step, { timeout: 20_000 }).toBeGreaterThanOrEqual(2)
      return push
    }
    /** Answers of green within half a second, by proxy. */
    const greens = async (): Promise<readonly number[]> => {
      const before = await load.sample()
      await pause(500)
      const after = await load.sample()
      return after.targets.map(
        ({ environments }, at) => (environments.green ?? 0) - (before.targets[at]?.environments.green ?? 0),
      )
    }
    const aborted = await inTheMiddle()
    expect((await greens()).every((count) => count > 0)).toBe(true)
    await on.admin.call('Push', 'Abort', { id: aborted, reason: 'not today' })
    await expect
      .poll(async () => (await on.admin.call('Push', 'Get', { id: aborted })).phase, { timeout: 10_000 })
      .toBe('PUSH_PHASE_REVERTED')
    await expect.poll(greens, { timeout: 10_000 }).toEqual([0, 0])
    const overtaken = await inTheMiddle()
    await on.done(on.admin.call('Traffic', 'Rollback', { service: 'checkout', options: { reason: 'back' } }))
    expect((await on.admin.call('Push', 'Get', { id: overtaken })).phase).toBe('PUSH_PHASE_OVERTAKEN')
    await expect.poll(greens, { timeout: 10_000 }).toEqual([0, 0])
    await expectNothingLost(on, load)
  }, 60_000)
})
