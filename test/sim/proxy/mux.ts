// What both variants of a proxy's ADS client share: watches of a type, pauses, and what is asked of those who watch.
import type { Node } from '../../../src/envoy-api/index.ts'
import type { Request } from '../../../src/xds/machine.ts'
import type { Received, Response } from './response.ts'

/** What changed for one watch. `whole`: what is not among the resources is gone (SotW, clusters and listeners). */
export interface Change {
  readonly resources: readonly Received[]
  readonly removed: readonly string[]
  readonly whole: boolean
}

/** Someone who waits for resources of a type. */
export interface Watch {
  readonly typeUrl: string
  /** undefined: all that there are. */
  readonly name: string | undefined
  /** Takes a change in; returns why it is refused (in part). */
  update(change: Change): string | undefined
  /** Any response of the type was refused. */
  failed(): void
}

export interface Mux {
  connected(): void
  disconnected(): void
  watch(watch: Watch): void
  unwatch(watch: Watch): void
  /** Holds back the requests of a type until it is resumed as often. */
  pause(typeUrl: string): void
  resume(typeUrl: string): void
  receive(response: Response): void
}

/** What a mux may use of the proxy. */
export interface MuxHost {
  readonly node: Node
  readonly random: () => number
  send(request: Request): void
  /** Why a change is refused before any of it is looked at. */
  refuses(typeUrl: string, change: Change): string | undefined
}

/** Resources by name, in their order; a name that comes twice has both. */
export function groupByName(resources: readonly Received[]): ReadonlyMap<string, readonly Received[]> {
  const groups = new Map<string, Received[]>()
  for (const received of resources) {
    const group = groups.get(received.name)
    if (group === undefined) groups.set(received.name, [received])
    else group.push(received)
  }
  return groups
}

const noVersions: ReadonlyMap<string, string> = new Map()

/** A request that says only this. */
export function requestOf(typeUrl: string, part: Partial<Request>): Request {
  return {
    node: undefined,
    typeUrl,
    nonce: '',
    refusal: undefined,
    version: '',
    names: [],
    subscribe: [],
    unsubscribe: [],
    versions: noVersions,
    ...part,
  }
}
