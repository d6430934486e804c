// Server-sent events: how a message of a watch is written, which of them a client can come back from, and what it is told
// when the watch ends.
import { err, invalid, type Json, ok, type Problem, type Result } from '../base/index.ts'
import type { Refusal } from './problem-details.ts'

/** How a watch is resumed: what its messages are known by, and what the request then says. */
interface Resumption {
  /** The id of a message; undefined: no client comes back to it. */
  readonly idOf: (message: JsonObject) => string | undefined
  /** Parameters of the request that goes on after that id; undefined: it is none of this watch. */
  readonly after: (id: string) => readonly (readonly [string, string])[] | undefined
}
type JsonObject = { readonly [key: string]: Json }

/** Watches that a client can come back to, by method. Every other begins with how things stand. */
const resumptions: Readonly<Record<string, Resumption>> = {
  'Events/Watch': {
    idOf: ({ event, gap }) => {
      const { epoch, id } = objectOf(event)
      const { epoch: at, next } = objectOf(gap)
      if (id !== undefined) return `${epoch}.${id}`
      return next === undefined ? undefined : `${at}.${Number(next) - 1}`
    },
    after: (text) => {
      const [, epoch, id] = /^([\w-]{1,64})\.(\d{1,15})$/.exec(text) ?? []
      return epoch === undefined || id === undefined
        ? undefined
        : [
            ['epoch', epoch],
            ['fromId', String(Number(id) + 1)],
          ]
    },
  },
  'Config/Watch': {
    idOf: ({ mark }) => {
      const { revision } = objectOf(mark)
      return revision === undefined ? undefined : `r${revision}`
    },
    after: (text) => {
      const revision = /^r(\d{1,15})$/.exec(text)?.[1]
      return revision === undefined ? undefined : [['afterRevision', revision]]
    },
  },
}

/** The query of a watch that begins after `Last-Event-ID`: what it says goes before what the first request said. */
export function resumed(
  method: string,
  query: readonly (readonly [string, string])[],
  lastEventId: string | undefined,
): Result<readonly (readonly [string, string])[], Problem> {
  const resumption = resumptions[method]
  if (lastEventId === undefined || lastEventId === '' || resumption === undefined) return ok(query)
  const after = resumption.after(lastEventId)
  if (after === undefined) {
    const message = 'wanted the id of an event that this watch has sent'
    return err(invalid([{ path: 'Last-Event-ID', message }]))
  }
  const said = new Set(after.map(([name]) => name))
  const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  const others = query.filter(([name]) => ![...said].some((one) => name === one || name === snake(one)))
  return ok([...others, ...after])
}

/** What a watch begins with: how long to wait before coming back, in milliseconds. */
export const opening = (retryMs: number): string => `retry: ${retryMs}\n: watching\n\n`

/** Says that nothing is wrong. */
export const keepAlive = ': nothing new\n\n'

/** One message. Its JSON has no line breaks, so it is one line of data. */
export function eventOf(method: string, message: Json): string {
  const id = resumptions[method]?.idOf(objectOf(message))
  return `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`
}

/** The last of a watch: it came to its end, or something went wrong. Neither has an id: a client comes back to what it saw. */
export const endOf = (refusal: Refusal | undefined): string =>
  refusal === undefined
    ? 'event: end\ndata: {}\n\n'
    : `event: problem\ndata: ${JSON.stringify(refusal.body)}\n\n`

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
