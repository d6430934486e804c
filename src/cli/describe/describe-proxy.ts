// One proxy: who it says it is, what it holds and refuses of each type, who else waits for it, and what happened to it.
import type { Node } from '../../api/index.ts'
import { ok, type Result } from '../../base/index.ts'
import type { AdminClient, Failure } from '../../client/index.ts'
import { phaseText, shortType } from '../follow-push.ts'
import type { Terminal } from '../output/terminal.ts'
import { nodeFacts, stateOf } from '../views/node-views.ts'
import { eventsOf, eventsSection, pushesOf, refusalsIn, refusalsSection } from './parts.ts'
import { type Description, type Section, tableSection } from './section.ts'

export async function describeProxy(
  client: AdminClient,
  terminal: Terminal,
  id: string,
): Promise<Result<Description, Failure>> {
  const answer = await client.call('Nodes', 'Get', { id })
  if (!answer.ok) return answer
  const node = answer.value
  const pushes = node.group === '' ? ok([]) : await pushesOf(client, { group: node.group })
  if (!pushes.ok) return pushes
  const events = await eventsOf(client, { node: id })
  if (!events.ok) return events
  const refusals = refusalsIn(pushes.value, [node]).filter((each) => each.node === id)
  const waiting = pushes.value.filter(({ groups }) =>
    groups.some(({ heldUpBy }) => heldUpBy.some((text) => text.startsWith(`${id}:`))),
  )
  return ok({
    data: { node, refusedBy: refusals, holdsUp: waiting.map((push) => push.id), events: events.value },
    facts: [
      ...factsOf(node),
      ['Holds up', waiting.map((push) => `push ${push.id} (${phaseText(push)})`).join(', ')],
    ],
    sections: [
      typesSection(node, terminal),
      { ...refusalsSection(refusals, terminal), title: 'Refusals' },
      eventsSection(events.value, terminal),
    ],
  })
}

function factsOf(node: Node): Description['facts'] {
  return [
    ['Name', node.id],
    ['State', stateOf(node)],
    ['Node group', node.group === '' ? 'none: no node group selects it, so it is held' : node.group],
    ...nodeFacts(node),
  ]
}

function typesSection({ types }: Node, terminal: Terminal): Section {
  const rows = types.map(({ typeUrl, holds, sent, resources, unwarmed, nack }) => [
    ...[
      shortType(typeUrl),
      holds === undefined ? '-' : String(holds),
      sent === undefined ? '-' : String(sent),
    ],
    String(resources),
    nack !== null ? 'refused' : unwarmed.length > 0 ? `warming ${unwarmed.join(', ')}` : 'ok',
  ])
  const columns = [
    ...[{ title: 'TYPE' }, { title: 'HOLDS', alignRight: true }, { title: 'SENT', alignRight: true }],
    ...[
      { title: 'RESOURCES', alignRight: true },
      { title: 'STATE', shrinks: true },
    ],
  ]
  return tableSection('Resources', terminal, columns, rows)
}
