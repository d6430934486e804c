// How pushes are shown: a row each, and all that is known of one.
import type { PushRecord } from '../../api/index.ts'
import { phaseText, whatIsRefused } from '../follow-push.ts'
import { objectName } from '../object-names.ts'
import type { Listing } from '../output/listing.ts'
import { msOf } from '../output/plain.ts'
import { facts } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'
import { age, phaseWord, printable, proxies, span } from '../output/words.ts'

/** A row for each push. */
export const pushListing = (isWide: boolean): Listing<PushRecord> => ({
  columns: [
    { title: 'PUSH' },
    { title: 'PHASE' },
    { title: 'VERB' },
    { title: 'REVISION' },
    { title: 'PROXIES', alignRight: true },
    { title: 'TOOK', alignRight: true },
    { title: 'AGE', alignRight: true },
    { title: 'ACTOR', shrinks: true },
    { title: 'REASON', shrinks: true },
    ...(isWide ? [{ title: 'OBJECTS' }, { title: 'GROUPS' }] : []),
  ],
  rows: (push) => {
    const nodes = push.groups.reduce((sum, group) => sum + group.nodes, 0)
    const there = push.groups.reduce((sum, group) => sum + group.switchedNodes, 0)
    return [
      [
        push.id,
        phaseWord(push.phase),
        push.verb,
        `r${push.revision}`,
        `${there}/${nodes}`,
        push.timings?.lastAckMs === undefined ? '' : span(push.timings.lastAckMs),
        push.startedAt === null ? '' : age(Date.now() - msOf(push.startedAt)),
        push.actor,
        push.verdict === '' ? push.reason : push.verdict,
        ...(isWide
          ? [push.objects.map(objectName).join(', '), push.groups.map(({ group }) => group).join(', ')]
          : []),
      ],
    ]
  },
  name: ({ id }) => `push/${id}`,
})

/** All that is known of one. */
export function printPush(terminal: Terminal, push: PushRecord): void {
  const { timings } = push
  const at = (ms: number | undefined): string => (ms === undefined ? '' : span(ms))
  const lines = facts([
    ['Push', push.id],
    ['Phase', `${phaseText(push)}${push.verdict === '' ? '' : `: ${push.verdict}`}`],
    [
      'Revision',
      `r${push.revision}${push.compensatedBy > 0 ? `, taken back by r${push.compensatedBy}` : ''}`,
    ],
    ['Verb', push.verb],
    ['Actor', push.actor],
    ['Reason', push.reason],
    ['Objects', push.objects.map(objectName).join(', ')],
    ['Committed', at(timings?.committedMs)],
    ['Prepared', at(timings?.preparedMs)],
    ['Decided', at(timings?.decidedMs)],
    ['First ACK', at(timings?.firstAckMs)],
    ['Last ACK', at(timings?.lastAckMs)],
    ['Flushing', at(timings?.flushMs)],
  ])
  for (const line of lines) terminal.out(printable(line))
  for (const group of push.groups) {
    terminal.out(
      printable(
        `Group ${group.group}: ${proxies(group.nodes)}, ${group.preparedNodes} prepared, ${group.switchedNodes} switched; generation ${group.before} → ${[group.prepared, group.switched].filter((one) => one !== undefined).join(' → ') || '…'}`,
      ),
    )
    for (const waits of group.heldUpBy) terminal.out(printable(`  waits for ${waits}`))
  }
  for (const refusal of push.refusals) {
    terminal.out(printable(`Refused by ${refusal.node} (${whatIsRefused(refusal)}): ${refusal.detail}`))
  }
}
