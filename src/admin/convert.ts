// Values of the rooms as messages of the API. Nothing is decided here.

import type * as api from '../api/index.ts'
import { toDuration, toStruct, toTimestamp } from '../api/index.ts'
import type { Violation as Fault } from '../base/index.ts'
import type { NodeStatus } from '../fleet/index.ts'
import type { ObjectKey as Key, Kind, StoredObject, World } from '../model/index.ts'
import type { ChangeAnswer, ObjectDiff, PushPhase, PushRecord } from '../push/index.ts'
import type { Generation, Revision } from '../store/index.ts'
import { printObject } from './manifests.ts'
import { type SecretStates, secretStatus } from './secret-status.ts'

/** `namespace/Kind/name` in its parts. */
export function toKey(key: Key): api.ObjectKey {
  const [namespace = '', kind = '', name = ''] = key.split('/')
  return { namespace, kind, name }
}
/** The parts as `namespace/Kind/name`. */
export const fromKey = (key: {
  readonly namespace: string
  readonly kind: Kind
  readonly name: string
}): Key => `${key.namespace}/${key.kind}/${key.name}`

/** `world` is where the object stands: a TrafficPolicy is printed with the traffic beside it. */
export const toConfigObject = (
  object: StoredObject,
  world: World,
  secrets?: SecretStates,
): api.Input<api.ConfigObject> => ({
  key: { namespace: object.namespace, kind: object.kind, name: object.name },
  uid: object.uid,
  etag: object.etag,
  revision: object.revision,
  manifest: toStruct({ ...printObject(object, world), ...secretStatus(object, secrets) }),
})

const changes: Readonly<Record<ObjectDiff['change'], api.ObjectDiffChange>> = {
  created: 'CREATED',
  changed: 'CHANGED',
  deleted: 'DELETED',
  unchanged: 'UNCHANGED',
}
const effects: Readonly<Record<NonNullable<ObjectDiff['effect']>, api.ObjectDiffEffect>> = {
  drains: 'DRAINS',
  reconnects: 'RECONNECTS',
}

export const toChangeAnswer = (answer: ChangeAnswer, dryRun: boolean): api.Input<api.ChangeAnswer> => ({
  revision: answer.revision ?? 0,
  push: answer.push ?? '',
  objects: answer.objects.map((diff) => ({
    key: toKey(diff.key),
    change: changes[diff.change],
    lines: diff.lines,
    effect: diff.effect === undefined ? 'EFFECT_UNSPECIFIED' : effects[diff.effect],
  })),
  notes: answer.notes,
  dryRun,
})

export const toViolation = (fault: Fault): api.Input<api.Violation> => ({
  path: fault.path,
  message: fault.message,
  file: fault.file ?? '',
  line: fault.line ?? 0,
  column: fault.column ?? 0,
  object: fault.object ?? '',
})

const phases: Readonly<Record<PushPhase, api.PushPhase>> = {
  preparing: 'PUSH_PHASE_PREPARING',
  prepared: 'PUSH_PHASE_PREPARED',
  switching: 'PUSH_PHASE_SWITCHING',
  done: 'PUSH_PHASE_DONE',
  aborted: 'PUSH_PHASE_ABORTED',
  reverting: 'PUSH_PHASE_REVERTING',
  reverted: 'PUSH_PHASE_REVERTED',
  split: 'PUSH_PHASE_SPLIT',
  overtaken: 'PUSH_PHASE_OVERTAKEN',
}

export const toPushPhase = (phase: PushPhase): api.PushPhase => phases[phase]

export const toPushRecord = (push: PushRecord): api.Input<api.PushRecord> => ({
  id: push.id,
  revision: push.revision,
  verb: push.verb,
  actor: push.actor,
  reason: push.reason,
  objects: push.objects.map(toKey),
  phase: phases[push.phase],
  startedAt: toTimestamp(push.startedAt),
  endedAt: push.endedAt === undefined ? undefined : toTimestamp(push.endedAt),
  timings: push.timings,
  groups: push.groups.map((group) => ({ ...group })),
  refusals: push.refusals,
  verdict: push.verdict ?? '',
  compensatedBy: push.compensatedBy ?? 0,
  ramp:
    push.ramp === undefined
      ? undefined
      : { over: toDuration(push.ramp.ms), steps: push.ramp.steps, step: push.ramp.step },
})

/** `generations` are those kept of the node's group, oldest first. */
export const toNode = (status: NodeStatus, generations: readonly Generation[]): api.Input<api.Node> => ({
  id: status.node.id,
  cluster: status.node.cluster,
  metadata: status.node.metadata,
  locality: status.node.locality,
  agent: status.node.agent,
  group: status.group ?? '',
  connected: status.connected,
  streams: status.streams.map((stream) => ({
    id: stream.id,
    variant: stream.variant === 'delta' ? 'DELTA' : 'SOTW',
    peer: stream.peer,
    since: toTimestamp(stream.since),
  })),
  lastSeen: toTimestamp(status.lastSeen),
  types: status.types.map((type) => {
    const held = generations.find((generation) => generation.number === type.holds)?.types.get(type.type)
    return {
      typeUrl: type.type,
      sent: type.sent,
      holds: type.holds,
      version: held?.version ?? '',
      resources: held?.entries.size ?? 0,
      unwarmed: type.unwarmed,
      nack:
        type.nack === undefined
          ? undefined
          : {
              generation: type.nack.generation,
              version: type.nack.version,
              detail: type.nack.detail,
              at: toTimestamp(type.nack.at),
            },
    }
  }),
  holds: status.holds,
  newest: generations.at(-1)?.number ?? 0,
})

export const toRevision = (revision: Revision, withObjects: boolean): api.Input<api.Revision> => ({
  number: revision.number,
  at: toTimestamp(revision.at),
  actor: revision.actor,
  reason: revision.reason,
  verb: revision.verb,
  push: revision.push ?? '',
  requestId: revision.requestId ?? '',
  objects: [
    ...revision.puts.map((object) => ({
      key: { namespace: object.namespace, kind: object.kind, name: object.name },
      operation: 'PUT' as const,
      object: withObjects ? toConfigObject(object, new Map()) : undefined,
    })),
    ...revision.deletes.map((key) => ({ key: toKey(key), operation: 'DELETE' as const })),
  ],
})
