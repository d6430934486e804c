// How late the event loop runs: a blocked loop holds up every stream, so it is watched.
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Delay in seconds since the last reading. */
export interface LoopLag {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Starts watching; `read` gives the delay since the last `read` and starts anew. */
export function watchEventLoop(resolutionMs = 10): { read(): LoopLag; stop(): void } {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  delay.enable()
  // The monitor measures the time between its ticks: what is above the resolution is lag.
  const seconds = (nanoseconds: number): number =>
    Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e9 - resolutionMs / 1e3) : 0
  return {
    read: () => {
      const lag = {
        p50: seconds(delay.percentile(50)),
        p99: seconds(delay.percentile(99)),
        max: seconds(delay.max),
      }
      delay.reset()
      return lag
    },
    stop: () => {
      delay.disable()
    },
  }
}
