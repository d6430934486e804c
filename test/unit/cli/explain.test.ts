// verdigris explain: what it asks for, what it prints, and how it exits.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startExplainedRig } from '../admin/explained-rig.ts'
import type { Rig } from '../admin/rig.ts'
import { here } from './run.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startExplainedRig()
})
afterAll(() => rig.close())

const explain = (...args: readonly string[]) =>
  here(['explain', ...args, '--server', `127.0.0.1:${rig.port}`], { COLUMNS: '80' })

describe('explain', () => {
  it('prints the way: listener, host, route, shares, settings, and what was near', async () => {
    const { stdout, status } = await explain('http://shop.test/cart', '--group', 'edge')
    expect(status).toBe(0)
    expect(stdout.split('\n')).toEqual([
      'listener:         default/public/http 0.0.0.0:8080 (default/edge g2)',
      'host:             shop.test (virtual host default/shop)',
      'route:            path is /cart or below, method GET (route/shop rule cart)',
      'goes to:          shop/green.1     30%  1 endpoint',
      '                  shop/blue.1      70%  2 endpoints',
      'chosen by:        drawn for each request',
      'timeout:          15s',
      'idle timeout:     300s',
      '',
      'Near, and not taken',
      '  cohort testers: path is /cart or below, method GET, header x-team is "shop"',
      '  (route/shop rule cart)',
      '      wanted header x-team is "shop": found none',
      '',
    ])
  })

  it('stays within 80 columns', async () => {
    const { stdout } = await explain('http://shop.test/cart', '-H', `x-team: ${'long '.repeat(40)}`)
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it.each([
    [['http://shop.test/old/1?x=1'], 0, /goes to: +the client, 301 to http:\/\/shop\.test\/new\?x=1/],
    [
      ['http://shop.test/cart', '-X', 'POST'],
      1,
      /goes to: +nobody: 404: no route of virtual host default\/shop takes it/,
    ],
    [['http://shop.test/cart', '-X', 'POST'], 1, /wanted method GET: found "POST"/],
    [['http://shop.test/x', '--grpc'], 1, /nobody: 200 \(grpc-status 12\)/],
    [
      ['http://shop.test/cart', '--header', 'x-team:shop'],
      0,
      /for: +cohort testers\ngoes to: +shop\/green\.1 +100%/,
    ],
    [['http://shop.test/cart', '--proxy', 'edge-2', '--port', '8080'], 0, /g1\)[\s\S]*shop\/blue\.1 +100%/],
  ] as const)('%j exits with %d', async (args, status, said) => {
    const ran = await explain(...args)
    expect([ran.status, ran.stderr]).toEqual([status, ''])
    expect(ran.stdout).toMatch(said)
  })

  it('gives all of it as data', async () => {
    const { stdout } = await explain(
      'http://shop.test/cart',
      '--query',
      'a=1',
      '--cookie',
      'b=2',
      '-o',
      'json',
    )
    expect(JSON.parse(stdout)).toMatchObject({
      explanations: [
        {
          ways: [
            {
              outcome: 'forwarded',
              shares: [{ environment: 'green', share: 3_000 }, { environment: 'blue' }],
            },
          ],
        },
      ],
    })
  })

  it.each([
    [['http://shop.test/', '-H', 'nothing'], 2, /Wanted NAME:VALUE/],
    [['http://shop.test/', '--claim', '=x'], 2, /Wanted NAME=VALUE/],
    [['not a url'], 2, /wanted a URL such as/],
    [['http://shop.test/', '--gateway', 'none'], 1, /no Gateway or Sidecar default\/none/],
  ] as const)('refuses %j with %d', async (args, status, said) => {
    const ran = await explain(...args)
    expect(ran.status).toBe(status)
    expect(ran.stderr).toMatch(said)
  })
})
