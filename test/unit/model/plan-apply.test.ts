// Apply: what is put, what is left alone, what is refused under traffic, and that no cluster name changes its meaning.
import { describe, expect, it } from 'vitest'
import {
  type ApplyOptions,
  clusterNameOf,
  planApply,
  planDelete,
  planTraffic,
  type World,
} from '../../../src/model/index.ts'
import {
  applied,
  commit,
  environment,
  gateway,
  group,
  lines,
  policy,
  problem,
  read,
  route,
  service,
  serviceOf,
  shop,
  text,
  trafficOf,
  value,
} from './fixtures.ts'

const apply = (world: World, manifest: string, options?: ApplyOptions) =>
  planApply(world, read(manifest), options)
const grown = (world: World, manifest: string, options?: ApplyOptions): World =>
  commit(world, value(apply(world, manifest, options)))
const moved = (world: World, weights: Record<string, number>): World =>
  commit(world, value(planTraffic(world, { namespace: 'default', service: 'checkout', weights })))
const refusal = (world: World, manifest: string, options?: ApplyOptions): string => {
  const found = problem(apply(world, manifest, options))
  expect(found.kind).toBe('precondition')
  return found.message
}
const [blue, green] = [environment('blue'), environment('green', 'v2', [9201])]

describe('a plan of an apply', () => {
  it('puts what is new with incarnation 1, and starts the traffic at the first environment', () => {
    const plan = value(planApply(new Map(), read(group(), gateway(), service(), route())))
    expect(plan.puts.map(({ kind }) => kind)).toEqual(['NodeGroup', 'Gateway', 'Service', 'Route', 'Traffic'])
    expect(plan.puts[2]).toMatchObject({
      incarnations: { blue: 1, green: 1 },
      incarnationsEver: { blue: 1, green: 1 },
    })
    expect(plan.puts[4]?.spec).toEqual({ weights: { blue: 10_000 }, incarnations: { blue: 1 } })
    expect(plan.expects).toHaveLength(5)
    expect(plan.expects.every(({ etag }) => etag === 'absent')).toBe(true)
    expect(plan.diffs.map(({ change }) => change)).toEqual(Array(5).fill('created'))
  })

  it('starts the traffic where the policy says', () => {
    const world = applied([service(), policy('initial: {weights: {blue: 2500, green: 7500}}')])
    expect(trafficOf(world).spec.weights).toEqual({ blue: 2500, green: 7500 })
  })

  it('has nothing to put when nothing changed', () => {
    const world = shop()
    const plan = value(planApply(world, read(group(), gateway(), service(), route(), policy())))
    expect([plan.puts, plan.deletes, plan.expects]).toEqual([[], [], []])
    expect(plan.diffs.every(({ change }) => change === 'unchanged')).toBe(true)
  })

  it('leaves the traffic where it is, and says who put it there', () => {
    const world = moved(shop(), { blue: 9000, green: 1000 })
    const plan = value(
      apply(world, service([blue, green], 'upstream: {connectTimeout: 2s}'), { who: () => 'deploy-bot' }),
    )
    expect(plan.puts.map(({ kind }) => kind)).toEqual(['Service'])
    expect(plan.notes).toEqual([
      'default/checkout blue/green: traffic unchanged: 90/10, set by deploy-bot in r2',
    ])
  })

  it('says so when a printed policy carries other traffic than is live', () => {
    const world = moved(shop(), { green: 10_000 })
    const plan = value(apply(world, `${policy()}traffic: {weights: {blue: 5000, green: 5000}}\n`))
    expect(plan.notes[0]).toMatch(
      /0\/100, set in r2; the manifest's traffic part \(50\/50\) is not applied: use switch or split$/,
    )
  })

  it('compares the etag of what it was written against', () => {
    const world = shop()
    const withEtag = (etag: string, timeout: string): string =>
      text(
        'Gateway',
        'edge',
        `nodeGroups: [edge]\nlisteners: [{name: http, port: ${timeout}}]`,
        `  etag: ${etag}\n`,
      )
    expect(value(apply(world, withEtag('e1', '10001'))).expects).toContainEqual({
      key: 'default/Gateway/edge',
      etag: 'e1',
    })
    expect(problem(apply(world, withEtag('old', '10001'), { who: () => 'deploy-bot' }))).toEqual({
      kind: 'conflict',
      message:
        'Gateway default/edge was changed by r1 by deploy-bot since it was read: its etag is "e1", the request says "old"; read it again',
      winner: 'r1 by deploy-bot',
    })
  })

  it('relies on the traffic it looked at: a switch in between is a conflict, not a surprise', () => {
    const world = shop()
    const plan = value(apply(world, service([blue, environment('green', 'v3', [9201])])))
    expect(plan.expects).toContainEqual({ key: 'default/Traffic/checkout', etag: trafficOf(world).etag })
    expect(() => commit(moved(world, { green: 10_000 }), plan)).toThrow('etag of default/Traffic/checkout')
  })

  it('refuses nothing at all, and the same object twice', () => {
    expect(lines(planApply(new Map(), []))).toEqual([': found no object, wanted at least one'])
    const [one] = read(group())
    expect(lines(planApply(new Map(), one === undefined ? [] : [one, one]))[0]).toContain(
      'NodeGroup default/edge is there twice',
    )
  })
})

