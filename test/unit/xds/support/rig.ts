// All streams of a process without a socket or a clock: the channel (with its codec), the hub, clients that speak in
// short lines, and a time that only the test moves. What a client got is decoded from the bytes it was sent.
//
//   `CDS cds@1 a=1 b=1`            SotW: version (the generation that first had it), resources with their content
//   `CDS cds@2 +a=2 -b`            delta: put and removed; a resource under a forced resend is `+a=2~1`
//   `closed invalidArgument: …`    the end
import protobuf from 'protobufjs/minimal.js'
import { createChannel, type DeciderEnd, type FromStreams } from '../../../../src/channel/index.ts'
import { type ResourceTypeKey, resourceTypeOf, typeUrls } from '../../../../src/envoy-api/index.ts'
import { createHub, type Hub, type HubLimits } from '../../../../src/xds/hub.ts'
import type { Request, VariantName } from '../../../../src/xds/machine.ts'
import { publishOf, type Spec, versionOf } from './content.ts'

interface RigOptions {
  readonly limits?: Partial<HubLimits>
  /** Default: one group `g` that selects everybody, and ready. */
  readonly bare?: boolean
}

interface ClientOptions {
  readonly node?: string
  readonly cluster?: string
  readonly agent?: string
  /** Nobody can read along. Default: true. */
  readonly mayHaveKeys?: boolean
  readonly features?: readonly string[]
}

export interface Client {
  readonly id: string
  /** Lines got since the last call. */
  got(): string[]
  /** Nonces of all responses got, oldest first. */
  readonly nonces: string[]
  /** Versions of all responses got, as on the wire. */
  readonly versions: string[]
  /** A raw request; what is left out is empty, the nonce is that of the newest response of the type. */
  send(type: ResourceTypeKey | string, request?: Partial<Request>): void
  /** SotW: asks for names (with the version and nonce of the newest response: an ACK, if there was one). */
  ask(type: ResourceTypeKey, names?: readonly string[], version?: string): void
  /** Delta: subscribes and unsubscribes. */
  sub(type: ResourceTypeKey, names?: readonly string[], versions?: Readonly<Record<string, string>>): void
  unsub(type: ResourceTypeKey, names: readonly string[]): void
  /** ACKs the newest response of these types, or the response of a nonce. */
  ack(...types: ResourceTypeKey[]): void
  ackNonce(type: ResourceTypeKey, nonce: string): void
  nack(type: ResourceTypeKey, text?: string, nonce?: string): void
  /** SotW: takes the newest response, and says with its nonce that one before it was refused. */
  nackEarlier(type: ResourceTypeKey, text: string): void
  /** From now on its socket takes nothing; `unblock` takes what waits. */
  block(): void
  unblock(): void
  /** The other side ends it. */
  leave(): void
}

export interface Rig {
  readonly decider: DeciderEnd
  readonly hub: Hub
  /** Publishes a whole, or with `base: true` what changed since the last publish of the group. */
  publish(
    generation: number,
    spec: Spec,
    options?: { readonly base?: boolean; readonly group?: string },
  ): void
  client(variant: VariantName, options?: ClientOptions): Client
  /** What streams said since the last call, of these kinds (all: none given). */
  heard<K extends FromStreams['kind']>(...kinds: K[]): Extract<FromStreams, { kind: K }>[]
  /** Streams whose peers were asked whether they are still there. */
  readonly probed: readonly string[]
  readonly notes: { readonly event: string; readonly fields: Readonly<Record<string, string | number>> }[]
  /** Moves the time on. */
  pass(ms: number): void
  /** Version of a spec's type, as on the wire. */
  version(key: ResourceTypeKey, spec: Spec): string
}

