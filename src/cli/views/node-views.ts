// How proxies are shown: one word for each, a row, and all that is known of one.
import type { Node } from '../../api/index.ts'
import { shortType } from '../follow-push.ts'
import type { Listing } from '../output/listing.ts'
import { isoTime, msOf, plain } from '../output/plain.ts'
import { facts, table } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'
import { age, printable } from '../output/words.ts'

/** One word for how a proxy stands. */
export function stateOf(node: Node): string {
  if (!node.connected) return 'gone'
  if (node.group === '') return 'no group'
  if (node.types.some((type) => type.nack !== null)) return 'refused'
  if (node.types.some((type) => type.unwarmed.length > 0)) return 'warming'
  return node.holds === node.newest ? 'current' : 'behind'
}

/** A row for each proxy. */
export const nodeListing = (isWide: boolean): Listing<Node> => ({
  columns: [
    { title: 'NODE', shrinks: true },
    { title: 'GROUP', shrinks: true },
    { title: 'STREAM' },
    { title: 'STATE' },
    { title: 'GENERATION' },
    { title: 'SEEN', alignRight: true },
    { title: 'AGENT', shrinks: true },
    ...(isWide ? [{ title: 'CLUSTER' }, { title: 'LOCALITY' }, { title: 'PEER' }] : []),
  ],
  rows: (node) => [
    [
      node.id,
      node.group === '' ? '-' : node.group,
      node.streams.map((stream) => stream.variant.toLowerCase()).join('+') || '-',
      stateOf(node),
      node.holds === undefined ? '-' : `${node.holds} of ${node.newest}`,
      node.lastSeen === null ? '' : age(Date.now() - msOf(node.lastSeen)),
      node.agent,
      ...(isWide ? [node.cluster, localityOf(node), node.streams.map(({ peer }) => peer).join(',')] : []),
    ],
  ],
  name: ({ id }) => `proxy/${id}`,
})

/** What counts as a change of one: not that it was seen again. */
export const nodeState = ({ lastSeen: _lastSeen, ...node }: Node): string => JSON.stringify(plain(node))

const localityOf = ({ locality }: Node): string =>
  [locality?.region, locality?.zone, locality?.subZone].filter((part) => part).join('/')

/** What a proxy says of itself, and how it is connected. */
export const nodeFacts = (node: Node): readonly (readonly [string, string])[] => [
  ['Cluster', node.cluster],
  ['Agent', node.agent],
  ['Locality', localityOf(node).replaceAll('/', ' / ')],
  [
    'Metadata',
    Object.entries(node.metadata)
      .map(([key, value]) => `${key}=${value}`)
      .join(', '),
  ],
  ['Generation', node.holds === undefined ? `none of ${node.newest}` : `${node.holds} of ${node.newest}`],
  ['Last seen', node.lastSeen === null ? '' : isoTime(node.lastSeen)],
  ...node.streams.map((stream): [string, string] => [
    'Stream',
    `${stream.variant.toLowerCase()} from ${stream.peer}${stream.since === null ? '' : ` since ${isoTime(stream.since)}`}`,
  ]),
]

/** All that is known of one. */
export function printNode(terminal: Terminal, node: Node): void {
  const lines = facts([
    ['Node', node.id],
    ['State', stateOf(node)],
    ['Group', node.group === '' ? 'none: no node group selects it, so it is held' : node.group],
    ...nodeFacts(node),
  ])
  for (const line of lines) terminal.out(printable(line))
  const columns = [
    { title: 'TYPE' },
    { title: 'HOLDS', alignRight: true },
    { title: 'LAST SENT', alignRight: true },
    { title: 'RESOURCES', alignRight: true },
    { title: 'VERSION', shrinks: true },
    { title: 'STATE' },
  ]
  const rows = node.types.map((type) => [
    shortType(type.typeUrl),
    type.holds === undefined ? '-' : String(type.holds),
    type.sent === undefined ? '-' : String(type.sent),
    String(type.resources),
    type.version,
    typeState(node, type),
  ])
  terminal.out('')
  for (const line of table(columns, rows, terminal.width, terminal.color.bold)) terminal.out(line)
  for (const { typeUrl, nack, unwarmed } of node.types) {
    if (nack !== null)
      terminal.out(
        printable(`\n${shortType(typeUrl)} of generation ${nack.generation} refused: ${nack.detail}`),
      )
    if (unwarmed.length > 0)
      terminal.out(printable(`\n${shortType(typeUrl)} warming: ${unwarmed.join(', ')}`))
  }
}

function typeState(node: Node, type: Node['types'][number]): string {
  if (node.group === '') return 'held'
  if (type.nack !== null) return 'refused'
  if (type.unwarmed.length > 0) return `${type.unwarmed.length} warming`
  return type.holds === undefined ? 'not ACKed' : 'ok'
}