describe('the difference', () => {
  it('names fields by name, in the words of manifests', () => {
    const changed = service(
      [blue, environment('green', 'v3', [9201, 9202])],
      'upstream: {connectTimeout: 1500ms}',
    )
    const [diff] = value(apply(shop(), changed)).diffs
    expect(diff).toEqual({
      key: 'default/Service/checkout',
      change: 'changed',
      lines: [
        'spec.environments[green].release.version: v2 → v3',
        'status.incarnations.green: 1 → 2',
        'spec.upstream.connectTimeout: added 1.5s',
        'spec.environments[green].endpoints.static[1].address: added 127.0.0.1',
        'spec.environments[green].endpoints.static[1].port: added 9202',
      ],
      effect: 'reconnects',
    })
  })

  const effect = (manifest: string, world = shop()): string | undefined =>
    value(apply(world, manifest)).diffs[0]?.effect

  it('is marked drains where a listener changes or goes, not where one is added', () => {
    expect(effect(gateway('edge', '[{name: http, port: 10001}]'))).toBe('drains')
    expect(effect(gateway('edge', '[{name: web, port: 10000}]'))).toBe('drains')
    expect(effect(gateway('edge', '[{name: http, port: 10000}, {name: web, port: 10001}]'))).toBeUndefined()
    expect(
      value(planDelete(applied([group(), gateway()]), [{ key: 'default/Gateway/edge' }])).diffs[0]?.effect,
    ).toBe('drains')
  })

  it('is marked reconnects where settings of a live cluster change, not where a new one takes over', () => {
    const changed = (settings: string): string => service([blue, `{name: green, ${settings}}`])
    const endpoints = 'endpoints: {static: [{address: 127.0.0.1, port: 9201}]}'
    expect(effect(changed(`release: {version: v2}, ${endpoints}, upstream: {connectTimeout: 3s}`))).toBe(
      'reconnects',
    )
    expect(
      effect(changed(`release: {version: v3}, ${endpoints}, upstream: {connectTimeout: 3s}`)),
    ).toBeUndefined()
    expect(effect(changed('release: {version: v2}, endpoints: {static: []}'))).toBeUndefined()
    expect(effect(service().replace('{name: http}', '{name: http, protocol: HTTP2}'))).toBe('reconnects')
  })
})

describe('incarnations', () => {
  it('count up when the release of an environment changes, also back to an earlier one', () => {
    const once = grown(shop(), service([blue, environment('green', 'v3', [9201])]))
    const back = grown(once, service([blue, environment('green', 'v2', [9201])]))
    expect([serviceOf(once).incarnations, serviceOf(back).incarnations]).toEqual([
      { blue: 1, green: 2 },
      { blue: 1, green: 3 },
    ])
    expect(clusterNameOf(serviceOf(back), 'green')).toBe('default/checkout/green.3')
  })

  it('count up when only the digest changes', () => {
    const digest = service([
      blue,
      '{name: green, release: {version: v2, digest: abc}, endpoints: {static: []}}',
    ])
    expect(serviceOf(grown(shop(), digest)).incarnations).toEqual({ blue: 1, green: 2 })
  })

  it('stay when endpoints or settings change', () => {
    const changed = service([environment('blue', 'v1', [9103]), green], 'upstream: {idleTimeout: 1s}')
    expect(serviceOf(grown(shop(), changed)).incarnations).toEqual({ blue: 1, green: 1 })
  })

  it('never come again for an environment that was removed and is added again', () => {
    const without = grown(shop(), service([blue]))
    expect(serviceOf(without)).toMatchObject({
      incarnations: { blue: 1 },
      incarnationsEver: { blue: 1, green: 1 },
    })
    expect(serviceOf(grown(without, service())).incarnations).toEqual({ blue: 1, green: 2 })
  })

  it('never come again for a Service that was deleted and is made again', () => {
    const released = grown(shop(), service([blue, environment('green', 'v3', [9201])]))
    const keys = ['Route', 'TrafficPolicy', 'Service'].map((kind) => ({ key: `default/${kind}/checkout` }))
    const gone = commit(released, value(planDelete(released, keys)))
    expect([...gone.keys()].filter((key) => key.endsWith('/checkout'))).toEqual([
      'default/Tombstone/checkout',
    ])
    const again = grown(gone, service())
    expect(serviceOf(again)).toMatchObject({
      incarnations: { blue: 2, green: 3 },
      incarnationsEver: { blue: 2, green: 3 },
    })
    expect(again.has('default/Tombstone/checkout')).toBe(false)
  })

  it('count up when the port that a nameless cluster stands for becomes another', () => {
    const world = applied([service()])
    const ports =
      '{name: blue, release: {version: v1}, endpoints: {static: [{address: 127.0.0.1, ports: {http: 1, grpc: 2}}]}}'
    const two = grown(
      world,
      text('Service', 'checkout', `ports: [{name: http}, {name: grpc}]\nenvironments: [${ports}]`),
    )
    expect(clusterNameOf(serviceOf(two), 'blue', 'grpc')).toBe('default/checkout/blue.1/grpc')
    const one = grown(two, text('Service', 'checkout', `ports: [{name: grpc}]\nenvironments: [${blue}]`))
    expect(clusterNameOf(serviceOf(one), 'blue')).toBe('default/checkout/blue.2')
  })
})

