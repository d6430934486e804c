// After a NACK, whatever the type, the variant and the Envoy: the push goes back, the proxy gets its last good set and is
// judged by what it really holds. The content comes from below the product's own checks; all else is the product.
// NACK_CASES=500 npm run nack runs as many as one likes.
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type EnvoyProcess,
  freePorts,
  openScope,
  type Scope,
  startEnvoy,
  until,
} from '../../src/demo/rig/index.ts'
import { resourceTypes } from '../../src/envoy-api/index.ts'
import { describeWithBothEnvoys, envoyBinary, supportedEnvoys } from '../support/with-envoy.ts'
import { type Held, heldBy, heldDifference } from './support/held.ts'
import { type NackPlane, startPlane } from './support/nack-plane.ts'
import {
  type NackWorld,
  nackWorld,
  type Reason,
  type Refusable,
  reasons,
  refusable,
} from './support/nack-world.ts'
import { type Relay, startRelay } from './support/relay.ts'

/** Milliseconds from the NACK until the proxy holds its last good set. */
const repairWithinMs = 2_000
const fronts = supportedEnvoys.flatMap((release) =>
  (['sotw', 'delta'] as const).map((variant) => ({ release, variant, group: `${release}-${variant}` })),
)
const kinds = refusable.flatMap((type) => reasons.map((reason) => ({ type, reason })))
/** All of them together; each of the 40 kinds at least once. */
const cases = Math.max(Number(process.env.NACK_CASES ?? 120), fronts.length * kinds.length)

describeWithBothEnvoys('a proxy that refuses content', () => {
  let scope: Scope
  let holder: Server
  let plane: NackPlane
  const envoys = new Map<string, EnvoyProcess>()
  const relays = new Map<string, Relay>()
  const references = new Map<string, Held>()
  const repairs: number[] = []
  let serial = 0

  const front = (group: string): { readonly envoy: EnvoyProcess; readonly good: Held } => {
    const [envoy, good] = [envoys.get(group), references.get(group)]
    if (envoy === undefined || good === undefined) throw new Error(`${group} was not started`)
    return { envoy, good }
  }

  beforeAll(async () => {
    scope = await openScope('nack')
    holder = createServer()
    const taken = await new Promise<number>((resolve) => {
      holder.listen(0, '127.0.0.1', () => {
        const address = holder.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
    const worlds = new Map<string, NackWorld>()
    const ports = await freePorts(1 + 4 * fronts.length)
    for (const [index, { group }] of fronts.entries()) {
      const own = ports.slice(1 + 4 * index, 5 + 4 * index)
      worlds.set(group, nackWorld({ ports: own, taken, endpoint: ports[0] ?? 0 }))
    }
    plane = await startPlane({ scope, worlds })
    await Promise.all(
      fronts.map(async ({ release, variant, group }) => {
        await plane.bring(group, 'good')
        const relay = await startRelay(plane.port)
        relays.set(group, relay)
        const envoy = await startEnvoy(scope, {
          binary: envoyBinary(release),
          concurrency: 1,
          bootstrap: { nodeId: group, nodeCluster: group, variant, xdsPort: relay.port },
        })
        await envoy.ready(20_000)
        envoys.set(group, envoy)
        references.set(group, await settled(envoy))
      }),
    )
  })
  afterAll(async () => {
    for (const relay of relays.values()) relay.close()
    await plane?.close()
    await scope?.close()
    holder?.close()
  })

  const nacksOf = (group: string) =>
    plane.heard.flatMap(({ at, message }) =>
      message.kind === 'nacked' && message.node === group ? [{ at, message }] : [],
    )

  /** Refused content that was sent once more after its refusal had come. Other content has another generation. */
  const sentAgain = (group: string): readonly string[] => {
    const refused = new Set<string>()
    return plane.heard.flatMap(({ message }) => {
      if (message.kind === 'nacked' && message.node === group)
        refused.add(`${message.type} of generation ${message.generation}`)
      if (message.kind !== 'sent' || message.node !== group) return []
      const name = `${message.type} of generation ${message.generation}`
      return refused.has(name) ? [name] : []
    })
  }

  /** One refusal, from the command to a proxy that holds what it held. */
  const refuseOnce = async (group: string, type: Refusable, reason: Reason): Promise<void> => {
    const { envoy, good } = front(group)
    serial += 1
    const name = `${group} ${type} ${reason} ${serial}`
    const before = nacksOf(group).length
    const push = await plane.bring(group, `bad.${type}.${reason}.${serial}`)
    expect(push, name).toMatchObject({
      phase: type === 'lds' || type === 'rds' ? 'reverted' : 'aborted',
      refusals: [{ node: group, type: resourceTypes[type].typeUrl }],
    })
    const [nack] = nacksOf(group).slice(before)
    let left = 'nothing was looked at'
    await until(`${name} is repaired`, repairWithinMs, async () => {
      left = heldDifference(good, await heldBy(envoy))
      return left === '' || undefined
    }).catch(() => expect(left, name).toBe(''))
    repairs.push(performance.now() - (nack?.at ?? 0))
    await until(`${name} is believed`, repairWithinMs, async () => {
      const status = plane.delivery.fleet
        .node(group)
        ?.types.find((one) => one.type === resourceTypes[type].typeUrl)
      return status?.nack === undefined || undefined
    })
    expect(sentAgain(group), name).toEqual([])
  }

  describe.each(fronts)('$release, $variant', ({ group }) => {
    it.each(kinds)('is repaired after a $reason refusal of $type', async ({ type, reason }) => {
      for (let one = 0; one < Math.ceil(cases / (fronts.length * kinds.length)); one += 1)
        await refuseOnce(group, type, reason)
    })
  })
  describe.each(fronts)('$release, $variant, that was away', ({ group }) => {
    it.each(refusable)(
      'is repaired when it comes back and refuses %s, which no push waits for',
      async (type) => {
        const { envoy, good } = front(group)
        const relay = relays.get(group)
        serial += 1
        const typeUrl = resourceTypes[type].typeUrl
        const before = nacksOf(group).length
        relay?.cut()
        await until(
          'it is out of reach',
          3_000,
          async () => plane.delivery.fleet.node(group)?.connected === false || undefined,
        )
        await new Promise((resolve) => setTimeout(resolve, 400))
        const push = await plane.bring(group, `bad.${type}.semantic.${serial}`)
        expect(push.refusals).toEqual([])
        relay?.mend()
        const nack = await until('it refuses', 5_000, async () => nacksOf(group)[before])
        expect(nack.message.type).toBe(typeUrl)
        let left = ''
        await until('it is repaired', repairWithinMs, async () => {
          left = heldDifference(good, await heldBy(envoy))
          return left === '' || undefined
        }).catch(() => expect(left).toBe(''))
        await until('it is believed', repairWithinMs, async () => {
          const status = plane.delivery.fleet.node(group)?.types.find((one) => one.type === typeUrl)
          return status?.nack === undefined || undefined
        })
        expect(sentAgain(group)).toEqual([])
        expect(await plane.bring(group, 'good')).toMatchObject({ phase: 'done' })
      },
    )
  })
  it('sums up', () => {
    repairs.sort((a, b) => a - b)
    process.stderr.write(`${repairs.length} p50 ${repairs[repairs.length >> 1]} max ${repairs.at(-1)}\n`)
  })
})

async function settled(envoy: EnvoyProcess): Promise<Held> {
  let last: Held = []
  return until('the proxy has settled', 10_000, async () => {
    const now = await heldBy(envoy)
    const same = now.length > 20 && heldDifference(last, now) === ''
    last = now
    return same ? now : undefined
  })
}
