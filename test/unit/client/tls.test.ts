// The public client over TLS: PEM from files and from memory, its own certificate, names that do not fit.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ConnectOptions, connect, VerdigrisError } from '../../../src/client/public.ts'
import { createTrust } from '../../support/trust.ts'
import { type Plane, startPlane, thrownBy } from './rig.ts'

const trust = createTrust()
const server = trust.issue(['verdigris.test'])
const bot = trust.issue(['deploy-bot'])
let folder = ''
let plane: Plane
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'verdigris-client-tls-'))
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  file('bot.pem', bot.cert)
  file('bot.key', bot.key)
  plane = await startPlane({
    'tls-cert': file('server.pem', server.cert),
    'tls-key': file('server.key', server.key),
    'client-ca': file('ca.pem', trust.ca),
  })
})
afterAll(async () => {
  await plane?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const tryOut = async (tls: ConnectOptions['tls']) => {
  const verdigris = connect({
    server: `127.0.0.1:${plane.admin}`,
    retry: false,
    ...(tls === undefined ? {} : { tls }),
  })
  try {
    await verdigris.config.apply({
      objects: [
        {
          apiVersion: 'verdigris.dev/v1alpha1',
          kind: 'NodeGroup',
          metadata: { name: 'edge' },
          spec: { selector: { cluster: 'edge' } },
        },
      ],
    })
    return (await verdigris.config.listRevisions({ limit: 1 })).revisions[0]?.actor
  } finally {
    verdigris.close()
  }
}
const serverName = 'verdigris.test'

it.each<[string, () => ConnectOptions['tls']]>([
  ['texts', () => ({ ca: trust.ca, ...bot, serverName })],
  [
    'bytes',
    () => ({ ca: Buffer.from(trust.ca), cert: Buffer.from(bot.cert), key: Buffer.from(bot.key), serverName }),
  ],
  [
    'files',
    () => ({
      ca: join(folder, 'ca.pem'),
      cert: join(folder, 'bot.pem'),
      key: join(folder, 'bot.key'),
      serverName,
    }),
  ],
])('takes PEM as %s, and acts as its certificate says', async (_, tls) => {
  expect(await tryOut(tls())).toBe('deploy-bot')
})

it.each<[string, () => ConnectOptions['tls']]>([
  ['a server whose name is another', () => ({ ca: trust.ca, ...bot })],
  ['a server that nobody vouches for', () => ({ serverName })],
  ['a server that wants a certificate, without one', () => ({ ca: trust.ca, serverName })],
  ['TLS without TLS', () => undefined],
])('does not reach %s', async (_, tls) => {
  const error = await thrownBy(tryOut(tls()))
  expect(error).toBeInstanceOf(VerdigrisError)
  expect(error).toMatchObject({ kind: expect.stringMatching(/^(unreachable|denied)$/) })
})

it('is TLS wherever it is asked for, with the authorities of Node', async () => {
  for (const tls of [true, {}, { serverName }]) {
    expect(await thrownBy(tryOut(tls))).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/certificate|self.signed|altnames/i),
    })
  }
})

it('says at once which file it cannot read', () => {
  expect(() => connect({ server: 'x:1', tls: { ca: '/absent/ca.pem' } })).toThrow(
    /connect: TLS .*\/absent\/ca\.pem/,
  )
  expect(() => connect({ server: 'x:1', tls: { cert: bot.cert } })).toThrow(VerdigrisError)
})
