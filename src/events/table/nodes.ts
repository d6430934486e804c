// Events of proxies: who comes and goes, and what they refuse.
import type { EventRow } from '../row.ts'

const node = { kind: 'node', what: 'the proxy' } as const
const group = { kind: 'group', what: 'its node group' } as const
const type = { kind: 'text', what: 'type URL of what it refused' } as const

export const nodeEvents = {
  node_connected: {
    severity: 'Normal',
    reason: 'NodeConnected',
    what: 'a proxy opened a stream',
    message: '{node} connected ({variant})[: {agent}]',
    attributes: {
      node,
      stream: { kind: 'text', what: 'the stream' },
      variant: { kind: 'text', what: '`sotw` or `delta`' },
      agent: { kind: 'text', what: 'what it says it is', optional: true },
    },
    fold: { same: ['node'], crowd: [] },
  },
  node_placed: {
    severity: 'Normal',
    reason: 'NodePlaced',
    what: 'a node group selects a proxy: it is served that',
    message: '{node} is placed in {group}',
    attributes: { node, group },
    fold: { same: ['node', 'group'], crowd: ['group'] },
  },
  node_held: {
    severity: 'Warning',
    reason: 'NodeHeld',
    what: 'no node group selects a proxy: it is answered nothing and keeps what it has',
    message: '{node} is held: no node group selects it',
    attributes: { node },
    fold: { same: ['node'], crowd: [] },
  },
  node_disconnected: {
    severity: 'Normal',
    reason: 'NodeDisconnected',
    what: 'a stream of a proxy ended',
    message: '{node} disconnected: {cause}',
    attributes: {
      node,
      stream: { kind: 'text', what: 'the stream' },
      cause: { kind: 'text', what: 'why' },
    },
    fold: { same: ['node'], crowd: [] },
  },
  twin_streams: {
    severity: 'Warning',
    reason: 'TwinStreams',
    what: 'two streams of one node id are open: a copied bootstrap, or a hot restart',
    message: '{node} has {streams} streams',
    attributes: { node, streams: { kind: 'number', what: 'how many' } },
    fold: { same: ['node'], crowd: [] },
  },
  inventory_full: {
    severity: 'Warning',
    reason: 'InventoryFull',
    what: 'a proxy came that the inventory has no place for: no push waits for it',
    message: '{node} is served, but not waited for: the inventory is full',
    attributes: { node },
    fold: { same: [], crowd: [] },
  },
  nack: {
    severity: 'Warning',
    reason: 'Nack',
    what: 'a proxy refused a response; it is sent its last good content again',
    message: '{node} refused {typeName} of generation {generation}: {detail}',
    attributes: {
      node,
      group,
      type,
      typeName: { kind: 'text', what: 'its last word: `Listener`' },
      generation: { kind: 'number', what: 'what it refused' },
      detail: { kind: 'text', what: 'in its own words, cut and without secrets' },
      pushes: { kind: 'pushes', what: 'pushes that are stopped by it', optional: true },
    },
    fold: { same: ['node', 'type', 'generation'], crowd: ['group'] },
  },
  resend_given_up: {
    severity: 'Warning',
    reason: 'ResendGivenUp',
    what: 'a proxy refused its last good content too, several times: it waits for new content',
    message:
      '{node} refuses {typeName} again and again: nothing more of it is sent until there is something new',
    attributes: { node, group, type, typeName: { kind: 'text', what: 'its last word: `Listener`' } },
    fold: { same: ['node', 'type'], crowd: ['group'] },
  },
  repaired: {
    severity: 'Normal',
    reason: 'Repaired',
    what: 'a proxy that had refused ACKed its last good content',
    message: '{node} holds its last good {typeName} again',
    attributes: { node, type, typeName: { kind: 'text', what: 'its last word: `Listener`' } },
    fold: { same: ['node', 'type'], crowd: [] },
  },
} as const satisfies Readonly<Record<string, EventRow>>
