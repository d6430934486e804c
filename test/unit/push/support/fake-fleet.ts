// Proxies behind the channel, as far as the decider can see them: they follow the generations of their group in
// make-before-break order, ACK, refuse, hang, leave and come back when a test says so. While they do, they check what no
// proxy may ever see.
import { names } from '../../../../src/base/index.ts'
import type { FromStreams, NodeIdentity, StreamerEnd, ToStreams } from '../../../../src/channel/index.ts'
import { resourceTypesInAddOrder, typeUrls } from '../../../../src/envoy-api/index.ts'
import { selectGroup } from '../../../../src/model/index.ts'
import type { ResourceFacts } from '../../../../src/snapshot/index.ts'

interface Held {
  readonly hash: string
  readonly facts: ResourceFacts
}
type Content = ReadonlyMap<string, Held>
interface Generation {
  readonly number: number
  readonly types: ReadonlyMap<string, { readonly version: string; readonly content: Content }>
}

/** How a proxy answers: at once, never, or with a refusal of these types while `when` says so. */
export type Manner =
  | { readonly kind: 'prompt' }
  | { readonly kind: 'mute'; readonly types?: readonly string[] }
  | { readonly kind: 'refuses'; readonly type: string; readonly when?: (names: readonly string[]) => boolean }

export interface FakeNode {
  readonly id: string
  readonly cluster: string
  stream: string | undefined
  group: string | undefined
  manner: Manner
  /** What its ACKs say it has, and how far. */
  readonly holds: Map<string, { generation: number; content: Content }>
  readonly sent: Map<string, number>
  readonly parked: Set<string>
  readonly doubts: Map<string, number>
}

export interface FakeFleet {
  readonly nodes: ReadonlyMap<string, FakeNode>
  readonly heard: readonly ToStreams[]
  readonly isReady: () => boolean
  /** What the rules of a push were broken by; stays empty. */
  readonly faults: readonly string[]
  /** Streams to a control plane (another one, after a crash): what proxies hold stays, everything else is told anew. */
  attach(end: StreamerEnd): void
  add(id: string, cluster?: string, manner?: Manner): FakeNode
  connect(id: string): void
  disconnect(id: string): void
  manner(id: string, manner: Manner): void
  /** Lets every connected proxy take what it is owed, as its manner is. */
  deliver(only?: string): void
  newest(group: string): Generation | undefined
  /** Clusters that the proxy's routes, and its proxies of connections, name now. */
  routesOf(id: string): readonly string[]
  /** What `routesOf` was, one after another, from the first routes on. */
  pathOf(id: string): readonly string[]
  /** Of services: without the one that every node group has. */
  clustersOf(id: string): readonly string[]
}

const order = resourceTypesInAddOrder.map(({ typeUrl }) => typeUrl)
const asked = order.filter((type) => type !== typeUrls.sds)

