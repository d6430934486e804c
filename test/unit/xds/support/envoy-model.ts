// An Envoy as far as the order of what it is sent matters, for tests that reconnect it in every state it may be in.
import { type Spec, short } from './content.ts'
import type { Client, Rig } from './rig.ts'

export type Variant = 'sotw' | 'delta'
export const types = ['cds', 'eds', 'lds', 'rds'] as const
export type Type = (typeof types)[number]

/** An Envoy as far as it matters: applies what it gets, refuses what is bad (and applies half of that), asks for endpoints. */
export class Envoy {
  readonly held: Record<Type, Map<string, string>> = {
    cds: new Map(),
    eds: new Map(),
    lds: new Map(),
    rds: new Map(),
  }
  readonly versions: Record<Type, Map<string, string>> = {
    cds: new Map(),
    eds: new Map(),
    lds: new Map(),
    rds: new Map(),
  }
  readonly version: Partial<Record<Type, string>> = {}
  private waiting: {
    readonly type: Type
    readonly nonce: string
    readonly refuse: boolean
    readonly line: string
  }[] = []
  private asked: string[] = []
  private nonces = 0
  readonly faults: string[] = []
  client: Client
  private readonly rig: Rig
  private readonly variant: Variant

  /** `came`: what it holds already, all of it ACKed to somebody, under the version of its type. */
  constructor(
    rig: Rig,
    variant: Variant,
    came?: { readonly spec: Spec; readonly version: (type: Type) => string },
  ) {
    this.rig = rig
    this.variant = variant
    for (const type of came === undefined ? [] : types) {
      for (const [name, text] of Object.entries(came?.spec[type] ?? {}))
        this.held[type].set(name, text.replace(/ > .*/, ''))
      this.remember(type, came?.version(type) ?? '')
    }
    this.client = this.open()
  }

  private open(): Client {
    const client = this.rig.client(this.variant)
    this.client = client
    this.waiting = []
    this.nonces = 0
    this.asked = [...this.held.cds.keys()].sort()
    for (const type of types) {
      const names = type === 'eds' ? this.asked : type === 'rds' ? ['r'] : []
      if (type === 'eds' && names.length === 0) continue
      if (this.variant === 'sotw') client.send(type, { names, version: this.version[type] ?? '', nonce: '' })
      else client.sub(type, names, Object.fromEntries(this.versions[type]))
      this.read()
    }
    return client
  }

  reconnect(): void {
    this.client.leave()
    this.open()
  }

  /** Takes in what came: at once, as Envoy does; the answers wait. */
  read(): void {
    for (const line of this.client.got()) {
      const [word = '', version = '', ...items] = line.split(' ')
      const type = types.find((one) => one === word.toLowerCase())
      const nonce = this.client.nonces[this.nonces]
      if (type === undefined || nonce === undefined) throw new Error(line)
      this.nonces += 1
      const put = items
        .filter((item) => !item.startsWith('-'))
        .map((item) => item.replace(/^\+|~\d+$/g, '').split('='))
      const refuse = put.some(([, content]) => content === 'bad')
      const names = items.map((item) => item.replace(/^[+-]|=.*/g, ''))
      if (new Set(names).size !== names.length) this.faults.push(`twice in one response: ${line}`)
      this.apply(type, put, items, refuse)
      if (!refuse) this.remember(type, this.client.versions[this.nonces - 1] ?? '')
      this.waiting.push({ type, nonce, refuse, line: version })
    }
    const wanted = [...this.held.cds.keys()].sort()
    if (wanted.join() !== this.asked.join()) {
      const fresh = wanted.filter((name) => !this.asked.includes(name))
      const gone = this.asked.filter((name) => !wanted.includes(name))
      this.asked = wanted
      if (this.variant === 'sotw') this.client.send('eds', { names: wanted, nonce: this.lastNonce('eds') })
      else this.client.send('eds', { subscribe: fresh, unsubscribe: gone })
      this.read()
    }
  }

  /** What it will report on its next stream: Envoy notes it when it applied a response, before the ACK leaves. */
  private remember(type: Type, version: string): void {
    this.version[type] = version
    for (const [name, content] of this.held[type]) {
      const text = type === 'rds' ? `${content} > ${content}` : type === 'lds' ? `${content} > r` : content
      this.versions[type].set(name, short(`${name}=${text}`))
    }
  }

  private lastNonces: Partial<Record<Type, string>> = {}
  private lastNonce(type: Type): string {
    return this.lastNonces[type] ?? ''
  }

  private apply(type: Type, put: readonly string[][], items: readonly string[], refuse: boolean): void {
    const held = this.held[type]
    const good = put.filter(([, content]) => content !== 'bad')
    if (this.variant === 'sotw' && (type === 'cds' || type === 'lds')) {
      const names = new Set(put.map(([name]) => name))
      for (const name of [...held.keys()]) if (!names.has(name)) this.remove(type, name)
    }
    for (const item of items) if (item.startsWith('-')) this.remove(type, item.slice(1))
    for (const [name = '', content = ''] of good) {
      if (type === 'rds' && !this.held.cds.has(content))
        this.faults.push(`a route to ${content}, which is not there`)
      held.set(name, content)
    }
    if (refuse && type !== 'cds') this.faults.push(`only clusters are bad: ${type}`)
  }

  private remove(type: Type, name: string): void {
    if (type === 'cds' && [...this.held.rds.values()].includes(name))
      this.faults.push(`${name} removed under its route`)
    this.held[type].delete(name)
    this.versions[type].delete(name)
  }

  /** Answers the oldest response of a type. */
  answer(type: Type): boolean {
    const index = this.waiting.findIndex((one) => one.type === type)
    const [one] = index < 0 ? [] : this.waiting.splice(index, 1)
    if (one === undefined) return false
    this.lastNonces[type] = one.nonce
    const names = this.variant === 'delta' ? [] : type === 'eds' ? this.asked : type === 'rds' ? ['r'] : []
    this.client.send(type, { names, nonce: one.nonce, refusal: one.refuse ? 'bad' : undefined })
    this.read()
    return true
  }
}
