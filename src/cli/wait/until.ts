// Waiting for one condition: a watch where there is one, a look every second where there is none.
import type { Node, PushRecord, ServiceTraffic } from '../../api/index.ts'
import { err, ok, type Result } from '../../base/index.ts'
import type { Failure } from '../../client/index.ts'
import type { Exit } from '../exit-codes.ts'
import { exitOf, progressLine } from '../follow-push.ts'
import { proxies, shares } from '../output/words.ts'
import { pause } from '../pause.ts'
import { readNodes } from '../read-nodes.ts'
import type { Session } from '../session.ts'
import { stateOf } from '../views/node-views.ts'
import { isAway, keepWatching, lookingAgain } from '../watching.ts'
import type { Condition } from './conditions.ts'

/** Where things are looked for. */
export interface Scope {
  readonly namespace: string
  /** Of proxies: only those of this node group. */
  readonly group: string | undefined
}

/** `met`, how it ended otherwise, or `notThereYet` when the signal ended it. */
export type Waited = 'met' | Extract<Exit, 'takenBack' | 'notThereYet'>

/** Waits until it is so, the signal aborts, or it cannot become so any more. */
export function waitFor(
  session: Session,
  condition: Condition,
  scope: Scope,
  signal: AbortSignal,
): Promise<Result<Waited, Failure>> {
  const { client, terminal } = session
  switch (condition.kind) {
    case 'push':
      return first(
        keepWatching(session, signal, () => client.watch('Push', 'Watch', { id: condition.id }, signal)),
        (push) => pushThere(push, condition.until, (line) => terminal.progress(line)),
      )
    case 'traffic': {
      const request = { namespace: scope.namespace, service: condition.service }
      return first(
        keepWatching(session, signal, () => client.watch('Traffic', 'Watch', request, signal)),
        (traffic) => {
          terminal.progress(trafficLine(traffic))
          return hasWeights(traffic, condition.weights) ? 'met' : undefined
        },
      )
    }
    case 'object':
      return objectThere(session, condition, scope, signal)
    case 'server':
      return serverReady(session, signal)
    case 'count':
      return first(lookedAt(session, scope, signal), (nodes) => {
        const there = nodes.filter(({ connected }) => connected).length
        terminal.progress(`${there} of ${proxies(condition.atLeast)} connected`)
        return there >= condition.atLeast ? 'met' : undefined
      })
    case 'connected':
      return first(lookedAt(session, scope, signal), (nodes) => {
        const node = nodes.find(({ id }) => id === condition.node)
        terminal.progress(`${condition.node}: ${node === undefined ? 'not seen yet' : stateOf(node)}`)
        return node?.connected === true ? 'met' : undefined
      })
    case 'holds':
      return first(lookedAt(session, scope, signal), (nodes) => {
        const meant = nodes.filter(({ id, connected }) =>
          condition.node === undefined ? connected : id === condition.node,
        )
        const current = meant.filter((node) => stateOf(node) === 'current').length
        terminal.progress(`${current} of ${proxies(meant.length)} on the newest generation`)
        return meant.length > 0 && current === meant.length ? 'met' : undefined
      })
  }
}

/** The first verdict over the messages of a stream. */
async function first<Message>(
  messages: AsyncIterable<Result<Message, Failure>>,
  judge: (message: Message) => Waited | undefined,
): Promise<Result<Waited, Failure>> {
  for await (const message of messages) {
    if (!message.ok) return message
    const verdict = judge(message.value)
    if (verdict !== undefined) return ok(verdict)
  }
  return ok('notThereYet')
}

function pushThere(
  push: PushRecord,
  until: 'done' | 'prepared',
  say: (line: string) => void,
): Waited | undefined {
  const exit = exitOf(push)
  if (exit === 'ok') return 'met'
  if (exit === 'takenBack' || exit === 'notThereYet') return exit
  if (until === 'prepared' && (push.phase === 'PUSH_PHASE_PREPARED' || push.phase === 'PUSH_PHASE_SWITCHING'))
    return 'met'
  say(progressLine(push))
  return undefined
}

/** Decided so, and the proxies were switched to it. */
const hasWeights = ({ environments }: ServiceTraffic, weights: Readonly<Record<string, number>>): boolean =>
  Object.keys(weights).every((name) => environments.some(({ environment }) => environment === name)) &&
  environments.every(
    ({ environment, wanted, applied }) =>
      wanted === (weights[environment] ?? 0) && applied === (weights[environment] ?? 0),
  )

function trafficLine({ service, environments }: ServiceTraffic): string {
  const of = (share: 'wanted' | 'applied'): string =>
    shares(Object.fromEntries(environments.map((each) => [each.environment, each[share]]))) || 'nothing'
  return `${service}: applied ${of('applied')}; wanted ${of('wanted')}`
}

async function objectThere(
  session: Session,
  { target, isThere }: Extract<Condition, { kind: 'object' }>,
  { namespace }: Scope,
  signal: AbortSignal,
): Promise<Result<Waited, Failure>> {
  const request = { namespace, kind: target.kind, name: target.name }
  let was: boolean | undefined
  const open = () => {
    was = undefined
    return session.client.watch('Config', 'Watch', request, signal)
  }
  return first(keepWatching(session, signal, open), ({ change, mark, gap }) => {
    if (gap !== undefined && gap !== null) was = undefined
    if (change !== undefined && change !== null) was = change.type !== 'DELETED'
    // What is not in the list when it is complete is not there.
    else if (mark?.listComplete === true) was ??= false
    session.terminal.progress(`${target.kind} ${target.name} is ${was === true ? 'there' : 'not there'}`)
    return was === isThere ? 'met' : undefined
  })
}

/** It answers: also one that is not there yet is waited for. */
async function serverReady(
  { client, terminal }: Session,
  signal: AbortSignal,
): Promise<Result<Waited, Failure>> {
  while (!signal.aborted) {
    const answer = await client.call('Store', 'GetStatus', {}, { signal, timeoutMs: 2_000 })
    if (answer.ok) return ok('met')
    if (signal.aborted) break
    if (!isAway(answer.error)) return answer
    terminal.progress('the server does not answer yet')
    await pause(250, signal)
  }
  return ok('notThereYet')
}

async function* lookedAt(
  session: Session,
  { group }: Scope,
  signal: AbortSignal,
): AsyncGenerator<Result<readonly Node[], Failure>> {
  const read = () => readNodes(session.client, group)
  // Every look counts here, also one that finds nothing new.
  for await (const look of lookingAgain(
    session,
    signal,
    read,
    ({ id }) => id,
    ({ id }) => id,
  ))
    yield look.ok ? ok(look.value.all) : err(look.error)
}
