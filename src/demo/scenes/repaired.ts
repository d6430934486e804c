// One proxy of the fleet refuses what the others take: the push stops and goes back everywhere, the proxy gets its whole last
// good set again, and when the cause is gone the same change goes through.
import { createServer, type Server } from 'node:net'
import type { ChangeAnswer } from '../../api/index.ts'
import { freePorts, httpGet, until } from '../rig/index.ts'
import type { DemoProxy, Stage } from '../stage.ts'
import { allGoTo, claim, failedSoFar, type Scene } from './scene.ts'

export const repaired: Scene = {
  title: 'One proxy refuses: all go back, it is repaired',
  command: (stage) => `verdigris apply -f second-port.yaml --wait  (taken on ${refuserOf(stage).name})`,
  async play(stage, state) {
    const { proxies } = stage
    const refuser = refuserOf(stage)
    const failed = await failedSoFar(stage)
    const before = await Promise.all(proxies.map(listenersOf))
    const ports = await freePorts(proxies.length)
    const taken = await listen(ports[proxies.indexOf(refuser)] ?? 0)
    try {
      const push = await stage.arrived(await applySecondPort(stage, ports))
      const after = await until('the listeners are what they were', 5_000, async () => {
        const now = await Promise.all(proxies.map(listenersOf))
        return now.join() === before.join() || undefined
      }).catch(() => undefined)
      const standing = await until(`${refuser.name} is believed again`, 5_000, async () => {
        const node = await stage.admin.call('Nodes', 'Get', { id: refuser.name })
        return (node.holds === node.newest && node.types.every(({ nack }) => nack === null)) || undefined
      }).catch(() => undefined)
      const first = stage.world.environments[0]?.name ?? ''
      const strays = await allGoTo(stage, first)
      await stage.pause(stage.paceMs)

      if (state.scene !== undefined)
        state.scene = { ...state.scene, command: `the port on ${refuser.name} is free; the same apply again` }
      await close(taken)
      const again = await stage.arrived(await applySecondPort(stage, ports))
      const silent = await silentOn(ports, stage.world.host)
      const lost = (await failedSoFar(stage)) - failed
      await stage.pause(stage.paceMs)
      const [refusal] = push.refusals
      return [
        claim(
          `${refuser.name} alone refused it; the push stopped, and all ${proxies.length} went back`,
          push.phase === 'PUSH_PHASE_REVERTED' && push.refusals.length === 1 && after === true,
          `${push.phase}, ${push.refusals.length} refusals: ${push.verdict}`,
          refusal === undefined ? undefined : `${refusal.node}: ${refusal.detail}`,
        ),
        claim(
          `${refuser.name} was sent its last good set whole, ACKed it, and holds it`,
          standing === true && after === true,
          standing === true ? 'its listeners are not what they were' : 'its refusal is still open',
        ),
        claim(
          'the port free, the same change went through; every proxy answers there',
          again.phase === 'PUSH_PHASE_DONE' && silent.length === 0,
          again.phase === 'PUSH_PHASE_DONE'
            ? `no answer on ${silent.join(', ')}`
            : `${again.phase}: ${again.verdict}`,
        ),
        claim('no request failed meanwhile', strays === undefined && lost === 0, strays ?? `${lost} failed`),
      ]
    } finally {
      await close(taken)
    }
  },
}

/** The second proxy: one before it and one after it take the change. */
function refuserOf({ proxies }: Stage): DemoProxy {
  const refuser = proxies[1] ?? proxies[0]
  if (refuser === undefined) throw new Error('the stage has no proxy')
  return refuser
}

/** One more listener in every gateway, each on a port of its own because all of them are on this machine. */
function applySecondPort({ admin, world }: Stage, ports: readonly number[]): Promise<ChangeAnswer> {
  const documents = world.gateways.map(({ gateway }, index) =>
    withListener(world.files, gateway, ports[index] ?? 0),
  )
  return admin.call('Config', 'Apply', {
    sources: [{ name: 'second-port.yaml', text: documents.join('---\n') }],
    options: { reason: 'a second port' },
  })
}

/** The gateway's own manifest with one more listener. */
function withListener(files: Stage['world']['files'], gateway: string, port: number): string {
  for (const { text } of files) {
    for (const document of text.split(/^---$/m)) {
      if (!/^kind: *Gateway$/m.test(document) || !new RegExp(`^ +name: *${gateway}$`, 'm').test(document))
        continue
      return document.replace(
        /^( +)listeners:.*$/m,
        (line, indent: string) =>
          `${line}\n${indent}  - name: second\n${indent}    address: 127.0.0.1\n${indent}    port: ${port}`,
      )
    }
  }
  throw new Error(`no manifest of the gateway ${gateway}`)
}

/** Names and addresses that the proxy listens on, as it says itself. */
const listenersOf = async ({ envoy }: DemoProxy): Promise<string> =>
  (await envoy.get('/listeners')).trim().split('\n').sort().join(' ')

/** Ports where the host is not answered. */
async function silentOn(ports: readonly number[], host: string): Promise<number[]> {
  const answers = await Promise.all(
    ports.map((port) =>
      httpGet(`http://127.0.0.1:${port}/`, { headers: { host } }).then(
        ({ status }) => status === 200,
        () => false,
      ),
    ),
  )
  return ports.filter((_, index) => answers[index] !== true)
}

/** Somebody else's socket on a port. */
const listen = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server))
  })

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
  })
