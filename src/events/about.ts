// What an event is about, and its sentence: both follow from its row and its attributes.
import { assertNever, type Json, limits } from '../base/index.ts'
import type { GroupKey, ObjectKey } from '../model/index.ts'
import type { AttributeKind, EventRow } from './row.ts'
import { type EventName, eventTable } from './table.ts'

/** What an event may be about. */
export type EventReference =
  | { readonly kind: 'object'; readonly object: ObjectKey }
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'push'; readonly push: string }
  | { readonly kind: 'group'; readonly group: GroupKey }
  | { readonly kind: 'revision'; readonly revision: number }

export type Attributes = Readonly<Record<string, Json>>

export const rowOf = (name: EventName): EventRow => eventTable[name]

/** Everything that an event is about, each once, in the order of its attributes. */
export function aboutOf(name: EventName, attributes: Attributes): readonly EventReference[] {
  const found = new Map<string, EventReference>()
  for (const [attribute, { kind }] of Object.entries(rowOf(name).attributes)) {
    for (const reference of referencesIn(kind, attributes[attribute])) {
      if (found.size < limits.eventReferences) found.set(referenceText(reference), reference)
    }
  }
  return [...found.values()]
}

function referencesIn(kind: AttributeKind, value: Json | undefined): readonly EventReference[] {
  const texts = textsIn(value)
  switch (kind) {
    case 'text':
    case 'texts':
    case 'number':
      return []
    case 'node':
      return texts.map((node) => ({ kind: 'node', node }))
    case 'push':
    case 'pushes':
      return texts.map((push) => ({ kind: 'push', push }))
    case 'group':
    case 'groups':
      return texts.map((group) => ({ kind: 'group', group }))
    case 'objects':
      return texts.map((object) => ({ kind: 'object', object }))
    case 'service':
      return texts.map((service) => ({ kind: 'object', object: service.replace('/', '/Service/') }))
    case 'revision':
      return typeof value === 'number' ? [{ kind: 'revision', revision: value }] : []
    default:
      return assertNever(kind)
  }
}

/** `push/7`, `node/edge-1`, `group/default/edge`, `revision/12`, `default/Service/checkout`: different for each. */
function referenceText(reference: EventReference): string {
  switch (reference.kind) {
    case 'object':
      return reference.object
    case 'node':
      return `node/${reference.node}`
    case 'push':
      return `push/${reference.push}`
    case 'group':
      return `group/${reference.group}`
    case 'revision':
      return `revision/${reference.revision}`
    default:
      return assertNever(reference)
  }
}

/** The sentence of an event, at most `limits.eventMessageLength` characters. */
export function messageOf(name: EventName, attributes: Attributes): string {
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, attribute: string) => wordsOf(attributes[attribute]))
  const whole = rowOf(name).message.replace(/\[([^\]]*)\]/g, (_, part: string) => {
    const named = [...part.matchAll(/\{(\w+)\}/g)].map(([, attribute = '']) => attribute)
    return named.every((attribute) => wordsOf(attributes[attribute]) !== '') ? part : ''
  })
  const sentence = fill(whole).replace(/\p{Cc}+/gu, ' ')
  return sentence.length <= limits.eventMessageLength
    ? sentence
    : `${sentence.slice(0, limits.eventMessageLength - 1)}…`
}

/** Texts as they stand; of a list the first, and how many more. */
function wordsOf(value: Json | undefined): string {
  if (!Array.isArray(value))
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  const more = value.length > namedInSentence ? ` and ${value.length - namedInSentence} more` : ''
  return `${value.slice(0, namedInSentence).join(', ')}${more}`
}
const namedInSentence = 3

const textsIn = (value: Json | undefined): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string')
