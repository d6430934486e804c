// Whatever happens in whatever order, a proxy ends up with the newest content; and on the way it is never given a
// route to a cluster that it does not have, nor loses one that its routes name.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ResourceTypeKey, typeUrls } from '../../../src/envoy-api/index.ts'
import { type Spec, short } from './support/content.ts'
import { type Client, createRig, type Rig } from './support/rig.ts'

type Variant = 'sotw' | 'delta'
const types = ['cds', 'eds', 'lds', 'rds'] as const
type Type = (typeof types)[number]
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

/** An Envoy as far as it matters: applies what it gets, refuses what is bad (and applies half of that), asks for endpoints. */
class Envoy {
  readonly held: Record<Type, Map<string, string>> = {
    cds: new Map(),
    eds: new Map(),
    lds: new Map(),
    rds: new Map(),
  }
  readonly versions: Record<Type, Map<string, string>> = {
    cds: new Map(),
    eds: new Map(),
    lds: new Map(),
    rds: new Map(),
  }
  readonly version: Partial<Record<Type, string>> = {}
  private waiting: {
    readonly type: Type
    readonly nonce: string
    readonly refuse: boolean
    readonly line: string
  }[] = []
  private asked: string[] = []
  private nonces = 0
  readonly faults: string[] = []
  client: Client
  private readonly rig: Rig
  private readonly variant: Variant

  constructor(rig: Rig, variant: Variant) {
    this.rig = rig
    this.variant = variant
    this.client = this.open()
  }

  private open(): Client {
    const client = this.rig.client(this.variant)
    this.client = client
    this.waiting = []
    this.nonces = 0
    this.asked = [...this.held.cds.keys()].sort()
    for (const type of types) {
      const names = type === 'eds' ? this.asked : type === 'rds' ? ['r'] : []
      if (type === 'eds' && names.length === 0) continue
      if (this.variant === 'sotw') client.send(type, { names, version: this.version[type] ?? '', nonce: '' })
      else client.sub(type, names, Object.fromEntries(this.versions[type]))
      this.read()
    }
    return client
  }

  reconnect(): void {
    this.client.leave()
    this.open()
  }

  /** Takes in what came: at once, as Envoy does; the answers wait. */
  read(): void {
    for (const line of this.client.got()) {
      const [word = '', version = '', ...items] = line.split(' ')
      const type = types.find((one) => one === word.toLowerCase())
      const nonce = this.client.nonces[this.nonces]
      if (type === undefined || nonce === undefined) throw new Error(line)
      this.nonces += 1
      const put = items
        .filter((item) => !item.startsWith('-'))
        .map((item) => item.replace(/^\+|~\d+$/g, '').split('='))
      const refuse = put.some(([, content]) => content === 'bad')
      const names = items.map((item) => item.replace(/^[+-]|=.*/g, ''))
      if (new Set(names).size !== names.length) this.faults.push(`twice in one response: ${line}`)
      this.apply(type, put, items, refuse)
      if (!refuse) this.remember(type, this.client.versions[this.nonces - 1] ?? '')
      this.waiting.push({ type, nonce, refuse, line: version })
    }
    const wanted = [...this.held.cds.keys()].sort()
    if (wanted.join() !== this.asked.join()) {
      const fresh = wanted.filter((name) => !this.asked.includes(name))
      const gone = this.asked.filter((name) => !wanted.includes(name))
      this.asked = wanted
      if (this.variant === 'sotw') this.client.send('eds', { names: wanted, nonce: this.lastNonce('eds') })
      else this.client.send('eds', { subscribe: fresh, unsubscribe: gone })
      this.read()
    }
  }

  /** What it will report on its next stream: Envoy notes it when it applied a response, before the ACK leaves. */
  private remember(type: Type, version: string): void {
    this.version[type] = version
    for (const [name, content] of this.held[type]) {
      const text = type === 'rds' ? `${content} > ${content}` : type === 'lds' ? `${content} > r` : content
      this.versions[type].set(name, short(`${name}=${text}`))
    }
  }

  private lastNonces: Partial<Record<Type, string>> = {}
  private lastNonce(type: Type): string {
    return this.lastNonces[type] ?? ''
  }

  private apply(type: Type, put: readonly string[][], items: readonly string[], refuse: boolean): void {
    const held = this.held[type]
    const good = put.filter(([, content]) => content !== 'bad')
    if (this.variant === 'sotw' && (type === 'cds' || type === 'lds')) {
      const names = new Set(put.map(([name]) => name))
      for (const name of [...held.keys()]) if (!names.has(name)) this.remove(type, name)
    }
    for (const item of items) if (item.startsWith('-')) this.remove(type, item.slice(1))
    for (const [name = '', content = ''] of good) {
      if (type === 'rds' && !this.held.cds.has(content))
        this.faults.push(`a route to ${content}, which is not there`)
      held.set(name, content)
    }
    if (refuse && type !== 'cds') this.faults.push(`only clusters are bad: ${type}`)
  }

  private remove(type: Type, name: string): void {
    if (type === 'cds' && [...this.held.rds.values()].includes(name))
      this.faults.push(`${name} removed under its route`)
    this.held[type].delete(name)
    this.versions[type].delete(name)
  }

  /** Answers the oldest response of a type. */
  answer(type: Type): boolean {
    const index = this.waiting.findIndex((one) => one.type === type)
    const [one] = index < 0 ? [] : this.waiting.splice(index, 1)
    if (one === undefined) return false
    this.lastNonces[type] = one.nonce
    const names = this.variant === 'delta' ? [] : type === 'eds' ? this.asked : type === 'rds' ? ['r'] : []
    this.client.send(type, { names, nonce: one.nonce, refusal: one.refuse ? 'bad' : undefined })
    this.read()
    return true
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
