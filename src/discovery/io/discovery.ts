// The registry at work: commands and leases one batch after another, each batch one generation. A burst is collected for
// `churnCollectMs`; the first change of a quiet time goes at once.
import { type Bound, err, limits, ok, type Problem, type Result } from '../../base/index.ts'
import type { EventInput } from '../../events/index.ts'
import type { Clock, Delivery, Log } from '../../push/index.ts'
import type { StoreView } from '../../store/index.ts'
import { change } from '../change.ts'
import { look, lookAfter } from '../leases.ts'
import { observationOf } from '../observation.ts'
import { placeText, serviceKey } from '../place.ts'
import { restoreRegistry } from '../records.ts'
import { countByState } from '../registry.ts'
import type { EndpointsAnswer, EndpointsCommand, EndpointView, Notice, Registry, Touched } from '../types.ts'
import { type Filter, viewsOf } from '../views.ts'

export interface DiscoveryOptions {
  readonly delivery: Pick<Delivery, 'observe'>
  readonly store: { view(): StoreView }
  readonly clock: Clock
  readonly log: Log
  readonly onEvent?: (event: EventInput) => void
  /** Milliseconds; default `limits.churnCollectMs`. */
  readonly collectMs?: number
}

/** Who asks, and whether to do it or only to say what it would do. */
export interface Asking {
  readonly actor: string
  readonly dryRun?: boolean
}

export interface Discovery {
  /** Answers when it is durable and published. */
  ask(command: EndpointsCommand, asking: Asking): Promise<Result<EndpointsAnswer, Problem>>
  /** Sorted by place, then address. */
  list(filter: Filter): readonly EndpointView[]
  /** Begins to look at leases; until then all of them are as if renewed. */
  start(): void
  /** Takes no more changes and ends what is being written. */
  stop(): Promise<void>
  bounds(): readonly Bound[]
  /** Registered endpoints by how they stand: for each a look, no more. */
  counts(): ReturnType<typeof countByState>
}

interface Waiting {
  readonly command: EndpointsCommand
  readonly asking: Asking
  readonly answer: (outcome: Result<EndpointsAnswer, Problem>) => void
}

