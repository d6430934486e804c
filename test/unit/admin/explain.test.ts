// Traffic.Explain: at which listeners a request is looked at, of which generation, and what of it is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExplainAnswer, ExplainRequest, Input } from '../../../src/api/index.ts'
import { startExplainedRig } from './explained-rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startExplainedRig()
})
afterAll(() => rig.close())

const explain = (request: Input<ExplainRequest>): Promise<ExplainAnswer> =>
  rig.call('Traffic/Explain', { url: 'http://shop.test/cart', ...request }) as Promise<ExplainAnswer>
const shares = ({ explanations }: ExplainAnswer) =>
  explanations.flatMap(({ ways }) =>
    ways.flatMap((way) => way.shares.map(({ environment, share }) => `${environment} ${share}`)),
  )

describe('an explanation', () => {
  it('is of every listener that knows the host; of groups that are told the same, once', async () => {
    const { explanations } = await explain({})
    expect(explanations).toMatchObject([
      {
        listener: 'default/public/http',
        address: '0.0.0.0:8080',
        virtualHost: 'default/shop',
        domain: 'shop.test',
        groups: [
          { group: 'default/copy', generation: 2 },
          { group: 'default/edge', generation: 2 },
        ],
      },
    ])
    const mesh = await explain({ url: 'http://shop/cart' })
    expect(mesh.explanations.map(({ listener }) => listener)).toEqual(['default/sidecar~near/out'])
  })

  it('names the rule that made the route, the cohort, and the endpoints there are', async () => {
    const { explanations } = await explain({ headers: [{ name: 'X-Team', value: 'shop' }], group: 'edge' })
    expect(explanations[0]?.ways).toMatchObject([
      {
        ...{
          outcome: 'FORWARDED',
          object: 'default/Route/shop',
          path: 'spec.rules[0].matches[0]',
          rule: 'cart',
        },
        audience: 'cohort testers',
        shares: [{ environment: 'green', incarnation: 1, share: 10_000, endpoints: 1 }],
      },
    ])
    const usual = await explain({})
    expect(usual.explanations[0]?.ways[0]).toMatchObject({
      audience: '',
      decidedBy: 'drawn for each request',
    })
    expect(usual.explanations[0]?.misses).toMatchObject([
      { audience: 'cohort testers', reasons: ['header x-team is "shop": found none'] },
    ])
  })

  it('is of the newest generation, or of one that is kept', async () => {
    expect(shares(await explain({ group: 'edge' }))).toEqual(['green 3000', 'blue 7000'])
    expect(shares(await explain({ group: 'edge', generation: 1 }))).toEqual(['blue 10000'])
  })

  it('says of nobody that they made a route which is not what they would make now', async () => {
    const objects = async (generation: number) =>
      (await explain({ group: 'edge', generation })).explanations[0]?.ways.map(({ object }) => object)
    expect([await objects(2), await objects(1)]).toEqual([['default/Route/shop'], ['']])
  })

  it('of a proxy is what that has ACKed, type by type', async () => {
    expect(shares(await explain({ proxy: 'edge-1' }))).toContain('green 3000')
    const refusing = await explain({ proxy: 'edge-2', port: 8080 })
    expect([shares(refusing), refusing.explanations[0]?.groups]).toEqual([
      ['blue 10000'],
      [{ group: 'default/edge', generation: 1 }],
    ])
  })

  it('is of the gateway, sidecar or port that is named; a port of the URL counts where somebody listens', async () => {
    const listeners = async (request: Input<ExplainRequest>) =>
      (await explain(request)).explanations.map(({ listener }) => listener)
    expect(await listeners({ gateway: 'near' })).toEqual([
      'default/sidecar~near/in',
      'default/sidecar~near/out',
    ])
    expect(await listeners({ gateway: 'public' })).toEqual(['default/public/http'])
    expect(await listeners({ port: 15_006 })).toEqual(['default/sidecar~near/in'])
    expect(await listeners({ url: 'http://any.test:15006/' })).toEqual(['default/sidecar~near/in'])
    expect(await listeners({ url: 'http://shop.test:443/cart' })).toEqual(['default/public/http'])
  })

  it('of a host that nobody knows is 404 wherever it could come', async () => {
    const { explanations } = await explain({ url: 'http://else.test/' })
    expect(explanations.map(({ listener, ways }) => [listener, ways[0]?.outcome])).toEqual([
      ['default/public/http', 'NOT_FOUND'],
      ['default/sidecar~near/out', 'NOT_FOUND'],
    ])
    expect((await explain({ url: 'http://else.test/', gateway: 'public' })).explanations).toMatchObject([
      { virtualHost: '', ways: [{ outcome: 'NOT_FOUND', status: 404 }] },
    ])
  })
})

describe('refused', () => {
  it.each<[string, Input<ExplainRequest>, RegExp]>([
    ['another scheme', { url: 'ftp://shop.test/' }, /url: found "ftp:/],
    ['no host', { url: 'http:///cart' }, /found no host/],
    ['a line break', { url: 'http://shop.test/\n' }, /url: found/],
    ['a bad method', { method: 'GET IT' }, /method: found "GET IT"/],
    ['a bad name', { headers: [{ name: 'x y', value: '' }] }, /headers\[0\]\.name/],
    ['a bad value', { headers: [{ name: 'x', value: 'a\nb' }] }, /headers\[0\]\.value/],
    ['a bad address', { sourceAddress: 'home' }, /source_address: found "home"/],
    [
      'too many headers',
      { headers: Array.from({ length: 101 }, () => ({ name: 'a', value: '' })) },
      /at most 100/,
    ],
    [
      'a group that is not there',
      { group: 'none' },
      /node group default\/none is served nothing; there is default\/copy, default\/edge/,
    ],
    ['a gateway that is not there', { gateway: 'none' }, /no Gateway or Sidecar default\/none/],
    ['a proxy that is not there', { proxy: 'none' }, /no proxy "none"; see verdigris proxies/],
    ['a proxy that has nothing yet', { proxy: 'edge-3' }, /has not ACKed its configuration yet/],
    ['a generation that is gone', { generation: 7 }, /no generation 7 is kept/],
    [
      'a port without a listener',
      { port: 1 },
      /no listener on port 1 takes connections without TLS; there is default\/public\/http on port 8080/,
    ],
    ['TLS that nobody takes', { url: 'https://shop.test/' }, /no listener takes connections over TLS/],
  ])('%s', async (_, request, said) => {
    await expect(explain(request)).rejects.toThrow(said)
  })
})
