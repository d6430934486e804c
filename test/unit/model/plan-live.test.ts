// Cohorts and mirrors by command: what is planned, what stays, what is refused with which words, and the way back.
import { describe, expect, it } from 'vitest'
import {
  type EarlierTraffic,
  planApply,
  planDelete,
  planRollback,
  planTraffic,
  type TrafficCommand,
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
  trafficOf,
  value,
} from './fixtures.ts'

const name = { namespace: 'default', service: 'checkout' }
const parts = `cohorts:
  - {name: testers, environment: green, matches: [{headers: [{name: x-team, present: true}]}]}
  - {name: friends, environment: green, matches: [{cookies: [{name: friend, present: true}]}]}
mirrors:
  - {name: reads, from: blue, to: copy, percent: 25}
  - {name: all, from: blue, to: copy, includeWrites: true}
  - {name: back, from: green, to: blue}`
const three = [environment('blue'), environment('green', 'v2', [9201]), environment('copy', 'v3', [9301])]
const shop = (managed = ''): World =>
  applied([group(), gateway(), service(three), route(), policy(`${managed}${parts}`)])
const plan = (world: World, command: Partial<TrafficCommand>) => planTraffic(world, { ...name, ...command })
const set = (world: World, command: Partial<TrafficCommand>): World =>
  commit(world, value(plan(world, command)))

describe('a command for cohorts and mirrors', () => {
  it('changes what it names, says so in words, and leaves the rest', () => {
    const world = shop()
    const on = value(plan(world, { cohorts: { testers: true }, mirrors: { reads: 'on', all: 100 } }))
    expect(on.puts).toMatchObject([
      {
        kind: 'Traffic',
        spec: {
          weights: { blue: 10_000 },
          // A cohort carries traffic too: a way back means these very releases.
          incarnations: { blue: 1, green: 1 },
          cohorts: ['testers'],
          mirrors: { reads: 2_500, all: 100 },
        },
      },
    ])
    expect(on.notes).toEqual([
      'default/checkout: cohort "testers" goes to green',
      'default/checkout: mirror "reads" copies 25 % of the requests of blue to copy',
      'default/checkout: mirror "all" copies 1 % of the requests of blue to copy',
    ])
    expect(on.diffs[0]?.lines).toEqual([
      'traffic.cohorts.testers: off → on',
      'traffic.mirrors.reads: off → 25 %',
      'traffic.mirrors.all: off → 1 %',
    ])
    const later = value(plan(commit(world, on), { weights: { blue: 5_000, green: 5_000 } }))
    expect(later.puts).toMatchObject([
      { spec: { cohorts: ['testers'], mirrors: { reads: 2_500, all: 100 }, weights: { green: 5_000 } } },
    ])
    const off = value(plan(commit(world, on), { cohorts: { testers: false }, mirrors: { reads: 'off' } }))
    expect(off.notes).toEqual([
      'default/checkout: cohort "testers" goes where the weights say',
      'default/checkout: mirror "reads" copies nothing any more',
    ])
  })

  it('plans nothing for what is so already, and says what is live', () => {
    const world = set(shop(), { cohorts: { testers: true }, mirrors: { reads: 'on' } })
    const again = value(plan(world, { cohorts: { testers: true, friends: false }, mirrors: { reads: 'on' } }))
    expect(again.puts).toEqual([])
    expect(again.notes).toEqual([
      'default/checkout blue/green/copy: traffic unchanged: 100/0/0, cohort "testers" on, mirror "reads" at 25 %, set in r2',
    ])
  })

  it.each<readonly [string, Partial<TrafficCommand>, readonly string[]]>([
    ['nothing', {}, ['weights: shares sum to 0, wanted 10000']],
    [
      'a cohort that is not there',
      { cohorts: { tester: true } },
      ['cohorts.tester: TrafficPolicy default/checkout has no cohort "tester"; did you mean "testers"?'],
    ],
    [
      'a mirror that is not there',
      { mirrors: { copies: 'on' } },
      [
        'mirrors.copies: TrafficPolicy default/checkout has no mirror "copies"; wanted one of "reads", "all", "back"',
      ],
    ],
    [
      'more than everything',
      { mirrors: { reads: 10_001 } },
      ['mirrors.reads.share: wanted a whole number from 1 to 10000 (1/10,000: 2500 is 25 %), found 10001'],
    ],
    [
      'a mirror to the environment that serves',
      { mirrors: { back: 'on' } },
      [
        'mirrors.back: its copies would go to "blue", which serves 100 % of the traffic: wanted an environment without',
      ],
    ],
    [
      'shares without a total, whatever comes with them',
      { weights: { blue: 9_000 }, cohorts: { testers: true } },
      ['weights: shares sum to 9000, wanted 10000'],
    ],
  ])('refuses %s', (_what, command, wanted) => {
    expect(lines(plan(shop(), command))).toEqual(wanted)
  })

  it('is refused where Git or somebody else owns the traffic, and where there is no policy', () => {
    const byGit = shop('managedBy: manifest\ninitial: {weights: {blue: 10000}}\n')
    expect(problem(plan(byGit, { cohorts: { testers: true } })).message).toContain(
      'is managed by its manifest',
    )
    const without = applied([group(), gateway(), service(), route()])
    expect(lines(plan(without, { mirrors: { reads: 'on' } }))).toEqual([
      'mirrors.reads: the service has no TrafficPolicy, so there is no mirror "reads"',
    ])
  })

  it('turns a mirror off whose target begins to serve, and the way back turns it on', () => {
    const before = set(shop(), { mirrors: { reads: 'on' } })
    const moves = value(plan(before, { weights: { copy: 10_000 } }))
    expect(moves.notes).toEqual([
      'default/checkout blue/green/copy: traffic moves from 100/0/0 to 0/0/100',
      'default/checkout: mirror "reads" goes off: copy serves now',
    ])
    const after = commit(before, moves)
    expect(trafficOf(after).spec.mirrors).toBeUndefined()
    const history: EarlierTraffic[] = [trafficOf(after), trafficOf(before)]
    const back = value(planRollback(after, { ...name, history }))
    expect(back.puts).toMatchObject([{ spec: { weights: { blue: 10_000 }, mirrors: { reads: 2_500 } } }])
  })
})

