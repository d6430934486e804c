// Repeated events count up instead of pushing others out: equal ones within ten minutes are one event with a count; where too
// many differ at once (a whole fleet refuses), those beyond the first fifty are one, too.
import { canonicalJson, limits } from '../base/index.ts'
import { type Attributes, rowOf } from './about.ts'
import type { EventName } from './table.ts'

/** What is the same as what. `crowd`: beyond so many, it stands for all that are equal in fewer attributes. */
export interface FoldKey {
  readonly text: string
  readonly isCrowd: boolean
}

interface Crowd {
  /** Monotonic ms: when the first of them came. */
  since: number
  different: number
}

export interface Folds {
  /** The key of an event whose own is not known (any more); undefined: it is never folded. */
  keyFor(
    name: EventName,
    attributes: Attributes,
    now: number,
    isKnown: (key: string) => boolean,
  ): FoldKey | undefined
  /** Forgets crowds that are over. */
  sweep(now: number): void
}

export function createFolds(): Folds {
  const crowds = new Map<string, Crowd>()
  const textOf = (name: EventName, attributes: Attributes, by: readonly string[]): string =>
    `${name} ${canonicalJson(by.map((each) => attributes[each] ?? ''))}`

  const sweep = (now: number): void => {
    for (const [key, { since }] of crowds) if (now - since > limits.eventCrowdMs) crowds.delete(key)
  }
  return {
    keyFor: (name, attributes, now, isKnown) => {
      const { fold } = rowOf(name)
      if (fold === undefined) return undefined
      const own = textOf(name, attributes, fold.same)
      if (isKnown(own)) return { text: own, isCrowd: false }
      const all = `${textOf(name, attributes, fold.crowd)} and others`
      const crowd = crowds.get(all)
      if (crowd === undefined || now - crowd.since > limits.eventCrowdMs) {
        if (crowds.size >= limits.eventsKept) sweep(now)
        if (crowds.size < limits.eventsKept) crowds.set(all, { since: now, different: 1 })
        return { text: own, isCrowd: false }
      }
      crowd.different += 1
      return crowd.different <= limits.eventCrowd
        ? { text: own, isCrowd: false }
        : { text: all, isCrowd: true }
    },
    sweep,
  }
}
