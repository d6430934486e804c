// verdigris ready: honest about a server that is not there, not ready, ready, and ready with a but.
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { here } from './run.ts'

/** What the HTTP port answers now. */
let answer = { status: 200, text: 'ready\n' }
const server = createServer((request, response) => {
  response.writeHead(request.url === '/readyz' ? answer.status : 404).end(answer.text)
})
let port = 0
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(() => server.close())

describe('verdigris ready', () => {
  const ask = () => here(['ready', '--http', `127.0.0.1:${port}`])
  it.each([
    [200, 'ready\n', 0],
    [200, 'ready, but the store takes no changes: disk full. Next: make room\n', 0],
  ])('prints what the server says: %i %j', async (status, text, exit) => {
    answer = { status, text }
    expect(await ask()).toEqual({ status: exit, stdout: text, stderr: '' })
  })

  it('fails while the server is not ready, with its reason', async () => {
    answer = { status: 503, text: 'not ready: the state is being loaded\n' }
    expect(await ask()).toEqual({
      status: 1,
      stdout: '',
      stderr: `error: 127.0.0.1:${port} says 503: not ready: the state is being loaded\n`,
    })
  })

  it('has a status of its own when nobody is there', async () => {
    const ran = await here(['ready', '--http', '127.0.0.1:1'])
    expect(ran).toMatchObject({ status: 3, stdout: '' })
    expect(ran.stderr).toContain('nobody to ask at 127.0.0.1:1: ECONNREFUSED')
  })

  it('asks where the server of the same environment listens', async () => {
    answer = { status: 200, text: 'ready\n' }
    for (const address of ['0.0.0.0', '127.0.0.1', '']) {
      const ran = await here(['ready'], {
        VERDIGRIS_HTTP_ADDRESS: address,
        VERDIGRIS_HTTP_PORT: String(port),
      })
      expect(ran).toMatchObject({ status: 0 })
    }
  })

  it('wants a place as host and port', async () => {
    expect(await here(['ready', '--http', 'http://x'])).toMatchObject({ status: 2 })
  })
})