/** Restores what is registered from the store. Throws on a record that nobody of us wrote. */
export function createDiscovery(options: DiscoveryOptions): Discovery {
  const { delivery, store, clock, log, collectMs = limits.churnCollectMs } = options
  let registry = restoreRegistry(store.view().records('endpoint'), clock.mono())
  let waiting: Waiting[] = []
  let flushing: Promise<void> | undefined
  let lastFlush = Number.NEGATIVE_INFINITY
  let cancelTimer: (() => void) | undefined
  let stopLooking: () => void = () => undefined
  let phase: 'ready' | 'stopped' = 'ready'
  let looked: { readonly at: number; readonly heads: unknown; readonly applied: unknown } | undefined
  let remindAt = Number.NEGATIVE_INFINITY
  let retryAt = Number.NEGATIVE_INFINITY

  const scene = () => ({ ...worlds(), now: clock.mono() })
  const worlds = () => {
    const { heads, applied } = store.view()
    return { heads, applied }
  }

  /** Writes down and publishes what differs; what cannot be written is not believed. */
  const observe = async (next: Registry, touched: readonly Touched[]): Promise<Result<void, Problem>> => {
    if (touched.length === 0) {
      registry = next
      return ok(undefined)
    }
    const outcome = await delivery.observe(observationOf(next, touched))
    if (outcome.ok) registry = next
    return outcome
  }

  const flush = async (): Promise<void> => {
    const batch = waiting
    waiting = []
    lastFlush = clock.mono()
    let next = registry
    const touched: Touched[] = []
    const notices: Notice[] = []
    const answers: (() => void)[] = []
    const changed: Waiting[] = []
    for (const each of batch) {
      const outcome = change(next, each.command, scene())
      if (!outcome.ok || each.asking.dryRun === true) {
        answers.push(() => each.answer(outcome.ok ? ok(outcome.value.answer) : outcome))
        continue
      }
      const after = lookAfter(outcome.value.registry, outcome.value.answer.place, scene())
      next = after.registry
      if (outcome.value.touched !== undefined) touched.push(outcome.value.touched)
      touched.push(...after.touched)
      notices.push(...after.notices)
      if (outcome.value.touched !== undefined || after.touched.length > 0) changed.push(each)
      answers.push(() => each.answer(ok(outcome.value.answer)))
    }
    const written = await observe(next, touched)
    if (written.ok) {
      tell(notices)
      for (const { command, asking } of changed) note(command, asking)
      for (const answer of answers) answer()
      return
    }
    // Leases that were renewed are: that needs no disk.
    for (const each of batch) {
      const outcome = change(registry, each.command, scene())
      if (!outcome.ok || each.asking.dryRun === true) {
        each.answer(outcome.ok ? ok(outcome.value.answer) : outcome)
      } else if (outcome.value.touched === undefined) {
        registry = outcome.value.registry
        each.answer(ok(outcome.value.answer))
      } else each.answer(written)
    }
  }

  /** Whether a lease ran out, intent moved, or the last look is long ago. */
  const isDue = (): boolean => {
    const now = clock.mono()
    if (now < retryAt) return false
    if (looked === undefined || now >= registry.nextLapse) return true
    if (now - looked.at >= limits.lookWholeMs) return true
    const { heads, applied } = worlds()
    return looked.heads !== heads || looked.applied !== applied
  }
  const lookNow = async (): Promise<void> => {
    const { heads, applied } = worlds()
    const now = clock.mono()
    looked = { at: now, heads, applied }
    const after = look(registry, { heads, applied, now })
    const written = await observe(after.registry, after.touched)
    if (written.ok) tell(after.notices)
    // What cannot be written stays as it is; the store says so itself.
    else retryAt = now + limits.lookWholeMs
    remind(now)
  }

  /** One thing at a time; what comes meanwhile waits for the next. */
  const run = (job: () => Promise<void>): void => {
    const done = (flushing ?? Promise.resolve()).then(job).finally(() => {
      if (flushing === done) flushing = undefined
    })
    flushing = done
  }
  const schedule = (): void => {
    if (cancelTimer !== undefined) return
    const pause = Math.max(0, lastFlush + collectMs - clock.mono())
    if (pause === 0 && flushing === undefined) {
      // All that comes in this turn goes together.
      run(async () => {
        await Promise.resolve()
        await flush()
      })
      return
    }
    cancelTimer = clock.every(Math.max(1, pause), () => {
      cancelTimer?.()
      cancelTimer = undefined
      run(flush)
    })
  }

  const note = (command: EndpointsCommand, { actor }: Asking): void => {
    const { verb, namespace, service, environment } = command
    const owner = verb === 'drain' ? {} : { owner: command.owner }
    log.info({ event: 'endpoints', verb, service: `${namespace}/${service}`, environment, ...owner, actor })
    options.onEvent?.({
      name: 'endpoints',
      attributes: { verb, service: `${namespace}/${service}`, environment, ...owner, actor },
    })
  }
  const tell = (notices: readonly Notice[]): void => {
    for (const { event, place, count, owners } of notices) {
      const attributes = { place: placeText(place), count, owners: owners.slice(0, limits.nodesNamed) }
      const service = serviceKey(place)
      const why = event === 'endpoints_kept' ? { why: keptText } : {}
      log.warn({ event, ...attributes, ...why })
      options.onEvent?.({ name: event, attributes: { service, ...attributes } })
    }
  }
  /** Who is kept without a lease is said again and again. */
  const remind = (now: number): void => {
    if (now < remindAt) return
    remindAt = now + limits.remindMs
    const kept = viewsOf(registry, worlds(), now, {}).filter(({ endpoint }) => endpoint.lapsed === true)
    if (kept.length === 0) return
    const places = [...new Set(kept.map(({ place }) => placeText(place)))]
    log.warn({
      event: 'endpoints_kept',
      count: kept.length,
      places: places.slice(0, limits.nodesNamed),
      why: keptText,
    })
  }

  return {
    ask: (command, asking) => {
      if (phase === 'stopped')
        return Promise.resolve(err({ kind: 'unavailable', message: 'the server is stopping' } as const))
      if (waiting.length >= limits.endpointChangesWaiting) {
        const message = `${waiting.length} changes of endpoints wait for their turn, at most ${limits.endpointChangesWaiting} may: send it again later`
        return Promise.resolve(err({ kind: 'limit', message, limit: 'endpointChangesWaiting' } as const))
      }
      return new Promise((answer) => {
        waiting.push({ command, asking, answer })
        schedule()
      })
    },
    list: (filter) => viewsOf(registry, worlds(), clock.mono(), filter),
    start: () => {
      registry = restoreRegistry(store.view().records('endpoint'), clock.mono())
      stopLooking = clock.every(limits.leaseLookMs, () => {
        if (flushing === undefined && isDue()) run(lookNow)
      })
    },
    stop: async () => {
      phase = 'stopped'
      stopLooking()
      cancelTimer?.()
      cancelTimer = undefined
      const stopped: Problem = {
        kind: 'unavailable',
        message: 'the server is stopping, and nothing was changed',
      }
      for (const each of waiting) each.answer(err(stopped))
      waiting = []
      await flushing
    },
    counts: () => countByState(registry),
    bounds: () => [
      { what: 'registered endpoints', size: registry.size, limit: limits.registeredEndpoints },
      { what: 'changes of endpoints waiting', size: waiting.length, limit: limits.endpointChangesWaiting },
    ],
  }
}

const keptText =
  'their leases ran out together, so they are kept: whoever registers them has lost the way here, or all of them died. Renew them, or say that they are gone (verdigris endpoints set)'
