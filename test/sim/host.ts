// One process with a simulated proxy in it: when it connects, how it takes what it is sent, how it starts anew.
import { resourceTypeOf } from '../../src/envoy-api/index.ts'
import type { Request, VariantName } from '../../src/xds/machine.ts'
import type { Link } from './network.ts'
import { createProxy, type ProxyEvent, type Proxy as SimulatedProxy, type Verdict } from './proxy/index.ts'
import { contentOf } from './proxy/resource.ts'
import type { Random } from './random.ts'
import type { Time } from './time.ts'

/** What a proxy refuses for a while. */
export interface Manner {
  readonly typeUrl: string
  readonly kind: 'constraint' | 'semantic'
  /** `new`: only what it had not seen when this began; `all`: everything of the type, what is good too. */
  readonly what: 'new' | 'all'
  /** Part of a resource's name that it is about; '': any. */
  readonly about: string
  /** Monotonic; infinite: until it is healed. */
  readonly until: number
  /** Ends with its first refusal. */
  readonly once: boolean
  /** Contents seen before. */
  readonly seen: ReadonlySet<string>
}

/** Changed in place. */
export interface Host {
  /** Unlike the node id, which a twin shares. */
  readonly key: string
  readonly id: string
  readonly cluster: string
  readonly variant: VariantName
  readonly proxy: SimulatedProxy
  /** Counts its processes. */
  life: number
  /** It wants to be connected. */
  online: boolean
  /** It is there for good, or (a twin, a proxy that was taken away) no more. */
  exists: boolean
  link: Link<Host> | undefined
  connecting: boolean
  manners: Manner[]
  /** `type hash` of every resource that this node got. */
  readonly seen: Set<string>
  cancelTimer: () => void
}

export interface HostHands {
  readonly time: Time
  readonly random: Random
  readonly say: (link: Link<Host>, request: Request) => void
  /** A stream to whoever listens now; undefined: nobody does. */
  readonly open: (host: Host) => Link<Host> | undefined
  /** After everything that happened to a proxy. */
  readonly stepped: (host: Host) => void
}

export interface Hosts {
  add(options: Pick<Host, 'key' | 'id' | 'cluster' | 'variant'>): Host
  /** Takes an event in and carries out what follows. */
  feed(host: Host, event: ProxyEvent): void
  /** Connects when it may, now or a little later. */
  connect(host: Host, laterMs: number): void
  refuse(host: Host, manner: Omit<Manner, 'seen'>): void
  restart(host: Host): void
  readonly all: Host[]
}

/** Milliseconds until a proxy tries again (envoy_grpc.retry_policy.retry_back_off of our bootstraps: 0.1 to 1 s). */
const backOff = { from: 60, to: 900 }

export function createHosts(hands: HostHands): Hosts {
  const { time, random } = hands
  const all: Host[] = []

  const judge = (host: Host, typeUrl: string, name: string, body: Uint8Array): Verdict => {
    if (host.manners.length === 0) return { kind: 'fine' }
    const content = `${typeUrl} ${contentOf(typeUrl, body).hash}`
    for (const { typeUrl: type, kind, what, about, until, seen } of host.manners) {
      if (type !== typeUrl || time.mono() >= until || !name.includes(about)) continue
      if (what === 'all' || !seen.has(content)) return { kind, text: 'not to its taste' }
    }
    return { kind: 'fine' }
  }

  const feed = (host: Host, event: ProxyEvent): void => {
    for (const effect of host.proxy.step(event, time.mono())) {
      if (effect.kind === 'timer') {
        host.cancelTimer()
        const { life } = host
        host.cancelTimer = time.after(effect.at - time.mono(), () => {
          if (host.exists && host.life === life) feed(host, { kind: 'tick' })
        })
        continue
      }
      const { request } = effect
      if (request.refusal !== undefined)
        host.manners = host.manners.filter(({ once, typeUrl }) => !once || typeUrl !== request.typeUrl)
      if (host.link !== undefined) hands.say(host.link, request)
    }
    hands.stepped(host)
  }

  const connect = (host: Host, laterMs: number): void => {
    if (host.connecting || !host.exists) return
    host.connecting = true
    time.after(laterMs, () => {
      host.connecting = false
      if (!host.exists || !host.online || host.link !== undefined) return
      host.link = hands.open(host)
      if (host.link === undefined) connect(host, random.between(backOff.from, backOff.to))
      else feed(host, { kind: 'connected' })
    })
  }

  return {
    all,
    feed,
    connect,
    add: ({ key, id, cluster, variant }) => {
      const seen = new Set<string>()
      const host: Host = {
        key,
        id,
        cluster,
        variant,
        proxy: createProxy({
          id,
          cluster,
          variant,
          initialFetchTimeoutMs: 15_000,
          judge: (typeUrl, name, body) => {
            const verdict = judge(host, typeUrl, name, body)
            if (verdict.kind === 'fine') seen.add(`${typeUrl} ${contentOf(typeUrl, body).hash}`)
            return verdict
          },
          random: random.next,
        }),
        life: 0,
        online: true,
        exists: true,
        link: undefined,
        connecting: false,
        manners: [],
        seen,
        cancelTimer: () => undefined,
      }
      all.push(host)
      return host
    },
    refuse: (host, manner) => {
      host.manners = [...host.manners.slice(-3), { ...manner, seen: new Set(host.seen) }]
    },
    restart: (host) => {
      host.life += 1
      host.cancelTimer()
      feed(host, { kind: 'restarted' })
    },
  }
}

export const backOffMs = (random: Random): number => random.between(backOff.from, backOff.to)

/** `CDS` for the type URL of clusters, and so on. */
export const shortType = (typeUrl: string): string =>
  resourceTypeOf(typeUrl)?.key.toUpperCase() ?? typeUrl.slice(-12)
