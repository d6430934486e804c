// verdigris wait, and -w: against a server whose objects, pushes and proxies are there.
import { describe, expect, it } from 'vitest'
import { readCondition } from '../../../src/cli/wait/conditions.ts'
import { commandLine, push } from './with-server.ts'

const cli = commandLine()
const { run, script } = cli

describe('wait', () => {
  it.each([
    ['push/41', 'done', { kind: 'push', id: '41', until: 'done' }],
    [
      'service/checkout',
      'traffic=green',
      { kind: 'traffic', service: 'checkout', weights: { green: 10_000 } },
    ],
    ['svc/checkout', 'traffic=blue=90,green=10', { kind: 'traffic', weights: { blue: 9_000, green: 1_000 } }],
    ['route/web', 'delete', { kind: 'object', target: { kind: 'Route', name: 'web' }, isThere: false }],
    ['proxies', 'count=3', { kind: 'count', atLeast: 3 }],
    ['proxy/edge-1', 'holds=newest', { kind: 'holds', node: 'edge-1' }],
    ['server', 'ready', { kind: 'server' }],
  ])('reads %s --for %s', (target, wanted, condition) => {
    expect(readCondition(target, wanted)).toMatchObject({ ok: true, value: condition })
  })

  it.each([
    ['push/41', 'don', "'don' is nothing that push/41 can be waited for; did you mean done?"],
    ['push', 'done', 'wanted push/ID, such as push/41'],
    ['proxies', 'count=0', "'count=0' is nothing that proxies can be waited for; did you mean count=N?"],
    ['service/a', 'traffic=blue=90', 'shares add up to 90, wanted 100: blue=90'],
    [
      'route/web',
      'traffic=green',
      "'traffic=green' is nothing that route/web can be waited for; wanted exists, deleted",
    ],
    ['servic/a', 'exists', "no kind 'servic'; did you mean service?"],
    ['service', 'exists', "wanted KIND/NAME, such as service/checkout, found 'service'"],
  ])('refuses %s --for %s before it asks anybody', async (target, wanted, said) => {
    expect(readCondition(target, wanted)).toEqual({ ok: false, error: said })
    expect(await run(['wait', target, '--for', wanted])).toMatchObject({
      ...{ status: 2, stdout: '' },
      stderr: expect.stringContaining(said),
    })
  })

  it.each([
    ['server', 'ready'],
    ['service/cart', 'exists'],
    ['route/absent', 'deleted'],
    ['proxies', 'count=2'],
    ['proxy/edge-1', 'connected'],
  ])('ends with 0 at once where it is so: %s --for %s', async (target, wanted) => {
    const ran = await run(['wait', target, '--for', wanted, '--timeout', '20s'])
    expect([ran.status, ran.stdout]).toEqual([0, `${target}: ${wanted}\n`])
  })

  it.each([
    ['service/cart', 'deleted'],
    // Decided, and no proxy was switched to it.
    ['service/cart', 'traffic=blue'],
    ['route/absent', 'exists'],
    ['proxies', 'count=3'],
    ['proxies', 'holds=newest'],
    ['push/7', 'done'],
  ])(
    'ends with 5 where it is not so in time, and says what it waited for: %s --for %s',
    async (target, wanted) => {
      script.pushes.push(push('preparing'))
      const ran = await run(['wait', target, '--for', wanted, '--timeout', '400ms'])
      expect([ran.status, ran.stdout]).toEqual([5, ''])
      expect(ran.stderr).toContain(`error: ${target}: ${wanted}: not in time\nnext:  `)
    },
  )

  it('ends with 4 when the push ended otherwise, with 1 when there is none', async () => {
    script.pushes.push(push('aborted'))
    expect((await run(['wait', 'push/7', '--for', 'done'])).status).toBe(4)
    expect((await run(['wait', 'service/none', '--for', 'traffic=green'])).status).toBe(1)
  })

  it('waits on until it becomes so', async () => {
    script.pushes.push(push('preparing'))
    const waiting = run(['wait', 'push/7', '--for', 'done', '--timeout', '20s'])
    await new Promise((resolve) => setTimeout(resolve, 150))
    script.pushes[0] = push('done')
    script.changed()
    expect(await waiting).toMatchObject({ status: 0, stdout: 'push/7: done\n' })
  })

  it('ends with 3 where no server is, but for one that is waited for itself', async () => {
    const nobody = ['--server', '127.0.0.1:1', '--timeout', '600ms']
    expect((await run(['wait', 'proxies', '--for', 'count=1', ...nobody])).status).toBe(3)
    expect((await run(['wait', 'server', '--for', 'ready', ...nobody])).status).toBe(5)
  })
})

describe('-w', () => {
  const short = ['--timeout', '700ms']

  it('prints what is there with the titles of its table, then waits', async () => {
    const ran = await run(['get', 'svc', '-w', ...short])
    const [titles, ...rows] = ran.stdout.trimEnd().split('\n')
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    expect(titles?.split(/ +/)).toEqual(['NAME', 'ENVIRONMENTS', 'TRAFFIC', 'REVISION', 'EVENT'])
    expect(rows).toHaveLength(2)
    const only = await run(['get', 'svc', '--watch-only', ...short])
    expect(only.stdout.trimEnd().split('\n')).toHaveLength(1)
  })

  it('tells a push whenever it has gone on, in every format', async () => {
    script.pushes.push(push('preparing'))
    const watching = run(['push', 'list', '-w', '-o', 'json', '--timeout', '2s'])
    await new Promise((resolve) => setTimeout(resolve, 500))
    script.pushes[0] = push('done')
    script.changed()
    const told = (await watching).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; object: { phase: string } })
    expect(told.map(({ type, object }) => [type, object.phase])).toEqual([
      ['added', 'preparing'],
      ['changed', 'done'],
    ])
  })

  it.each([
    [['get', 'service/cart', '-o', 'name'], 'service/cart\n'],
    [['proxies', '-o', 'name'], /^proxy\/a-name.*\nproxy\/edge-1\n$/],
    [['push', 'list', '-o', 'name'], 'push/7\n'],
    [['traffic', 'cart', '-o', 'name'], 'service/cart\n'],
    [['history', 'cart', '-o', 'name'], 'r1\n'],
  ])('and -o name print words that other commands take: %j', async (args, said) => {
    script.pushes.push(push('done'))
    const whole = await run(args)
    expect(whole.stdout).toMatch(said)
    if (args[0] !== 'history') expect((await run([...args, '-w', ...short])).stdout).toBe(whole.stdout)
  })

  it('fails as without it where there is no server or no such service', async () => {
    expect((await run(['proxies', '-w', '--server', '127.0.0.1:1'])).status).toBe(3)
    expect((await run(['traffic', 'none', '-w'])).status).toBe(1)
  })
})

describe('traffic', () => {
  it('shows what is wanted, applied and observed, of one service or of all', async () => {
    const one = await run(['traffic', 'service/cart'])
    expect(one.stdout).toMatch(/^Service: +cart\nManaged by: +operator\nMoved: +r1 by unverified:lena/)
    expect(one.stdout).toMatch(/\ncart +blue +1 +100% +0% +- +0\n$/)
    const all = await run(['traffic', '-o', 'json'])
    expect((JSON.parse(all.stdout) as { service: string }[]).map(({ service }) => service)).toContain('cart')
  })
})