describe('an environment that carries traffic', () => {
  it('takes no new release, and the refusal says what to do', () => {
    expect(refusal(shop(), service([environment('blue', 'v9'), green]))).toBe(
      'Service default/checkout: environment "blue" carries 100 % of the traffic, its release cannot change from v1 to v9: put it into an environment without traffic (green) and switch, or ask for an in-place change (--in-place)',
    )
  })

  it('takes a new release in place, as a rolling change of the same incarnation', () => {
    const plan = value(apply(shop(), service([environment('blue', 'v9'), green]), { inPlace: true }))
    expect(plan.puts[0]).toMatchObject({
      incarnations: { blue: 1, green: 1 },
      incarnationsEver: { blue: 1, green: 1 },
    })
    expect(plan.notes[0]).toContain('changes in place from v1 to v9, under 100 % of the traffic')
  })

  it('counts up all the same when in-place is asked for without traffic', () => {
    const world = grown(shop(), service([blue, environment('green', 'v9', [9201])]), { inPlace: true })
    expect(serviceOf(world).incarnations).toEqual({ blue: 1, green: 2 })
  })

  it('cannot be removed, however small its share', () => {
    const world = moved(applied([service()]), { blue: 1, green: 9999 })
    expect(refusal(world, service([green]))).toBe(
      'Service default/checkout: environment "blue" carries 0.01 % of the traffic and cannot be removed: move the traffic away first',
    )
  })

  it('keeps its last endpoint, unless forced', () => {
    const emptied = service([environment('blue', 'v1', []), green])
    expect(refusal(shop(), emptied)).toContain(
      'environment "blue" carries 100 % of the traffic and would lose its last endpoint',
    )
    expect(apply(shop(), emptied, { force: true }).ok).toBe(true)
  })
})

describe('traffic that Git manages', () => {
  const git = (weights: string): string => policy(`managedBy: manifest\ninitial: {weights: ${weights}}`)
  const world = applied([service(), git('{blue: 10000}')])

  it('moves by apply', () => {
    const plan = value(apply(world, git('{blue: 9000, green: 1000}'), {}))
    expect(plan.notes).toEqual([
      'default/checkout blue/green: traffic moves from 100/0 to 90/10, as its manifest says',
    ])
    expect(trafficOf(commit(world, plan)).spec).toEqual({
      weights: { blue: 9000, green: 1000 },
      incarnations: { blue: 1, green: 1 },
    })
  })

  it('does not move to an environment without endpoints', () => {
    const empty = grown(world, service([blue, environment('green', 'v2', [])]))
    expect(refusal(empty, git('{green: 10000}'))).toContain(
      'traffic cannot move to 0/100: environment "green" has no endpoints',
    )
  })

  it('does not move to an environment that is too small for it, unless forced', () => {
    const wide = environment('blue', 'v1', [9101, 9102, 9103, 9104, 9105])
    const one = grown(world, service([wide, environment('green', 'v2', [9201])]))
    expect(refusal(one, git('{green: 10000}'))).toContain(
      'traffic cannot move to 0/100: environment "green" has 1 usable endpoint, wanted at least 4 (80 % of the 5 of "blue"',
    )
    const forced = value(apply(one, git('{green: 10000}'), { force: true }))
    expect(forced.notes.join()).toContain('forced, although environment "green" has 1 usable endpoint')
    expect(forced.forced).toEqual(['the gate of switches'])
    // A small part of the traffic is not too much for it.
    expect(apply(one, git('{blue: 9000, green: 1000}'), {}).ok).toBe(true)
  })

  it('is taken over by the manifest when the policy says so', () => {
    const operated = moved(shop(), { green: 10_000 })
    expect(trafficOf(grown(operated, git('{blue: 5000, green: 5000}'))).spec.weights).toEqual({
      blue: 5000,
      green: 5000,
    })
  })
})

describe('traffic that another system manages', () => {
  const world = applied([service(), policy('managedBy: external:argo')])
  it('is handed on only by that manager, or by force', () => {
    expect(refusal(world, policy('managedBy: operator'), { manager: 'me' })).toContain(
      'managed by "argo", which alone may hand it to "operator"',
    )
    expect(apply(world, policy('managedBy: operator'), { manager: 'argo' }).ok).toBe(true)
    expect(apply(world, policy('managedBy: operator'), { force: true }).ok).toBe(true)
  })
})
