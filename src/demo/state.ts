// What the live view shows: plain data that the story and the watch write and the views read.
import type { Claim, Figures } from './figures.ts'

export interface ProxyState {
  readonly name: string
  readonly variant: 'sotw' | 'delta'
  readonly port: number
  /** Share of each environment in the last half second, 0 to 1. */
  shares: ReadonlyMap<string, number>
  perSecond: number
  requests: number
  failed: number
  /** Newest generation that it holds. Undefined: not known (yet, or the control plane is away). */
  generation: number | undefined
}

export interface DemoState {
  readonly environments: readonly string[]
  readonly proxies: ProxyState[]
  readonly scenes: number
  scene: { readonly number: number; readonly title: string; readonly command: string } | undefined
  controlPlane: 'starting' | 'serving' | 'killed' | 'stopped'
  /** One line on the newest push. */
  lastPush: string | undefined
  readonly claims: Claim[]
  /** Set when the story is over. */
  figures: Figures | undefined
  /** Milliseconds since the demo began. */
  elapsedMs: number
}
