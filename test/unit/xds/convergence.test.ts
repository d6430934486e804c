// Whatever happens in whatever order, a proxy ends up with the newest content; and on the way it is never given a
// route to a cluster that it does not have, nor loses one that its routes name.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ResourceTypeKey, typeUrls } from '../../../src/envoy-api/index.ts'
import type { Spec } from './support/content.ts'
import { Envoy, type Type, types, type Variant } from './support/envoy-model.ts'
import { createRig } from './support/rig.ts'

const contents = ['1', '2', 'bad'] as const

/** A state of intent: which clusters there are, with which content, and where the route goes. */
interface Intent {
  readonly clusters: readonly { readonly name: string; readonly content: string }[]
  readonly target: number
}
type Move =
  | { readonly kind: 'publish'; readonly intent: Intent; readonly whole: boolean }
  | { readonly kind: 'answer'; readonly type: Type }
  | { readonly kind: 'stall' | 'read' | 'reconnect' | 'close' | 'record' }

const intent: fc.Arbitrary<Intent> = fc.record({
  clusters: fc.uniqueArray(
    fc.record({ name: fc.constantFrom('a', 'b', 'c'), content: fc.constantFrom(...contents) }),
    { minLength: 1, maxLength: 3, selector: ({ name }) => name },
  ),
  target: fc.nat(2),
})
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('publish' as const), intent, whole: fc.boolean() }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('answer' as const), type: fc.constantFrom(...types) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('stall', 'read', 'reconnect', 'close', 'record' as const) }),
  },
)

function specOf({ clusters, target }: Intent): Spec {
  const to = clusters[target % clusters.length]?.name ?? ''
  return {
    cds: Object.fromEntries(clusters.map(({ name, content }) => [name, content])),
    eds: Object.fromEntries(clusters.map(({ name }) => [name, '1'])),
    lds: { l: '1 > r' },
    rds: { r: `${to} > ${to}` },
  }
}

function play(variant: Variant, moves: readonly Move[]): void {
  const rig = createRig({
    limits: { orderDeadlineMs: 1e9, clustersFirstMs: 1e9, refusalDeadlineMs: 1e9, writeDeadlineMs: 1e9 },
  })
  let generation = 1
  let newest: Intent = { clusters: [{ name: 'a', content: '1' }], target: 0 }
  const specs = new Map<number, Spec>()
  const publish = (next: Intent, whole: boolean): void => {
    newest = next
    specs.set(generation, specOf(next))
    rig.publish(generation, specOf(next), { base: !whole && generation > 1 })
    generation += 1
  }
  publish(newest, true)
  const proxy = new Envoy(rig, variant)
  const pending: { readonly type: string; readonly parked: string; readonly good: number | undefined }[] = []
  let resend = 0
  const holds = new Map<string, number>()
  const collect = (): void => {
    for (const message of rig.heard('nacked', 'holds', 'opened')) {
      if (message.kind === 'opened') holds.clear()
      else if (message.kind === 'holds') holds.set(message.type, message.generation)
      else pending.push({ type: message.type, parked: message.version, good: message.good })
    }
  }
  const holdsAll = (): boolean =>
    pending.length === 0 && types.every((type) => (holds.get(typeUrls[type]) ?? 0) >= generation - 1)
  const record = (): void => {
    for (const { type, parked, good } of pending.splice(0)) {
      resend += 1
      rig.decider.send({ kind: 'doubt', node: 'edge-1', type, resend, parked, good })
    }
    proxy.read()
  }
  for (const one of moves) {
    if (one.kind === 'publish') publish(one.intent, one.whole)
    else if (one.kind === 'answer') proxy.answer(one.type)
    else if (one.kind === 'stall') proxy.client.block()
    else if (one.kind === 'read') proxy.client.unblock()
    else if (one.kind === 'reconnect') proxy.reconnect()
    else if (one.kind === 'record') record()
    else if (holdsAll())
      rig.decider.send({ kind: 'closed', group: 'g', lane: 'all', generation: generation - 1 })
    proxy.read()
    collect()
  }
  // Then the world comes to rest on something good.
  publish(
    { clusters: [...newest.clusters.map(({ name }) => ({ name, content: '3' }))], target: newest.target },
    false,
  )
  proxy.client.unblock()
  proxy.read()
  for (let round = 0; round < 200; round += 1) {
    collect()
    record()
    if (!types.some((type) => proxy.answer(type))) break
  }
  expect(proxy.faults).toEqual([])
  const wanted = specs.get(generation - 1)
  for (const type of types) {
    const held = Object.fromEntries([...proxy.held[type]].sort())
    const bare = Object.entries(wanted?.[type as ResourceTypeKey] ?? {}).map(([name, text]) => [
      name,
      text.replace(/ > .*/, ''),
    ])
    const names = new Set(bare.map(([name]) => name))
    // Endpoints of clusters that are gone mean nothing.
    const relevant =
      type === 'eds' ? Object.fromEntries(Object.entries(held).filter(([name]) => names.has(name))) : held
    expect([type, relevant]).toEqual([type, Object.fromEntries(bare)])
  }
  expect(rig.hub.size).toBe(1)
}

describe('convergence', () => {
  it.each(['sotw', 'delta'] as const)('ends with the newest, in order all the way (%s)', (variant) => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => play(variant, moves)),
      { numRuns: 150 },
    )
  })
})
