// A watch as server-sent events: written as fast as the socket takes it, a sign of life where there is nothing new, cut when
// nobody reads.
import type { ServerResponse } from 'node:http'
import type { Failure } from '../../admin/index.ts'
import { type Json, limits } from '../../base/index.ts'
import { endOf, eventOf, keepAlive, opening } from '../event-stream.ts'
import { refusalOf } from '../problem-details.ts'

export interface WatchWriter {
  /** Writes a message; a promise: wait before the next. */
  take(message: Json): Promise<void> | undefined
  /** Writes why it is over, and ends. */
  end(failure: Failure | undefined): void
}

/** Milliseconds: between two signs of life, and for the socket to take what was written. */
export interface WatchTimes {
  readonly aliveMs: number
  readonly stallMs: number
}
const usual: WatchTimes = { aliveMs: limits.watchAliveMs, stallMs: limits.watchStallMs }

/** `headers`: what every answer has. The stream is open, for the client too, when this returns. */
export function createWatchWriter(
  response: ServerResponse,
  method: string,
  headers: Readonly<Record<string, string>>,
  times: WatchTimes = usual,
): WatchWriter {
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    // Of proxies on the way that would collect it first.
    'x-accel-buffering': 'no',
  })
  response.write(opening(limits.watchRetryMs))
  // Its reader goes when it likes; the close says so.
  response.on('error', () => undefined)
  const alive = setInterval(() => {
    if (!response.writableNeedDrain && !response.destroyed) response.write(keepAlive)
  }, times.aliveMs)
  alive.unref()
  response.once('close', () => clearInterval(alive))
  return {
    take: (message) =>
      response.destroyed || response.write(eventOf(method, message))
        ? undefined
        : drained(response, times.stallMs),
    end: (failure) => {
      clearInterval(alive)
      if (!response.destroyed) response.end(endOf(failure === undefined ? undefined : refusalOf(failure)))
    },
  }
}

/** The socket has taken what was written, or is gone; one that takes nothing for too long is cut. */
const drained = (response: ServerResponse, stallMs: number): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(stalled)
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    const stalled = setTimeout(() => response.destroy(), stallMs)
    stalled.unref()
    response.on('drain', done)
    response.on('close', done)
    if (response.destroyed) done()
  })
