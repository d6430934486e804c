// A simulated Envoy with our bootstrap, as a control plane sees it: events in, requests out, and what it holds. It is a model
// of Envoy's own ADS client, cluster manager and listener manager, held to the real one by the transcripts in
// test/sim/transcripts, which run against both. Start at envoy.ts.
import { type Envoy, startEnvoy } from './envoy.ts'
import { readResponse } from './response.ts'
import type { ProxyEffect, ProxyOptions, ProxyView, Proxy as SimulatedProxy } from './types.ts'

export type * from './types.ts'

/** A proxy that has not started: its first event starts it. */
export function createProxy(options: ProxyOptions): SimulatedProxy {
  let effects: ProxyEffect[] = []
  let envoy: Envoy | undefined
  let begun = false
  let timerAt: number | undefined
  let seen: ProxyView | undefined

  const start = (now: number): Envoy => {
    timerAt = undefined
    begun = false
    return startEnvoy(options, now, (request) => effects.push({ kind: 'request', request }))
  }
  const begin = (one: Envoy): void => {
    if (begun) return
    begun = true
    one.begin()
  }

  return {
    step(event, now) {
      effects = []
      seen = undefined
      envoy ??= start(now)
      envoy.timers.advance(now)
      switch (event.kind) {
        case 'connected':
          envoy.mux.connected()
          begin(envoy)
          break
        case 'disconnected':
          envoy.mux.disconnected()
          break
        case 'response':
          envoy.mux.receive(readResponse(options.variant, event.bytes))
          break
        case 'restarted':
          envoy = start(now)
          break
        case 'tick':
          begin(envoy)
          break
      }
      // With a server in reach the first subscriptions find an open stream; without one they do not wait for it.
      const next = begun ? envoy.timers.next() : now + 1
      if (next !== undefined && next !== timerAt) effects.push({ kind: 'timer', at: next })
      timerAt = next
      return effects
    },
    view() {
      if (envoy === undefined) return nothing
      seen ??= envoy.view()
      return seen
    },
  }
}

const nothing: ProxyView = {
  clusters: new Map(),
  warming: new Map(),
  endpoints: new Map(),
  listeners: new Map(),
  warmingListeners: new Map(),
  routes: new Map(),
  extensions: new Map(),
  secrets: new Map(),
  runtime: new Map(),
}
