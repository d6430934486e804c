// What listeners for TCP are made of, and what is refused of the traffic of the service that they lead to.
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { planApply, planTraffic, type World } from '../../../src/model/index.ts'
import { needsOf } from '../../../src/push/needs.ts'
import { createCompiler } from '../../../src/snapshot/index.ts'
import { createTranslator } from '../../../src/translate/index.ts'
import {
  applied,
  commit,
  environment,
  gateway,
  group,
  policy,
  read,
  service,
  value,
} from '../model/fixtures.ts'

const ports = 'ports: [{name: http}, {name: sql, protocol: TCP}]'
const both = (text: string): string =>
  text.replace('ports: [{name: http}]', ports).replace(/port: (\d+)/g, 'ports: {http: $1, sql: $1}')
const tcp = (more = ''): string =>
  gateway('edge', `[{name: db, port: 5432, protocol: TCP, service: {name: checkout, port: sql}${more}}]`)
const shop = (more?: string): World =>
  applied([
    group(),
    tcp(),
    both(service([environment('blue'), environment('green', 'v2', [9201])])),
    policy(more),
  ])

const compiled = (world: World) => value(createCompiler().compile(world, 'default/edge')).types
const violationsOf = (world: World): readonly string[] =>
  createTranslator()
    .translate(world, 'default/edge')
    .violations.map(({ object, path, message }) => `${object} ${path}: ${message}`)
const why =
  'listener "db" of default/Gateway/edge takes TCP, and a connection has no headers, cookies or methods to go by: only weights share it'

describe('a listener for TCP', () => {
  it('waits for its proxy, which comes by ECDS and names the clusters that have a share', () => {
    const types = compiled(shop('initial: {weights: {blue: 2500, green: 7500}}'))
    expect(types.get(typeUrls.lds)?.get('default/edge/db')?.facts).toEqual({
      extensions: ['default/edge/db'],
    })
    expect(types.get(typeUrls.ecds)?.get('default/edge/db')?.facts).toEqual({
      clusters: ['default/checkout/blue.1/sql', 'default/checkout/green.1/sql'],
    })
    expect([...(types.get(typeUrls.rds)?.keys() ?? [])]).toEqual([])
  })

  it('stays as it is, byte for byte, when its traffic or its time-outs change', () => {
    const before = shop()
    const after = commit(
      before,
      value(planApply(before, read(tcp(', timeouts: {idle: 5m, connection: 1h}')))),
    )
    const moved = commit(after, value(planTraffic(after, weights({ green: 10_000 }))))
    const [first, ...others] = [before, after, moved].map(compiled)
    const hashOf = (types: typeof first, type: string) => types?.get(type)?.get('default/edge/db')?.hash
    for (const types of others) expect(hashOf(types, typeUrls.lds)).toBe(hashOf(first, typeUrls.lds))
    expect(new Set([first, ...others].map((types) => hashOf(types, typeUrls.ecds))).size).toBe(3)
  })

  it('needs the clusters warm that it newly leads to, as routes do', () => {
    const before = shop()
    const after = commit(before, value(planTraffic(before, weights({ blue: 9_000, green: 1_000 }))))
    const [from, to] = [before, after].map((world) => value(createCompiler().compile(world, 'default/edge')))
    if (to === undefined) throw new Error('wanted two groups')
    expect([...needsOf(from, to).clusters]).toEqual(['default/checkout/green.1/sql'])
  })

  it('is not said to drain by such a change, and by one of its socket it is', () => {
    const before = shop()
    const effects = (text: string) => value(planApply(before, read(text))).diffs.map(({ effect }) => effect)
    expect(effects(tcp(', timeouts: {idle: 5m}'))).toEqual([undefined])
    expect(effects(tcp(', proxyProtocol: true'))).toEqual(['drains'])
  })

  it('leads to no service with a cohort or a mirror that is on, or with stickiness, and says why', () => {
    const on = 'initial: {weights: {blue: 10000}, cohorts: [testers], mirrors: [reads]}'
    const parts = [
      'cohorts: [{name: testers, environment: green, matches: [{headers: [{name: x-team, present: true}]}]}]',
      'mirrors: [{name: reads, from: blue, to: green}]',
      'stickiness: {header: x-user}',
    ]
    expect(violationsOf(shop([on, ...parts].join('\n')))).toEqual([
      `default/Traffic/checkout spec.cohorts.testers: cohort "testers" is refused: ${why}`,
      `default/Traffic/checkout spec.mirrors.reads: mirror "reads" is refused: ${why}`,
      `default/TrafficPolicy/checkout spec.stickiness: is refused: ${why}`,
    ])
    expect(violationsOf(shop())).toEqual([])
  })
})

const weights = (shares: Readonly<Record<string, number>>) => ({
  namespace: 'default',
  service: 'checkout',
  weights: shares,
})
