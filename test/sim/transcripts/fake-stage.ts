// The stage with the simulated proxy, on a clock of its own.
import { hashOf } from '../../../src/snapshot/hash.ts'
import { createProxy, type ProxyEffect, type ProxyView, type Verdict } from '../proxy/index.ts'
import { numberOf, scriptedOf } from './content.ts'
import type { Heard, Held, Stage, StageOptions } from './stage.ts'

/** Milliseconds of silence after each move, as before a real one. */
const quietMs = 150

/** A simulated proxy that was not started. */
export async function fakeStage({ variant, plain, drainMs }: StageOptions): Promise<Stage> {
  const heard: Heard[] = []
  let now = 0
  let timerAt: number | undefined
  let serving = true
  const proxy = createProxy({
    id: 'edge-1',
    cluster: 'edge',
    variant,
    initialFetchTimeoutMs: 15_000,
    judge: (_, __, body): Verdict => {
      const label = scriptedOf(hashOf(body))?.label
      if (label === 'nested') return { kind: 'semantic', text: label }
      return label === 'constraint' || label === 'semantic' ? { kind: label, text: label } : { kind: 'fine' }
    },
    random: () => 0.5,
    drainMs,
    healthCheckRoundMs: 10,
    minimumClusters: plain ? 0 : 1,
  })

  const take = (effects: readonly ProxyEffect[]): void => {
    for (const effect of effects) {
      if (effect.kind === 'timer') timerAt = effect.at
      else heard.push({ kind: 'request', request: effect.request })
    }
  }
  const connect = (): void => {
    if (!serving) return
    heard.push({ kind: 'opened' })
    take(proxy.step({ kind: 'connected' }, now))
  }
  const pass = (ms: number): void => {
    const end = now + ms
    while (timerAt !== undefined && timerAt <= end) {
      now = timerAt
      timerAt = undefined
      take(proxy.step({ kind: 'tick' }, now))
    }
    now = end
  }

  return {
    start: async () => {
      timerAt = undefined
      take(proxy.step({ kind: 'restarted' }, now))
      connect()
    },
    listen: async () => {
      pass(quietMs)
      return heard.splice(0)
    },
    send: (bytes) => take(proxy.step({ kind: 'response', bytes }, now)),
    drop: () => {
      take(proxy.step({ kind: 'disconnected' }, now))
      connect()
    },
    down: () => {
      serving = false
      take(proxy.step({ kind: 'disconnected' }, now))
    },
    up: async () => {
      serving = true
      connect()
    },
    wait: async (ms) => pass(ms),
    held: async () => heldBy(proxy.view()),
    close: async () => {},
  }
}

function heldBy(view: ProxyView): Held {
  const endpoints = labels(view.endpoints)
  for (const { hash } of view.clusters.values()) {
    const name = scriptedOf(hash)?.endpoints
    if (name !== undefined && !endpoints.has(name)) endpoints.set(name, 'none')
  }
  const runtime = labels(view.runtime)
  for (const [name, label] of runtime) if (label === 'none') runtime.delete(name)
  return {
    clusters: labels(view.clusters),
    warmingClusters: labels(view.warming),
    endpoints,
    listeners: labels(view.listeners),
    warmingListeners: labels(view.warmingListeners),
    routes: labels(view.routes),
    secrets: labels(view.secrets),
    runtime,
  }
}

const labels = (map: ReadonlyMap<string, { readonly hash: string }>): Map<string, string> =>
  new Map([...map].map(([name, { hash }]) => [name, labelOf(hash)]))

/** As it reads in a real proxy: what is broken has the number that broken contents have. */
function labelOf(hash: string): string {
  const label = scriptedOf(hash)?.label ?? hash
  return label === 'none' ? label : String(numberOf(label))
}