export function fakeFleet(now: () => number): FakeFleet {
  let end: StreamerEnd | undefined
  const nodes = new Map<string, FakeNode>()
  const rings = new Map<string, Generation[]>()
  const heard: ToStreams[] = []
  const faults: string[] = []
  let table: Extract<ToStreams, { kind: 'groups' }>['groups'] = []
  let ready = false
  let streams = 0

  const newest = (group: string): Generation | undefined => rings.get(group)?.at(-1)
  const say = (message: FromStreams): void => end?.send(message)
  const identity = ({ id, cluster }: FakeNode): NodeIdentity => ({
    id,
    cluster,
    metadata: {},
    locality: { region: '', zone: '', subZone: '' },
    agent: 'envoy 1.40.0',
  })

  function hear(message: ToStreams): void {
    heard.push(message)
    switch (message.kind) {
      case 'groups':
        table = message.groups
        for (const node of nodes.values()) if (node.stream !== undefined) place(node)
        break
      case 'publish':
        take(message)
        break
      case 'doubt': {
        const node = nodes.get(message.node)
        node?.doubts.set(message.type, message.resend)
        node?.parked.add(message.parked)
        break
      }
      case 'trust':
        nodes.get(message.node)?.doubts.delete(message.type)
        break
      case 'ready':
        ready = true
        break
      default:
    }
  }

  function place(node: FakeNode): void {
    const group = selectGroup(table, identity(node))
    if (group === node.group || node.stream === undefined) return
    node.group = group
    node.sent.clear()
    say({ kind: 'placed', stream: node.stream, node: node.id, group })
  }

  function take(message: Extract<ToStreams, { kind: 'publish' }>): void {
    const ring = rings.get(message.group) ?? []
    const last = ring.at(-1)
    if (last !== undefined && message.generation <= last.number) {
      faults.push(`${message.group}: generation ${message.generation} after ${last.number}`)
      return
    }
    if (message.base !== undefined && message.base !== last?.number)
      faults.push(`${message.group}: base ${message.base} is not the newest`)
    const base = message.base === undefined ? undefined : last
    const types = new Map(base?.types)
    for (const [type, { version, put, remove }] of Object.entries(message.types)) {
      const content = new Map(base?.types.get(type)?.content)
      for (const name of remove) content.delete(name)
      for (const { name, hash, facts } of put) content.set(name, { hash, facts })
      types.set(type, { version, content })
    }
    const next = { number: message.generation, types }
    if (ready && last !== undefined) checkSwitch(message.group, last, next)
    checkWhole(message.group, next)
    rings.set(message.group, [...ring, next].slice(-32))
  }

  /** A generation names no cluster that is not in it. */
  function checkWhole(group: string, next: Generation): void {
    const clusters = contentOf(next, typeUrls.cds)
    for (const name of named(next)) {
      if (!clusters.has(name))
        faults.push(`${group}: generation ${next.number} routes to ${name}, which is not in it`)
    }
  }

  /** Nobody is told new routes before everybody who is connected holds what they need; nothing that is routed to goes. */
  function checkSwitch(group: string, last: Generation, next: Generation): void {
    const before = new Set(named(last))
    const needed = named(next).filter((name) => !before.has(name))
    const gone = [...contentOf(last, typeUrls.cds).keys()].filter(
      (name) => !contentOf(next, typeUrls.cds).has(name),
    )
    for (const node of nodes.values()) {
      if (node.group !== group || node.stream === undefined) continue
      for (const name of needed) {
        if (fresh.has(node.id)) continue
        const held = node.holds.get(typeUrls.cds)?.content.get(name)
        const endpoints = node.holds.get(typeUrls.eds)?.content.get(name)
        const wanted = contentOf(next, typeUrls.cds).get(name)
        if (held?.hash !== wanted?.hash || endpoints === undefined) {
          faults.push(`${node.id}: told to route to ${name} (generation ${next.number}) before it held it`)
        }
      }
      for (const name of gone) {
        if (routesOf(node.id).includes(name))
          faults.push(`${node.id}: ${name} goes (generation ${next.number}) while it routes there`)
      }
    }
  }

  /** Nodes that have asked for nothing yet: whatever comes, they get in order. */
  const fresh = new Set<string>()

  function deliverTo(node: FakeNode): void {
    const { group, stream } = node
    const generation = group === undefined ? undefined : newest(group)
    if (!ready || stream === undefined || group === undefined || generation === undefined) return
    if (fresh.delete(node.id)) {
      for (const type of asked) {
        const wildcard = type === typeUrls.cds || type === typeUrls.lds
        say({ kind: 'subscribed', stream, node: node.id, type, wildcard })
      }
    }
    for (const type of asked) {
      // Make before break: the next type waits until this one is held.
      if (!deliverType(node, group, stream, generation, type)) return
      if (node.stream !== stream) return
    }
  }

  function deliverType(
    node: FakeNode,
    group: string,
    stream: string,
    generation: Generation,
    type: string,
  ): boolean {
    const content = contentOf(generation, type)
    const version = generation.types.get(type)?.version ?? ''
    const held = node.holds.get(type)
    const isOwed = node.doubts.has(type)
    if (held !== undefined && held.generation >= generation.number && node.sent.has(type) && !isOwed)
      return true
    if (node.parked.has(version)) return false
    const changed = changes(held?.content, content)
    if (changed.length === 0 && node.sent.has(type) && !isOwed) {
      hold(node, group, stream, type, generation.number, content, false)
      return true
    }
    node.sent.set(type, generation.number)
    say({
      kind: 'sent',
      stream,
      node: node.id,
      type,
      generation: generation.number,
      resources: content.size,
      bytes: 0,
    })
    const { manner } = node
    if (manner.kind === 'mute' && (manner.types === undefined || manner.types.includes(type))) {
      node.sent.delete(type)
      return false
    }
    if (manner.kind === 'refuses' && manner.type === type && (manner.when?.(changed) ?? true)) {
      node.parked.add(version)
      const good = held?.generation
      say({
        kind: 'nacked',
        stream,
        node: node.id,
        group,
        type,
        generation: generation.number,
        version,
        good,
        changed,
        detail: 'no good',
        at: now(),
      })
      return false
    }
    hold(node, group, stream, type, generation.number, content, true)
    if (isOwed) say({ kind: 'repaired', stream, node: node.id, type, generation: generation.number })
    node.doubts.delete(type)
    return true
  }

  function hold(
    node: FakeNode,
    group: string,
    stream: string,
    type: string,
    generation: number,
    content: Content,
    acked: boolean,
  ): void {
    const held = node.holds.get(type)?.generation ?? 0
    if (held > generation && node.group === group)
      faults.push(`${node.id}: ${type} went back from ${held} to ${generation}`)
    node.holds.set(type, { generation, content })
    if (type === typeUrls.rds) noteRoutes(node.id)
    say({
      kind: 'holds',
      stream,
      node: node.id,
      group,
      type,
      generation,
      acked,
      unwarmed: coldOf(node),
      at: now(),
    })
  }

  const coldOf = (node: FakeNode): readonly string[] => {
    const endpoints = node.holds.get(typeUrls.eds)?.content
    return [...(node.holds.get(typeUrls.cds)?.content.keys() ?? [])].filter(
      (name) => endpoints?.has(name) !== true,
    )
  }
  const routesOf = (id: string): readonly string[] => {
    const named = [typeUrls.rds, typeUrls.ecds].flatMap((type) => {
      const content = nodes.get(id)?.holds.get(type)?.content
      return [...(content?.values() ?? [])].flatMap(({ facts }) => facts.clusters ?? [])
    })
    return [...new Set(named)].sort()
  }

  const paths = new Map<string, string[]>()
  function noteRoutes(id: string): void {
    const path = paths.get(id) ?? []
    const routes = routesOf(id).join(' ')
    if (path.at(-1) !== routes) paths.set(id, [...path, routes])
  }

  return {
    nodes,
    heard,
    faults,
    attach: (next) => {
      end = next
      table = []
      ready = false
      rings.clear()
      fresh.clear()
      for (const node of nodes.values()) {
        node.stream = undefined
        node.sent.clear()
        node.parked.clear()
        node.doubts.clear()
      }
      next.receive((message) => {
        if (end === next) hear(message)
      })
    },
    isReady: () => ready,
    newest,
    routesOf,
    pathOf: (id) => paths.get(id) ?? [],
    clustersOf: (id) =>
      [...(nodes.get(id)?.holds.get(typeUrls.cds)?.content.keys() ?? [])]
        .filter((name) => name !== names.floorCluster)
        .sort(),
    add: (id, cluster = 'edge', manner = { kind: 'prompt' }) => {
      const node: FakeNode = {
        id,
        cluster,
        stream: undefined,
        group: undefined,
        manner,
        holds: new Map(),
        sent: new Map(),
        parked: new Set(),
        doubts: new Map(),
      }
      nodes.set(id, node)
      return node
    },
    connect: (id) => {
      const node = nodes.get(id)
      if (node === undefined || node.stream !== undefined) return
      node.stream = `s${++streams}`
      node.sent.clear()
      node.group = undefined
      fresh.add(id)
      say({
        kind: 'opened',
        stream: node.stream,
        node: identity(node),
        variant: 'delta',
        peer: '127.0.0.1',
        at: now(),
      })
      place(node)
    },
    disconnect: (id) => {
      const node = nodes.get(id)
      if (node?.stream === undefined) return
      const { stream } = node
      node.stream = undefined
      fresh.delete(id)
      say({ kind: 'closed', stream, node: id, reason: 'gone', at: now() })
    },
    manner: (id, manner) => {
      const node = nodes.get(id)
      if (node !== undefined) node.manner = manner
    },
    deliver: (only) => {
      for (const node of [...nodes.values()]) if (only === undefined || node.id === only) deliverTo(node)
    },
  }
}

const contentOf = (generation: Generation, type: string): Content =>
  generation.types.get(type)?.content ?? new Map()

function named(generation: Generation): readonly string[] {
  return [typeUrls.rds, typeUrls.lds].flatMap((type) =>
    [...contentOf(generation, type).values()].flatMap(({ facts }) => facts.clusters ?? []),
  )
}

function changes(before: Content | undefined, after: Content): readonly string[] {
  const names = [...after]
    .filter(([name, { hash }]) => before?.get(name)?.hash !== hash)
    .map(([name]) => name)
  const removed = [...(before?.keys() ?? [])].filter((name) => !after.has(name))
  return [...names, ...removed]
}
