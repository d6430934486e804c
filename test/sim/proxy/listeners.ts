// Listeners: added and changed ones warm until their route configurations and secrets are there; the old one serves
// meanwhile. One that went keeps its subscriptions until it is drained.
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { Kernel } from './kernel.ts'
import type { Change } from './mux.ts'
import type { Lease, Providers } from './providers.ts'
import type { Received } from './response.ts'

export interface Listener {
  readonly received: Received
  warm: boolean
  close: () => void
}

export interface Listeners {
  /** Takes an LDS change in; gives what is refused of it. */
  update(change: Change): string | undefined
  /** No answer will come, or a refused one: start-up goes on without. */
  giveUp(): void
  readonly active: ReadonlyMap<string, Listener>
  readonly warming: ReadonlyMap<string, Listener>
}

export interface ListenerOptions {
  readonly routes: Providers
  readonly secrets: Providers
  readonly extensions: Providers
  /** Milliseconds between a listener's end and the end of its subscriptions. */
  readonly drainMs: number
}

/** The listener manager of a proxy that holds none. */
export function createListeners(kernel: Kernel, options: ListenerOptions): Listeners {
  const { mux, timers } = kernel
  const active = new Map<string, Listener>()
  const warming = new Map<string, Listener>()
  let starting: 'listeners' | 'routes' | 'over' = 'listeners'

  function checkStart(): void {
    if (starting === 'routes' && [...active.values()].every(({ warm }) => warm)) starting = 'over'
  }

  /** During start-up nobody is connected yet. */
  function drain(listener: Listener): void {
    if (options.drainMs === 0 || starting !== 'over') listener.close()
    else timers.after(options.drainMs, listener.close)
  }

  function ready(listener: Listener): void {
    listener.warm = true
    const { name } = listener.received
    if (warming.get(name) === listener) {
      warming.delete(name)
      const old = active.get(name)
      active.set(name, listener)
      if (old !== undefined) drain(old)
    }
    checkStart()
  }

  function put(received: Received): void {
    const { name, content } = received
    const known = warming.get(name) ?? active.get(name)
    if (known?.received.content.hash === content.hash) return
    const leases: Lease[] = []
    const listener: Listener = {
      received,
      warm: false,
      close: () => {
        for (const lease of leases.splice(0)) lease.release()
      },
    }
    const table = starting === 'over' ? warming : active
    const replaced = table.get(name)
    table.set(name, listener)
    const look = (): void => {
      if (!listener.warm && needed.every((lease) => lease.settled())) ready(listener)
    }
    const needed: Lease[] = []
    const take = (providers: Providers, references: Received['content']['secrets']): void => {
      for (const reference of references) {
        const lease = providers.acquire(reference, look)
        lease.start()
        leases.push(lease)
        if (reference.waits) needed.push(lease)
      }
    }
    take(options.routes, content.routeConfigurations)
    take(options.secrets, content.secrets)
    take(options.extensions, content.extensions)
    // One that never served has nothing to drain.
    replaced?.close()
    look()
  }

  function remove(name: string): void {
    warming.get(name)?.close()
    warming.delete(name)
    const old = active.get(name)
    active.delete(name)
    if (old !== undefined) drain(old)
  }

  const removedBy = ({ resources, removed, whole }: Change): readonly string[] => {
    if (!whole) return removed
    const kept = new Set(resources.map(({ name }) => name))
    return [...new Set([...active.keys(), ...warming.keys()])].filter((name) => !kept.has(name))
  }

  return {
    active,
    warming,
    update(change) {
      const refusals: string[] = []
      const held = [typeUrls.rds, typeUrls.sds]
      for (const typeUrl of held) mux.pause(typeUrl)
      for (const name of removedBy(change)) remove(name)
      for (const received of change.resources) {
        const verdict = kernel.judge(typeUrls.lds, received)
        if (verdict.kind === 'fine') put(received)
        else refusals.push(`${received.name}: ${verdict.text}`)
      }
      if (starting === 'listeners') starting = 'routes'
      checkStart()
      for (const typeUrl of held) mux.resume(typeUrl)
      return refusals.length === 0 ? undefined : refusals.join('; ')
    },
    giveUp() {
      if (starting === 'listeners') starting = 'routes'
      checkStart()
    },
  }
}
