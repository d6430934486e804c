// One admin server per test, ended after it, and what its tests ask for and are told.
import type { ServiceError } from '@grpc/grpc-js'
import { afterEach } from 'vitest'
import { fromStatus, fromTrailers } from '../../../src/admin/index.ts'
import type { Problem } from '../../../src/base/index.ts'
import type { ChangeAnswer, PushRecord } from '../../../src/push/index.ts'
import { type Rig, startRig } from './rig.ts'

/** What starts the server of a test; called once in a file. */
export function serverPerTest(): (options?: Parameters<typeof startRig>[0]) => Promise<Rig> {
  let rig: Rig | undefined
  afterEach(async () => {
    await rig?.close()
    rig = undefined
  })
  return async (options = {}) => {
    rig = await startRig(options)
    return rig
  }
}

/** The problem that a call ends with; undefined: it is answered. */
export const problemOf = async (call: Promise<object>): Promise<Problem | undefined> => {
  const error = await call.then(
    () => undefined,
    (failure: ServiceError) => failure,
  )
  return error === undefined ? undefined : fromStatus(fromTrailers(error))
}
export const answer: ChangeAnswer = {
  revision: 12,
  push: '7',
  objects: [{ key: 'default/Service/cart', change: 'changed', lines: ['+ a'], effect: 'reconnects' }],
  notes: ['traffic unchanged: 90/10, set by deploy-bot in r41'],
}
export const push = (id: string, phase: PushRecord['phase']): PushRecord => ({
  id,
  revision: 12,
  verb: 'switch',
  actor: 'deploy-bot',
  reason: 'release 2',
  objects: ['default/Traffic/cart'],
  phase,
  startedAt: 1_000,
  timings: { committedMs: 0.5 },
  groups: [
    {
      group: 'default/edge',
      before: 3,
      switched: 4,
      nodes: 2,
      preparedNodes: 2,
      switchedNodes: 1,
      heldUpBy: ['edge-2: x'],
    },
  ],
  refusals: [],
})
