// The command line against a server: what goes to stdout and what to stderr, and exit statuses.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { err, limits, ok, type Problem } from '../../../src/base/index.ts'
import type { PushRecord } from '../../../src/push/index.ts'
import { commandLine, manifest, push } from './with-server.ts'

const cli = commandLine()
const { run, script, folder } = cli

describe('apply', () => {
  it('prints a line per object, the notes, revision and push on stdout; what to do next on stderr', async () => {
    const ran = await run(['apply', '-f', folder])
    expect(ran).toEqual({
      status: 0,
      stdout: [
        'service/cart configured',
        'route/web -n shop created, drains',
        'gateway/edge unchanged',
        'note: traffic unchanged: 90/10, set by deploy-bot in r41',
        'r12, push 7',
        '',
      ].join('\n'),
      stderr: 'follow it with: verdigris push watch 7\n',
    })
    expect(cli.commands).toMatchObject([{ verb: 'apply', manifests: [{ name: 'a' }, { name: 'b' }] }])
  })

  it('reads several files, folders and stdin, and names them in errors', async () => {
    await run(['apply', '-f', join(folder, 'b.yml'), '-f', '-', '-n', 'shop', '--in-place', '--dry-run'], {
      input: manifest('c'),
    })
    expect(cli.commands).toMatchObject([
      {
        manifests: [
          { name: 'b', namespace: 'shop' },
          { name: 'c', namespace: 'shop' },
        ],
        inPlace: true,
        dryRun: true,
      },
    ])
    const broken = await run(['apply', '-f', '-'], { input: manifest('c').replace('hosts', 'hots') })
    expect(broken.status).toBe(2)
    expect(broken.stdout).toBe('')
    expect(broken.stderr).toContain(
      'error: stdin:6:3: Route default/c: unknown field "hots"; did you mean "hosts"? (spec.hots)',
    )
    expect(broken.stderr).toMatch(/next: {2}mend the input/)
  })

  it.each([
    ['a file that is not there', ['-f', '/absent.yaml'], /\/absent\.yaml does not exist/],
    ['a folder without manifests', ['-f', '/proc/self/fd'], /no \*\.yaml, \*\.yml or \*\.json in/],
    ['no file at all', [], /required option '-f, --filename <path>' not specified/],
  ])('refuses %s without asking the server', async (_what, args, said) => {
    const ran = await run(['apply', ...args])
    expect([ran.status, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toMatch(said)
    expect(cli.commands).toEqual([])
  })

  it('refuses a file above the bound before it is read', async () => {
    const file = join(folder, 'huge.data')
    writeFileSync(file, Buffer.alloc(limits.manifestBytes + 1, 32))
    const ran = await run(['apply', '-f', file])
    rmSync(file)
    expect([ran.status, ran.stdout]).toEqual([1, ''])
    expect(ran.stderr).toContain('more than 16 MiB of manifests')
  })
})

describe('a change', () => {
  it.each<[Problem, number, string]>([
    [{ kind: 'notFound', message: 'no Service default/cart' }, 1, 'no Service default/cart'],
    [{ kind: 'conflict', message: 'etag', winner: 'r41 by deploy-bot' }, 1, 'first was: r41 by deploy-bot'],
    [
      {
        kind: 'precondition',
        message: 'refused',
        refusals: [{ node: 'edge-1', type: 'Cluster', detail: 'bad regex' }],
      },
      1,
      'edge-1 refused Cluster: bad regex',
    ],
    [{ kind: 'invalid', message: 'no environment "gren"', violations: [] }, 2, 'no environment "gren"'],
    [{ kind: 'unavailable', message: 'read-only' }, 3, 'read-only'],
  ])(
    'that is refused with %j ends with its status, on stderr, with what to do next',
    async (problem, status, said) => {
      cli.answers(() => err(problem))
      const ran = await run(['switch', 'cart', 'green'])
      expect([ran.status, ran.stdout]).toEqual([status, ''])
      expect(ran.stderr).toContain(`error: `)
      expect(ran.stderr).toContain(said)
      expect(ran.stderr).toContain('next:  ')
    },
  )

  it.each<[PushRecord['phase'], number]>([
    ['done', 0],
    ['aborted', 4],
    ['reverted', 4],
    ['overtaken', 4],
    ['split', 5],
  ])('waits for its push, and ends by how that ended: %s', async (phase, status) => {
    script.pushes.push(push('preparing'))
    const running = run(['switch', 'cart', 'green', '--wait', '--reason', 'because'])
    await expect.poll(() => cli.commands.length, { timeout: 10_000 }).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 150))
    script.pushes[0] = push(phase, phase === 'done' ? {} : { verdict: 'edge-1 said no' })
    script.changed()
    const ran = await running
    expect(ran.status).toBe(status)
    expect(ran.stderr).toBe(
      'push 7 preparing: 2 of 3 proxies; waits for edge-3: default/cart/green.2: no endpoints\n',
    )
    expect(ran.stdout.split('\n').slice(0, 3)).toEqual([
      'cart: all traffic to green (r12, push 7)',
      'note: traffic unchanged: 90/10, set by deploy-bot in r41',
      expect.stringContaining(`push 7 ${phase}`),
    ])
    if (phase === 'done') expect(ran.stdout).toContain('push 7 done in 3.4ms: 3 of 3 proxies, skew 0.8ms')
    else expect(ran.stdout).toContain('  edge-1 said no')
    if (phase === 'aborted') expect(ran.stdout).toContain('push 7 aborted: no proxy had switched')
    if (phase === 'reverted')
      expect(ran.stdout).toContain('push 7 reverted: 0 of 3 proxies had switched, all are back')
  })

  it('that is not there in time says that the push goes on', async () => {
    script.pushes.push(push('preparing'))
    const ran = await run(['rollback', 'cart', '--wait', '--timeout', '300ms'])
    expect(ran.status).toBe(5)
    expect(ran.stderr).toContain('still going: verdigris push watch 7')
  })

  it('with -o json is one JSON document on stdout, the push in it when it was waited for', async () => {
    script.pushes.push(push('done'))
    const ran = await run(['split', 'cart', 'blue=99.5', 'green=0.5', '--wait', '-o', 'json'])
    expect(JSON.parse(ran.stdout)).toMatchObject({
      revision: 12,
      push: '7',
      record: { phase: 'done', timings: { lastAckMs: 3.44 } },
    })
    expect(cli.commands).toMatchObject([{ verb: 'split', weights: { blue: 9_950, green: 50 } }])
  })

  it('sends who asks: --actor, its variable, or the login', async () => {
    await run(['switch', 'cart', 'green', '--actor', 'deploy-bot'])
    await run(['switch', 'cart', 'green'], { env: { VERDIGRIS_ACTOR: 'ci/main' } })
    expect(cli.commands.map((command) => command.actor)).toEqual([
      'unverified:deploy-bot',
      'unverified:ci/main',
    ])
  })

  it.each([
    [['split', 'cart', 'blue=90', 'green=9'], /shares add up to 99, wanted 100/],
    [['split', 'cart', 'blue=100', 'green=0'], /Leave green out/],
    [['split', 'cart', 'blue=-1'], /Wanted ENVIRONMENT=PERCENT/],
    [['split', 'cart', 'blue=50', 'blue=50'], /blue is there twice/],
    [['switch', 'cart'], /missing required argument 'environment'/],
    [['switch', 'cart', 'green', '--timeout', 'soon'], /Wanted a duration/],
    [['switch', 'cart', 'green', '--server', 'nowhere'], /Wanted HOST:PORT/],
    [['swich', 'cart', 'green'], /Did you mean switch\?/],
    [['get', 'pods'], /no kind 'pods'; there are nodegroups \(ng\)/],
    [['delete', 'svc', 'a', 'b', '--etag', 'x'], /--etag goes with one name/],
  ])('that is not well put is a usage error: %j', async (args, said) => {
    const ran = await run(args)
    expect([ran.status, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toMatch(said)
    expect(cli.commands).toEqual([])
  })
})

describe('diff', () => {
  it('prints what would change and ends with 1; with 0 when nothing would', async () => {
    const differs = await run(['diff', '-f', folder])
    expect(differs.status).toBe(1)
    expect(differs.stdout).toBe(
      'service/cart configured\n-  version: "1"\n+  version: "2"\nroute/web -n shop created, drains\n+ kind: Route\n',
    )
    cli.answers(() =>
      ok({ objects: [{ key: 'default/Gateway/edge', change: 'unchanged', lines: [] }], notes: [] }),
    )
    expect(await run(['diff', '-f', folder])).toMatchObject({ status: 0, stdout: '' })
    expect(cli.commands.every((command) => command.dryRun === true)).toBe(true)
  })

  it('that cannot be made never looks like a difference', async () => {
    cli.answers(() => err({ kind: 'precondition', message: 'no' }))
    expect((await run(['diff', '-f', folder])).status).toBe(2)
  })
})

describe('push watch', () => {
  it('without an id goes on until Ctrl-C, which is said by the status', async () => {
    script.pushes.push(push('done'))
    const ran = await run(['push', 'watch'], { interruptAt: 'push 7 done' })
    expect(ran.status).toBe(130)
    expect(ran.stdout).toContain('push 7 done')
  })
})
