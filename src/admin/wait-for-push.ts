// A change with `options.wait` is answered when its push has ended, or when the time is over: the one call that a
// deployment script needs. What it is answered with is decided here; the change itself was made before.
import { type ChangeAnswer, fromDuration, type Input } from '../api/index.ts'
import { err, invalid, limits, ok, type Problem, type Result } from '../base/index.ts'
import { type Delivery, finalPhases, type PushRecord } from '../push/index.ts'
import { toPushPhase } from './convert.ts'
import type { CallContext } from './services/context.ts'

type Run = (request: object, call: CallContext) => Promise<Result<object, Problem>>

/**
 * A change that waits where its request says so; everything else passes as it is. A wait that is not possible is refused before
 * anything is changed.
 */
export function waiting(run: Run, delivery: Pick<Delivery, 'push' | 'watchPushes'>): Run {
  return async (request, call) => {
    const wait = waitOf(request)
    if (wait === undefined) return run(request, call)
    if (!(wait > 0 && wait <= limits.waitMs)) {
      const message = `wanted more than nothing and at most ${limits.waitMs / 1_000}s, found ${wait / 1_000}s`
      return err(invalid([{ path: 'options.wait', message }]))
    }
    const over = call.after(wait)
    const answer = await run(request, call)
    if (!answer.ok) return answer
    // What has `options.wait` answers with a ChangeAnswer.
    const change = answer.value as Input<ChangeAnswer>
    const id = change.push ?? ''
    if (id === '' || change.dryRun === true) return answer
    const last = await lastOf(id, delivery, AbortSignal.any([call.signal, over]))
    if (last === undefined) return err(forgotten(id, change.revision ?? 0))
    const problem = problemOf(last, over.aborted ? wait : undefined)
    return problem === undefined ? ok({ ...change, phase: toPushPhase(last.phase) }) : err(problem)
  }
}

/** Milliseconds of `options.wait`; undefined: the request has none. */
function waitOf(request: object): number | undefined {
  const { options } = request as {
    readonly options?: { readonly wait?: Parameters<typeof fromDuration>[0] | null } | null
  }
  const wait = options?.wait
  return wait === null || wait === undefined ? undefined : fromDuration(wait)
}

/** The record when it was final, or the newest one when the signal aborted. */
async function lastOf(
  id: string,
  delivery: Pick<Delivery, 'push' | 'watchPushes'>,
  signal: AbortSignal,
): Promise<PushRecord | undefined> {
  let last = delivery.push(id)
  if (last === undefined || finalPhases.includes(last.phase)) return last
  for await (const record of delivery.watchPushes(id, signal)) {
    last = record
    if (finalPhases.includes(record.phase)) break
  }
  return last
}

/** Why the wait did not end well; undefined: the push is done. `waitedMs`: its time is over. */
function problemOf(record: PushRecord, waitedMs: number | undefined): Problem | undefined {
  const { id, phase, verdict, refusals } = record
  const why = verdict === undefined || verdict === '' ? '' : `: ${verdict}`
  switch (phase) {
    case 'done':
      return undefined
    case 'overtaken': {
      const winner = /\bovertaken by (.+)$/.exec(verdict ?? '')?.[1]
      const message = `push ${id} was overtaken by a newer change${why}`
      return { kind: 'conflict', message, push: id, ...(winner === undefined ? {} : { winner }) }
    }
    case 'aborted':
    case 'reverted':
    case 'split':
      return {
        kind: 'precondition',
        message: `push ${id} ${ends[phase]}${why}`,
        push: id,
        ...(refusals.length === 0
          ? {}
          : { refusals: refusals.map(({ node, type, detail }) => ({ node, type, detail })) }),
      }
    default:
      break
  }
  const follow = `follow it with verdigris push watch ${id}, or GET /v1alpha1/pushes/${id}:wait`
  if (waitedMs !== undefined) {
    const message = `push ${id} is ${phase} after ${waitedMs / 1_000} s and goes on; the change is made. ${follow}`
    return { kind: 'deadline', message, push: id }
  }
  const message = `the server is stopping; the change is made, and push ${id} is ${phase} and goes on when it is back. ${follow}`
  return { kind: 'unavailable', message }
}

const ends = {
  aborted: 'was aborted, nothing moved',
  reverted: 'was taken back',
  split: 'ended split: some proxies have it, others are out of reach',
} as const

const forgotten = (id: string, revision: number): Problem => ({
  kind: 'notFound',
  message: `the change is made (r${revision}), but push ${id} is no longer kept: how it ended cannot be said`,
})
