// Resources that others name: one subscription each, shared by all who name it, gone with the last of them.
// Route configurations, secrets and extensions are fetched like this.
import { fetchTimeoutOf, type Kernel } from './kernel.ts'
import type { Watch } from './mux.ts'
import type { Reference } from './resource.ts'
import type { Received } from './response.ts'

export interface Lease {
  /** Whether nobody waits for it any more: it came, was refused, or took too long. */
  readonly settled: () => boolean
  /** Subscribes, unless someone else did. */
  start(): void
  release(): void
}

export interface Providers {
  /** Shares what there is of a name. `onSettled` is called later, unless it is settled already. */
  acquire(reference: Reference, onSettled: () => void): Lease
  /** What was received, by name. */
  held(): ReadonlyMap<string, Received>
}

interface Provider {
  readonly watch: Watch
  leases: number
  started: boolean
  settled: boolean
  received: Received | undefined
  readonly waiting: Set<() => void>
  stopTimer: () => void
}

/**
 * `refuses`: why a resource is refused, beyond what was judged for the whole response; `refused`: whether it is held
 * nevertheless.
 */
export function createProviders(
  kernel: Kernel,
  typeUrl: string,
  refuses: (received: Received) => string | undefined,
  refused: 'kept' | 'dropped' = 'dropped',
): Providers {
  const providers = new Map<string, Provider>()

  function settle(provider: Provider): void {
    provider.stopTimer()
    if (provider.settled) return
    provider.settled = true
    const waiting = [...provider.waiting]
    provider.waiting.clear()
    for (const tell of waiting) tell()
  }

  function create(name: string): Provider {
    const watch: Watch = {
      typeUrl,
      name,
      update: ({ resources }) => {
        const received = resources.at(-1)
        // A removal is not obeyed: what was held goes on serving, and who waits goes on waiting.
        if (received === undefined) return undefined
        const refusal = refuses(received)
        if (refusal === undefined || refused === 'kept') provider.received = received
        if (refusal !== undefined) return refusal
        settle(provider)
        return undefined
      },
      failed: () => settle(provider),
    }
    const provider: Provider = {
      watch,
      leases: 0,
      started: false,
      settled: false,
      received: undefined,
      waiting: new Set(),
      stopTimer: () => {},
    }
    providers.set(name, provider)
    return provider
  }

  function start(provider: Provider, timeoutMs: number): void {
    if (provider.started) return
    provider.started = true
    provider.stopTimer = kernel.timers.after(timeoutMs, () => settle(provider))
    kernel.mux.watch(provider.watch)
  }

  return {
    acquire({ name, fetchTimeoutMs }, onSettled) {
      const provider = providers.get(name) ?? create(name)
      provider.leases += 1
      if (!provider.settled) provider.waiting.add(onSettled)
      return {
        settled: () => provider.settled,
        start: () => start(provider, fetchTimeoutOf(kernel, fetchTimeoutMs)),
        release() {
          provider.waiting.delete(onSettled)
          provider.leases -= 1
          if (provider.leases > 0) return
          provider.stopTimer()
          providers.delete(name)
          if (provider.started) kernel.mux.unwatch(provider.watch)
        },
      }
    },
    held: () =>
      new Map(
        [...providers].flatMap(([name, { received }]) => (received === undefined ? [] : [[name, received]])),
      ),
  }
}
