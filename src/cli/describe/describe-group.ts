// What a node group has besides: its proxies, and the generations that they can be served.
import type { Node } from '../../api/index.ts'
import { ok, type Result } from '../../base/index.ts'
import type { AdminClient, Failure } from '../../client/index.ts'
import { msOf } from '../output/plain.ts'
import type { Terminal } from '../output/terminal.ts'
import { age } from '../output/words.ts'
import { stateOf } from '../views/node-views.ts'
import type { Part } from './describe-service.ts'
import { nodesOf } from './parts.ts'
import { tableSection } from './section.ts'

const nodesShown = 20
const generationsShown = 5

export async function groupPart(
  client: AdminClient,
  terminal: Terminal,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<Result<Part, Failure>> {
  const group = `${namespace}/${name}`
  const nodes = await nodesOf(client, [group])
  if (!nodes.ok) return nodes
  const stored = await client.call('Store', 'ListGenerations', { group })
  if (!stored.ok) return stored
  const newest = stored.value.generations.slice(-generationsShown).reverse()
  const connected = nodes.value.filter((node) => node.connected).length
  const columns = [
    { title: 'GENERATION', alignRight: true },
    { title: 'RESOURCES', alignRight: true },
  ]
  return ok({
    data: { nodes: nodes.value, generations: stored.value.generations },
    facts: [['Proxies', `${nodes.value.length}, ${connected} connected`]],
    sections: [
      nodesSection(nodes.value, terminal),
      tableSection(
        'Generations',
        terminal,
        [...columns, { title: 'CAUSE', shrinks: true }],
        newest.map(({ number, resources, cause }) => [String(number), String(resources), cause]),
      ),
    ],
  })
}

function nodesSection(nodes: readonly Node[], terminal: Terminal) {
  const now = Date.now()
  const rows = nodes.map((node) => [
    node.id,
    stateOf(node),
    node.holds === undefined ? '-' : `${node.holds} of ${node.newest}`,
    node.lastSeen === null ? '' : age(now - msOf(node.lastSeen)),
  ])
  const columns = [
    ...[{ title: 'NODE', shrinks: true }, { title: 'STATE' }, { title: 'GENERATION' }],
    { title: 'SEEN', alignRight: true },
  ]
  return tableSection('Proxies', terminal, columns, rows, nodesShown)
}