export function createRig(options: RigOptions = {}): Rig {
  const channel = createChannel({ codec: true })
  let said: FromStreams[] = []
  channel.decider.receive((message) => said.push(message))
  let mono = 1_000
  let timers: { readonly at: number; readonly run: () => void }[] = []
  const soon: (() => void)[] = []
  const clients = new Map<string, Inner>()
  const notes: Rig['notes'] = []
  const probed: string[] = []
  const labels = new Map<string, string>()
  const published = new Map<string, { readonly generation: number; readonly spec: Spec }>()

  const hub = createHub({
    streamers: channel.streamers,
    scheduler: {
      now: () => ({ mono, wall: 1_700_000_000_000 + mono }),
      soon: (run) => soon.push(run),
      nextTurn: (run) => soon.push(run),
      later: (ms, run) => {
        const timer = { at: mono + ms, run }
        timers.push(timer)
        return () => {
          timers = timers.filter((one) => one !== timer)
        }
      },
    },
    edge: {
      write: (id, parts, nonce) => {
        const client = clients.get(id)
        if (client === undefined) return
        client.take(Buffer.concat(parts))
        client.unwritten.push(nonce)
      },
      close: (id, status, reason) => clients.get(id)?.lines.push(`closed ${status}: ${reason}`),
      pause: () => {},
      resume: () => {},
      probe: (id) => probed.push(id),
    },
    note: (event, fields) => notes.push({ event, fields }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  })

  /** Lets everything that is ready happen: turns of the loop, and sockets that take what was written. */
  const settle = (): void => {
    for (let round = 0; round < 1_000; round += 1) {
      const run = soon.shift()
      if (run !== undefined) {
        run()
        continue
      }
      const client = [...clients.values()].find((one) => !one.blocked && one.unwritten.length > 0)
      const nonce = client?.unwritten.shift()
      if (client === undefined || nonce === undefined) return
      hub.written(client.id, nonce)
    }
    throw new Error('it does not come to rest')
  }

  const decider: DeciderEnd = {
    receive: channel.decider.receive,
    send: (message) => {
      channel.decider.send(message)
      settle()
    },
  }
  if (options.bare !== true) {
    decider.send({ kind: 'groups', groups: [{ group: 'g', selector: {} }] })
    decider.send({ kind: 'ready' })
  }

  return {
    decider,
    hub,
    notes,
    probed,
    publish: (generation, spec, { base = false, group = 'g' } = {}) => {
      for (const key of typeKeys) {
        const version = versionOf(key, spec)
        if (!labels.has(version)) labels.set(version, `${key}@${generation}`)
      }
      const before = base ? published.get(group) : undefined
      published.set(group, { generation, spec })
      decider.send(publishOf(group, generation, spec, before))
    },
    client: (variant, client = {}) => {
      const inner = createClient(hub, variant, client, labels, settle)
      clients.set(inner.id, inner)
      return inner
    },
    heard: <K extends FromStreams['kind']>(...kinds: K[]) => {
      const wanted = new Set<string>(kinds)
      const isWanted = (message: FromStreams): message is Extract<FromStreams, { kind: K }> =>
        wanted.size === 0 || wanted.has(message.kind)
      const found = said.filter(isWanted)
      said = []
      return found
    },
    pass: (ms) => {
      const until = mono + ms
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
        if (next === undefined) break
        timers = timers.filter((one) => one !== next)
        mono = Math.max(mono, next.at)
        next.run()
        settle()
      }
      mono = until
      settle()
    },
    version: versionOf,
  }
}

const typeKeys = Object.keys(typeUrls).filter((key): key is ResourceTypeKey => key in typeUrls)

interface Inner extends Client {
  readonly lines: string[]
  readonly unwritten: string[]
  readonly blocked: boolean
  take(bytes: Uint8Array): void
}