describe('a rollback', () => {
  it('brings back weights, cohorts and mirrors together, and everybody to his place', () => {
    const first = set(shop(), { weights: { green: 10_000 } })
    const second = set(first, { weights: { green: 9_000, blue: 1_000 }, cohorts: { friends: true } })
    const back = value(planRollback(second, { ...name, history: [trafficOf(second), trafficOf(first)] }))
    expect(back.puts[0]?.spec).toEqual(trafficOf(first).spec)
    const forth = commit(second, back)
    const again = value(
      planRollback(forth, { ...name, history: [trafficOf(forth), trafficOf(second), trafficOf(first)] }),
    )
    expect(again.puts[0]?.spec).toEqual(trafficOf(second).spec)
    // The canary of this rollout is the one listed first: that is not the usual order.
    expect(trafficOf(second).spec.slices).toEqual([
      { environment: 'blue', share: 1_000 },
      { environment: 'green', share: 9_000 },
    ])
  })

  it('goes back without a mirror that has nowhere to copy to, and says so', () => {
    const before = set(shop(), { mirrors: { reads: 'on' } })
    const after = set(before, { weights: { green: 10_000 } })
    const empty = [three[0] ?? '', three[1] ?? '', environment('copy', 'v3', [])]
    const emptied = commit(after, value(planApply(after, read(service(empty)))))
    // A mirror that is on and dead holds up no other move either.
    expect(value(plan(emptied, { weights: { blue: 5_000, green: 5_000 } })).puts).toHaveLength(1)
    const off = set(emptied, { mirrors: { reads: 'off' } })
    const history: EarlierTraffic[] = [trafficOf(off), trafficOf(before)]
    const back = value(planRollback(off, { ...name, history }))
    expect(back.puts[0]?.spec).toEqual({ weights: { blue: 10_000 }, incarnations: { blue: 1 } })
    expect(back.notes.at(-1)).toBe('default/checkout: mirror "reads" stays off: it has nowhere to copy to')
    expect(problem(plan(off, { mirrors: { reads: 'on' } })).message).toContain(
      'environment "copy" has no endpoints',
    )
  })

  it('is refused when a cohort or the release of its environment is gone', () => {
    const before = set(shop(), { cohorts: { testers: true } })
    const after = set(before, { cohorts: { testers: false } })
    const history: EarlierTraffic[] = [trafficOf(after), trafficOf(before)]
    const released = [environment('blue'), environment('green', 'v4', [9201]), ...three.slice(2)]
    const newer = commit(after, value(planApply(after, read(service(released)))))
    expect(problem(planRollback(newer, { ...name, history })).message).toContain('"green.1" is gone')
    const fewer = commit(
      after,
      value(planApply(after, read(policy('mirrors: [{name: reads, from: blue, to: copy}]')))),
    )
    expect(problem(planRollback(fewer, { ...name, history })).message).toContain('cohort "testers" is gone')
  })
})

