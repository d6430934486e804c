// --wait and `push watch`: follows one push to its end, with progress on stderr and one final line.
import type { PushRecord } from '../api/index.ts'
import { ok, type Result } from '../base/index.ts'
import type { Failure } from '../client/index.ts'
import type { Exit } from './exit-codes.ts'
import { phaseWord, proxies, span } from './output/words.ts'
import { pause } from './pause.ts'
import type { Session } from './session.ts'

export interface Followed {
  /** The last record seen. */
  readonly record: PushRecord | undefined
  readonly exit: Exit
}

/**
 * Watches until the push is final or the time is over. A server that goes away is waited for: the push is on its disk.
 * `isOnRecord`: the server has answered with this push already; else it has to be there at first.
 */
export async function followPush(
  { client, terminal, signal }: Session,
  id: string,
  timeoutMs: number,
  isOnRecord = false,
): Promise<Result<Followed, Failure>> {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  let record: PushRecord | undefined
  while (!ending.aborted) {
    for await (const item of client.watch('Push', 'Watch', { id }, ending)) {
      if (item.ok) {
        record = item.value
        const exit = exitOf(record)
        if (exit !== undefined) return ok({ record, exit })
        terminal.progress(progressLine(record))
      } else if (isAway(item.error) && (isOnRecord || record !== undefined)) {
        terminal.progress(`push ${id}: the server is away; it goes on when it is back`)
      } else {
        return item
      }
    }
    if (!ending.aborted) await pause(askAgainMs, ending)
  }
  return ok({ record, exit: signal.aborted ? 'interrupted' : 'notThereYet' })
}

/** Between two tries to reach a server that went away. */
const askAgainMs = 500

const isAway = (failure: Failure): boolean =>
  failure.kind === 'unreachable' || (failure.kind === 'refused' && failure.problem.kind === 'unavailable')

/** The exit of a final push; undefined while it runs. */
export function exitOf(push: PushRecord): Exit | undefined {
  switch (push.phase) {
    case 'PUSH_PHASE_DONE':
      return 'ok'
    case 'PUSH_PHASE_ABORTED':
    case 'PUSH_PHASE_REVERTED':
    case 'PUSH_PHASE_OVERTAKEN':
      return 'takenBack'
    case 'PUSH_PHASE_SPLIT':
      return 'notThereYet'
    default:
      return undefined
  }
}

/** `switching, ramp 40 %`. */
export const phaseText = ({ phase, ramp }: PushRecord): string =>
  ramp === null
    ? phaseWord(phase)
    : `${phaseWord(phase)}, ramp ${Math.round((ramp.step * 100) / ramp.steps)} %`

/** `push 7 preparing: 2 of 3 proxies; waits for edge-3: …`. */
export function progressLine(push: PushRecord): string {
  const nodes = total(push, (group) => group.nodes)
  const reached = total(push, (group) =>
    push.phase === 'PUSH_PHASE_SWITCHING' || push.phase === 'PUSH_PHASE_REVERTING'
      ? group.switchedNodes
      : group.preparedNodes,
  )
  const waits = push.groups.flatMap((group) => group.heldUpBy)
  const first =
    waits[0] === undefined
      ? ''
      : `; waits for ${waits[0]}${waits.length > 1 ? ` and ${waits.length - 1} more` : ''}`
  return `push ${push.id} ${phaseText(push)}: ${reached} of ${proxies(nodes)}${first}`
}

/**
 * `push 7 done in 3.4ms: 3 of 3 proxies, skew 0.8ms`, with verdict and refusals where it did not get there; of one that went
 * back, how many had been told.
 */
export function finalLines(push: PushRecord): string[] {
  const { firstAckMs, lastAckMs } = push.timings ?? {}
  const took = lastAckMs === undefined ? '' : ` in ${span(lastAckMs)}`
  const nodes = total(push, (group) => group.nodes)
  // How far apart the proxies were; one alone is not apart.
  const skew =
    nodes < 2 || firstAckMs === undefined || lastAckMs === undefined
      ? ''
      : `, skew ${span(lastAckMs - firstAckMs)}`
  const there = total(push, (group) => group.switchedNodes)
  const taken = push.compensatedBy > 0 ? `; taken back by r${push.compensatedBy}` : ''
  const reach =
    push.phase === 'PUSH_PHASE_REVERTED'
      ? `: ${there} of ${proxies(nodes)} had switched, all are back`
      : push.phase === 'PUSH_PHASE_ABORTED'
        ? ': no proxy had switched'
        : `${took}: ${there} of ${proxies(nodes)}${skew}`
  const head = `push ${push.id} ${phaseWord(push.phase)}${reach}${taken}`
  return [
    head,
    // A verdict that says no more than a refusal below it is not said twice.
    ...(push.verdict === '' ||
    push.refusals.some((one) => push.verdict === `${one.node} refused: ${one.detail}`)
      ? []
      : [`  ${push.verdict}`]),
    ...push.refusals.map(
      (refusal) => `  ${refusal.node} refused ${whatIsRefused(refusal)}: ${refusal.detail}`,
    ),
  ]
}

/** `Listener default/shop/http`; with several that may be meant, `Cluster a or b or c`. */
export const whatIsRefused = ({ type, resources }: PushRecord['refusals'][number]): string =>
  [shortType(type), resources.join(' or ')].filter((part) => part !== '').join(' ')

/** `type.googleapis.com/envoy.config.cluster.v3.Cluster` → `Cluster`. */
export const shortType = (type: string): string => type.slice(type.lastIndexOf('.') + 1)

const total = (push: PushRecord, count: (group: PushRecord['groups'][number]) => number): number =>
  push.groups.reduce((sum, group) => sum + count(group), 0)
