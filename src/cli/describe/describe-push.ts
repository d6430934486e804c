// One push: what it brings and where it stands in each node group, who holds it up or refused it, and what happened to it.
import type { PushRecord, Revision } from '../../api/index.ts'
import { ok, type Result } from '../../base/index.ts'
import type { AdminClient, Failure } from '../../client/index.ts'
import { phaseText } from '../follow-push.ts'
import { objectName } from '../object-names.ts'
import { isoTime } from '../output/plain.ts'
import type { Terminal } from '../output/terminal.ts'
import { span } from '../output/words.ts'
import { wrapped } from '../output/wrap.ts'
import { eventsOf, eventsSection, refusalsIn, refusalsSection } from './parts.ts'
import { type Description, roomIn, type Section, tableSection } from './section.ts'

const objectsShown = 20

export async function describePush(
  client: AdminClient,
  terminal: Terminal,
  id: string,
): Promise<Result<Description, Failure>> {
  const answer = await client.call('Push', 'Get', { id })
  if (!answer.ok) return answer
  const push = answer.value
  const events = await eventsOf(client, { push: id })
  if (!events.ok) return events
  // Its revision says what it was about in full, as long as it is kept.
  const revisions = await client.call('Config', 'ListRevisions', { before: push.revision + 1, limit: 1 })
  const revision = revisions.ok
    ? revisions.value.revisions.find(({ number }) => number === push.revision)
    : undefined
  return ok({
    data: { push, ...(revision === undefined ? {} : { revision }), events: events.value },
    facts: factsOf(push, revision),
    sections: [
      groupsSection(push, terminal),
      ...heldUp(push, terminal),
      refusalsSection(refusalsIn([push], []), terminal),
      eventsSection(events.value, terminal),
    ],
  })
}

function factsOf(push: PushRecord, revision: Revision | undefined): Description['facts'] {
  const { timings, objects } = push
  const more = objects.length > objectsShown ? ` and ${objects.length - objectsShown} more` : ''
  const times = [
    ['committed', timings?.committedMs],
    ['prepared', timings?.preparedMs],
    ['decided', timings?.decidedMs],
    ['first ACK', timings?.firstAckMs],
    ['last ACK', timings?.lastAckMs],
  ] as const
  return [
    ['Push', push.id],
    ['Phase', phaseText(push)],
    ['Verdict', push.verdict],
    ['Verb', push.verb],
    ['Actor', push.actor],
    ['Reason', push.reason],
    [
      'Revision',
      `r${push.revision}${push.compensatedBy > 0 ? `, taken back by r${push.compensatedBy}` : ''}`,
    ],
    ['Request id', revision?.requestId ?? ''],
    ['Objects', `${objects.slice(0, objectsShown).map(objectName).join(', ')}${more}`],
    ['Started', push.startedAt === null ? '' : isoTime(push.startedAt)],
    ['Ended', push.endedAt === null ? '' : isoTime(push.endedAt)],
    ['Took', times.flatMap(([name, ms]) => (ms === undefined ? [] : [`${name} ${span(ms)}`])).join(', ')],
  ]
}

function groupsSection({ groups }: PushRecord, terminal: Terminal): Section {
  const rows = groups.map((group) => [
    group.group,
    `${group.preparedNodes}/${group.nodes}`,
    `${group.switchedNodes}/${group.nodes}`,
    [group.before, group.prepared, group.switched].filter((one) => one !== undefined).join(' → '),
  ])
  const columns = [
    ...[
      { title: 'NODE GROUP', shrinks: true },
      { title: 'PREPARED', alignRight: true },
    ],
    ...[{ title: 'SWITCHED', alignRight: true }, { title: 'GENERATIONS' }],
  ]
  return tableSection('Node groups', terminal, columns, rows)
}

function heldUp({ groups }: PushRecord, terminal: Terminal): readonly Section[] {
  const lines = groups.flatMap(({ heldUpBy }) =>
    heldUpBy.flatMap((text) => wrapped(text, roomIn(terminal), 3)),
  )
  return lines.length === 0 ? [] : [{ title: 'Held up by', lines }]
}
