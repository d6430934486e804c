// Takes in what the decider says: changes the world and the nodes, and says which streams that concerns.
import { assertNever } from '../base/index.ts'
import type { FromStreams, ToStreams } from '../channel/index.ts'
import { contentOf, type Generation } from './content.ts'
import type { StreamState } from './machine.ts'
import { type Nodes, nodeOf, park, unpark } from './nodes.ts'
import { close, newestOf, publish, type World } from './world.ts'

/** What follows from a message. */
export type Heard =
  | { readonly kind: 'nothing' }
  /** These streams have to look again. */
  | { readonly kind: 'look'; readonly concerns: (stream: StreamState) => boolean }
  | { readonly kind: 'say'; readonly message: Extract<FromStreams, { kind: 'resync' }> }
  /** These streams end, so that their nodes come back. */
  | { readonly kind: 'kick'; readonly concerns: (stream: StreamState) => boolean }

const nothing: Heard = { kind: 'nothing' }
const everyone = (): boolean => true

/** Folds one message in. */
export function hear(world: World, nodes: Nodes, message: ToStreams): Heard {
  switch (message.kind) {
    case 'groups':
      world.table = message.groups
      return { kind: 'look', concerns: everyone }
    case 'publish': {
      const before = newestOf(world, message.group)
      const resync = publish(world, message)
      if (resync !== undefined) return { kind: 'say', message: resync }
      if (world.ready && before !== undefined) askAnew(nodes, message, before)
      return { kind: 'look', concerns: ({ group }) => group === message.group }
    }
    case 'closed':
      close(world, message.group, message.generation)
      return nothing
    case 'guard':
      if (message.on) world.guarded.add(message.group)
      else world.guarded.delete(message.group)
      return { kind: 'look', concerns: ({ group }) => group === message.group }
    case 'doubt': {
      const { node: id, type, resend, parked, good } = message
      const node = nodeOf(nodes, id)
      node.doubts.set(type, { resend, parked, good })
      if (good !== undefined) node.good.set(type, good)
      park(node, type, parked)
      return { kind: 'look', concerns: (stream) => stream.node?.id === id }
    }
    case 'trust':
      nodeOf(nodes, message.node).doubts.delete(message.type)
      return nothing
    case 'ready':
      world.ready = true
      return { kind: 'look', concerns: everyone }
    case 'kick': {
      const { node } = message
      return { kind: 'kick', concerns: node === undefined ? everyone : (stream) => stream.node?.id === node }
    }
    default:
      return assertNever(message)
  }
}

/**
 * Content that went away and is published again is somebody's new decision, as when the cause of the refusal is gone (a port
 * that was in use): the nodes that refused it are asked once more. What stays the newest stays parked.
 */
function askAnew(nodes: Nodes, { group, types }: Said<'publish'>, before: Generation): void {
  for (const [url, { version }] of Object.entries(types)) {
    if (contentOf(before, url).version === version) continue
    for (const node of nodes.values()) if (node.sent.has(group)) unpark(node, url, version)
  }
}

type Said<Kind extends ToStreams['kind']> = Extract<ToStreams, { kind: Kind }>