function createClient(
  hub: Hub,
  variant: VariantName,
  { node = 'edge-1', cluster = 'edge', agent = 'envoy', features = [], mayHaveKeys = true }: ClientOptions,
  labels: ReadonlyMap<string, string>,
  settle: () => void,
): Inner {
  const id = hub.open(variant, '127.0.0.1:1', mayHaveKeys)
  let lines: string[] = []
  const nonces: string[] = []
  const versions: string[] = []
  const newest = new Map<string, { readonly nonce: string; readonly version: string }>()
  const wanted = new Map<string, readonly string[]>()
  let first = true
  let blocked = false
  const unwritten: string[] = []

  const send: Client['send'] = (type, request = {}) => {
    const typeUrl = urlOfKey(type)
    hub.request(id, {
      node: first
        ? {
            id: node,
            cluster,
            metadata: {},
            locality: { region: '', zone: '', subZone: '' },
            userAgentName: agent,
            userAgentVersion: '1.40.0',
            clientFeatures: features,
          }
        : undefined,
      typeUrl,
      nonce: newest.get(typeUrl)?.nonce ?? '',
      refusal: undefined,
      version: '',
      names: [],
      subscribe: [],
      unsubscribe: [],
      versions: new Map(),
      ...request,
    })
    first = false
    settle()
  }
  const ask: Client['ask'] = (type, names = [], version) => {
    const typeUrl = typeUrls[type]
    wanted.set(typeUrl, names)
    send(type, { names, version: version ?? newest.get(typeUrl)?.version ?? '' })
  }
  const taken = new Map<string, string>()
  const answer = (
    type: ResourceTypeKey,
    refusal: string | undefined,
    nonce: string | undefined,
    took = refusal === undefined,
  ): void => {
    const typeUrl = typeUrls[type]
    const names = variant === 'sotw' ? (wanted.get(typeUrl) ?? []) : []
    if (took) taken.set(typeUrl, newest.get(typeUrl)?.version ?? '')
    const version = variant === 'sotw' ? (taken.get(typeUrl) ?? '') : ''
    send(type, { refusal, names, version, ...(nonce === undefined ? {} : { nonce }) })
  }

  return {
    id,
    nonces,
    versions,
    get lines() {
      return lines
    },
    unwritten,
    get blocked() {
      return blocked
    },
    take: (bytes) => {
      const response = decode(variant, bytes)
      nonces.push(response.nonce)
      versions.push(response.version)
      newest.set(response.typeUrl, { nonce: response.nonce, version: response.version })
      const [, hash = '', rest = ''] = /^([^~+]*)(.*)$/.exec(response.version) ?? []
      const type = resourceTypeOf(response.typeUrl)?.key.toUpperCase() ?? response.typeUrl
      const version = `${labels.get(hash) ?? hash}${rest.replace(/\+[0-9a-f]{8}/, '+')}`
      lines.push([type, version, ...response.items].join(' '))
    },
    got: () => {
      const got = lines
      lines = []
      return got
    },
    send,
    ask,
    sub: (type, names = [], versions = {}) =>
      send(type, { subscribe: names, versions: new Map(Object.entries(versions)) }),
    unsub: (type, names) => send(type, { unsubscribe: names }),
    ack: (...types) => {
      for (const type of types) answer(type, undefined, undefined)
    },
    ackNonce: (type, nonce) => answer(type, undefined, nonce),
    nack: (type, text = 'bad', nonce) => answer(type, text, nonce),
    nackEarlier: (type, text) => answer(type, text, undefined, true),
    block: () => {
      blocked = true
    },
    unblock: () => {
      blocked = false
      settle()
    },
    leave: () => {
      hub.ended(id, 'left')
      settle()
    },
  }
}

const urlOfKey = (type: string): string =>
  typeKeys.reduce((url, key) => (key === type ? typeUrls[key] : url), type)

interface Response {
  readonly typeUrl: string
  readonly version: string
  readonly nonce: string
  readonly items: readonly string[]
}

function decode(variant: VariantName, bytes: Uint8Array): Response {
  const fields = fieldsOf(bytes)
  const texts = (field: number): string[] =>
    (fields.get(field) ?? []).map((value) => Buffer.from(value).toString())
  const items =
    variant === 'sotw'
      ? (fields.get(2) ?? []).map(contentOfAny)
      : [
          ...(fields.get(2) ?? []).map((resource) => {
            const inner = fieldsOf(resource)
            if (inner.has(ttlField)) throw new Error('a resource with a ttl')
            const version = Buffer.from(inner.get(1)?.[0] ?? []).toString()
            const content = contentOfAny(inner.get(2)?.[0] ?? new Uint8Array())
            return `+${content}${/~\d+$/.exec(version)?.[0] ?? ''}`
          }),
          ...texts(6).map((name) => `-${name}`),
        ]
  return { typeUrl: texts(4)[0] ?? '', version: texts(1)[0] ?? '', nonce: texts(5)[0] ?? '', items }
}

/** Of envoy.service.discovery.v3.Resource: what SotW wraps a resource in, too, when it has one. */
const ttlField = 6

function contentOfAny(any: Uint8Array): string {
  const fields = fieldsOf(any)
  if (Buffer.from(fields.get(1)?.[0] ?? []).includes('discovery.v3.Resource'))
    throw new Error('a ttl in SotW')
  return Buffer.from(fields.get(2)?.[0] ?? [])
    .toString()
    .replace(/ > .*/, '')
}

/** Delimited fields by number. */
function fieldsOf(bytes: Uint8Array): ReadonlyMap<number, readonly Uint8Array[]> {
  const reader = protobuf.Reader.create(bytes)
  const fields = new Map<number, Uint8Array[]>()
  while (reader.pos < reader.len) {
    const field = reader.uint32() >>> 3
    fields.set(field, [...(fields.get(field) ?? []), reader.bytes()])
  }
  return fields
}
