// A proxy's ADS client, state of the world: one open question per type, answered with everything.
import type { Mux, MuxHost, Watch } from './mux.ts'
import { groupByName, requestOf } from './mux.ts'

interface TypeState {
  /** Newest first: that is the order in which they hear of a response. */
  readonly watches: Watch[]
  pauses: number
  /** Something is to be said once the type is no longer paused. */
  pending: boolean
  version: string
  nonce: string
  /** Text of a refusal that was not sent yet. */
  refusal: string | undefined
}

/** An ADS client without a stream. */
export function createSotwMux(host: MuxHost): Mux {
  const types = new Map<string, TypeState>()
  /** Types in the order in which they were first watched. */
  const subscribed: string[] = []
  let streaming = false
  let first = false

  const stateOf = (typeUrl: string): TypeState => {
    const found = types.get(typeUrl)
    if (found !== undefined) return found
    const made: TypeState = {
      watches: [],
      pauses: 0,
      pending: false,
      version: '',
      nonce: '',
      refusal: undefined,
    }
    types.set(typeUrl, made)
    return made
  }

  function say(typeUrl: string): void {
    if (!streaming) return
    const state = stateOf(typeUrl)
    if (state.pauses > 0) {
      state.pending = true
      return
    }
    const all = state.watches.some(({ name }) => name === undefined)
    const names = all ? [] : [...new Set(state.watches.flatMap(({ name }) => name ?? []))]
    const node = first ? host.node : undefined
    const { version, nonce, refusal } = state
    first = false
    state.refusal = undefined
    host.send(requestOf(typeUrl, { node, version, nonce, refusal, names }))
  }

  const pause = (typeUrl: string): void => {
    stateOf(typeUrl).pauses += 1
  }
  const resume = (typeUrl: string): void => {
    const state = stateOf(typeUrl)
    state.pauses -= 1
    if (state.pauses > 0 || !state.pending || !subscribed.includes(typeUrl)) return
    state.pending = false
    say(typeUrl)
  }

  return {
    connected() {
      streaming = true
      first = true
      for (const state of types.values()) state.nonce = ''
      for (const typeUrl of subscribed) say(typeUrl)
    },
    disconnected() {
      streaming = false
    },
    watch(watch) {
      stateOf(watch.typeUrl).watches.unshift(watch)
      if (!subscribed.includes(watch.typeUrl)) subscribed.push(watch.typeUrl)
      say(watch.typeUrl)
    },
    unwatch(watch) {
      const { watches } = stateOf(watch.typeUrl)
      watches.splice(watches.indexOf(watch), 1)
      if (watch.name !== undefined) say(watch.typeUrl)
    },
    pause,
    resume,
    receive({ typeUrl, version, nonce, resources }) {
      const state = stateOf(typeUrl)
      if (state.watches.length === 0) {
        // Nobody waits for it: what is in it is left, and its version is not taken. What is empty is taken in silence.
        state.nonce = nonce
        if (resources.length === 0) state.version = version
        else if (subscribed.includes(typeUrl)) say(typeUrl)
        // Of a type that it never asked for Envoy does not even say which it is.
        else host.send(requestOf('', { nonce }))
        return
      }
      pause(typeUrl)
      const change = { resources, removed: [], whole: true }
      let refusal = host.refuses(typeUrl, change)
      if (refusal === undefined) {
        const byName = groupByName(resources)
        for (const watch of [...state.watches]) {
          const found = watch.name === undefined ? resources : byName.get(watch.name)
          // Absence says nothing to who waits for a name.
          if (found === undefined) continue
          refusal = watch.update({ ...change, resources: found })
          if (refusal !== undefined) break
        }
      }
      if (refusal === undefined) state.version = version
      else {
        state.refusal = refusal
        for (const watch of [...state.watches]) watch.failed()
      }
      state.nonce = nonce
      say(typeUrl)
      resume(typeUrl)
    },
  }
}
