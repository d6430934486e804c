// The admin server over real gRPC: events, health, watches, bounds, and the end.
import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { problemOf, serverPerTest } from './per-test.ts'
import { take, unary } from './rig.ts'

const started = serverPerTest()
const pushEnd = {
  ...{ push: '7', revision: 1, verb: 'apply', actor: 'lena', objects: [], objectCount: 0 },
  ...{ nodes: 1, switched: 1 },
}

describe('events', () => {
  it('are watched over gRPC, by name, and resumed with the gap said', async () => {
    const { events, take: watch } = await started({ eventsLimit: 2 })
    for (const name of ['push_done', 'push_split', 'push_done', 'push_split'] as const)
      events.emit({ name, attributes: pushEnd })
    expect(await watch('Events/Watch', { fromId: 0 }, 2)).toMatchObject([
      { event: { id: 3 } },
      { event: { id: 4 } },
    ])
    expect(await watch('Events/Watch', { fromId: 1, epoch: 'one', names: ['push_split'] }, 2)).toMatchObject([
      { item: 'gap', gap: { asked: 1, next: 3, epoch: 'one', reason: 'too old' } },
      { item: 'event', event: { id: 4, name: 'push_split', epoch: 'one', at: { seconds: 1 } } },
    ])
  })
})

describe('the server', () => {
  it('answers UNAVAILABLE to everything while its state is loading, and health says so', async () => {
    let ready = false
    const { call, server } = await started({ ready: () => ready })
    expect(await problemOf(call('Push/List', {}))).toMatchObject({ kind: 'unavailable' })
    expect(await call('grpc.health.v1.Health/Check', {})).toEqual({ status: 'NOT_SERVING' })
    ready = true
    server.setServing(true)
    expect(await call('Push/List', {})).toEqual({ pushes: [] })
    expect(await call('grpc.health.v1.Health/Check', { service: 'verdigris.admin.v1alpha1.Push' })).toEqual({
      status: 'SERVING',
    })
    await expect(call('grpc.health.v1.Health/Check', { service: 'absent' })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    })
  })

  it('tells health watchers of every change', async () => {
    const { server, take: watch } = await started()
    const watching = watch('grpc.health.v1.Health/Watch', {}, 3, (seen) => {
      if (seen !== 1) return
      server.setServing(true)
      server.setServing(true)
      server.setServing(false)
    })
    expect(await watching).toEqual([
      { status: 'NOT_SERVING' },
      { status: 'SERVING' },
      { status: 'NOT_SERVING' },
    ])
  })

  it('refuses a message above its bound', async () => {
    const { call } = await started()
    const text = 'x'.repeat(limits.adminMessageBytes)
    await expect(call('Config/Validate', { sources: [{ name: 'a', text }] })).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    })
  })

  it('counts watchers down again when they go', async () => {
    const counts: number[] = []
    const { take: watch } = await started({ watchers: (open) => counts.push(open) })
    await expect(watch('Events/Watch', { fromId: 9 }, 1)).resolves.toHaveLength(1)
    await expect.poll(() => counts.at(-1)).toBe(0)
    expect(counts).toEqual([1, 0])
  })

  it('ends watchers with UNAVAILABLE when it stops, and does not wait for them', async () => {
    const one = await started()
    const client = one.client()
    const watching = take(client, 'Events/Watch', {}, 1)
    const ended = expect(watching).rejects.toMatchObject({ code: status.UNAVAILABLE })
    await unary(client, 'Push/List', {})
    const before = Date.now()
    await one.server.stop(5_000)
    await ended
    expect(Date.now() - before).toBeLessThan(2_000)
  })
})
