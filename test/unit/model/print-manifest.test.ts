// Printing: what people get back can be applied as it is.
import { describe, expect, it } from 'vitest'
import {
  manifestText,
  parseManifests,
  planApply,
  planTraffic,
  printManifest,
} from '../../../src/model/index.ts'
import {
  applied,
  commit,
  group,
  policy,
  service,
  serviceOf,
  shop,
  text,
  trafficOf,
  value,
} from './fixtures.ts'

describe('a printed object', () => {
  it('has durations as text, its etag, and what the control plane gave it as status', () => {
    const world = applied([
      service(undefined, 'upstream: {connectTimeout: 90s, healthCheck: {http: {path: /}}}'),
    ])
    expect(printManifest(serviceOf(world))).toMatchObject({
      apiVersion: 'verdigris.dev/v1alpha1',
      kind: 'Service',
      metadata: { namespace: 'default', name: 'checkout', etag: 'e1' },
      spec: {
        upstream: {
          connectTimeout: '1m30s',
          healthCheck: { interval: '5s', timeout: '1s', healthyThreshold: 1 },
        },
      },
      status: { uid: 'u1', revision: 1, incarnations: { blue: 1, green: 1 } },
    })
  })

  it('shows both parts of a policy, and applies as unchanged', () => {
    const world = shop()
    const moved = commit(
      world,
      value(planTraffic(world, { namespace: 'default', service: 'checkout', weights: { green: 10_000 } })),
    )
    const object = moved.get('default/TrafficPolicy/checkout')
    if (object === undefined) throw new Error('no policy')
    const printed = printManifest(object, trafficOf(moved))
    expect(printed).toMatchObject({
      spec: { initial: { weights: { blue: 10_000 } } },
      traffic: { weights: { green: 10_000 } },
    })
    const again = value(parseManifests([{ file: 'f', text: manifestText([printed], 'json') }]))
    const plan = value(planApply(moved, again))
    expect(plan.puts).toEqual([])
    expect(plan.notes).toEqual(['default/checkout blue/green: traffic unchanged: 0/100, set in r2'])
  })

  it('keeps texts that YAML could take for something else', () => {
    const odd = [
      'true',
      'null',
      '8080',
      '1e3',
      'on',
      '0x10',
      '2024-01-01',
      '1:30',
      '~',
      '- a',
      'a: b',
      '#',
      '<<',
      ' x ',
      '',
    ]
    const metadata = Object.fromEntries(
      odd.map((value, index) => [value === '' ? 'empty' : value, odd[odd.length - 1 - index]]),
    )
    const world = applied([
      text('NodeGroup', 'odd', `selector: {metadata: ${JSON.stringify({ ...metadata, '<<': undefined })}}`),
    ])
    for (const format of ['yaml', 'json'] as const) {
      const printed = manifestText(
        [...world.values()].map((object) => printManifest(object)),
        format,
      )
      const [again] = value(parseManifests([{ file: 'f', text: printed }]))
      expect(again?.spec).toEqual(world.get('default/NodeGroup/odd')?.spec)
    }
  })

  it('is one text with its like, in both formats', () => {
    const objects = [
      ...applied([
        group('a'),
        group('b'),
        policy()
          .replace('TrafficPolicy', 'NodeGroup')
          .replace(/spec:[\s\S]*/, 'spec: {selector: {}}\n'),
      ]).values(),
    ]
    for (const format of ['yaml', 'json'] as const) {
      const printed = manifestText(
        objects.map((object) => printManifest(object)),
        format,
      )
      expect(value(parseManifests([{ file: 'f', text: printed }])).map(({ name }) => name)).toEqual([
        'a',
        'b',
        'checkout',
      ])
    }
  })
})
