// Attempts against real receivers: signed, bounded in time, never led elsewhere, and silent about what is private.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { freePorts } from '../../../src/demo/rig/ports.ts'
import { createSender, type WebhookTarget } from '../../../src/webhooks/index.ts'
import { createTrust } from '../../support/trust.ts'
import { type Answer, type Receiver, receiver } from './receiver.ts'

const folder = mkdtempSync(join(tmpdir(), 'verdigris-send-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0)) await end()
})

const secret = 'a secret of more than 16 letters'
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const started = async (...args: Parameters<typeof receiver>): Promise<Receiver> => {
  const one = await receiver(...args)
  endings.push(() => one.close())
  return one
}
const target = (url: string, more: Partial<WebhookTarget> = {}): WebhookTarget => ({
  ...{ name: 'hook', url, format: 'json', filter: {}, headers: {} },
  ...{ timeoutMs: 5_000, retryForMs: 60_000, attempts: 3 },
  ...more,
})
const send = (to: WebhookTarget, options: { readonly ca?: string; readonly now?: () => number } = {}) => {
  const sender = createSender(to, { version: '1', ...options })
  endings.push(() => sender.close())
  return sender.send({
    ...{ attempt: 2, missed: 3 },
    delivery: { id: 'one-41', event: 'push_done', body: '{"grün":1}' },
  })
}

/** The example of the page, as it stands there. */
async function example(): Promise<
  (secret: string, header: unknown, body: string, nowSeconds?: number) => boolean
