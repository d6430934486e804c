// The benchmarks, small: they run, and what they count is right. Times are not judged here.
import { afterEach, describe, expect, it } from 'vitest'
import { openScope, type Scope } from '../../src/demo/rig/index.ts'
import { describeWithEnvoy, envoyBinary } from '../support/with-envoy.ts'
import { benchBigCommit } from './big-commit.ts'
import { benchChurn } from './churn.ts'
import { latencySection, measureLatency, wideSection } from './push-latency.ts'
import { holds, printSection } from './report.ts'
import { benchRestart } from './restart.ts'
import { stalledSection } from './stalled.ts'
import { startClients } from './stalled-clients.ts'
import { runStalled } from './stalled-run.ts'

let scope: Scope | undefined
afterEach(async () => {
  await scope?.close()
  scope = undefined
})

describe('the commit benchmark', () => {
  it('runs, and a change of one endpoint encodes one resource', async () => {
    const section = await benchBigCommit({ services: 20, endpoints: 3, runs: 1 })
    // 20 services with a route and traffic each, one node group, one gateway.
    expect(section.counts['objects written']).toBe(62)
    expect(section.counts['resources encoded after a change of one endpoint']).toBe(1)
    expect(section.counts['virtual hosts encoded after a change of one endpoint']).toBe(0)
    for (const [part, values] of Object.entries(section.times)) {
      expect(values, part).toHaveLength(1)
      expect(values[0], part).toBeGreaterThanOrEqual(0)
    }
    expect(section.goals.every(holds)).toBe(true)
  })
})

describe('the benchmark of stalled readers', () => {
  it('runs, with readers that stall in three ways, and every live one gets every update', async () => {
    const options = { live: 4, stalled: 6, bytes: 32 * 1024, updates: 5, gapMs: 20 }
    const result = await runStalled(options, startClients)
    expect(result.times).toHaveLength(20)
    expect(result.unsent).toBeGreaterThan(0)
    const section = stalledSection(options, result, result)
    expect(section.goals.every(holds)).toBe(true)
    expect(printSection(section)).toContain('6 stalled readers, snapshots of 32 KiB, 5 updates')
  })
})

describe('the benchmark of endpoints that change', () => {
  it('runs, and each change brings one resource to the proxy', async () => {
    scope = await openScope('bench')
    const section = await benchChurn({ scope, few: 2, many: 5, changes: 6 })
    for (const [part, values] of Object.entries(section.times)) expect(values, part).toHaveLength(6)
    expect(section.counts['resources that came, of those registered']).toBe(12)
  })
})

describe('the restart benchmark', () => {
  it('runs, and a proxy that has everything is sent nothing again', async () => {
    scope = await openScope('bench')
    const section = await benchRestart({ scope, services: 20, runs: 2, moves: 4 })
    for (const [part, values] of Object.entries(section.times)) expect(values, part).toHaveLength(2)
    expect(section.counts['clusters and routes sent again to a proxy that had them']).toBe(0)
    expect(printSection(section)).toContain('SIGKILL to serving again, 80 resources')
  })
})

describeWithEnvoy('the latency benchmark', () => {
  it.each(['delta', 'sotw'] as const)(
    'runs over %s, among several services and under load',
    async (variant) => {
      scope = await openScope('bench')
      const base = { scope, envoy: envoyBinary(), moves: 20, warmUp: 20, variant } as const
      const many = await measureLatency({ ...base, services: 5, ratePerSecond: 50 })
      for (const series of [many.product, many.bare, many.decided, many.arrived, many.flush]) {
        expect(series).toHaveLength(20)
        for (const ms of series) expect(ms).toBeGreaterThanOrEqual(0)
      }
      expect(many.failed).toBe(0)
      expect(printSection(latencySection('few', many))).toContain('command → last ACK')
      expect(wideSection(5, many, many).goals.every(holds)).toBe(true)
    },
  )
})
