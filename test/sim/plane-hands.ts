// What a life gives its control plane in hand: disk, sockets and a time that are not real, and the rules that look on at all
// that the control plane does with them.
import type { FromStreams, ToStreams } from '../../src/channel/index.ts'
import type { EventInput } from '../../src/events/index.ts'
import { finalPhases } from '../../src/push/index.ts'
import type { Edge } from '../../src/xds/hub.ts'
import type { DeathPoint } from './actions.ts'
import type { Plane, PlaneHands } from './control-plane.ts'
import { type Host, shortType } from './host.ts'
import type { Planted } from './life-types.ts'
import type { Link, Network } from './network.ts'
import { readResponse } from './proxy/response.ts'
import type { Rule } from './rules/watch.ts'

/** What of a life its control planes touch. */
export interface LifeParts
  extends Pick<PlaneHands, 'time' | 'random' | 'disk' | 'refusesFlush' | 'stirred' | 'soon'> {
  readonly planted: Planted
  readonly network: Network
  readonly links: Map<string, Link<Host>>
  /** Nodes that refused something: added to. */
  readonly refused: Set<string>
  /** A response is written. */
  readonly wrote: () => void
  readonly note: (text: string) => void
  readonly blame: (rule: string, text: string) => void
  readonly tell: (say: (rule: Rule) => void) => void
  /** Dies here, if that is where it is to die. */
  readonly pass: (point: DeathPoint) => void
}

/** The hands of the next control plane; draws how long it loads. */
export const handsOf = (life: LifeParts): PlaneHands => ({
  time: life.time,
  random: life.random,
  disk: life.disk,
  loadMs: life.random.between(0, 400),
  timeouts: { tickMs: 500 },
  unsafe: life.planted.unsafe,
  limits: life.planted.limits,
  liesAboutFlushes: life.planted.liesAboutFlushes,
  at: life.pass,
  refusesFlush: life.refusesFlush,
  stirred: life.stirred,
  toStreams: (message, of) => toStreams(life, message, of),
  fromStreams: (message) => fromStreams(life, message),
  event: (event, of) => onEvent(life, event, of),
  opened: (store) => life.tell((rule) => rule.opened?.(store)),
  ready: (of) => {
    life.note('control plane is ready')
    for (const record of of.delivery.pushes(50))
      if (!finalPhases.includes(record.phase)) life.note(`= push/${record.id} goes on, ${record.phase}`)
  },
  logged: (level, { event, ...fields }) => {
    if (level === 'error') life.note(`error ${String(event)} ${JSON.stringify(fields).slice(0, 200)}`)
    if (level === 'error' && event !== 'store_refused')
      life.blame('no error of its own', `${String(event)} ${JSON.stringify(fields)}`)
  },
  threw: (cause) =>
    life.blame('nothing throws', cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)),
  soon: life.soon,
  edge: edgeOf(life),
})

function toStreams({ pass, note, tell }: LifeParts, message: ToStreams, of: Plane): void {
  if (message.kind === 'publish') {
    const { group, generation } = message
    const cause =
      of.store
        .view()
        .generations.get(group)
        ?.find(({ number }) => number === generation)?.cause ?? ''
    if (of.phase !== 'loading') {
      if (/ switched$/.test(cause)) pass('decided')
      pass('published')
      if (of.phase === 'dead') return
    }
    note(`* ${group} generation ${generation}: ${cause}`)
    tell((rule) => rule.published?.(message, of))
  }
  tell((rule) => rule.toldStreams?.(message))
}

function fromStreams({ links, refused, note, tell }: LifeParts, message: FromStreams): void {
  if (message.kind === 'closed') note(`${links.get(message.stream)?.owner.key} is closed: ${message.reason}`)
  if (message.kind === 'nacked') refused.add(message.node)
  tell((rule) => rule.heard?.(message))
  if (message.kind === 'closed') links.delete(message.stream)
}

function onEvent({ note, tell }: LifeParts, { name, attributes }: EventInput, of: Plane): void {
  if (name === 'retirement_over' || name === 'retirement_overdue') {
    note(`- ${attributes.name} is removed: ${attributes.why}`)
    if (String(attributes.why).startsWith('deadline')) tell((rule) => rule.overdue?.(String(attributes.name)))
  }
  if (!phaseNames.has(name) || !('push' in attributes)) return
  const record = of.delivery.push(String(attributes.push))
  note(`= push/${attributes.push} ${record?.phase} ${record?.verdict ?? ''}`)
  if (record !== undefined && finalPhases.includes(record.phase)) tell((rule) => rule.pushEnded?.(record, of))
}

/** Events of a push that has come to another phase. */
const phaseNames = new Set([
  'push_phase',
  'push_done',
  'push_aborted',
  'push_reverted',
  'push_split',
  'push_overtaken',
])

/** The sockets, as the network has them. */
const edgeOf = ({ links, network, pass, wrote, note, tell }: LifeParts): Edge => ({
  write: (stream, parts, nonce) => {
    const bytes = Buffer.concat(parts)
    pass('sent')
    const link = links.get(stream)
    if (link === undefined) return
    const response = readResponse(link.variant, bytes)
    const { typeUrl, version, resources, removed } = response
    const minus = removed.length === 0 ? '' : ` −${removed.length}`
    wrote()
    note(`${link.owner.key} ← ${shortType(typeUrl)} ${version.slice(0, 12)} +${resources.length}${minus}`)
    tell((rule) => rule.written?.(link, response))
    network.write(link, bytes, nonce)
  },
  close: (stream) => {
    const link = links.get(stream)
    if (link !== undefined) network.endByUs(link)
  },
  pause: (stream) => {
    const link = links.get(stream)
    if (link !== undefined) link.paused = true
  },
  resume: (stream) => {
    const link = links.get(stream)
    if (link !== undefined) network.resume(link)
  },
  probe: (stream) => {
    const link = links.get(stream)
    if (link !== undefined) network.probe(link)
  },
})