> {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/reference/events.md'), 'utf8')
  const code = /<!-- run by a test: verify -->\s+```js\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  return (await import(file('verify.mjs', code))).isFromVerdigris
}

describe('an attempt', () => {
  it('says what it is, and what was missed', async () => {
    const { url, got } = await started()
    expect(await send(target(url, { headers: { 'x-team': 'shop' } }))).toEqual({ kind: 'taken' })
    expect(got).toMatchObject([
      {
        path: '/hook',
        body: '{"grün":1}',
        headers: {
          ...{ 'content-type': 'application/json', 'verdigris-delivery': 'one-41', 'x-team': 'shop' },
          ...{ 'verdigris-event': 'push_done', 'verdigris-attempt': '2', 'verdigris-missed': '3' },
        },
      },
    ])
    expect(got[0]?.headers).not.toHaveProperty('verdigris-signature')
  })

  it('is signed so that the example of the page knows it from every other', async () => {
    const { url, got } = await started()
    const secretFile = file('one.key', `${secret}\n`)
    expect(await send(target(url, { secretFile }))).toEqual({ kind: 'taken' })
    const isFromVerdigris = await example()
    const header = got[0]?.headers['verdigris-signature']
    const body = got[0]?.body ?? ''
    expect(header).toMatch(/^t=\d{10},v1=[0-9a-f]{64}$/)
    expect(isFromVerdigris(secret, header, body)).toBe(true)
    expect(isFromVerdigris(secret, header, `${body} `)).toBe(false)
    expect(isFromVerdigris('another secret of 16 letters', header, body)).toBe(false)
    expect(isFromVerdigris(secret, header, body, Date.now() / 1_000 + 301)).toBe(false)
    expect(isFromVerdigris(secret, undefined, body)).toBe(false)
    expect(isFromVerdigris(secret, 't=1,v1=', body, 1)).toBe(false)
  })

  it('is signed with both secrets while one is changed, and the change counts at once', async () => {
    const { url, got } = await started()
    const next = 'the next secret, of 16 letters too'
    const secretFile = file('two.key', secret)
    await send(target(url, { secretFile }))
    file('two.key', `${next}\n${secret}\n`)
    await send(target(url, { secretFile }))
    const isFromVerdigris = await example()
    const known = got.map(({ headers, body }) =>
      [secret, next].map((one) => isFromVerdigris(one, headers['verdigris-signature'], body)),
    )
    expect(known).toEqual([
      [true, false],
      [true, true],
    ])
  })

  it.each([
    ['is gone', undefined],
    ['is too short', 'short'],
    ['is empty', ''],
  ])('whose secret %s is not sent, and said to be tried again', async (_, text) => {
    const { url, got } = await started()
    const secretFile = text === undefined ? join(folder, 'nobody.key') : file('bad.key', text)
    expect(await send(target(url, { secretFile }))).toMatchObject({
      kind: 'failed',
      why: expect.stringMatching(/secret file/),
    })
    expect(got).toEqual([])
  })

  it.each([
    [200, { kind: 'taken' }],
    [204, { kind: 'taken' }],
    [301, { kind: 'refused', why: 'it answered 301: redirects are not followed' }],
    [400, { kind: 'refused', why: 'it answered 400' }],
    [410, { kind: 'refused', why: 'it answered 410' }],
    [408, { kind: 'failed', why: 'it answered 408' }],
    [429, { kind: 'failed', why: 'it answered 429' }],
    [503, { kind: 'failed', why: 'it answered 503' }],
  ])('that is answered by %i is %j', async (status, outcome) => {
    const { url } = await started(() => status)
    expect(await send(target(url))).toEqual(outcome)
  })

  it('is never led elsewhere', async () => {
    const other = await started()
    const { url } = await started(() => ({ status: 307, headers: { location: other.url } }))
    expect(await send(target(url))).toMatchObject({ kind: 'refused' })
    expect(other.got).toEqual([])
  })

  it.each<[Answer, number | undefined]>([
    [{ status: 503, headers: { 'retry-after': '7' } }, 7_000],
    [{ status: 429, headers: { 'retry-after': new Date(9_000).toUTCString() } }, 9_000],
    [{ status: 503, headers: { 'retry-after': 'soon' } }, undefined],
  ])('that is asked for patience by %j gives it', async (answer, afterMs) => {
    const { url } = await started(() => answer)
    const outcome = await send(target(url), { now: () => 0 })
    expect(outcome.kind === 'failed' ? outcome.afterMs : 'not failed').toBe(afterMs)
  })

  it('ends in its time at one that never answers, at one that never reads, and at once at nobody', async () => {
    const silent = await started(() => 'never')
    const why = 'no answer within 150 ms'
    expect(await send(target(silent.url, { timeoutMs: 150 }))).toEqual({ kind: 'failed', why })
    const deaf = createServer((socket) => socket.pause())
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve))
    endings.push(() => deaf.close())
    const address = deaf.address()
    const port = typeof address === 'object' ? address?.port : 0
    expect(await send(target(`http://127.0.0.1:${port}`, { timeoutMs: 150 }))).toEqual({
      kind: 'failed',
      why,
    })
    const [free] = await freePorts(1)
    expect(await send(target(`http://127.0.0.1:${free}`))).toMatchObject({
      kind: 'failed',
      why: expect.stringMatching(/ECONNREFUSED/),
    })
  })

  it('over TLS trusts the given authority and no other', async () => {
    const trust = createTrust()
    const pair = trust.issue(['localhost'])
    const { port, got } = await started(() => 200, pair)
    const url = `https://localhost:${port}/hook`
    expect(await send(target(url), { ca: trust.ca })).toEqual({ kind: 'taken' })
    expect(await send(target(url))).toMatchObject({ kind: 'failed' })
    expect(await send(target(url), { ca: createTrust('another').ca })).toMatchObject({ kind: 'failed' })
    expect(got).toHaveLength(1)
  })

  it('repeats nothing that is private of what it was answered, nor more than a line of it', async () => {
    const token = 'Bearer very-private-token'
    const { url } = await started(({ headers }) => ({
      status: 500,
      text: `you said ${headers.authorization}\n${'x'.repeat(100_000)}`,
    }))
    const outcome = await send(target(url, { headers: { authorization: token } }))
    expect(outcome).toMatchObject({
      kind: 'failed',
      why: expect.stringMatching(/^it answered 500 \(you said … x+\)$/),
    })
    expect(JSON.stringify(outcome).length).toBeLessThan(250)
  })
})
