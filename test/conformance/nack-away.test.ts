// Refusals that no push waits for: a proxy comes back to content that it refuses. It is kept at what it came with, for as
// long as the refused content is the newest, over a restart of the control plane too.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../src/demo/rig/index.ts'
import { resourceTypes } from '../../src/envoy-api/index.ts'
import { describeWithBothEnvoys } from '../support/with-envoy.ts'
import {
  expectHeld,
  fronts,
  type NackFleet,
  nacksOf,
  refusalOf,
  sentAgain,
  startNackFleet,
} from './support/nack-fleet.ts'
import { type Refusable, refusable } from './support/nack-world.ts'

describeWithBothEnvoys('a proxy that comes back and refuses', () => {
  let fleet: NackFleet
  beforeAll(async () => {
    fleet = await startNackFleet()
  })
  afterAll(() => fleet?.close())

  /** Cuts the line, changes the content, mends the line; returns when the refusal was repaired. */
  const comeBackAndRefuse = async (group: string, type: Refusable): Promise<void> => {
    const plane = fleet.plane()
    const { envoy, relay, good } = fleet.front(group)
    const before = nacksOf(plane.heard, group).length
    relay.cut()
    await until(`${group} is out of reach`, 5_000, async () => {
      return plane.delivery.fleet.node(group)?.connected === false || undefined
    })
    const push = await plane.bring(group, `bad.${type}.semantic.${fleet.next()}`)
    expect(push.refusals).toEqual([])
    relay.mend()
    await until(`${group} refuses`, 10_000, async () => nacksOf(plane.heard, group)[before])
    // What left intent goes in a generation of its own, which has the same in it that is refused.
    await plane.quiet(group)
    await expectHeld(envoy, good, `${group} ${type} is repaired`)
    await until(`the repair of ${group} is ACKed`, 10_000, async () => {
      const last = plane.heard.findLast(
        ({ message: { kind, ...rest } }) =>
          (kind === 'nacked' || kind === 'repaired') && 'node' in rest && rest.node === group,
      )
      return last?.message.kind === 'repaired' || undefined
    })
    for (const { message } of nacksOf(plane.heard, group).slice(before)) {
      expect(message.type).toBe(resourceTypes[type].typeUrl)
    }
    // It is not where its group is, and that is to be seen.
    expect(refusalOf(plane, group, type)).toBeDefined()
    expect(sentAgain(plane.heard, group)).toEqual([])
  }

  const mend = async (group: string, type: Refusable): Promise<void> => {
    const { envoy, good } = fleet.front(group)
    for (const content of [`other.${type}.${fleet.next()}`, 'good']) {
      expect(await fleet.plane().bring(group, content), content).toMatchObject({ phase: 'done' })
    }
    await expectHeld(envoy, good, `${group} is good again`)
    await until(`the refusal of ${group} is over`, 10_000, async () => {
      return refusalOf(fleet.plane(), group, type) === undefined || undefined
    })
  }

  describe.each(fronts)('$release, $variant', ({ group }) => {
    it.each(refusable)('is repaired after it refused %s, and takes what is newer', async (type) => {
      await comeBackAndRefuse(group, type)
      await mend(group, type)
    })
  })

  it('is not sent the refused content again by a control plane that was restarted', async () => {
    const types = new Map(
      fronts.map(({ group }, index) => [group, (['rds', 'lds', 'eds', 'sds'] as const)[index] ?? 'rds']),
    )
    for (const [group, type] of types) await comeBackAndRefuse(group, type)
    await fleet.restart()
    const plane = fleet.plane()
    await until('everybody is back', 10_000, async () => {
      const held = [...types.keys()].map((group) => plane.delivery.fleet.node(group)?.holds)
      return held.every((generation) => generation !== undefined) || undefined
    })
    for (const [group, type] of types) {
      const { envoy, good } = fleet.front(group)
      await expectHeld(envoy, good, `${group} holds what it held`)
      expect(refusalOf(plane, group, type)).toBeDefined()
      expect(nacksOf(plane.heard, group)).toEqual([])
      await mend(group, type)
    }
  })
})
