// A change that asks to wait: answered when its push has ended, or when its time is over.
import { describe, expect, it } from 'vitest'
import { limits, ok } from '../../../src/base/index.ts'
import type { PushRecord } from '../../../src/push/index.ts'
import { answer, problemOf, push, serverPerTest } from './per-test.ts'
import { type Script, scripted } from './rig.ts'

const started = serverPerTest()
const second = { seconds: 1, nanos: 0 }
const soon = { seconds: 0, nanos: 40_000_000 }

/** A switch whose push stands in this phase from the start, and how often it was made. */
function scene(
  record: PushRecord | undefined,
): Script & { readonly delivery: Parameters<typeof started>[0] } {
  const script = scripted(async () => ok(answer))
  if (record !== undefined) script.pushes.push(record)
  return Object.assign(script, { delivery: { delivery: script.delivery } })
}
const request = (options: object): object => ({ service: 'cart', environment: 'green', options })

describe('a change with a wait', () => {
  it('is answered with the phase when its push is done, not before', async () => {
    const script = scene(push('7', 'preparing'))
    const { call } = await started(script.delivery)
    const asked = call('Traffic/Switch', request({ wait: second }))
    const early = await Promise.race([
      asked,
      new Promise((resolve) => setTimeout(() => resolve('not yet'), 30)),
    ])
    expect(early).toBe('not yet')
    script.pushes[0] = push('7', 'done')
    script.changed()
    expect(await asked).toMatchObject({ revision: 12, push: '7', phase: 'PUSH_PHASE_DONE' })
  })

  it.each<[PushRecord['phase'], string, object]>([
    ['aborted', 'push 7 was aborted, nothing moved: it was refused', { kind: 'precondition', push: '7' }],
    ['reverted', 'push 7 was taken back: it was refused', { kind: 'precondition', push: '7' }],
    ['split', 'push 7 ended split', { kind: 'precondition', push: '7' }],
  ])('whose push ended %s fails with that, its refusals and its id', async (phase, message, problem) => {
    const refusals = [{ node: 'edge-1', type: 'rds', detail: 'bad regex', resources: ['edge'] }]
    const script = scene({ ...push('7', phase), verdict: 'it was refused', refusals })
    const { call } = await started(script.delivery)
    expect(await problemOf(call('Traffic/Switch', request({ wait: second })))).toEqual({
      ...problem,
      message: expect.stringContaining(message),
      refusals: [{ node: 'edge-1', type: 'rds', detail: 'bad regex' }],
    })
  })

  it('whose push was overtaken fails with who was first', async () => {
    const script = scene({ ...push('7', 'overtaken'), verdict: 'overtaken by push/9' })
    const { call } = await started(script.delivery)
    expect(await problemOf(call('Traffic/Rollback', { service: 'cart', options: { wait: second } }))).toEqual(
      {
        kind: 'conflict',
        message: 'push 7 was overtaken by a newer change: overtaken by push/9',
        winner: 'push/9',
        push: '7',
      },
    )
  })

  it('whose time is over says that its push goes on, and how to follow it', async () => {
    const script = scene(push('7', 'switching'))
    const { call } = await started(script.delivery)
    expect(await problemOf(call('Config/Delete', { targets: [], options: { wait: soon } }))).toEqual({
      kind: 'deadline',
      push: '7',
      message: expect.stringMatching(/^push 7 is switching after 0\.04 s and goes on; .*push watch 7/),
    })
  })

  it('that changes nothing, or only tries, is answered at once', async () => {
    const script = scene(push('7', 'preparing'))
    const { call } = await started(script.delivery)
    script.change = async () => ok({ ...answer, push: '7' })
    expect(await call('Traffic/Switch', request({ wait: second, dryRun: true }))).toMatchObject({
      dryRun: true,
    })
    script.change = async () => ok({ objects: [], notes: [] })
    expect(await call('Traffic/Switch', request({ wait: second }))).toMatchObject({ push: '' })
  })

  it.each([
    { seconds: 0, nanos: 0 },
    { seconds: -1, nanos: 0 },
    { seconds: limits.waitMs / 1_000 + 1, nanos: 0 },
  ])('of %j is refused before anything is changed', async (wait) => {
    const script = scene(push('7', 'done'))
    let made = 0
    script.change = async () => {
      made += 1
      return ok(answer)
    }
    const { call } = await started(script.delivery)
    expect(await problemOf(call('Traffic/Switch', request({ wait })))).toMatchObject({
      kind: 'invalid',
      violations: [{ path: 'options.wait', message: expect.stringContaining('at most 3600s') }],
    })
    expect(made).toBe(0)
  })

  it('whose push is no longer kept says that the change is made', async () => {
    const { call } = await started(scene(undefined).delivery)
    expect(await problemOf(call('Traffic/Switch', request({ wait: second })))).toMatchObject({
      kind: 'notFound',
      message: expect.stringContaining('the change is made (r12)'),
    })
  })

  it('is told when the server stops, with its push', async () => {
    const script = scene(push('7', 'switching'))
    const { call, server } = await started(script.delivery)
    const asked = problemOf(call('Traffic/Switch', request({ wait: { seconds: 60, nanos: 0 } })))
    await new Promise((resolve) => setTimeout(resolve, 30))
    void server.stop(1_000)
    expect(await asked).toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/server is stopping.*push 7 is switching/),
    })
  })
})
