// What is left to find out without a proxy: ranges of addresses as expressions, and what a route needs.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { regexFault } from '../../../src/base/index.ts'
import { canonicalAddress, parseCidr, planTraffic, type World } from '../../../src/model/index.ts'
import { createTranslator } from '../../../src/translate/index.ts'
import { addressRegexes } from '../../../src/translate/traffic/address-regex.ts'
import {
  applied,
  commit,
  environment,
  gateway,
  group,
  policy,
  route,
  service,
  value,
} from '../model/fixtures.ts'

const groupsOf = (address: bigint, width: bigint, count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) =>
    Number((address >> (width * BigInt(count - 1 - at))) & ((1n << width) - 1n)),
  )
const text = (address: bigint, bits: 32 | 128): string =>
  bits === 32
    ? groupsOf(address, 8n, 4).join('.')
    : canonicalAddress(
        groupsOf(address, 16n, 8)
          .map((part) => part.toString(16))
          .join(':'),
      )

/** Addresses with runs of zeros, as they are written in networks. */
const address = (bits: 32 | 128) =>
  fc
    .array(fc.oneof(fc.constant(0), fc.nat(15), fc.nat(bits === 32 ? 255 : 65_535)), {
      minLength: bits === 32 ? 4 : 8,
      maxLength: bits === 32 ? 4 : 8,
    })
    .map((parts) => parts.reduce((sum, part) => (sum << (bits === 32 ? 8n : 16n)) | BigInt(part), 0n))

describe('a range of addresses', () => {
  it.each([32, 128] as const)(
    'of %i bits becomes expressions that match its addresses and no others',
    (bits) => {
      fc.assert(
        fc.property(
          address(bits),
          fc.nat(bits),
          address(bits),
          fc.nat(bits - 1),
          (base, length, other, flip) => {
            const free = BigInt(bits - length)
            const start = (base >> free) << free
            const range = parseCidr(`${text(start, bits)}/${length}`)
            if ('message' in range) throw new Error(range.message)
            const regexes = addressRegexes(range)
            for (const candidate of [
              start,
              start | (other & ((1n << free) - 1n)),
              start ^ (1n << BigInt(flip)),
              other,
            ]) {
              const found = regexes.some((regex) => new RegExp(`^(?:${regex})$`).test(text(candidate, bits)))
              expect(found, `${text(candidate, bits)} in ${text(start, bits)}/${length}`).toBe(
                candidate >> free === start >> free,
              )
            }
          },
        ),
        { numRuns: 1_500 },
      )
    },
  )

  it('stays small enough for Envoy, whatever its prefix', () => {
    for (const [start, bits] of [
      ['255.255.255.255', 32],
      ['fedc:ba98::', 128],
      ['::', 128],
    ] as const) {
      for (let length = 0; length <= bits; length += bits === 32 ? 1 : 3) {
        const parsed = parseCidr(start)
        if ('message' in parsed) throw new Error(parsed.message)
        const free = BigInt(bits - length)
        const range = { bits, length, value: (parsed.value >> free) << free }
        for (const regex of addressRegexes(range)) expect(regexFault(regex), regex).toBeUndefined()
      }
    }
  })
})

describe('the routes of a service with a mirror', () => {
  const three = [environment('blue'), environment('green', 'v2', [9201]), environment('copy', 'v3', [9301])]
  const world = applied([
    group(),
    gateway(),
    service(three),
    route(),
    policy(
      'mirrors: [{name: reads, from: blue, to: copy}]\ncohorts: [{name: testers, environment: green, matches: [{headers: [{name: x, present: true}]}]}]',
    ),
  ])
  const clusters = (of: World): readonly string[] => {
    const drafts = createTranslator().translate(of, 'default/edge')
    expect(drafts.violations).toEqual([])
    return drafts.routeConfigurations.flatMap(({ virtualHosts }) =>
      virtualHosts.flatMap((host) => host.clusters),
    )
  }
  const having = (change: object): World =>
    commit(world, value(planTraffic(world, { namespace: 'default', service: 'checkout', ...change })))

  it('need its cluster while it is on, so that a push waits for it', () => {
    expect(clusters(world)).toEqual(['default/checkout/blue.1'])
    expect(clusters(having({ mirrors: { reads: 'on' } }))).toEqual([
      'default/checkout/blue.1',
      'default/checkout/mirror~reads/copy.1',
    ])
    const weights = { blue: 5_000, green: 5_000 }
    expect(clusters(having({ mirrors: { reads: 'on' }, weights }))).toEqual([
      'default/checkout/blue.1',
      'default/checkout/green.1',
      'default/checkout/mirror~reads/copy.1',
    ])
  })

  it('need the cluster of a cohort that is on', () => {
    expect(clusters(having({ cohorts: { testers: true } }))).toEqual([
      'default/checkout/blue.1',
      'default/checkout/green.1',
    ])
  })

  it('have the cluster warm before it is turned on, with bounds of its own', () => {
    const drafts = createTranslator().translate(world, 'default/edge')
    const all = drafts.services.flatMap((each) => [...each.clusters, ...each.assignments])
    const mirror = all.filter(({ name }) => name === 'default/checkout/mirror~reads/copy.1')
    expect(mirror.map(({ json }) => json)).toMatchObject([
      {
        altStatName: 'default/checkout/mirror~reads/copy_1',
        perConnectionBufferLimitBytes: 33_554_432,
        circuitBreakers: { thresholds: [{ maxConnections: 20, maxPendingRequests: 20, maxRequests: 20 }] },
        typedExtensionProtocolOptions: {
          'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
            commonHttpProtocolOptions: { maxStreamDuration: '3s' },
          },
        },
      },
      { clusterName: 'default/checkout/mirror~reads/copy.1', endpoints: [{}] },
    ])
  })
})
