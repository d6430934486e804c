// A fleet that is told things, one after another, on a clock that the test moves.
import type { FromStreams, NodeIdentity } from '../../../src/channel/index.ts'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { FleetEffect, FleetEvent, FleetState, Now } from '../../../src/fleet/index.ts'
import { createFleet, step } from '../../../src/fleet/index.ts'

export const group = 'default/edge'
export const cluster = 'default/checkout/green.4'

export const identity = (id: string): NodeIdentity => ({
  id,
  cluster: 'edge',
  metadata: {},
  locality: { region: '', zone: '', subZone: '' },
  agent: 'envoy 1.40.0',
})

export interface Told {
  state: FleetState
  readonly now: { wall: number; mono: number }
  tell(...events: readonly FleetEvent[]): readonly FleetEffect[]
  wait(ms: number): void
  /** A connected node in the group that has asked for the usual types. */
  join(id: string, stream?: string): void
  leave(id: string, stream?: string): void
  holds(
    id: string,
    generation: number,
    types?: readonly string[],
    unwarmed?: readonly string[],
    stream?: string,
  ): void
}

const asked = [typeUrls.cds, typeUrls.eds, typeUrls.lds, typeUrls.rds]

export function told(from: Parameters<typeof createFleet>[1] = {}, expected?: number): Told {
  const now = { wall: 1_700_000_000_000, mono: 1_000 }
  const fleet: Told = {
    state: createFleet(now, from),
    now,
    tell: (...events) =>
      events.flatMap((event) => {
        const [state, effects] = step(fleet.state, event, { ...now } satisfies Now)
        fleet.state = state
        return effects
      }),
    wait: (ms) => {
      now.wall += ms
      now.mono += ms
      fleet.tell({ kind: 'tick' })
    },
    join: (id, stream = `s-${id}`) => {
      const at = now.wall
      fleet.tell(
        { kind: 'opened', stream, node: identity(id), variant: 'delta', peer: '127.0.0.1', at },
        { kind: 'placed', stream, node: id, group },
        ...asked.map(
          (type): FromStreams => ({
            kind: 'subscribed',
            stream,
            node: id,
            type,
            wildcard: type === typeUrls.cds || type === typeUrls.lds,
          }),
        ),
      )
    },
    leave: (id, stream = `s-${id}`) => {
      fleet.tell({ kind: 'closed', stream, node: id, reason: 'reset', at: now.wall })
    },
    holds: (id, generation, types = asked, unwarmed = [], stream = `s-${id}`) => {
      for (const type of types) {
        fleet.tell({
          kind: 'holds',
          stream,
          node: id,
          group,
          type,
          generation,
          acked: true,
          unwarmed,
          at: now.wall,
        })
      }
    },
  }
  fleet.tell({ kind: 'groups', groups: [{ group, size: expected, withinMs: 24 * 3_600_000 }] })
  return fleet
}
