// What a run is made of, for those who act on it and those who look at it.
import type { Problem, Result } from '../../src/base/index.ts'
import type { EndpointsCommand } from '../../src/discovery/index.ts'
import type { World as Heads } from '../../src/model/index.ts'
import type { ChangeAnswer, ChangeCommand, Unsafe } from '../../src/push/index.ts'
import type { StreamLimits } from '../../src/xds/machine.ts'
import type { MemoryDisk } from '../unit/store/memory-engine.ts'
import type { DeathPoint } from './actions.ts'
import type { Plane } from './control-plane.ts'
import type { Host, Hosts } from './host.ts'
import type { Intent } from './intent.ts'
import type { Network } from './network.ts'
import type { Random } from './random.ts'
import type { Ledger } from './rules/ledger.ts'
import type { Time } from './time.ts'

/** Bugs that are planted by what the product lets tests take away. */
export interface Planted {
  readonly unsafe?: Unsafe
  readonly limits?: Partial<StreamLimits>
  readonly liesAboutFlushes?: boolean
}

/** What must not be, and was. */
export interface Fault {
  readonly rule: string
  readonly text: string
}

export interface Life {
  readonly time: Time
  readonly random: Random
  readonly hosts: Hosts
  readonly network: Network
  readonly intent: Intent
  readonly ledger: Ledger
  readonly disk: MemoryDisk
  readonly plane: Plane | undefined
  /** Responses written so far. */
  readonly responses: number
  /** Nodes that refused something in this life of the control plane. */
  readonly refused: ReadonlySet<string>
  readonly fault: Fault | undefined
  lastCommand: ChangeCommand | undefined
  heads(): Heads
  note(text: string): void
  blame(rule: string, text: string): void
  /** Goes on for so long, or until there is a fault. */
  advance(ms: number): Promise<void>
  start(): void
  command(command: ChangeCommand): Promise<Result<ChangeAnswer, Problem> | undefined>
  abort(push: string): void
  /** Somebody says something of endpoints. */
  register(command: EndpointsCommand): void
  /** The control plane dies the `count`th time it is at this point, and is back `downMs` later. */
  dieAt(point: DeathPoint, count: number, downMs: number): void
  stopPlane(downMs: number): void
  fillDisk(ms: number): void
  jumpWall(ms: number): void
  breakLink(host: Host, unheardMs: number): void
  newcomer(share: number, variant: Host['variant']): void
  twin(of: Host, variant: Host['variant']): void
  remove(host: Host): void
  /** No more faults from here on: everything that was broken is whole again, and everybody is there. */
  heal(): void
}
