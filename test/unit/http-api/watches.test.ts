// Watches over HTTP: server-sent events that a client can come back to, bounded, and honest about what was missed.
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { push } from '../admin/per-test.ts'
import { scripted } from '../admin/rig.ts'
import { eventsIn, type HttpRig, httpPerTest } from './rig.ts'

const started = httpPerTest()
const path = '/v1alpha1/events:watch'
const has =
  (count: number) =>
  (text: string): boolean =>
    eventsIn(text).length >= count
const idsOf = (text: string): readonly (string | undefined)[] => eventsIn(text).map(({ id }) => id)
/** Something that is told each time it happens. */
const ended = (id: string, reason = ''): Parameters<HttpRig['events']['emit']>[0] => ({
  name: 'push_done',
  attributes: {
    ...{ push: id, revision: 1, verb: 'apply', actor: 'lena', objects: [], objectCount: 0 },
    ...{ nodes: 1, switched: 1, reason },
  },
})
const emit = ({ events }: HttpRig, count: number, from = 1): void => {
  for (let n = from; n < from + count; n++) events.emit(ended(String(n)))
}

describe('a watch of events', () => {
  it('begins with how to come back, then gives each with its id', async () => {
    const rig = await started()
    emit(rig, 2)
    const { text, headers } = await rig.watch(`${path}?fromId=0`, has(2))
    expect(text).toMatch(/^retry: 1000\n: watching\n\n/)
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    expect(eventsIn(text)).toMatchObject([
      { id: 'one.1', data: { event: { id: '1', epoch: 'one', name: 'push_done' } } },
      { id: 'one.2', data: { event: { id: '2', attributes: { push: '2' } } } },
    ])
  })

  it('goes on after the last event that its client saw, whatever the first request said', async () => {
    const rig = await started()
    emit(rig, 4)
    const first = await rig.watch(`${path}?from_id=0&epoch=older&names=push_done`, has(3))
    expect(idsOf(first.text)).toEqual(['one.0', 'one.1', 'one.2'])
    const again = await rig.watch(`${path}?from_id=0&epoch=older&names=push_done`, has(2), {
      'last-event-id': 'one.2',
    })
    expect(idsOf(again.text)).toEqual(['one.3', 'one.4'])
  })

  it('says what is missing, and a client that comes back after that misses nothing twice', async () => {
    const rig = await started({ eventsLimit: 2 })
    emit(rig, 5)
    const { text } = await rig.watch(path, has(3), { 'last-event-id': 'one.1' })
    expect(eventsIn(text)).toMatchObject([
      { id: 'one.3', data: { gap: { asked: '2', next: '4', reason: 'too old' } } },
      { id: 'one.4' },
      { id: 'one.5' },
    ])
    expect(idsOf((await rig.watch(path, has(2), { 'last-event-id': 'one.3' })).text)).toEqual([
      'one.4',
      'one.5',
    ])
    // Of a server that has started again since.
    const restarted = await rig.watch(path, has(1), { 'last-event-id': 'zero.90' })
    expect(eventsIn(restarted.text)[0]).toMatchObject({ data: { gap: { reason: 'another epoch' } } })
  })

  it.each(['one', 'one.x', '7', 'one.-1', 'a b.1', `one.${'9'.repeat(30)}`])(
    'that comes back with %s is refused',
    async (id) => {
      const rig = await started()
      const { status, json } = await rig.get(path, { 'last-event-id': id })
      expect([status, json]).toMatchObject([
        400,
        { detail: expect.stringMatching(/^Last-Event-ID: wanted the id/) },
      ])
    },
  )

  it('whose reader does not read holds one pending mark, and is told that it was too slow', async () => {
    const rig = await started({ eventsLimit: 50 })
    const socket = connect(rig.httpPort, '127.0.0.1')
    socket.write(`GET ${path}?fromId=0 HTTP/1.1\r\nhost: localhost\r\n\r\n`)
    await new Promise((resolve) => socket.once('data', resolve))
    socket.pause()
    // More than every buffer on the way holds, while the ring keeps 50.
    const rounds = 6_000
    for (let round = 0; round < rounds; round++) {
      rig.events.emit(ended(`round ${round}.`, 'x'.repeat(2_000)))
      if (round % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    let text = ''
    socket.setEncoding('utf8')
    socket.resume()
    socket.on('data', (chunk) => {
      text += chunk
    })
    await expect.poll(() => /"gap":\{.*?"reason":"too slow"/.test(text), { timeout: 10_000 }).toBe(true)
    await expect.poll(() => text.includes(`round ${rounds - 1}.`), { timeout: 10_000 }).toBe(true)
    socket.destroy()
  })
})

describe('a watch of every push', () => {
  it('that fell behind ends with the problem, and can be opened again', async () => {
    const script = scripted()
    const rig = await started({
      delivery: {
        ...script.delivery,
        async *watchPushes(_id, _signal, behind) {
          yield push('1', 'preparing')
          behind?.()
        },
      },
    })
    const { text } = await rig.get('/v1alpha1/pushes:watch')
    expect(eventsIn(text)).toMatchObject([
      { data: { id: '1' } },
      {
        event: 'problem',
        data: { status: 429, limit: 'watcherQueue', detail: expect.stringContaining('watch again') },
      },
    ])
  })
})

describe('watches', () => {
  it('that a fault of ours ends say so without its text, and nothing else ends', async () => {
    const script = scripted()
    const failed: unknown[] = []
    const rig = await started({
      delivery: {
        ...script.delivery,
        async *watchPushes() {
          yield push('7', 'preparing')
          throw new Error('secret 42')
        },
        push: () => {
          throw new Error('secret 43')
        },
      },
      failed: (method, error) => failed.push(`${method}: ${String(error)}`),
    })
    const late = await rig.get('/v1alpha1/pushes:watch')
    const early = await rig.get('/v1alpha1/pushes/7:watch')
    expect(late.text + early.text).not.toMatch(/secret/)
    expect(eventsIn(late.text).at(-1)).toMatchObject({ event: 'problem', data: { status: 500 } })
    expect([early.status, early.json]).toMatchObject([500, { code: 'INTERNAL' }])
    await expect(rig.take('Push/Watch', { id: '7' }, 1)).rejects.toMatchObject({ code: 13 })
    expect(failed).toEqual([
      'Push/Watch: Error: secret 42',
      'Push/Watch: Error: secret 43',
      'Push/Watch: Error: secret 43',
    ])
    expect((await rig.get('/v1alpha1/pushes')).status).toBe(200)
  })

  it('share one bound with those over gRPC, and give their places back', async () => {
    const counts: number[] = []
    const rig = await started({ watchers: (open) => counts.push(open) })
    emit(rig, 1)
    await rig.watch(`${path}?fromId=0`, has(1))
    await expect.poll(() => counts.at(-1)).toBe(0)
    expect(counts).toEqual([1, 0])
  })

  it('that fail before they begin are refused as any request', async () => {
    const rig = await started()
    const none = await rig.get('/v1alpha1/pushes/9:watch')
    expect([none.status, none.json]).toMatchObject([404, { code: 'NOT_FOUND' }])
    const service = await rig.get('/v1alpha1/namespaces/a/services/b/traffic:watch')
    expect([service.status, service.headers['content-type']]).toMatchObject([
      404,
      expect.stringMatching(/^application\/problem/),
    ])
  })

  it('are told when the server stops', async () => {
    const rig = await started()
    const watching = rig.get(path)
    await new Promise((resolve) => setTimeout(resolve, 100))
    rig.calls.stop()
    const { text } = await watching
    expect(eventsIn(text)).toMatchObject([
      { event: 'problem', data: { status: 503, detail: 'the server is stopping' } },
    ])
  })

  it('are as many as the bound allows, and no more', async () => {
    const script = scripted()
    script.pushes.push(push('7', 'preparing'))
    const rig = await started({ delivery: script.delivery })
    const gone = new AbortController()
    const caller = { actor: 'x', gone: gone.signal }
    const open = Array.from({ length: limits.watchers }, () =>
      rig.calls.stream('Push/Watch', { id: '7' }, caller, { take: () => undefined }),
    )
    const { status, json } = await rig.get(path)
    expect([status, json]).toMatchObject([429, { limit: 'watchers' }])
    gone.abort()
    await Promise.all(open)
  })
})
