// A proxy's ADS client, differences: what it subscribed, at which version it believes to hold it, and ACKs that wait.
import type { Request } from '../../../src/xds/machine.ts'
import { shuffled } from './kernel.ts'
import type { Mux, MuxHost, Watch } from './mux.ts'
import { groupByName, requestOf } from './mux.ts'
import type { Response } from './response.ts'

interface TypeState {
  readonly watches: Set<Watch>
  pauses: number
  /** Names asked for → version held; undefined: none yet. */
  readonly asked: Map<string, string | undefined>
  /** Held by the wildcard. */
  readonly held: Map<string, string>
  readonly added: Set<string>
  readonly dropped: Set<string>
  /** A request of this type went out on this stream. */
  opened: boolean
}

interface Answer {
  readonly typeUrl: string
  readonly nonce: string
  readonly refusal: string | undefined
}

/** An ADS client without a stream. */
export function createDeltaMux(host: MuxHost): Mux {
  const types = new Map<string, TypeState>()
  /** Types in the order in which they were first watched: requests go out in it. */
  const subscribed: string[] = []
  let answers: Answer[] = []
  let streaming = false
  let first = false

  const stateOf = (typeUrl: string): TypeState => {
    const found = types.get(typeUrl)
    if (found !== undefined) return found
    const made: TypeState = {
      watches: new Set(),
      pauses: 0,
      asked: new Map(),
      held: new Map(),
      added: new Set(),
      dropped: new Set(),
      opened: false,
    }
    types.set(typeUrl, made)
    return made
  }
  const all = (state: TypeState): boolean => [...state.watches].some(({ name }) => name === undefined)

  function wants(state: TypeState): boolean {
    if (state.pauses > 0) return false
    if (state.added.size > 0 || state.dropped.size > 0) return true
    return !state.opened && (state.asked.size > 0 || all(state))
  }

  function flush(): void {
    while (streaming) {
      const answer = answers.find(({ typeUrl }) => stateOf(typeUrl).pauses === 0)
      if (answer !== undefined) {
        answers = answers.filter((one) => one !== answer)
        const { nonce, refusal, typeUrl } = answer
        send(typeUrl, { nonce, refusal })
        continue
      }
      const next = subscribed.find((typeUrl) => wants(stateOf(typeUrl)))
      if (next === undefined) return
      send(next, {})
    }
  }

  function send(typeUrl: string, part: Partial<Request>): void {
    const state = stateOf(typeUrl)
    const versions = new Map<string, string>()
    if (!state.opened) {
      state.opened = true
      for (const [name, version] of state.asked) {
        if (version !== undefined) versions.set(name, version)
        state.added.add(name)
      }
      for (const [name, version] of state.held) versions.set(name, version)
      state.dropped.clear()
    }
    const node = first ? host.node : undefined
    first = false
    const subscribe = [...state.added].sort()
    const unsubscribe = [...state.dropped].sort()
    state.added.clear()
    state.dropped.clear()
    host.send(requestOf(typeUrl, { ...part, node, subscribe, unsubscribe, versions }))
  }

  return {
    connected() {
      streaming = true
      first = true
      answers = []
      for (const state of types.values()) state.opened = false
      flush()
    },
    disconnected() {
      streaming = false
    },
    watch(watch) {
      const state = stateOf(watch.typeUrl)
      state.watches.add(watch)
      if (!subscribed.includes(watch.typeUrl)) subscribed.push(watch.typeUrl)
      if (watch.name !== undefined && !state.asked.has(watch.name)) {
        state.asked.set(watch.name, undefined)
        state.dropped.delete(watch.name)
        state.added.add(watch.name)
      }
      flush()
    },
    unwatch(watch) {
      const state = stateOf(watch.typeUrl)
      state.watches.delete(watch)
      const { name } = watch
      if (name === undefined || [...state.watches].some((other) => other.name === name)) return
      state.asked.delete(name)
      state.added.delete(name)
      state.dropped.add(name)
      flush()
    },
    pause(typeUrl) {
      stateOf(typeUrl).pauses += 1
    },
    resume(typeUrl) {
      stateOf(typeUrl).pauses -= 1
      flush()
    },
    receive(response) {
      const { typeUrl, nonce } = response
      const state = stateOf(typeUrl)
      if (!subscribed.includes(typeUrl)) return
      const refusal = take(state, response)
      if (refusal === undefined) learn(state, response)
      else for (const watch of [...state.watches]) watch.failed()
      answers.push({ typeUrl, nonce, refusal })
      flush()
    },
  }

  /** Tells everyone whom it concerns, in no fixed order; why it was refused. */
  function take(state: TypeState, { typeUrl, resources, removed }: Response): string | undefined {
    const whole = [...state.watches].some(({ name }) => name === undefined)
    const watched = new Set([...state.watches].map(({ name }) => name))
    const wanted = whole ? resources : resources.filter(({ name }) => watched.has(name))
    const refusal = host.refuses(typeUrl, { resources: wanted, removed, whole: false })
    if (refusal !== undefined) return refusal
    const byName = groupByName(resources)
    const gone = new Set(removed)
    const told = [...state.watches].filter(
      ({ name }) => name === undefined || byName.has(name) || gone.has(name),
    )
    for (const watch of shuffled(told, host.random)) {
      const { name } = watch
      const change =
        name === undefined
          ? { resources, removed, whole: false }
          : { resources: byName.get(name) ?? [], removed: gone.has(name) ? [name] : [], whole: false }
      const refused = watch.update(change)
      if (refused !== undefined) return refused
    }
    return undefined
  }

  function learn(state: TypeState, { resources, removed }: Response): void {
    for (const { name, version } of resources) {
      if (state.asked.has(name)) state.asked.set(name, version)
      else if (all(state)) state.held.set(name, version)
    }
    for (const name of removed) {
      if (state.asked.has(name)) state.asked.set(name, undefined)
      state.held.delete(name)
    }
  }
}
