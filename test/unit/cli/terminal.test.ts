// The built program at a terminal and in pipes: Ctrl-C, twice too, readers that go away, colours, and what start-up loads.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wantsColor } from '../../../src/cli/output/terminal.ts'
import { type Rig, scripted, startRig } from '../admin/rig.ts'
import { here, script } from './run.ts'
import { push } from './with-server.ts'

let rig: Rig
let silent: Server
let silentPort = 0
const story = scripted()
beforeAll(async () => {
  rig = await startRig({ delivery: story.delivery, version: '9.9.9' })
  // Takes connections and says nothing, as a host behind a firewall that drops.
  silent = createServer((socket) => socket.on('error', () => {}))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const address = silent.address()
  silentPort = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(async () => {
  await rig.close()
  silent.close()
})

/** Runs it at a terminal of its own; sends what is to be typed whenever its output holds the next mark. */
function atTerminal(
  args: readonly string[],
  typed: readonly (readonly [mark: string | RegExp, keys: string])[],
): Promise<{ readonly status: number | null; readonly text: string }> {
  const command = [process.execPath, script, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qec', `stty cols 80; exec ${command}`, '/dev/null'], {
    env: { PATH: process.env.PATH, TERM: 'xterm', XDG_CONFIG_HOME: '/nonexistent', SHELL: '/bin/sh' },
  })
  let text = ''
  let next = 0
  child.stdout.on('data', (part) => {
    text += String(part)
    const [mark, keys] = typed[next] ?? []
    if (
      mark === undefined ||
      keys === undefined ||
      !(typeof mark === 'string' ? text.includes(mark) : mark.test(text))
    )
      return
    next += 1
    child.stdin.write(keys)
  })
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, text })))
}

const ctrlC = '\u0003'
const cleared = '\r\u001b[K'

describe('Ctrl-C at a terminal', () => {
  it('during progress takes the unfinished line away, and ends with 130', async () => {
    story.pushes.length = 0
    story.pushes.push(push('preparing'))
    const ran = await atTerminal(
      ['push', 'watch', '7', '--server', `127.0.0.1:${rig.port}`],
      [['push 7 preparing', ctrlC]],
    )
    expect(ran.status).toBe(130)
    expect(ran.text).toContain(`${cleared}push 7 preparing: 2 of 3 proxies`)
    // The unfinished line is gone; where the push stood is a line of data, and the prompt comes on a new one.
    expect(ran.text.endsWith(`${cleared}push 7 preparing: 0 of 3 proxies\r\n`)).toBe(true)
    // No line is wider than the terminal: it could not be taken back.
    for (const line of ran.text.split(cleared)) expect([...line].length).toBeLessThan(83)
  })

  it('twice ends at once, also where the server never says a word', async () => {
    const once = await atTerminal(
      ['wait', 'proxies', '--for', 'count=9', '--server', `127.0.0.1:${rig.port}`, '--timeout', '1m'],
      [['0 of 9 proxies', ctrlC + ctrlC]],
    )
    expect(once.status).toBe(130)
    expect(once.text.replaceAll('^C', '').endsWith(cleared)).toBe(true)
  })
})

describe('an interrupt in a pipe', () => {
  it('ends a call that nobody answers', async () => {
    const child = spawn(process.execPath, [
      script,
      'get',
      '--server',
      `127.0.0.1:${silentPort}`,
      '--timeout',
      '50s',
    ])
    await new Promise((resolve) => silent.once('connection', resolve))
    child.kill('SIGINT')
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(130)
  })
})