describe('an apply', () => {
  it('leaves what is on alone, and starts what is new turned off', () => {
    const world = set(shop(), { cohorts: { testers: true } })
    const same = value(planApply(world, read(service(three), policy(parts))))
    expect(same.puts).toEqual([])
    expect(same.notes).toEqual([
      'default/checkout blue/green/copy: traffic unchanged: 100/0/0, cohort "testers" on, set in r2',
    ])
  })

  it('is refused when it takes away what is on, or puts a release under a cohort', () => {
    const world = set(shop(), { cohorts: { testers: true }, mirrors: { reads: 'on' } })
    expect(problem(planApply(world, read(policy()))).message).toBe(
      'TrafficPolicy default/checkout: cohort "testers" is on and cannot be taken away: turn it off first (verdigris cohort checkout testers off); TrafficPolicy default/checkout: mirror "reads" is on and cannot be taken away: turn it off first (verdigris mirror checkout reads off)',
    )
    expect(problem(planDelete(world, [{ key: 'default/TrafficPolicy/checkout' }])).message).toContain(
      'cohort "testers" is on and cannot be taken away',
    )
    const released = [environment('blue'), environment('green', 'v4', [9201]), ...three.slice(2)]
    expect(problem(planApply(world, read(service(released)))).message).toContain(
      'environment "green" carries cohort "testers", its release cannot change',
    )
  })

  it('says where a cohort that is on goes now', () => {
    const world = set(shop(), { cohorts: { testers: true } })
    const moved = parts.replace('name: testers, environment: green', 'name: testers, environment: copy')
    expect(value(planApply(world, read(policy(moved)))).notes).toContain(
      'default/checkout: cohort "testers" is on and goes to copy now, not green',
    )
  })

  it('sets all of the traffic where Git manages it', () => {
    const git = (on: string): string =>
      policy(`managedBy: manifest\ninitial: {weights: {blue: 10000}, ${on}}\n${parts}`)
    const world = applied([group(), gateway(), service(three), route(), git('cohorts: [testers]')])
    expect(trafficOf(world).spec.cohorts).toEqual(['testers'])
    const next = value(planApply(world, read(git('mirrors: [reads]'))))
    expect(next.notes).toEqual([
      'default/checkout: cohort "testers" goes where the weights say, as its manifest says',
      'default/checkout: mirror "reads" copies 25 % of the requests of blue to copy, as its manifest says',
    ])
  })
})
