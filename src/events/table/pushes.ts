// Events of changes and of the pushes that bring them to the fleet.
import type { EventRow } from '../row.ts'

const push = { kind: 'push', what: 'the push' } as const
const revision = { kind: 'revision', what: 'the revision that it brings' } as const
const verb = { kind: 'text', what: '`apply`, `switch`, `rollback` and the like' } as const
const actor = { kind: 'text', what: 'who' } as const
const reason = { kind: 'text', what: 'why, in the words of who did it', optional: true } as const
const objects = {
  kind: 'objects',
  what: 'what it changes: `namespace/Kind/name`, the first of them',
} as const
const objectCount = { kind: 'number', what: 'how many objects it changes' } as const
const about = { push, revision, verb, actor, reason, objects, objectCount } as const
const ended = {
  ...about,
  verdict: { kind: 'text', what: 'why it ended so', optional: true },
  nodes: { kind: 'number', what: 'proxies in scope' },
  switched: { kind: 'number', what: 'proxies that had switched' },
  tookMs: { kind: 'number', what: 'from the command to the last ACK, in ms', optional: true },
  refusals: {
    kind: 'texts',
    what: 'what proxies refused: `edge-1 refused Listener …: …`, the first of them',
    optional: true,
  },
  compensatedBy: { kind: 'revision', what: 'the revision that took it back', optional: true },
} as const

export const pushEvents = {
  revision_committed: {
    severity: 'Normal',
    reason: 'RevisionCommitted',
    what: 'a change of intent is durable',
    message: 'r{revision}: {verb} by {actor} of {objects}[: {reason}][ (push {push})]',
    attributes: {
      ...about,
      revision: { kind: 'revision', what: 'its number' },
      push: {
        ...push,
        what: 'the push that brings it to the fleet; none: no proxy has to be told',
        optional: true,
      },
    },
  },
  push_started: {
    severity: 'Normal',
    reason: 'PushStarted',
    what: 'a push began',
    message: 'push {push} started: {verb} by {actor}[: {reason}]',
    attributes: {
      ...about,
      groups: { kind: 'groups', what: 'node groups that it concerns' },
    },
  },
  push_phase: {
    severity: 'Normal',
    reason: 'PushPhase',
    what: 'a push went on: prepared, switching, reverting',
    message: 'push {push} is {phase}[: {verdict}]',
    attributes: {
      ...about,
      phase: { kind: 'text', what: '`preparing`, `prepared`, `switching` or `reverting`' },
      verdict: { kind: 'text', what: 'why it goes back', optional: true },
    },
  },
  push_held_up: {
    severity: 'Warning',
    reason: 'PushHeldUp',
    what: 'a push has waited for 2 s in one phase; said once for each',
    message: 'push {push} ({phase}) waits for {heldUpBy}',
    attributes: {
      ...about,
      phase: { kind: 'text', what: '`preparing`, `prepared`, `switching` or `reverting`' },
      heldUpBy: { kind: 'texts', what: 'who holds it up and with what, the first of them' },
    },
  },
  push_done: {
    severity: 'Normal',
    reason: 'PushDone',
    what: 'every proxy in scope has what the push brings',
    message: 'push {push} done: {switched} of {nodes} proxies[; {verdict}]',
    attributes: ended,
  },
  push_aborted: {
    severity: 'Warning',
    reason: 'PushAborted',
    what: 'a push ended before its decision: nothing moved',
    message: 'push {push} aborted, nothing moved[: {verdict}][; {refusals}]',
    attributes: ended,
  },
  push_reverted: {
    severity: 'Warning',
    reason: 'PushReverted',
    what: 'a push was taken back: every proxy in reach is where it was',
    message: 'push {push} reverted[: {verdict}][; {refusals}][; taken back by r{compensatedBy}]',
    attributes: ended,
  },
  push_split: {
    severity: 'Warning',
    reason: 'PushSplit',
    what: 'a push ended with proxies out of reach that do not have it',
    message: 'push {push} split: {switched} of {nodes} proxies[; {verdict}]',
    attributes: ended,
  },
  push_overtaken: {
    severity: 'Normal',
    reason: 'PushOvertaken',
    what: 'a newer change of the same objects took over',
    message: 'push {push} overtaken[: {verdict}]',
    attributes: ended,
  },
  generation: {
    severity: 'Normal',
    reason: 'GenerationPublished',
    what: 'a node group is served something new',
    message: '{group} is served generation {generation}: {cause}',
    attributes: {
      group: { kind: 'group', what: 'the node group' },
      generation: { kind: 'number', what: 'its number' },
      cause: { kind: 'text', what: 'why it exists' },
      push: { kind: 'push', what: 'the push behind it', optional: true },
    },
    // Endpoints that come and go make one every quarter of a second.
    fold: { same: ['group', 'cause'], crowd: ['group'] },
  },
  retirement_started: {
    severity: 'Normal',
    reason: 'RetirementStarted',
    what: 'a cluster left intent: it stays until nobody uses it',
    message: '{name} retires in {group}',
    attributes: {
      group: { kind: 'group', what: 'where' },
      name: { kind: 'text', what: 'the cluster' },
      service: { kind: 'service', what: 'whose it is', optional: true },
    },
    fold: { same: ['group', 'name'], crowd: ['group'] },
  },
  retirement_over: {
    severity: 'Normal',
    reason: 'RetirementOver',
    what: 'a cluster that left intent was taken away',
    message: '{name} is taken away from {group}: {why}',
    attributes: {
      group: { kind: 'group', what: 'where' },
      name: { kind: 'text', what: 'the cluster' },
      why: { kind: 'text', what: '`quiet`' },
      service: { kind: 'service', what: 'whose it is', optional: true },
    },
    fold: { same: ['group', 'name'], crowd: ['group'] },
  },
  retirement_overdue: {
    severity: 'Warning',
    reason: 'RetirementOverdue',
    what: 'a cluster was taken away at its deadline, although proxies may still use it',
    message: '{name} is taken away from {group}: {why}',
    attributes: {
      group: { kind: 'group', what: 'where' },
      name: { kind: 'text', what: 'the cluster' },
      why: { kind: 'text', what: 'who held it back' },
      service: { kind: 'service', what: 'whose it is', optional: true },
    },
    fold: { same: ['group', 'name'], crowd: ['group'] },
  },
  stored_generation_served: {
    severity: 'Warning',
    reason: 'StoredGenerationServed',
    what: 'somebody went back to a stored generation while the store takes no changes',
    message: '{group} is served stored generation {content} again, by {actor}[: {reason}]',
    attributes: {
      group: { kind: 'group', what: 'where' },
      generation: { kind: 'number', what: 'the number under which it is served' },
      content: { kind: 'number', what: 'the number of the generation whose content it is' },
      actor,
      reason,
      resting: { kind: 'texts', what: 'pushes that rest until the next start' },
    },
  },
} as const satisfies Readonly<Record<string, EventRow>>
