// What the command line prints of what is there: tables at 80 columns, and manifests that can be applied again.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandLine, long, push } from './with-server.ts'

const cli = commandLine()
const { run, script } = cli

describe('tables', () => {
  const widest = (text: string): number => Math.max(...text.split('\n').map((line) => [...line].length))

  it.each([
    ['get'],
    ['get', 'svc'],
    ['get', '-A'],
    ['proxies'],
    ['proxy', 'edge-1'],
    ['push', 'list'],
    ['push', 'get', '7'],
    ['history', 'cart'],
    ['traffic'],
    ['traffic', long],
    ['endpoints', 'list'],
    ['cohort', 'list', 'cart'],
    ['mirror', 'list', 'cart'],
    ['fence', 'list', 'cart'],
    ['store', 'status'],
    ['store', 'generations'],
    ['config', 'get-contexts'],
    ['config', 'view'],
    ['get', 'services,traffic', '-w', '--timeout', '300ms'],
    ['proxies', '-w', '--timeout', '300ms'],
    ['push', 'list', '-w', '--timeout', '300ms'],
    ['traffic', '-w', '--timeout', '300ms'],
  ])('fit 80 columns: %s %s', async (...args) => {
    script.pushes.push(
      push('done', { verdict: 'everything went as it should have gone from the beginning on' }),
    )
    const contexts = join(cli.folder, 'contexts.data')
    const server = 'a.server.with.a.very.long.name.in.a.domain.far.away:18001'
    writeFileSync(
      contexts,
      `contexts: [{name: ${long}, server: "${server}", namespace: ${long}, actor: ${long}}]`,
    )
    const ran = await run(args, { env: { COLUMNS: '80', VERDIGRIS_CLIENT_CONFIG: contexts } })
    expect(ran.status).toBe(0)
    // Remarks for people may stand there, and are no table.
    if (!['config', 'endpoints'].includes(args[0] ?? '')) expect(ran.stderr).toBe('')
    if (args[0] !== 'push' || args[1] !== 'get') expect(widest(ran.stdout)).toBeLessThanOrEqual(80)
    expect(ran.stdout).not.toContain('\u001b')
  })

  it('are whole in a pipe, where nobody counts columns', async () => {
    expect((await run(['proxies'])).stdout).toContain(long)
  })

  it('show services with their traffic, as kubectl would', async () => {
    const ran = await run(['get', 'svc', 'cart'])
    expect(ran.stdout).toBe(
      `NAME  ENVIRONMENTS  TRAFFIC    REVISION\ncart  blue 1        blue 100%        r1\n`,
    )
    expect((await run(['get', 'svc', '-o', 'name'])).stdout).toBe(`service/${long}\nservice/cart\n`)
  })

  it('show who moved a service, when and why', async () => {
    const ran = await run(['history', 'cart'])
    expect(ran.stdout).toMatch(
      /^REVISION +AGE +VERB +TRAFFIC +ACTOR +PUSH +REASON\nr1 +\d+[sm] +apply +blue 100% +unverified:lena +first of all/,
    )
    expect((await run(['history', 'none'])).status).toBe(1)
  })

  it('print one object as a manifest that can be applied again', async () => {
    const ran = await run(['get', 'service', 'cart', '-o', 'yaml'])
    expect(ran.stdout).toMatch(/^apiVersion: verdigris\.dev\/v1alpha1\nkind: Service\n/)
    expect((await run(['apply', '-f', '-', '--dry-run'], { input: ran.stdout })).status).toBe(0)
    expect(cli.commands).toMatchObject([{ manifests: [{ kind: 'Service', name: 'cart' }] }])
  })

  it('print everything as manifests that can be applied again: traffic is left out, and that is said', async () => {
    const ran = await run(['get', '-o', 'yaml'])
    expect(ran.stdout).not.toContain('kind: Traffic\n')
    expect(ran.stderr).toContain('without traffic, which is not applied: verdigris get traffic')
    expect((await run(['apply', '-f', '-', '--dry-run'], { input: ran.stdout })).status).toBe(0)
    expect((await run(['get', 'traffic', '-o', 'yaml'])).stdout).toContain('kind: Traffic\n')
  })

  it('never carry what a proxy says to the terminal as it is', async () => {
    const ran = await run(['proxy', 'edge-1'])
    expect(ran.stdout).toContain('refused: bad [31m regex')
    expect(ran.stdout).not.toContain('\u001b')
  })

  it('are coloured only when asked for or on a terminal', async () => {
    expect((await run(['get'], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[1m')
    expect((await run(['get'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain('\u001b')
  })
})
