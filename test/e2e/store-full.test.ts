// The disk fills up in the middle of it all, with real Envoys: commands fail with a type and a next step, traffic goes on,
// an operator can go back to a stored generation, and with room again everything goes on from what was answered.
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { httpGet, until } from '../../src/demo/rig/index.ts'
import { failuresByEnvoy } from '../support/envoy-counts.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { runCli } from '../support/run-cli.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0
if (!canTrace) process.stderr.write('skipped: a disk that fills up: there is no strace that can trace\n')

let fleet: Fleet | undefined
const fillers: (() => void)[] = []
afterEach(async () => {
  for (const stop of fillers.splice(0)) stop()
  await fleet?.close()
  fleet = undefined
})

/** From now on the engine's log finds no space. */
async function fillDisk({ controlPlane }: Fleet): Promise<void> {
  const level = join(controlPlane.dataDir, 'level')
  const log =
    readdirSync(level)
      .filter((name) => name.endsWith('.log'))
      .sort()
      .at(-1) ?? 'none'
  const inject = 'inject=fdatasync:error=ENOSPC'
  const filler = spawn(
    'strace',
    [
      '-f',
      '-p',
      String(controlPlane.process().pid),
      '-P',
      join(level, log),
      '-e',
      'trace=fdatasync',
      '-e',
      inject,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  fillers.push(() => filler.kill('SIGTERM'))
  let said = ''
  filler.stderr.on('data', (data: Buffer) => {
    said += data.toString()
  })
  await until('strace is attached', 10_000, async () => (/attached/.test(said) ? true : undefined))
}

const environments = ({ edges }: Fleet): Promise<string[]> =>
  Promise.all(
    edges.map(async ({ port }) => {
      const { status, body } = await httpGet(`http://127.0.0.1:${port}/`, { headers: { host: 'shop.test' } })
      return status === 200 ? (JSON.parse(body) as { environment: string }).environment : String(status)
    }),
  )

async function live(): Promise<{ started: Fleet; server: string }> {
  const started = await startFleet({ variants: ['sotw', 'delta'], delayMs: 0, serveArgs: ['--settle', '2s'] })
  fleet = started
  await started.done(started.apply(started.manifests()))
  await started.ready()
  await started.done(started.switchTo('green'))
  // What follows a switch (records, closed generations) is written down by then.
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  return { started, server: `127.0.0.1:${started.controlPlane.ports.admin}` }
}

describeWithEnvoy('a disk that fills up', () => {
  it.skipIf(!canTrace)(
    'fails a switch whole: traffic goes on, can be taken back, and all is well with room again',
    async () => {
      const { started, server } = await live()
      const { controlPlane, edges } = started
      const load = await started.load({ ratePerSecond: 50 })
      await fillDisk(started)

      const refused = await runCli(['switch', 'checkout', 'blue', '--reason', 'test', '--server', server])
      expect(refused.status).toBe(3)
      expect(refused.stderr).toMatch(/could not be written .*disk is full.* Next: make room/s)
      expect(await environments(started)).toEqual(['green', 'green'])
      const again = await runCli(['switch', 'checkout', 'blue', '--reason', 'test', '--server', server])
      expect(again.status).toBe(1)
      expect(again.stderr).toMatch(/the store is read-only: the disk is full.* Next: make room/s)
      const status = await runCli(['store', 'status', '--server', server], {})
      expect(status.stdout).toMatch(/Store: +read-only/)
      expect((await httpGet(`http://127.0.0.1:${controlPlane.ports.http}/readyz`)).body).toMatch(
        /^ready, but .*disk is full/,
      )

      // Back to a stored generation all the same: the last that served blue.
      const { generations } = await started.admin.call('Store', 'ListGenerations', {
        group: 'default/edge-1',
      })
      const blue = generations.at(-2)
      const served = await runCli([
        ...[
          'store',
          'serve',
          'default/edge-1',
          '--generation',
          String(blue?.number),
          '--reason',
          'green is sick',
        ],
        ...['--server', server],
      ])
      expect(served.stderr).toBe('')
      await until('the first went back, and only it', 10_000, async () =>
        (await environments(started)).join() === 'blue,green' ? true : undefined,
      )
      expect(readFileSync(controlPlane.logFile, 'utf8')).toContain('"event":"stored_generation_served"')
      for (const { envoy } of edges) expect(await failuresByEnvoy(envoy)).toEqual([])
      const report = await load.stop()
      expect(report.targets.map(({ failures }) => failures)).toEqual([{}, {}])

      // Room again: a new process takes changes, from what was answered.
      await controlPlane.kill()
      for (const stop of fillers.splice(0)) stop()
      await controlPlane.start()
      expect((await httpGet(`http://127.0.0.1:${controlPlane.ports.http}/readyz`)).body).toBe('ready\n')
      await until('both are on one state', 20_000, async () =>
        new Set(await environments(started)).size === 1 ? true : undefined,
      )
      const [now = ''] = await environments(started)
      const next = now === 'green' ? 'blue' : 'green'
      await started.done(started.switchTo(next))
      expect(await environments(started)).toEqual([next, next])
      const refusedServe = await runCli([
        'store',
        'serve',
        'default/edge-1',
        '--reason',
        'test',
        '--server',
        server,
      ])
      expect(refusedServe.status).toBe(1)
      expect(refusedServe.stderr).toContain('verdigris rollback')
    },
    180_000,
  )

  it.skipIf(!canTrace)(
    'holds a push at its durable step, which goes on after the next start',
    async () => {
      const { started } = await live()
      const { controlPlane, admin } = started
      // One proxy stands still, so the new release is being prepared when the disk fills; its decision finds no space.
      const still = started.edges[0]?.envoy.process.pid ?? 0
      process.kill(still, 'SIGSTOP')
      const answer = await started.apply(started.service({ blue: '2', green: '1' }))
      await fillDisk(started)
      process.kill(still, 'SIGCONT')
      await until('the store is read-only', 20_000, async () =>
        (await admin.call('Store', 'GetStatus', {})).condition === 'READ_ONLY' ? true : undefined,
      )
      expect(await environments(started)).toEqual(['green', 'green'])
      const held = await admin.call('Push', 'Get', { id: answer.push })
      expect(['PUSH_PHASE_PREPARING', 'PUSH_PHASE_PREPARED', 'PUSH_PHASE_SWITCHING']).toContain(held.phase)
      await controlPlane.kill()
      for (const stop of fillers.splice(0)) stop()
      await controlPlane.start()
      const ended = await admin.ended(answer)
      expect(ended.phase).toBe('PUSH_PHASE_DONE')
      expect(await environments(started)).toEqual(['green', 'green'])
    },
    120_000,
  )
})
