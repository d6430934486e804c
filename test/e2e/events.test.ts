// Events, webhooks and describe with real Envoys: what happens is told, a push waits for no webhook, and a refusal is found by
// whoever asks for the proxy, the push or the gateway.
import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { freePorts, openScope } from '../../src/demo/rig/index.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { runCli } from '../support/run-cli.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'
import { receiver } from '../unit/webhooks/receiver.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})
const secret = 'a secret of more than 16 letters'

/** A port on which somebody listens who takes connections and reads nothing. */
async function deafPort(): Promise<number> {
  const deaf: Server = createServer((socket) => socket.pause())
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve))
  endings.push(() => deaf.close())
  const address = deaf.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Another gateway of the first edge, on a port of that machine. */
const gatewayOn = (port: number): string => `apiVersion: verdigris.dev/v1alpha1
kind: Gateway
metadata: {name: taken}
spec:
  nodeGroups: [edge-1]
  listeners: [{name: http, address: 127.0.0.1, port: ${port}}]
`

describeWithEnvoy('events', () => {
  it('tell of pushes and refusals, to webhooks too, and no push waits for those that are dead or deaf', async () => {
    const scope = await openScope('events')
    endings.push(() => scope.close())
    const folder = await scope.folder()
    const hook = await receiver()
    endings.push(() => hook.close())
    const [dead = 0] = await freePorts(1)
    writeFileSync(join(folder, 'hook.key'), secret)
    const webhooks = [
      { name: 'on-call', url: hook.url, secretFile: join(folder, 'hook.key') },
      { name: 'dead', url: `http://127.0.0.1:${dead}` },
      { name: 'deaf', url: `http://127.0.0.1:${await deafPort()}`, timeout: '1m' },
    ]
    writeFileSync(join(folder, 'webhooks.json'), JSON.stringify({ webhooks }))
    const fleet: Fleet = await startFleet({
      variants: ['sotw', 'delta'],
      serveArgs: ['--webhooks-file', join(folder, 'webhooks.json')],
    })
    endings.push(() => fleet.close())
    await fleet.done(fleet.apply(fleet.manifests()))
    await fleet.ready()
    for (let round = 0; round < 10; round += 1) {
      await fleet.done(fleet.switchTo('green'))
      await fleet.done(fleet.rollback())
    }
    // A port that is taken: Envoy refuses the listener, and the push is taken back.
    const refused = await fleet.apply(gatewayOn(hook.port))
    const wait = await fleet.admin.call('Push', 'Wait', { id: refused.push })
    expect(wait.push?.phase).toMatch(/ABORTED|REVERTED/)

    const server = ['--server', `127.0.0.1:${fleet.controlPlane.ports.admin}`]
    const cli = async (...args: string[]): Promise<string> => {
      const { status, stdout, stderr } = await runCli([...args, ...server])
      expect([status, stderr]).toEqual([0, ''])
      return stdout
    }
    const nacks = JSON.parse(await cli('events', '--names', 'nack', '-o', 'json'))
    expect(nacks).toMatchObject([
      {
        severity: 'warning',
        attributes: { node: 'edge-1', group: 'default/edge-1', typeName: 'Listener', pushes: [refused.push] },
      },
    ])
    expect(await cli('events', '--for', 'node/edge-1')).toMatch(/NodePlaced[\s\S]*Nack[\s\S]*Repaired/)
    expect(await cli('describe', 'proxy', 'edge-1')).toMatch(
      new RegExp(`Refusals:\n  edge-1, Listener [^\n]*in push ${refused.push}: `),
    )
    expect(await cli('describe', 'push', refused.push)).toMatch(/Refused by:\n {2}edge-1, Listener/)
    expect(await cli('describe', 'nodegroup', 'edge-1')).toMatch(/Proxies:\n.*\n {2}edge-1 +current/)
    expect(await cli('describe', 'service', 'checkout')).toMatch(/blue +100% +100%/)

    const told = hook.got.map(({ body }) => JSON.parse(body).event)
    const pushes = told
      .filter(({ name }) => name === 'push_done')
      .map(({ attributes }) => Number(attributes.push))
    expect(pushes).toEqual(Array.from({ length: 21 }, (_, index) => index + 1))
    expect(told.filter(({ name }) => name === 'nack')).toHaveLength(1)
    for (const { headers, body } of hook.got) {
      const [, seconds, hex] = /^t=(\d+),v1=(\w+)$/.exec(String(headers['verdigris-signature'])) ?? []
      expect(hex).toBe(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'))
    }
  }, 120_000)
})
