// The gate of a switch: which environments may take traffic over from which, and how to go past it.
import { describe, expect, it } from 'vitest'
import {
  nothingObserved,
  type Observed,
  type ObservedEndpoint,
  planRollback,
  planTraffic,
  type TrafficCommand,
  type World,
} from '../../../src/model/index.ts'
import { applied, commit, environment, problem, service, trafficOf, value } from './fixtures.ts'

const name = { namespace: 'default', service: 'checkout' }
const set = (world: World, weights: Record<string, number>, more: Partial<TrafficCommand> = {}) =>
  planTraffic(world, { ...name, weights, ...more })
const ports = (count: number): number[] => Array.from({ length: count }, (_, at) => 9101 + at)
const sized = (blue: number, green: number, more = ''): World =>
  applied([service([environment('blue', 'v1', ports(blue)), environment('green', 'v2', ports(green))], more)])
const refusal = (world: World, weights: Record<string, number>, more: Partial<TrafficCommand> = {}): string =>
  problem(set(world, weights, more)).message
const all = { green: 10_000 }

/** An environment with circuit breakers. */
const guarded = (each: string, breakers: string): string =>
  environment(each, each).replace(/\}$/, `, upstream: {circuitBreakers: ${breakers}}}`)
const breakers = (blue: string, green: string, more = ''): World =>
  applied([service([guarded('blue', blue), guarded('green', green)], more)])

describe('the number of endpoints', () => {
  it('is refused below 80 % of those of the source, with both numbers and what to do', () => {
    expect(problem(set(sized(5, 3), all))).toEqual({
      kind: 'precondition',
      message:
        'Service default/checkout: traffic cannot move there: environment "green" has 3 usable endpoints, wanted at least 4 (80 % of the 5 of "blue", which it takes over from): add endpoints to "green" first, or use force',
    })
    expect(set(sized(5, 4), all).ok).toBe(true)
    expect(set(sized(1, 1), all).ok).toBe(true)
    expect(refusal(sized(2, 1), all)).toContain('wanted at least 2')
  })

  it('follows the share: a small canary needs few of them', () => {
    const world = sized(10, 1)
    expect(set(world, { blue: 9000, green: 1000 }).ok).toBe(true)
    expect(refusal(world, { blue: 5000, green: 5000 })).toContain(
      'has 1 usable endpoint, wanted at least 4 for 50 % of the traffic (80 % of the 10 of "blue"',
    )
  })

  it('is held against the environment that loses most', () => {
    const world = applied([
      service(
        [
          environment('blue', 'v1', ports(2)),
          environment('red', 'v0', ports(10)),
          environment('green', 'v2', ports(2)),
        ],
        '',
      ),
    ])
    const both = commit(world, value(set(world, { blue: 9000, red: 1000 })))
    expect(set(both, all).ok).toBe(true)
    const red = commit(world, value(set(world, { red: 10_000 })))
    expect(refusal(red, all)).toContain('80 % of the 10 of "red"')
  })

  it('asks nothing of an environment that shrinks or stays', () => {
    const world = sized(1, 5)
    const mostly = commit(world, value(set(world, { blue: 2000, green: 8000 })))
    expect(set(mostly, { blue: 1000, green: 9000 }).ok).toBe(true)
    expect(refusal(mostly, { blue: 10_000 })).toContain('environment "blue" has 1 usable endpoint')
  })

  it('counts no endpoint that drains', () => {
    const draining = environment('green', 'v2', ports(5)).replaceAll(/port: 910[23]/g, '$&, draining: true')
    const world = applied([service([environment('blue', 'v1', ports(5)), draining])])
    expect(refusal(world, all)).toContain('has 3 usable endpoints, wanted at least 4')
  })

  it('is not compared with a host name, whose addresses only the proxies know', () => {
    const dns =
      '{name: green, release: {version: v2}, endpoints: {dns: {hosts: [{host: green.test, port: 80}]}}}'
    const world = applied([service([environment('blue', 'v1', ports(5)), dns])])
    expect(set(world, all).ok).toBe(true)
  })

  it('does not hold up a rollback: few that work are better than many that do not', () => {
    const small = sized(1, 5)
    const green = commit(small, value(set(small, all)))
    const history = [trafficOf(green), trafficOf(small)]
    expect(value(planRollback(green, { ...name, history })).puts[0]?.spec).toMatchObject({
      weights: { blue: 10_000 },
    })
  })
})

describe('circuit breakers', () => {
  it('are refused when they are lower than those of the source, each with both numbers', () => {
    const world = breakers('{connections: 1000, requests: 500}', '{connections: 100, retries: 1}')
    expect(refusal(world, all)).toBe(
      'Service default/checkout: traffic cannot move there: environment "green" has lower circuit breakers than "blue", which it takes over from (connections 100 instead of 1000, retries 1 instead of 3): raise upstream.circuitBreakers of "green" first, or use force',
    )
    expect(set(breakers('{connections: 100}', '{connections: 1000}'), all).ok).toBe(true)
  })

  it('are what the cluster gets: the service says, the environment goes over it', () => {
    const common = 'upstream: {circuitBreakers: {connections: 50}}'
    const own = (green: string): World => applied([service([environment('blue'), green], common)])
    expect(set(own(environment('green', 'v2')), all).ok).toBe(true)
    expect(refusal(own(guarded('green', '{connections: 10}')), all)).toContain('connections 10 instead of 50')
  })

  it('are compared like with like: a budget is no number of retries', () => {
    expect(set(breakers('{retryBudget: {percent: 20}}', '{retries: 1}'), all).ok).toBe(true)
    expect(refusal(breakers('{retryBudget: {percent: 20}}', '{retryBudget: {percent: 10}}'), all)).toContain(
      'retryBudget.percent 10 instead of 20',
    )
  })
})

describe('registered endpoints', () => {
  const takes = (each: string): string =>
    `{name: ${each}, release: {version: ${each}}, endpoints: {registered: true}}`
  const at = (count: number, more: Partial<ObservedEndpoint> = {}): ObservedEndpoint[] =>
    ports(count).map((port) => ({ address: '127.0.0.1', ports: { http: port }, ...more }))
  const seen = (blue: ObservedEndpoint[], green: ObservedEndpoint[]): Observed => ({
    ...nothingObserved,
    endpoints: new Map([
      [
        'default/checkout',
        new Map([
          ['blue.1', blue],
          ['green.1', green],
        ]),
      ],
    ]),
  })
  const world = (): World => applied([service([takes('blue'), takes('green')])])

  it('count as declared ones do', () => {
    expect(refusal(world(), all, { observed: seen(at(5), at(3)) })).toContain('wanted at least 4')
    expect(set(world(), all, { observed: seen(at(5), at(4)) }).ok).toBe(true)
  })

  it('are no place to go to when nobody vouches for them any more', () => {
    expect(refusal(world(), all, { observed: seen(at(2), at(2, { lapsed: true })) })).toBe(
      'Service default/checkout: traffic cannot move there: environment "green" has no endpoint that anybody vouches for: the lease of all 2 ran out; register them again, or use force',
    )
  })
})

describe('force', () => {
  it('goes past the gate, and the revision says past what', () => {
    const plan = value(set(sized(5, 3), all, { force: true }))
    expect(plan.puts[0]?.spec).toMatchObject({ weights: all })
    expect(plan.notes[1]).toMatch(/^Service default\/checkout: forced, although environment "green" has 3/)
  })
})
