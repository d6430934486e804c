// Pushes over the admin API: read, listed, waited for and watched.
import { describe, expect, it } from 'vitest'
import type { PushRecord } from '../../../src/push/index.ts'
import { problemOf, push, serverPerTest } from './per-test.ts'
import { scripted } from './rig.ts'

const started = serverPerTest()

describe('a push', () => {
  it('is read, listed newest first, and waited for', async () => {
    const script = scripted()
    script.pushes.push(push('1', 'done'), push('2', 'preparing'))
    const { call } = await started({ delivery: script.delivery })
    expect(await call('Push/Get', { id: '2' })).toMatchObject({
      id: '2',
      phase: 'PUSH_PHASE_PREPARING',
      startedAt: { seconds: 1, nanos: 0 },
      timings: { committedMs: 0.5 },
      groups: [{ group: 'default/edge', before: 3, switched: 4, heldUpBy: ['edge-2: x'] }],
    })
    expect(await call('Push/List', { limit: 1 })).toMatchObject({ pushes: [{ id: '2' }] })
    expect(await call('Push/Wait', { id: '1' })).toMatchObject({ outcome: 'REACHED', push: { id: '1' } })
    expect(await call('Push/Wait', { id: '2', timeout: { seconds: 0, nanos: 30_000_000 } })).toMatchObject({
      outcome: 'TIMED_OUT',
      push: { id: '2' },
    })
  })

  it.each<[PushRecord['phase'], string, string]>([
    ['switching', 'UNTIL_PREPARED', 'REACHED'],
    ['aborted', 'UNTIL_PREPARED', 'ENDED'],
    ['split', 'UNTIL_DONE', 'ENDED'],
    ['reverted', 'UNTIL_DONE', 'ENDED'],
  ])('that is %s ends a wait %s as %s', async (phase, until, outcome) => {
    const script = scripted()
    script.pushes.push(push('1', phase))
    const { call } = await started({ delivery: script.delivery })
    expect(await call('Push/Wait', { id: '1', until })).toMatchObject({ outcome })
  })

  it('is watched: its record now, and after every change until it is final', async () => {
    const script = scripted()
    script.pushes.push(push('1', 'preparing'))
    const { take: watch } = await started({ delivery: script.delivery })
    const next = ['switching', 'done'] as const
    const watching = watch('Push/Watch', { id: '1' }, 3, (seen) => {
      const phase = next[seen - 1]
      if (phase === undefined) return
      script.pushes[0] = push('1', phase)
      script.changed()
    })
    expect(await watching).toMatchObject([
      { phase: 'PUSH_PHASE_PREPARING' },
      { phase: 'PUSH_PHASE_SWITCHING' },
      { phase: 'PUSH_PHASE_DONE' },
    ])
  })

  it('that is not there is not found, by any method', async () => {
    const { call, take: watch } = await started()
    for (const method of ['Push/Get', 'Push/Wait', 'Push/Abort']) {
      expect(await problemOf(call(method, { id: 'x' }))).toMatchObject({ kind: 'notFound' })
    }
    expect(await problemOf(watch('Push/Watch', { id: 'x' }, 1).then(() => ({})))).toMatchObject({
      kind: 'notFound',
    })
  })
})
