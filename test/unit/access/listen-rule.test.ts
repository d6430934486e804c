// Where a port may listen, and what is said when it cannot.
import { createServer } from 'node:net'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { bindGrpc, checkListen, isLoopback } from '../../../src/access/index.ts'

const ports = (address: string) => [
  { name: 'xDS', address: '127.0.0.1', port: 18_000 },
  { name: 'admin', address, port: 18_001 },
]

describe('a port', () => {
  it('counts as loopback only by its address, never by a name that somebody else resolves', () => {
    expect(
      ['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost', '::ffff:127.0.0.1'].map(isLoopback),
    ).not.toContain(false)
    expect(
      ['0.0.0.0', '::', '10.0.0.1', 'example.test', '127.0.0.1.example.test', '128.0.0.1'].map(isLoopback),
    ).not.toContain(true)
  })

  it('stays on loopback in plaintext', () => {
    expect(checkListen(ports('127.0.0.1'), undefined, false)).toEqual({ ok: true, value: [] })
    const refused = checkListen(ports('0.0.0.0'), undefined, false)
    expect(refused.ok ? '' : refused.error.message).toMatch(
      /^admin on 0\.0\.0\.0:18001 can be reached from other machines, without TLS: .*--insecure-plaintext/,
    )
  })

  it('may be opened in plaintext by --insecure-plaintext, with a warning at every start', () => {
    const allowed = checkListen(ports('0.0.0.0'), undefined, true)
    expect(allowed.ok ? allowed.value : []).toEqual([
      'plaintext off loopback (--insecure-plaintext): admin on 0.0.0.0:18001; whoever reaches it can change traffic',
    ])
  })

  it('may be open with TLS; without a client CA that is warned about', () => {
    expect(checkListen(ports('0.0.0.0'), { clientCertificates: true }, false)).toEqual({
      ok: true,
      value: [],
    })
    const open = checkListen(ports('0.0.0.0'), { clientCertificates: false }, false)
    expect(open.ok ? open.value[0] : '').toMatch(/^no --client-ca: admin on 0\.0\.0\.0:18001/)
  })

  it('that is taken is said with its number and the flag that chooses another', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const address = holder.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const server = new Server()
    const bound = await bindGrpc(
      server,
      { address: '127.0.0.1', port, flag: '--admin-port' },
      ServerCredentials.createInsecure(),
    )
    server.forceShutdown()
    await new Promise((resolve) => holder.close(resolve))
    expect(bound).toEqual({
      ok: false,
      error: {
        kind: 'unavailable',
        message: `port ${port} on 127.0.0.1 is taken by another process (another verdigris serve?): stop it, or choose another with --admin-port`,
      },
    })
  })

  it('on an address of another machine is said with the flag that chooses the address', async () => {
    const server = new Server()
    const bound = await bindGrpc(
      server,
      { address: '192.0.2.1', port: 0, flag: '--xds-port' },
      ServerCredentials.createInsecure(),
    )
    server.forceShutdown()
    expect(bound.ok ? '' : bound.error.message).toMatch(
      /^192\.0\.2\.1 is not an address of this machine: choose one with --xds-address/,
    )
  })
})
