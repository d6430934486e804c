// Where a transcript is played: before a simulated proxy or a real one. Times are milliseconds.
import type { Request, VariantName } from '../../../src/xds/machine.ts'

export interface StageOptions {
  readonly variant: VariantName
  /** Without the least number of clusters that our bootstrap insists on. */
  readonly plain: boolean
  /** `--drain-time-s`, in milliseconds. */
  readonly drainMs: number
}

/** What may differ between releases of Envoy. */
export interface Release {
  /** Whether every request of delta carries the node, whatever the bootstrap says (1.36). */
  readonly nodeInEveryDelta: boolean
}

/** What a proxy holds: name → content. An active cluster without endpoints has `none`. */
export interface Held {
  readonly clusters: ReadonlyMap<string, string>
  readonly warmingClusters: ReadonlyMap<string, string>
  readonly endpoints: ReadonlyMap<string, string>
  readonly listeners: ReadonlyMap<string, string>
  readonly warmingListeners: ReadonlyMap<string, string>
  readonly routes: ReadonlyMap<string, string>
  readonly secrets: ReadonlyMap<string, string>
  readonly runtime: ReadonlyMap<string, string>
}

export type Heard = { readonly kind: 'opened' } | { readonly kind: 'request'; readonly request: Request }

export interface Stage {
  /** Starts the process; a running one is killed first. */
  start(): Promise<void>
  /** What was heard since: `wanted` of them where they come, and then nothing more for a while. */
  listen(wanted: number): Promise<readonly Heard[]>
  /** Bytes of a response on the newest stream. */
  send(bytes: Uint8Array): void
  /** Ends the stream; the proxy opens another. */
  drop(): void
  /** No stream is taken until `up`. */
  down(): void
  up(): Promise<void>
  wait(ms: number): Promise<void>
  /** What it holds, once `settled` says that this is it, or after a while. */
  held(settled: (held: Held) => boolean): Promise<Held>
  close(): Promise<void>
}
