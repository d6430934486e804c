// How a watch goes on after a break: what to ask for again, and which of the messages are news. Pure; one entry for each
// watch that can.
import type {
  ListEventsResponse,
  ListPushesRequest,
  ListPushesResponse,
  PushRecord,
  ServiceTraffic,
  WatchEventsRequest,
  WatchEventsResponse,
  WatchObjectsRequest,
  WatchObjectsResponse,
  WatchPushRequest,
} from '../api/api.generated.ts'
import { canonicalJson, limits } from '../base/index.ts'

/** A call that a watch makes beside itself, and what the answer holds that the watch has not seen. */
interface Beside {
  readonly service: string
  readonly method: string
  readonly request: object
  readonly take: (answer: object) => readonly object[]
}

/** What one watch remembers. */
export interface Resumption {
  /** The request to open the stream with: the first time, and after a break. */
  request(): object
  /** Asked once the stream is open. */
  beside(): Beside | undefined
  /** Whether this message is news. */
  news(message: object): boolean
}

/** By `Service/Method`. The messages are those of the API, as the codec gives them. */
export const resumptions: Readonly<Record<string, (request: object) => Resumption>> = {
  'Config/Watch': resumeObjects,
  'Events/Watch': resumeEvents,
  'Push/Watch': resumePushes,
  'Traffic/Watch': resumeState,
}

/** Ids count up within an epoch, so nothing is missed or told twice; what is too old comes back as a gap. */
function resumeEvents(asked: Partial<WatchEventsRequest>): Resumption {
  let next: { readonly fromId: number; readonly epoch: string } | undefined
  return {
    request: () => ({ ...asked, ...next }),
    // One that starts from now on has seen no id yet, and would not know what it missed.
    beside: () =>
      next === undefined && asked.fromId === undefined
        ? {
            service: 'Events',
            method: 'List',
            request: { pageSize: 1 },
            take: ({ newest, epoch }: Partial<ListEventsResponse>) => {
              next ??= { fromId: (newest ?? 0) + 1, epoch: epoch ?? '' }
              return []
            },
          }
        : undefined,
    news: (message: Partial<WatchEventsResponse>) => {
      if (message.event !== undefined) next = { fromId: message.event.id + 1, epoch: message.event.epoch }
      else if (message.gap !== undefined) next = { fromId: message.gap.next, epoch: message.gap.epoch }
      return true
    },
  }
}

/** Marks say how far it has been told; the server says what changed after one, or that it cannot and begins anew. */
function resumeObjects(asked: Partial<WatchObjectsRequest>): Resumption {
  let afterRevision: number | undefined
  const isOfHeads = asked.view !== 'VIEW_APPLIED'
  return {
    request: () => (afterRevision === undefined || !isOfHeads ? asked : { ...asked, afterRevision }),
    beside: () => undefined,
    news: (message: Partial<WatchObjectsResponse>) => {
      if (message.mark !== undefined) afterRevision = message.mark.revision
      return true
    },
  }
}

/** The state now and after every change: told again from the start, of which equal ones are no news. */
function resumeState(asked: object): Resumption {
  let last = ''
  return {
    request: () => asked,
    beside: () => undefined,
    news: (message: Partial<ServiceTraffic>) => {
      const text = canonicalJson(message)
      if (text === last) return false
      last = text
      return true
    },
  }
}

/** One push: its state. All pushes: those that ended while nobody looked are found in the list. */
function resumePushes(asked: Partial<WatchPushRequest>): Resumption {
  if (asked.id !== undefined && asked.id !== '') return resumeState(asked)
  /** The newest push when the watch began: older ones that it was never told of are none of its business. */
  let newest: number | undefined
  const seen = new Map<string, string>()
  const isNews = (push: PushRecord): boolean => {
    const text = canonicalJson(push)
    if (seen.get(push.id) === text) return false
    seen.delete(push.id)
    seen.set(push.id, text)
    const [oldest] = seen.keys()
    if (seen.size > limits.pushesKept && oldest !== undefined) seen.delete(oldest)
    return true
  }
  return {
    request: () => asked,
    beside: () => ({
      service: 'Push',
      method: 'List',
      request: { limit: newest === undefined ? 1 : limits.pushesKept } satisfies Partial<ListPushesRequest>,
      take: ({ pushes = [] }: Partial<ListPushesResponse>) => {
        const since = newest
        newest = Math.max(since ?? 0, ...pushes.map(({ id }) => Number(id)))
        if (since === undefined) return []
        return pushes
          .filter((push) => (seen.has(push.id) || Number(push.id) > since) && isNews(push))
          .reverse()
      },
    }),
    news: (message) => isNews(message as PushRecord),
  }
}
