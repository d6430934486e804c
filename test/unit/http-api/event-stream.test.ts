// How a watch is written, and where a client that comes back goes on.
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Json } from '../../../src/base/index.ts'
import { endOf, eventOf, resumed } from '../../../src/http-api/event-stream.ts'
import { createWatchWriter, type WatchTimes, type WatchWriter } from '../../../src/http-api/io/watch.ts'

describe('a client that comes back', () => {
  type Query = readonly (readonly [string, string])[]
  it.each<[string, string, Query, Query]>([
    [
      'Events/Watch',
      'ab-1.7',
      [
        ['names', 'x'],
        ['from_id', '1'],
        ['epoch', 'old'],
      ],
      [
        ['names', 'x'],
        ['epoch', 'ab-1'],
        ['fromId', '8'],
      ],
    ],
    ['Config/Watch', 'r12', [['afterRevision', '3']], [['afterRevision', '12']]],
    // It begins with how things stand.
    ['Push/Watch', 'anything', [['id', '7']], [['id', '7']]],
  ])('to %s after %s asks %j as %j', (method, id, query, wanted) => {
    expect(resumed(method, query, id)).toEqual({ ok: true, value: wanted })
    expect(resumed(method, query, undefined)).toEqual({ ok: true, value: query })
  })

  it.each(['7', 'r', 'r-1', 'rx', 'ab.7', 'r1 '])('to Config/Watch with %s is refused', (id) => {
    expect(resumed('Config/Watch', [], id)).toMatchObject({ ok: false, error: { kind: 'invalid' } })
  })
})

describe('a message', () => {
  it.each<[string, Json, string | undefined]>([
    ['Events/Watch', { event: { id: '7', epoch: 'ab' } }, 'ab.7'],
    ['Events/Watch', { gap: { asked: '1', next: '5', epoch: 'ab' } }, 'ab.4'],
    ['Config/Watch', { mark: { revision: '12', listComplete: true } }, 'r12'],
    ['Config/Watch', { change: { object: {} } }, undefined],
    ['Push/Watch', { id: '7', event: { id: '7', epoch: 'ab' } }, undefined],
    ['Events/Watch', [], undefined],
  ])('of %s that is %j has the id %s', (method, message, id) => {
    expect(eventOf(method, message)).toBe(
      `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`,
    )
  })

  it('with line breaks and whatever else in its texts is one line', () => {
    const text = 'a\nb\r\nc\u2028d\n\ndata: x'
    expect(eventOf('Push/Watch', { text }).match(/[\n\r]/g)).toHaveLength(2)
    expect(endOf(undefined)).toBe('event: end\ndata: {}\n\n')
  })
})

describe('a writer', () => {
  const opened: (() => void)[] = []
  afterEach(() => {
    for (const close of opened.splice(0)) close()
  })
  /** A watch between two sockets. */
  async function between(
    times: WatchTimes,
  ): Promise<{ readonly writer: WatchWriter; readonly reader: Socket }> {
    const writers: WatchWriter[] = []
    const server = createServer((_request, response) => {
      writers.push(createWatchWriter(response, 'Push/Watch', {}, times))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const reader = connect((server.address() as AddressInfo).port, '127.0.0.1')
    opened.push(() => {
      reader.destroy()
      server.close()
    })
    reader.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await new Promise((resolve) => reader.once('data', resolve))
    const [writer] = writers
    if (writer === undefined) throw new Error('no writer')
    return { writer, reader }
  }

  it('says that nothing is wrong while there is nothing new', async () => {
    const { reader } = await between({ aliveMs: 10, stallMs: 10_000 })
    let text = ''
    reader.on('data', (chunk) => {
      text += String(chunk)
    })
    await expect.poll(() => (text.match(/: nothing new\n\n/g) ?? []).length).toBeGreaterThan(2)
  })

  it('cuts a reader that takes nothing, and lets its watch go on to its end', async () => {
    const { writer, reader } = await between({ aliveMs: 10_000, stallMs: 50 })
    reader.pause()
    const closed = new Promise((resolve) => reader.once('close', resolve))
    reader.on('error', () => undefined)
    for (let n = 0; n < 200; n++) await writer.take({ text: 'x'.repeat(1_000_000) })
    writer.end(undefined)
    reader.resume()
    await closed
  })
})
