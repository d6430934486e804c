// Retirement: taking away a cluster that left intent. One machine per name and node group.
//
//   leaves intent ─► referenced ─────────────► quiet ───────────────────► draining ─────────► removed
//                       │  every node has ACKed    │  retireDelay is over:    │  no request in flight
//                       │  routes away from it     │  retries look it up      │  (once load reports are read)
//                       └──────────────────────────┴──────────────────────────┴── deadline ──► removed, on record
//
// A name that comes back into intent ends its retirement. Unknown is never zero: a node that is out of reach holds it
// up until the deadline.
import { z } from 'zod'
import type { Json } from '../base/index.ts'
import type { Now } from '../fleet/index.ts'
import { clusterTypes } from '../fleet/index.ts'
import type { GroupKey } from '../model/index.ts'
import type { EncodedResource, ResourceTypes } from '../snapshot/index.ts'
import { restoreResource } from '../snapshot/index.ts'
import type { GenerationTypes } from '../store/index.ts'

/** Milliseconds. */
export interface RetireTimeouts {
  readonly retireDelayMs: number
  readonly retireDeadlineMs: number
}

export type RetirementStep =
  | { readonly kind: 'referenced' }
  /** Monotonic. */
  | { readonly kind: 'quiet'; readonly until: number }
  | { readonly kind: 'draining' }

export interface Retirement {
  readonly group: GroupKey
  /** Of the cluster, and of what belongs to it. */
  readonly name: string
  /** What is kept: the cluster, its endpoints, secrets of that name. */
  readonly resources: readonly EncodedResource[]
  /** The first generation that is served without intent naming it; its routes name it no more. */
  readonly left: number
  /** Monotonic, like the deadline; on record by the wall clock. */
  readonly since: number
  readonly deadline: number
  readonly step: RetirementStep
}

/** What is known of a retiring cluster's use. */
export interface Use {
  /** Nodes that may still route to it. */
  readonly heldBackBy: readonly string[]
  /** Requests in flight over all nodes; `unwatched`: nobody counts them, the delay has to do. */
  readonly inFlight: number | 'unknown' | 'unwatched'
}

export type RetirementOutcome =
  | { readonly kind: 'waits'; readonly retirement: Retirement }
  | { readonly kind: 'remove'; readonly why: string }

/** Where a retirement stands now. */
export function advance(
  retirement: Retirement,
  use: Use,
  now: Pick<Now, 'mono'>,
  timeouts: RetireTimeouts,
): RetirementOutcome {
  if (now.mono >= retirement.deadline) return { kind: 'remove', why: overdue(use) }
  const { step } = retirement
  const waits = (next: RetirementStep): RetirementOutcome => ({
    kind: 'waits',
    retirement: next === step ? retirement : { ...retirement, step: next },
  })
  switch (step.kind) {
    case 'referenced':
      return waits(
        use.heldBackBy.length > 0 ? step : { kind: 'quiet', until: now.mono + timeouts.retireDelayMs },
      )
    case 'quiet':
      // A node that came back with older routes starts the quiet anew.
      if (use.heldBackBy.length > 0) return waits({ kind: 'referenced' })
      return now.mono < step.until ? waits(step) : drained(use, waits)
    case 'draining':
      return drained(use, waits)
    default:
      return step satisfies never
  }
}

function drained(use: Use, waits: (step: RetirementStep) => RetirementOutcome): RetirementOutcome {
  return use.inFlight === 0 || use.inFlight === 'unwatched'
    ? { kind: 'remove', why: 'quiet' }
    : waits({ kind: 'draining' })
}

function overdue({ heldBackBy, inFlight }: Use): string {
  const by = heldBackBy.length > 0 ? heldBackBy.slice(0, 3).join(', ') : `in flight: ${inFlight}`
  const more = heldBackBy.length > 3 ? ` and ${heldBackBy.length - 3} more` : ''
  return `deadline, held back by ${by}${more}`
}

/**
 * What leaves with a new generation: names that were served and are in no part of intent any more, with their bytes.
 * `held`: bytes and facts of what is served now, retiring ones included.
 */
export function leavers(
  from: GenerationTypes | undefined,
  to: GenerationTypes,
  held: (typeUrl: string, name: string, hash: string) => EncodedResource | undefined,
): ReadonlyMap<string, readonly EncodedResource[]> {
  const leaving = new Map<string, EncodedResource[]>()
  for (const typeUrl of clusterTypes) {
    const before = from?.get(typeUrl)
    const after = to.get(typeUrl)
    if (before === undefined || before === after || before.version === after?.version) continue
    for (const [name, hash] of before.entries) {
      if (after?.entries.has(name) === true) continue
      const resource = held(typeUrl, name, hash)
      if (resource === undefined) continue
      const known = leaving.get(name)
      if (known === undefined) leaving.set(name, [resource])
      else known.push(resource)
    }
  }
  return leaving
}

/** Whether a type of intent names it again: then it does not retire. */
export const isBack = (retirement: Retirement, intent: ResourceTypes): boolean =>
  retirement.resources.some(({ typeUrl, name }) => intent.get(typeUrl)?.has(name) === true)

const record = z.object({
  group: z.string(),
  name: z.string(),
  /** The generation whose resources these are: the store keeps it (and their bytes) while this stands. */
  generation: z.int(),
  since: z.number(),
  deadline: z.number(),
  resources: z.array(z.object({ name: z.string(), hash: z.string() })),
})

/** Key in the table `retirement`. A group's key holds no space. */
export const retirementKey = (retirement: { readonly group: GroupKey; readonly name: string }): string =>
  `${retirement.group} ${retirement.name}`

export function retirementValue(retirement: Retirement, { wall, mono }: Now): Json {
  const { group, name, left, since, deadline, resources } = retirement
  return {
    group,
    name,
    generation: left,
    since: Math.round(wall - mono + since),
    deadline: Math.round(wall - mono + deadline),
    resources: resources.map((resource) => ({ name: resource.name, hash: resource.hash })),
  }
}

/**
 * A retirement from its record; its wait begins anew, its deadline is the one that it had: at most the whole of it, whatever the
 * wall clock says. `body`: bytes by hash, as the store has them.
 */
export async function parseRetirement(
  value: Json,
  body: (hash: string) => Promise<Uint8Array | undefined>,
  { wall, mono }: Now,
): Promise<Retirement> {
  const { generation: left, resources, since, deadline, ...rest } = record.parse(value)
  const start = mono - Math.min(Math.max(0, wall - since), deadline - since)
  const loaded: EncodedResource[] = []
  for (const { name, hash } of resources) {
    const bytes = await body(hash)
    if (bytes !== undefined) loaded.push(restoreResource(name, hash, bytes))
  }
  return {
    ...rest,
    resources: loaded,
    left,
    since: start,
    deadline: start + deadline - since,
    step: { kind: 'referenced' },
  }
}
