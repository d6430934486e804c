// `verdigris events` against the whole control plane: what is kept, what comes, and what is missing after a restart.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config.ts'
import { cliScript, withoutOurVariables } from '../../../src/demo/rig/control-plane.ts'
import { freePorts } from '../../../src/demo/rig/ports.ts'
import { type Serving, serve } from '../../../src/main.ts'
import { createLogger } from '../../../src/ops/index.ts'
import { here, type Ran } from './run.ts'

const examples = join(import.meta.dirname, '..', '..', '..', 'examples', 'single')
let folder = ''
let port = 0
let running: Serving
const start = async (): Promise<Serving> => {
  const config = loadConfig({
    flags: {
      ...{ 'data-dir': join(folder, 'data'), settle: '0s', 'xds-port': '0', 'http-port': '0' },
      'admin-port': String(port),
    },
    env: {},
  })
  if (!config.ok) throw new Error(config.error.message)
  const serving = await serve(config.value, { log: createLogger({ level: 'fatal', format: 'json' }) })
  if (!serving.ok) throw new Error(serving.error.message)
  return serving.value
}
const env = () => ({ VERDIGRIS_SERVER: `127.0.0.1:${port}`, VERDIGRIS_ACTOR: 'lena', COLUMNS: '80' })
const run = (...args: string[]): Promise<Ran> => here(args, env())
const reasons = (text: string): readonly string[] =>
  [...text.matchAll(/ (?:Normal|Warning) +(\w+)/g)].map(([, reason = '']) => reason)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'verdigris-events-'))
  ;[port = 0] = await freePorts(1)
  running = await start()
  await run('apply', '-f', examples, '--wait', '--reason', 'first fleet')
  await run('switch', 'checkout', 'green', '--wait', '--reason', 'v2')
})
afterAll(async () => {
  await running?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('verdigris events', () => {
  it('tells what happened, oldest first, in 80 columns', async () => {
    const { status, stdout } = await run('events')
    expect(status).toBe(0)
    const lines = stdout.trim().split('\n')
    expect(lines[0]).toMatch(/^AGE {2}TYPE {4}REASON +MESSAGE$/)
    // A push is told from its revision to its end.
    const told = reasons(stdout)
    expect(told[0]).toBe('ServerStarted')
    for (const reason of ['RevisionCommitted', 'PushStarted', 'PushDone', 'GenerationPublished'])
      expect(told).toContain(reason)
    expect(told.at(-1)).toBe('PushDone')
    expect(stdout).toContain('push 2 started: switch by unverified:lena:')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('tells of one object, also what moved its traffic', async () => {
    const { stdout } = await run('events', '--for', 'svc/checkout', '--names', 'revision_committed')
    expect(stdout).toContain('r1: apply by unverified:lena')
    expect(stdout).toContain('r2: switch by unverified:lena')
    expect((await run('events', '--for', 'service/nobody')).stdout).not.toContain('r1')
  })

  it('tells of one push, one revision and one node group', async () => {
    expect((await run('events', '--for', 'push/2')).stdout).not.toContain('push 1')
    expect((await run('events', '--for', 'push/2')).stdout).toContain('push 2 done')
    expect((await run('events', '--for', 'revision/r1')).stdout).toContain('r1: apply')
    expect((await run('events', '--for', 'nodegroup/edge')).stdout).toContain(
      'default/edge is served generation',
    )
  })

  it('shows ids and what each is about with -o wide, and all of it as data', async () => {
    expect((await run('events', '-o', 'wide', '--names', 'push_done')).stdout).toMatch(/ABOUT/)
    const data: unknown = JSON.parse((await run('events', '-o', 'json', '--for', 'push/2')).stdout)
    expect(data).toMatchObject([
      {
        name: 'revision_committed',
        severity: 'normal',
        count: 1,
        attributes: { verb: 'switch', reason: 'v2' },
      },
      ...(Array.isArray(data) ? data.slice(1) : []),
    ])
  })

  it('shows the newest so many, and says that there are more', async () => {
    const { stdout, stderr } = await run('events', '--limit', '2')
    expect(reasons(stdout)).toHaveLength(2)
    expect(stderr).toContain('the newest 2; more with --limit')
  })

  it('goes on from an id; what is of another run is said to be gone', async () => {
    const all: readonly { readonly id: number; readonly epoch: string }[] = JSON.parse(
      (await run('events', '-o', 'json')).stdout,
    )
    const [from] = all.slice(-2)
    const since = await run('events', '-o', 'json', '--from', `${from?.epoch}:${from?.id}`)
    expect(JSON.parse(since.stdout)).toHaveLength(2)
    const other = await run('events', '--from', '0a-0b:7', '--limit', '1')
    expect(other.stderr).toContain('the server was started anew: events before that are gone')
  })

  it.each([
    [['--for', 'checkout'], 'wanted KIND/NAME'],
    [['--for', 'pod/checkout'], "no kind 'pod'"],
    [['--for', 'push/two'], 'wanted push/NUMBER'],
    [['--names', 'push_dome'], 'did you mean "push_done"?'],
    [['--from', 'one'], 'Wanted the id of an event'],
    [['--severity', 'error'], 'Allowed choices are normal, warning'],
  ])('refuses %j and says what is wanted', async (args, text) => {
    const { status, stderr } = await run('events', ...args)
    expect(status).toBe(2)
    expect(stderr).toContain(text)
  })
})

describe('verdigris events -w', () => {
  it('goes on over a restart of the server, and says that older ones are gone', async () => {
    const child = watching('--names', 'server_started,push_done')
    await child.said('push 2 done')
    await running.stop()
    await child.said('the server is away; going on from event')
    running = await start()
    await run('rollback', 'checkout', '--wait')
    await child.said('push 3 done')
    child.interrupt()
    expect(await child.ended).toBe(130)
    expect(child.text()).toMatch(/ServerStarted[\s\S]*push 2 done[\s\S]*ServerStarted[\s\S]*push 3 done/)
    expect(child.text()).toContain('the server was started anew')
  }, 60_000)

  it('with --watch-only tells only what comes, as JSON a line for each', async () => {
    const child = watching('--watch-only', '-o', 'json', '--names', 'push_done')
    await child.said('watching')
    await run('switch', 'checkout', 'green', '--wait')
    await child.said('"push_done"')
    child.interrupt()
    await child.ended
    const lines = child
      .text()
      .split('\n')
      .filter((line) => line.startsWith('{'))
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { name: 'push_done', attributes: { push: '4' } },
    ])
  }, 60_000)
})

/** The built command as a process that is listened to. */
function watching(...args: readonly string[]) {
  const child = spawn(process.execPath, [cliScript(), 'events', '-w', ...args], {
    env: { ...process.env, ...withoutOurVariables, ...env(), NO_COLOR: '1' },
  })
  let text = ''
  const waiting = new Set<() => void>()
  const hear = (part: unknown): void => {
    text += String(part)
    for (const look of waiting) look()
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  return {
    text: () => text,
    interrupt: () => child.kill('SIGINT'),
    ended: new Promise<number | null>((resolve) => child.once('close', resolve)),
    /** Resolves when it has said this. */
    said: (wanted: string) =>
      new Promise<void>((resolve, reject) => {
        const look = (): void => {
          if (!text.includes(wanted)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        child.once('close', () => reject(new Error(`it ended before it said "${wanted}": ${text}`)))
        look()
      }),
  }
}
