// What is told of a push as events: how it began, went on and ended.
import { limits } from '../base/index.ts'
import type { EventInput } from '../events/index.ts'
import { keyOf, parseClusterName } from '../model/index.ts'
import type { Revision } from '../store/index.ts'
import type { EndPhase, Push } from './push-state.ts'
import type { PushRecord } from './types.ts'

type Told = Pick<Push, 'id' | 'revision' | 'verb' | 'actor' | 'reason' | 'objects'>

/** What every event of a push says. */
export const pushFields = ({ id, revision, verb, actor, reason, objects }: Told) => ({
  ...{ push: id, revision, verb, actor, objects: objects.slice(0, limits.eventObjects) },
  objectCount: objects.length,
  ...(reason === '' ? {} : { reason }),
})

/** A phase that a push has come to. */
export function phaseEvent(record: PushRecord): EventInput {
  const { phase, verdict, refusals } = record
  // What says no more than a refusal beside it is not said twice.
  const isSaid = refusals.some(({ node, detail }) => verdict === `${node} refused: ${detail}`)
  const why = verdict === undefined || isSaid ? {} : { verdict }
  switch (phase) {
    case 'preparing':
    case 'prepared':
    case 'switching':
    case 'reverting':
      return { name: 'push_phase', attributes: { ...pushFields(record), phase, ...why } }
    default:
      return { name: endNames[phase], attributes: { ...endFields(record), ...why } }
  }
}

const endNames = {
  done: 'push_done',
  aborted: 'push_aborted',
  reverted: 'push_reverted',
  split: 'push_split',
  overtaken: 'push_overtaken',
} as const satisfies Readonly<Record<EndPhase, string>>

function endFields(record: PushRecord) {
  const { groups, refusals, timings, compensatedBy } = record
  const texts = refusals
    .slice(0, limits.resourcesNamed)
    .map(({ node, type, detail }) => `${node} refused ${typeNameOf(type)}: ${detail}`)
  return {
    ...pushFields(record),
    nodes: groups.reduce((sum, { nodes }) => sum + nodes, 0),
    switched: groups.reduce((sum, { switchedNodes }) => sum + switchedNodes, 0),
    ...(timings.lastAckMs === undefined ? {} : { tookMs: Math.round(timings.lastAckMs * 1_000) / 1_000 }),
    ...(texts.length === 0 ? {} : { refusals: texts }),
    ...(compensatedBy === undefined ? {} : { compensatedBy }),
  }
}

/** `type.googleapis.com/envoy.config.cluster.v3.Cluster` → `Cluster`. */
export function typeNameOf(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('.') + 1)
}

/** The service of a cluster of ours, for an event about that cluster. */
export function serviceOf(cluster: string): { readonly service?: string } {
  const identity = parseClusterName(cluster)
  return identity === undefined ? {} : { service: `${identity.namespace}/${identity.service}` }
}

/** A change of intent that is durable. */
export function revisionEvent(revision: Revision): EventInput {
  const { number, verb, actor, reason, push, puts, deletes } = revision
  const objects = [...puts.map(keyOf), ...deletes]
  const told = pushFields({ id: push ?? '', revision: number, verb, actor, reason, objects })
  const { push: _, ...fields } = told
  return {
    name: 'revision_committed',
    attributes: { ...fields, ...(push === undefined ? {} : { push }) },
  }
}
