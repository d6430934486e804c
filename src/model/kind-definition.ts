// What the model has to know of a kind. A new kind is a file in kinds/, a line in `SpecOf` and a line in the table
// of kinds; parsing, printing, references, plans and the reference page read the rest from here.
import type { z } from 'zod'
import type { ContentOf, Kind, ObjectContent, SpecOf } from './objects.ts'

/** How Envoy answers a change of settings: by draining a listener, or by new upstream connections. */
export type Effect = 'drains' | 'reconnects'

/** Who an object is, and what it says. */
export interface Subject<K extends Kind> {
  readonly namespace: string
  readonly name: string
  readonly spec: SpecOf[K]
}

/** What is wrong with a reference: where in the referring object, and why. */
export interface Mismatch {
  readonly path: string
  readonly message: string
}

/** An object of the same namespace that must exist, and what it must have. */
export interface Reference {
  readonly kind: Kind
  readonly name: string
  /** Where in the referring object the name stands. */
  readonly path: string
  /** What the target, which is of that kind, must have, such as a port. */
  readonly check?: (target: ObjectContent) => readonly Mismatch[]
}

/** Something that only one object may have, such as a port on a node group. */
export interface Claim {
  /** What is claimed; equal texts compete. */
  readonly claim: string
  /** Where in the claiming object. */
  readonly path: string
  /** Narrows the claim: two compete only if `overlaps` says so of their details (or there is no `overlaps`). */
  readonly detail?: string
  readonly overlaps?: (mine: string, theirs: string) => boolean
  /** The message for the later of two; `other` is `Kind namespace/name`. */
  readonly clash: (other: string) => string
}

export interface KindDefinition<K extends Kind> {
  /** One sentence for the reference page. */
  readonly summary: string
  /** Shape, defaults and the invariants inside one object. `z.encode` gives the text form back. */
  readonly spec: z.ZodType<SpecOf[K]>
  readonly references?: (subject: Subject<K>) => readonly Reference[]
  readonly claims?: (subject: Subject<K>) => readonly Claim[]
  /** What the change does to connections; `after` is undefined when the object is deleted. */
  readonly effect?: (before: ContentOf<K>, after: ContentOf<K> | undefined) => Effect | undefined
  /** What the object does to connections when it is new; nothing, unless it changes what is there already. */
  readonly created?: (after: ContentOf<K>) => { readonly effect?: Effect; readonly drains: readonly string[] }
  /** Where the effect is `drains`: whose connections end, in words. A change of what is in use wants `allowDrain`. */
  readonly drains?: (before: ContentOf<K>, after: ContentOf<K> | undefined) => readonly string[]
}
