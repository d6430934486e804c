// What one stream wants of one type (rules 13 to 16). No responses here: only which names, and which newly asked.
import { limits } from '../base/index.ts'
import type { Resource } from './content.ts'
import type { XdsType } from './resource-type.ts'

/** Changed in place by its stream. */
export interface Subscription {
  /** A name was seen on this stream and type: from then on, no names means nothing. */
  named: boolean
  /** `*`, explicit or by no names at all. */
  wildcard: boolean
  readonly names: Set<string>
}

/** What a request asked for beyond what was asked before. */
export interface Asked {
  readonly names: readonly string[]
  /** Everything: the wildcard is on now and was not before. */
  readonly everything: boolean
}

export const createSubscription = (): Subscription => ({ named: false, wildcard: false, names: new Set() })

export const covers = (subscription: Subscription, name: string): boolean =>
  subscription.wildcard || subscription.names.has(name)

/** The part of `resources` that is subscribed; the same array when that is all of them, so that bytes are shared. */
export function select(subscription: Subscription, resources: readonly Resource[]): readonly Resource[] {
  if (subscription.wildcard || resources.every(({ name }) => subscription.names.has(name))) return resources
  return resources.filter(({ name }) => subscription.names.has(name))
}

/** SotW: the names of a request are the subscription. */
export function replaceNames(subscription: Subscription, names: readonly string[], type: XdsType): Asked {
  const before = { wildcard: subscription.wildcard, names: new Set(subscription.names) }
  if (names.length > 0) subscription.named = true
  subscription.names.clear()
  for (const name of names) if (name !== '*') subscription.names.add(name)
  subscription.wildcard = names.includes('*') || (type.wildcard && !subscription.named)
  return {
    names: [...subscription.names].filter((name) => !before.names.has(name)),
    everything: subscription.wildcard && !before.wildcard,
  }
}

/** Delta: subscribe and unsubscribe lists. A name subscribed is asked for anew, held or not (rule 14). */
export function changeNames(
  subscription: Subscription,
  change: {
    readonly first: boolean
    readonly subscribe: readonly string[]
    readonly unsubscribe: readonly string[]
  },
  type: XdsType,
): Asked {
  const before = subscription.wildcard
  const asked = new Set<string>()
  for (const name of change.unsubscribe) {
    if (name === '*') subscription.wildcard = false
    else subscription.names.delete(name)
  }
  for (const name of change.subscribe) {
    subscription.named = true
    if (name === '*') subscription.wildcard = true
    else {
      subscription.names.add(name)
      asked.add(name)
    }
  }
  if (change.first && change.subscribe.length === 0 && type.wildcard) subscription.wildcard = true
  if (subscription.wildcard) {
    // Unsubscribed, and yet covered: the client is told how it stands (rule 16).
    for (const name of change.unsubscribe) if (name !== '*') asked.add(name)
  }
  return { names: [...asked], everything: subscription.wildcard && !before }
}

/** Why a list of names is refused; undefined when it is not. */
export function namesProblem(subscription: Subscription, names: readonly string[]): string | undefined {
  const room = limits.namesPerSubscription - subscription.names.size
  if (
    names.length > limits.namesPerSubscription ||
    (names.length > room && countNew(subscription, names) > room)
  ) {
    return `more than ${limits.namesPerSubscription} names subscribed`
  }
  const long = names.find((name) => name.length > limits.resourceNameLength)
  return long === undefined
    ? undefined
    : `a resource name of ${long.length} characters, wanted at most ${limits.resourceNameLength}`
}

const countNew = (subscription: Subscription, names: readonly string[]): number =>
  new Set(names.filter((name) => !subscription.names.has(name))).size
