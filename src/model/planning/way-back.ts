// Where a change that takes something back is to lead: manifests as they were, objects that go, traffic as it was. Planned by
// plan-back.ts as applying, deleting and moving it would be.
import type { TrafficState } from '../kinds/traffic.ts'
import type { Manifest, ObjectKey } from '../objects.ts'
import type { Fence } from './fences.ts'
import type { ServiceName } from './traffic.ts'

/** Traffic of a service as it is to be. */
export interface TrafficTarget extends ServiceName {
  /** `incarnations`: what environments have to be, those that serve, as they were; fences are not part of it. */
  readonly state: TrafficState
  /** Of these incarnations, only those of environments that get more than they have. */
  readonly onlyGained?: boolean | undefined
  /** The revision that it is from. */
  readonly since?: number | undefined
  /** Absent: they stand as they do. */
  readonly fences?: readonly Fence[] | undefined
}

export interface WayBack {
  readonly manifests: readonly Manifest[]
  readonly deletes: readonly ObjectKey[]
  readonly traffic: readonly TrafficTarget[]
}
