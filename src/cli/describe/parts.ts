// Parts that several descriptions have: revisions, pushes, who refuses, events.
import type {
  Event,
  Input,
  ListEventsRequest,
  ListPushesRequest,
  Node,
  PushRecord,
  Revision,
} from '../../api/index.ts'
import { ok, type Result } from '../../base/index.ts'
import type { AdminClient, Failure } from '../../client/index.ts'
import { phaseText, shortType } from '../follow-push.ts'
import { msOf } from '../output/plain.ts'
import type { Terminal } from '../output/terminal.ts'
import { age } from '../output/words.ts'
import { wrapped } from '../output/wrap.ts'
import { readNodes } from '../read-nodes.ts'
import { eventTable } from '../views/event-views.ts'
import { roomIn, type Section, tableSection } from './section.ts'

/** So many of each are shown; `history`, `push list` and `events` have all of them. */
const revisionsShown = 5
const pushesShown = 5
const eventsShown = 10

export async function revisionsOf(
  client: AdminClient,
  key: { readonly namespace: string; readonly kinds: readonly string[]; readonly name: string },
): Promise<Result<readonly Revision[], Failure>> {
  const answer = await client.call('Config', 'ListRevisions', { ...key, limit: revisionsShown })
  return answer.ok ? ok(answer.value.revisions) : answer
}

export async function pushesOf(
  client: AdminClient,
  about: Pick<Input<ListPushesRequest>, 'object' | 'group'>,
): Promise<Result<readonly PushRecord[], Failure>> {
  const answer = await client.call('Push', 'List', { ...about, limit: pushesShown })
  return answer.ok ? ok(answer.value.pushes) : answer
}

/** The newest, oldest of them first, as they are printed. */
export async function eventsOf(
  client: AdminClient,
  about: Omit<Input<ListEventsRequest>, 'pageSize'>,
): Promise<Result<readonly Event[], Failure>> {
  const answer = await client.call('Events', 'List', { ...about, pageSize: eventsShown })
  return answer.ok ? ok([...answer.value.events].reverse()) : answer
}

/** All proxies of these node groups (`namespace/name`). */
export async function nodesOf(
  client: AdminClient,
  groups: Iterable<string>,
): Promise<Result<readonly Node[], Failure>> {
  const nodes: Node[] = []
  for (const group of new Set(groups)) {
    const found = await readNodes(client, group)
    if (!found.ok) return found
    nodes.push(...found.value)
  }
  return ok(nodes)
}

export const eventsSection = (events: readonly Event[], terminal: Terminal): Section => ({
  title: 'Events',
  lines:
    events.length === 0
      ? []
      : eventTable(
          events,
          { width: roomIn(terminal), color: terminal.color },
          { wide: false, now: Date.now() },
        ),
})

export function revisionsSection(revisions: readonly Revision[], terminal: Terminal): Section {
  const now = Date.now()
  const rows = revisions.map(({ number, at, verb, actor, push, reason }) => [
    ...[`r${number}`, at === null ? '' : age(now - msOf(at)), verb, actor, push, reason],
  ])
  const columns = [
    ...[{ title: 'REVISION' }, { title: 'AGE' }, { title: 'VERB' }, { title: 'ACTOR', shrinks: true }],
    ...[{ title: 'PUSH' }, { title: 'REASON', shrinks: true }],
  ]
  return tableSection('Revisions', terminal, columns, rows)
}

export function pushesSection(pushes: readonly PushRecord[], terminal: Terminal): Section {
  const now = Date.now()
  const rows = pushes.map((push) => {
    const nodes = push.groups.reduce((sum, group) => sum + group.nodes, 0)
    const there = push.groups.reduce((sum, group) => sum + group.switchedNodes, 0)
    const waits = push.groups.flatMap(({ heldUpBy }) => heldUpBy)
    const verdict = waits.length > 0 ? `waits for ${waits.join(', ')}` : push.verdict || push.reason
    return [
      ...[push.id, phaseText(push), push.verb, `r${push.revision}`, `${there}/${nodes}`],
      ...[push.startedAt === null ? '' : age(now - msOf(push.startedAt)), verdict],
    ]
  })
  const columns = [
    ...[{ title: 'PUSH' }, { title: 'PHASE' }, { title: 'VERB' }, { title: 'REVISION' }],
    ...[{ title: 'PROXIES' }, { title: 'AGE' }, { title: 'VERDICT', shrinks: true }],
  ]
  return tableSection('Pushes', terminal, columns, rows)
}

/** Something that a proxy does not take, or did not. */
export interface Refusal {
  readonly node: string
  readonly type: string
  readonly resources: readonly string[]
  readonly detail: string
  /** Empty: it is refused now, whatever push brought it. */
  readonly push: string
}

/** What proxies refused of these pushes, and what proxies of these refuse now. */
export function refusalsIn(pushes: readonly PushRecord[], nodes: readonly Node[]): readonly Refusal[] {
  const open = nodes.flatMap(({ id, types }) =>
    types.flatMap(({ typeUrl, nack }) =>
      nack === null
        ? []
        : [{ node: id, type: shortType(typeUrl), resources: [], detail: nack.detail, push: '' }],
    ),
  )
  const earlier = pushes.flatMap(({ id, refusals }) =>
    refusals.map((each) => ({ ...each, type: shortType(each.type), push: id })),
  )
  return [...open, ...earlier]
}

export function refusalsSection(refusals: readonly Refusal[], terminal: Terminal): Section {
  const lines = refusals.slice(0, eventsShown).flatMap(({ node, type, resources, detail, push }) => {
    const what = [type, resources.join(' or ')].filter((part) => part !== '').join(' ')
    const when = push === '' ? 'now' : `in push ${push}`
    const [first = '', ...more] = wrapped(`${node}, ${what}, ${when}: ${detail}`, roomIn(terminal) - 2, 4)
    return [first, ...more.map((line) => `  ${line}`)]
  })
  const rest = refusals.length - eventsShown
  return { title: 'Refused by', lines: rest > 0 ? [...lines, `and ${rest} more`] : lines }
}
