// The way between proxies and control plane: per stream two queues in order, with delays; sockets that take nothing;
// connections that break, or break without a word.

import { limits } from '../../src/base/index.ts'
import type { Hub } from '../../src/xds/hub.ts'
import type { Request, VariantName } from '../../src/xds/machine.ts'
import type { Random } from './random.ts'
import type { Time } from './time.ts'

/** What an end hears. */
export interface Ends {
  /** A response has come to the proxy. */
  readonly response: (link: Link, bytes: Uint8Array) => void
  /** A request has come to the control plane, and is handed to it next. */
  readonly request: (link: Link, request: Request) => void
  /** The socket took a response of ours; the control plane hears of it next. */
  readonly taken: (link: Link, nonce: string) => void
  /** The proxy's end is closed. */
  readonly closed: (link: Link) => void
}

/** One stream. Each end may be closed without the other knowing it. */
export interface Link<Owner = unknown> {
  readonly stream: string
  readonly owner: Owner
  readonly variant: VariantName
  readonly hub: Hub
  readonly openedAt: number
  /** The proxy's end, and ours. */
  near: 'open' | 'closed'
  far: 'open' | 'closed'
  /** The socket takes nothing from us. */
  stalled: boolean
  /** Nothing passes, either way, and nobody is told. `cuts`: how often that began. */
  cut: boolean
  cuts: number
  /** We do not read. */
  paused: boolean
  /** Times before which nothing may arrive, so that order is kept: at the proxy, at us. */
  downAt: number
  upAt: number
  /** Extra delay each way. */
  slowMs: number
  readonly down: Uint8Array[]
  readonly up: Request[]
  /** Written by us, not taken by the socket. */
  readonly unsent: { readonly bytes: Uint8Array; readonly nonce: string }[]
}

export function openLink<Owner>(hub: Hub, owner: Owner, variant: VariantName, now: number): Link<Owner> {
  return {
    stream: hub.open(variant, '127.0.0.1'),
    owner,
    variant,
    hub,
    openedAt: now,
    near: 'open',
    far: 'open',
    stalled: false,
    cut: false,
    cuts: 0,
    paused: false,
    downAt: now,
    upAt: now,
    slowMs: 0,
    down: [],
    up: [],
    unsent: [],
  }
}

/** Milliseconds that a ping may take (limits.twinProbeMs). */
const probeMs = limits.twinProbeMs
/** Milliseconds until our keepalive cuts a connection that carries nothing. */
const keepaliveMs = limits.xdsKeepaliveMs + limits.xdsKeepaliveTimeoutMs

export interface Network {
  /** From us: takes a response, if the socket does. */
  write(link: Link, bytes: Uint8Array, nonce: string): void
  /** From the proxy. */
  say(link: Link, request: Request): void
  /** We ended it: the proxy hears of it after what is under way. */
  endByUs(link: Link): void
  /** The proxy ended it, or the connection broke: we hear of it `laterMs` from now. */
  endByProxy(link: Link, laterMs: number, reason: string): void
  /** Lets waiting responses go. */
  unstall(link: Link): void
  resume(link: Link): void
  /** Asks whether the proxy's end is still there; ends the stream when it is not. */
  probe(link: Link): void
  /** From now on nothing passes, either way, and nobody is told: for as long as keepalive takes to notice at our end. */
  cut(link: Link): void
  /** Lets what was held back by a partition pass. */
  mend(link: Link): void
}

export function createNetwork(time: Time, random: Random, ends: Ends): Network {
  const delay = (link: Link): number =>
    link.slowMs + (random.chance(0.04) ? random.between(20, 400) : random.between(0, 6))

  const carryDown = (link: Link, bytes: Uint8Array): void => {
    link.down.push(bytes)
    link.downAt = Math.max(link.downAt, time.mono() + delay(link))
    time.after(link.downAt - time.mono(), () => arriveDown(link))
  }
  const arriveDown = (link: Link): void => {
    if (link.cut) return
    const bytes = link.down.shift()
    if (bytes !== undefined && link.near === 'open') ends.response(link, bytes)
  }
  const arriveUp = (link: Link): void => {
    if (link.cut || link.paused) return
    const request = link.up.shift()
    if (request === undefined || link.far === 'closed') return
    ends.request(link, request)
    link.hub.request(link.stream, request)
  }
  const take = (link: Link, bytes: Uint8Array, nonce: string): void => {
    carryDown(link, bytes)
    time.after(0, () => {
      if (link.far === 'closed') return
      ends.taken(link, nonce)
      link.hub.written(link.stream, nonce)
    })
  }
  const closeNear = (link: Link): void => {
    if (link.near === 'closed') return
    link.near = 'closed'
    ends.closed(link)
  }

  return {
    write: (link, bytes, nonce) => {
      if (link.stalled || link.unsent.length > 0) link.unsent.push({ bytes, nonce })
      else take(link, bytes, nonce)
    },
    say: (link, request) => {
      if (link.near === 'closed') return
      link.up.push(request)
      link.upAt = Math.max(link.upAt, time.mono() + delay(link))
      time.after(link.upAt - time.mono(), () => arriveUp(link))
    },
    endByUs: (link) => {
      link.far = 'closed'
      if (link.cut) return
      link.downAt = Math.max(link.downAt, time.mono() + delay(link))
      time.after(link.downAt - time.mono(), () => closeNear(link))
    },
    endByProxy: (link, laterMs, reason) => {
      closeNear(link)
      time.after(laterMs, () => {
        if (link.far === 'closed') return
        link.far = 'closed'
        link.hub.ended(link.stream, reason)
      })
    },
    unstall: (link) => {
      link.stalled = false
      for (const { bytes, nonce } of link.unsent.splice(0)) take(link, bytes, nonce)
    },
    probe: (link) => {
      time.after(probeMs, () => {
        if (link.far === 'closed' || (link.near === 'open' && !link.cut)) return
        link.far = 'closed'
        link.hub.ended(link.stream, 'no answer to a ping')
        closeNear(link)
      })
    },
    resume: (link) => {
      link.paused = false
      for (const _ of [...link.up]) time.after(0, () => arriveUp(link))
    },
    cut: (link) => {
      if (link.cut) return
      link.cut = true
      link.cuts += 1
      const { cuts } = link
      time.after(keepaliveMs, () => {
        if (!link.cut || link.cuts !== cuts || link.far === 'closed') return
        link.far = 'closed'
        link.hub.ended(link.stream, 'no answer to a ping')
      })
    },
    mend: (link) => {
      link.cut = false
      for (const _ of [...link.down]) time.after(delay(link), () => arriveDown(link))
      for (const _ of [...link.up]) time.after(delay(link), () => arriveUp(link))
      if (link.far === 'closed') time.after(500, () => closeNear(link))
    },
  }
}
