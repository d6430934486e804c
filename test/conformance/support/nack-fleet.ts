// Four real Envoys before one control plane: the oldest supported and the newest, SotW and delta, each a node group of its
// own whose content a test chooses, each behind a line that can be cut.
import { createServer } from 'node:net'
import { expect } from 'vitest'
import {
  type EnvoyProcess,
  freePorts,
  openScope,
  type Scope,
  startEnvoy,
  until,
} from '../../../src/demo/rig/index.ts'
import { resourceTypes } from '../../../src/envoy-api/index.ts'
import { envoyBinary, supportedEnvoys } from '../../support/with-envoy.ts'
import { type Held, heldBy, heldDifference, settled } from './held.ts'
import { type Heard, type NackPlane, startPlane } from './nack-plane.ts'
import { type NackWorld, nackWorld, type Refusable } from './nack-world.ts'
import { type Relay, startRelay } from './relay.ts'

/** Milliseconds after which a test gives up; a repair takes a few dozen where the machine is not busy. */
export const patienceMs = 10_000

/** The proxies: node id, `node.cluster` and node group are called the same. */
export const fronts = supportedEnvoys.flatMap((release) =>
  (['sotw', 'delta'] as const).map((variant) => ({ release, variant, group: `${release}-${variant}` })),
)

export interface Front {
  readonly envoy: EnvoyProcess
  readonly relay: Relay
  /** What it holds of the good content. */
  readonly good: Held
}

export interface NackFleet {
  /** The one that runs now. */
  readonly plane: () => NackPlane
  readonly front: (group: string) => Front
  /** Counts up, so that no two contents are the same. */
  readonly next: () => number
  /** Ends the control plane and starts it again on its folder and port. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** Starts it all; every proxy holds its good content. */
export async function startNackFleet(): Promise<NackFleet> {
  const scope = await openScope('nack')
  try {
    return await build(scope)
  } catch (cause) {
    await scope.close()
    throw cause
  }
}

async function build(scope: Scope): Promise<NackFleet> {
  const holder = createServer()
  const taken = await listening(holder)
  const [endpoint = 0, ...ports] = await freePorts(1 + 4 * fronts.length)
  const worlds = new Map<string, NackWorld>()
  for (const [index, { group }] of fronts.entries()) {
    worlds.set(group, nackWorld({ ports: ports.slice(4 * index, 4 * index + 4), taken, endpoint }))
  }
  const dir = await scope.folder()
  let plane = await startPlane({ scope, worlds, dir })
  const { port } = plane
  const started = new Map<string, Front>()
  await Promise.all(
    fronts.map(async ({ release, variant, group }) => {
      await plane.bring(group, 'good')
      const relay = await startRelay(port)
      const envoy = await startEnvoy(scope, {
        binary: envoyBinary(release),
        concurrency: 1,
        bootstrap: { nodeId: group, nodeCluster: group, variant, xdsPort: relay.port },
      })
      await envoy.ready(20_000)
      started.set(group, { envoy, relay, good: await settled(envoy) })
    }),
  )
  let serial = 0
  return {
    plane: () => plane,
    front(group) {
      const front = started.get(group)
      if (front === undefined) throw new Error(`there is no ${group}`)
      return front
    },
    next: () => {
      serial += 1
      return serial
    },
    async restart() {
      await plane.close()
      plane = await startPlane({ scope, worlds, dir, port })
    },
    async close() {
      for (const { relay } of started.values()) relay.close()
      await plane.close()
      await scope.close()
      holder.close()
    },
  }
}

/** Refusals of a node, oldest first. */
export const nacksOf = (heard: readonly Heard[], node: string) =>
  heard.flatMap(({ at, message }) =>
    message.kind === 'nacked' && message.node === node ? [{ at, message }] : [],
  )

/** Refused content that was sent once more after its refusal had come. Other content has another generation. */
export function sentAgain(heard: readonly Heard[], node: string): readonly string[] {
  const refused = new Set<string>()
  return heard.flatMap(({ message }) => {
    if ((message.kind !== 'nacked' && message.kind !== 'sent') || message.node !== node) return []
    const name = `${message.type} of generation ${message.generation}`
    if (message.kind === 'nacked') refused.add(name)
    return message.kind === 'sent' && refused.has(name) ? [name] : []
  })
}

/** Expects the proxy to come to hold this. */
export async function expectHeld(envoy: EnvoyProcess, wanted: Held, what: string): Promise<void> {
  let left = 'nothing was looked at'
  await until(what, patienceMs, async () => {
    left = heldDifference(wanted, await heldBy(envoy))
    return left === '' || undefined
  }).catch(() => expect(left, what).toBe(''))
}

/** The open refusal of a type, as the admin API sees it. */
export const refusalOf = (plane: NackPlane, node: string, type: Refusable) =>
  plane.delivery.fleet.node(node)?.types.find((one) => one.type === resourceTypes[type].typeUrl)?.nack

function listening(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}
