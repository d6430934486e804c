// Where one proxy stands before a switch (is what the new routes need warm there?) and after one (has it taken the
// routes?). The warm signal is rule 24: per needed cluster and proxy, never "the type was ACKed" alone.
import { typeUrls } from '../envoy-api/index.ts'
import type { GroupKey } from '../model/index.ts'
import { owesAsking } from './asks.ts'
import { streamsIn } from './groups.ts'
import { routeTypes, shortTypeName } from './resource-roles.ts'
import type { FleetSettings, FleetState, NodeState, Now, StreamState, Subscription } from './state.ts'

/** What a barrier asks of every proxy in its scope. */
export type Requirement =
  /** Everything that a switch needs is held and warm. */
  | {
      readonly kind: 'prepared'
      readonly group: GroupKey
      /** Type URL → the generation since which all that is needed of the type is served. Types not listed are not needed. */
      readonly since: ReadonlyMap<string, number>
      /** Clusters that have to be warm. */
      readonly clusters: ReadonlySet<string>
      /** Clusters that are to carry traffic and have no usable endpoint: nobody is prepared while there is one. */
      readonly empty: readonly string[]
    }
  /** The routes of this generation are held. */
  | {
      readonly kind: 'switched'
      readonly group: GroupKey
      readonly generation: number
      /** Monotonic: a stream opened later brings its proxy back, it does not make it silent. */
      readonly toldAt: number
    }

/** How one proxy stands with a requirement. */
export type Standing =
  | { readonly kind: 'there' }
  /** It has nothing to prepare (it asks for clusters by name, or for none): switched with the others, counted apart. */
  | { readonly kind: 'apart' }
  /** Out of reach for so long that nobody waits for it. */
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'waits'
      /** `silent`: in reach, and has not answered. `away`: not connected, or only just back. */
      readonly reach: 'silent' | 'away'
      /** A sentence without its subject: `CDS of generation 7 not ACKed`. */
      readonly why: string
      /** Its open refusal stands in the way. */
      readonly refused?: boolean
    }

const there: Standing = { kind: 'there' }
const apart: Standing = { kind: 'apart' }
const gone: Standing = { kind: 'gone' }

/** Where this node stands, by the least of its streams in the group. */
export function standingOf(state: FleetState, node: NodeState, wanted: Requirement, now: Now): Standing {
  if (node.presence.kind === 'away') {
    if (node.presence.goneAt <= now.mono) return gone
    const awayS = Math.max(0, Math.round((now.mono - node.presence.since) / 1_000))
    const since = node.sent === undefined ? 'our start ' : ''
    return {
      kind: 'waits',
      reach: 'away',
      why: `not connected since ${since}${awayS} s${since === '' ? '' : ' ago'}`,
    }
  }
  let least: Standing = apart
  for (const stream of streamsIn(state, node, wanted.group)) {
    const one =
      wanted.kind === 'prepared'
        ? preparedOn(node, stream, wanted, state.settings, now)
        : switchedOn(node, stream, wanted, state.settings, now)
    if (one.kind === 'waits') return one
    if (one.kind === 'there') least = there
  }
  return least
}

function preparedOn(
  node: NodeState,
  stream: StreamState,
  wanted: Extract<Requirement, { kind: 'prepared' }>,
  settings: FleetSettings,
  now: Now,
): Standing {
  const asked = stream.types.get(typeUrls.cds)
  if (asked === undefined) {
    const mayAsk = isFresh(stream, settings, now) || owesAsking(node, stream, typeUrls.cds, settings, now)
    return mayAsk ? waits('silent', 'has not asked for clusters yet') : apart
  }
  if (!asked.wildcard) return apart
  const [nobodyHome] = wanted.empty
  if (nobodyHome !== undefined) return waits('silent', `held up by ${nobodyHome}: no endpoints`)
  for (const [type, generation] of wanted.since) {
    const held = stream.types.get(type)
    if (held !== undefined && (held.holds ?? -1) < generation) return notHeld(held, type, generation)
  }
  const cold = stream.unwarmed.find((name) => wanted.clusters.has(name))
  return cold === undefined ? there : waits('silent', `held up by ${cold}: its endpoints are not ACKed`)
}

function switchedOn(
  node: NodeState,
  stream: StreamState,
  wanted: Extract<Requirement, { kind: 'switched' }>,
  settings: FleetSettings,
  now: Now,
): Standing {
  const reach = stream.openedAt > wanted.toldAt ? 'away' : 'silent'
  // It serves nothing yet, so it holds nobody up as a refusal would: `away`.
  if (isStarting(stream, settings, now)) return waits('away', 'is starting: has not asked for listeners yet')
  let any = false
  for (const type of routeTypes) {
    const held = stream.types.get(type)
    if (held === undefined) continue
    any = true
    if ((held.holds ?? -1) < wanted.generation) return notHeld(held, type, wanted.generation, reach)
  }
  // One that is back asks type by type: what it holds of the first says nothing of the others.
  const mayAsk = isFresh(stream, settings, now)
  const unasked = [typeUrls.lds, typeUrls.rds].filter((type) => !stream.types.has(type))
  const owes = (type: string): boolean => owesAsking(node, stream, type, settings, now)
  // ECDS is asked for by who has a listener with it: nobody else is waited for.
  if (unasked.some((type) => mayAsk || owes(type)) || owes(typeUrls.ecds))
    return waits('away', 'has not asked for routes yet')
  return any ? there : apart
}

/**
 * An Envoy between its clusters and its listeners: it asks for clusters by wildcard, and for listeners once those are warm.
 * One that never asks (listeners of its own) is not waited for longer than a stream's patience.
 */
function isStarting(stream: StreamState, settings: FleetSettings, now: Now): boolean {
  const clusters = stream.types.get(typeUrls.cds)
  if (clusters?.wildcard !== true || stream.types.has(typeUrls.lds)) return false
  return clusters.holds === undefined || isFresh(stream, settings, now)
}

/** A stream that may still be asking for its first types. */
const isFresh = (stream: StreamState, settings: FleetSettings, now: Now): boolean =>
  now.mono - stream.stirredAt < settings.subscribeGraceMs

function notHeld(
  held: Subscription,
  type: string,
  generation: number,
  reach: 'silent' | 'away' = 'silent',
): Standing {
  const name = shortTypeName(type)
  if (held.nack === undefined) return waits(reach, `${name} of generation ${generation} not ACKed`)
  const { detail, generation: refused } = held.nack
  return {
    kind: 'waits',
    reach,
    why: `refused ${name} of generation ${refused}: ${detail}`,
    refused: true,
  }
}

const waits = (reach: 'silent' | 'away', why: string): Standing => ({ kind: 'waits', reach, why })
