// Runtime layers: each its own subscription; a start waits for all of them, briefly.
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { Kernel } from './kernel.ts'
import type { Watch } from './mux.ts'
import type { Received } from './response.ts'

/** Subscribes the layers; `onReady` is called once each of them came, was refused, or took longer than `timeoutMs`. */
export function startRuntime(
  kernel: Kernel,
  layers: readonly string[],
  timeoutMs: number,
  onReady: () => void,
): ReadonlyMap<string, Received> {
  const held = new Map<string, Received>()
  const waiting = new Set(layers)
  const settle = (name: string): void => {
    if (waiting.delete(name) && waiting.size === 0) onReady()
  }
  for (const name of layers) {
    const stopTimer = kernel.timers.after(timeoutMs, () => settle(name))
    const done = (): void => {
      stopTimer()
      settle(name)
    }
    const watch: Watch = {
      typeUrl: typeUrls.rtds,
      name,
      update: ({ resources, removed }) => {
        const received = resources.at(-1)
        if (received !== undefined) {
          const verdict = kernel.judge(typeUrls.rtds, received)
          if (verdict.kind !== 'fine') return verdict.text
          held.set(name, received)
        } else if (removed.length > 0) held.delete(name)
        done()
        return undefined
      },
      failed: done,
    }
    kernel.mux.watch(watch)
  }
  if (layers.length === 0) onReady()
  return held
}
