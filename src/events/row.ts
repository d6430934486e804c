// One kind of event as the table has it, and what its attributes may hold. An attribute of the kind `push`, `node`, `group` and
// the like is what the event is about: references and filters follow from the table, and nobody who emits has to think of them.
import type { GroupKey, ObjectKey } from '../model/index.ts'

/** What an attribute holds, by its kind. */
export interface AttributeValues {
  readonly text: string
  readonly texts: readonly string[]
  readonly number: number
  /** node.id. */
  readonly node: string
  /** Its id, without `push/`. */
  readonly push: string
  readonly pushes: readonly string[]
  readonly revision: number
  readonly group: GroupKey
  readonly groups: readonly GroupKey[]
  /** At most `limits.eventObjects`. */
  readonly objects: readonly ObjectKey[]
  /** `namespace/name` of a Service. */
  readonly service: string
}
export type AttributeKind = keyof AttributeValues

export interface AttributeRow {
  readonly kind: AttributeKind
  /** For people. */
  readonly what: string
  readonly optional?: true
}
export type AttributeRows = Readonly<Record<string, AttributeRow>>

/** As Kubernetes has it: Warning wants somebody to look. */
export type Severity = 'Normal' | 'Warning'

export interface EventRow {
  readonly severity: Severity
  /** For people and for other systems: one word in CamelCase. */
  readonly reason: string
  /** When it happens. */
  readonly what: string
  /**
   * The sentence: `{name}` stands for an attribute; a part in brackets is left out where none of its attributes is there, or
   * one of them is empty.
   */
  readonly message: string
  readonly attributes: AttributeRows
  /**
   * Attributes by which events are the same: a repeated one counts up. Absent: never folded. `crowd`: when too many differ at
   * once, those that are equal in these are folded together.
   */
  readonly fold?: { readonly same: readonly string[]; readonly crowd: readonly string[] }
}

type Required<Rows extends AttributeRows> = {
  readonly [Name in keyof Rows as Rows[Name] extends { readonly optional: true }
    ? never
    : Name]: AttributeValues[Rows[Name]['kind']]
}
type Optional<Rows extends AttributeRows> = {
  readonly [Name in keyof Rows as Rows[Name] extends { readonly optional: true }
    ? Name
    : never]?: AttributeValues[Rows[Name]['kind']]
}
/** The attributes of an event, from its row. */
export type ValuesOf<Rows extends AttributeRows> = Required<Rows> & Optional<Rows>