describe('a reader that has seen enough', () => {
  it.each([
    ['of help', '--help'],
    ['of data', 'completion bash'],
    ['of errors', 'swich 2>&1'],
  ])('%s is no failure, and nothing is said about it', (_what, words) => {
    const out = execFileSync(
      'bash',
      [
        '-c',
        `set -o pipefail; '${process.execPath}' '${script}' ${words} | head -c 1 | wc -c; echo "\${PIPESTATUS[0]}"`,
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    )
    expect(out).toMatch(/^1\n/)
  })

  it('of a watch ends the watch', async () => {
    story.pushes.length = 0
    story.pushes.push(push('done'))
    const child = spawn('bash', [
      '-c',
      `'${process.execPath}' '${script}' push list -w -o name --server 127.0.0.1:${rig.port} | head -n 1; echo "status \${PIPESTATUS[0]}"`,
    ])
    let text = ''
    child.stdout.on('data', (part) => {
      text += String(part)
      if (!text.includes('push/7')) return
      // The next line finds nobody there.
      for (const phase of ['preparing', 'done'] as const)
        setTimeout(
          () => {
            story.pushes[0] = push(phase)
            story.changed()
          },
          phase === 'done' ? 300 : 100,
        )
    })
    await new Promise((resolve) => child.on('close', resolve))
    expect(text).toBe('push/7\nstatus 0\n')
  })
})

describe('colours', () => {
  it.each<[Record<string, string>, boolean, boolean]>([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ NO_COLOR: '1', CLICOLOR_FORCE: '1' }, true, false],
    [{ CLICOLOR_FORCE: '1' }, false, true],
    [{ CLICOLOR_FORCE: '0' }, false, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ CLICOLOR: '0' }, true, false],
    [{ TERM: 'dumb' }, true, false],
  ])('with %j at a terminal (%s): %s', (env, isTTY, colours) => {
    expect(wantsColor({ isTTY }, env)).toBe(colours)
  })
})

describe('a server', () => {
  it('says its version; one that does not know a call is said to be another version, with both', async () => {
    const env = { VERDIGRIS_SERVER: `127.0.0.1:${rig.port}` }
    expect((await here(['version'], env)).stdout).toMatch(/^client: \d.*\nserver: 9\.9\.9\n$/)
    const other = rig.client()
    const error = await new Promise<{ metadata: { get(name: string): unknown[] } }>((resolve) =>
      other.makeUnaryRequest(
        '/verdigris.admin.v1alpha1.Later/Do',
        () => Buffer.alloc(0),
        () => ({}),
        {},
        (failure) => resolve(failure ?? { metadata: { get: () => [] } }),
      ),
    )
    expect(error.metadata.get('verdigris-version')).toEqual(['9.9.9'])
  })
})

describe('what other tools call our verbs', () => {
  it.each([
    ['promote', 'verdigris switch SERVICE ENVIRONMENT'],
    ['nodes', 'verdigris proxies'],
    ['logs', 'verdigris events -w'],
    ['swich', 'verdigris --help'],
  ])('%s is answered with what does it here', async (word, next) => {
    const ran = await here([word])
    expect([ran.status, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toContain(`error: unknown command '${word}'`)
    expect(ran.stderr).toContain(`next:  ${next}\n`)
  })

  it('an unknown flag or subcommand suggests the nearest', async () => {
    expect((await here(['switch', 'a', 'b', '--wiat'])).stderr).toMatch(
      /Did you mean --wait\?\)\nnext: {2}verdigris switch --help/,
    )
    expect((await here(['push', 'wach'])).stderr).toMatch(/Did you mean watch\?/)
    expect((await here(['get', 'servies'])).stderr).toContain('did you mean services?')
    expect((await here(['get', 'pushes'])).stderr).toContain('try: verdigris push list')
  })
})

describe('--help', () => {
  it('loads the words of the program and nothing that talks, checks or parses', async () => {
    const hooks = 'export const load = (url, context, next) => (process._rawDebug(url), next(url, context))'
    const loader = `data:text/javascript,${encodeURIComponent(hooks)}`
    const register = `import { register } from 'node:module'; register(${JSON.stringify(loader)})`
    const ran = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(register)}`, script, '--help'],
      { encoding: 'utf8' },
    )
    expect(ran.status).toBe(0)
    const packages = [...ran.stderr.matchAll(/node_modules\/((?:@[^/\s]+\/)?[^/\s]+)/g)].map(
      ([, name]) => name,
    )
    const rooms = [...ran.stderr.matchAll(/\/dist\/([a-z-]+)\//g)].map(([, room]) => room)
    expect([...new Set(packages)].sort()).toEqual(['commander', 'picocolors'])
    expect([...new Set(rooms)]).toEqual(['cli'])
    expect(ran.stdout).toContain('Blue-green delivery')
  })
})
