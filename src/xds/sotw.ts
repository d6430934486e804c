// State of the world: a request lists all names, a response of listeners or clusters is the whole set.
import { contentOf, difference, listOf, type Resource } from './content.ts'
import { distrust } from './follow.ts'
import type { Variant } from './machine.ts'
import { floorOf } from './nodes.ts'
import { sortOut } from './order.ts'
import { withOwed } from './owed.ts'
import { endpointsThatStay } from './stays.ts'
import { covers, replaceNames, select } from './subscription.ts'
import { parseVersion } from './version.ts'
import { emptyAssignments } from './withheld.ts'
import { formerNames, matchVersion } from './world.ts'

export const sotw: Variant = {
  namesOf: (request) => request.names,
  reportOf: (request) => ({ kind: 'version', version: request.version }),

  // Rule 3: only the newest response is answered. No nonce: a client that starts over.
  counts: (follow, request) =>
    follow.lastNonce === '' || request.nonce === '' || request.nonce === follow.lastNonce,

  subscribe: (follow, request) => replaceNames(follow.wants, request.names, follow.type),

  believe: (follow, report, goal, world, node) => {
    if (report.kind !== 'version' || report.version === '') return
    const { content: version, more, resend, plain } = parseVersion(report.version)
    const { url } = follow.type
    const { group } = goal.generation
    follow.suffix = resend
    // A set that had more in it than its generation: what that was, the node's record knows.
    const union = node.unions.get(url)?.find((one) => more && one.version === plain)
    const found =
      more && union === undefined
        ? undefined
        : matchVersion(world, { group, type: url, sent: floorOf(node, group, url) }, version)
    if (found === undefined) {
      follow.opaque = true
      // It may hold whatever a kept generation had: that stays in the set until what it says of its routes, or their ACK, lets go.
      if (follow.type.whole)
        follow.lingering = new Map([...formerNames(world, group, url)].map((name) => [name, undefined]))
      return
    }
    const content = contentOf(found.generation, url)
    follow.origin = more ? undefined : found.generation
    follow.opaque = more
    follow.before = content
    follow.came = content
    if (union !== undefined) follow.lingering = union.lingering
    if (!found.closed) {
      if (version === goal.content.version) {
        distrust(follow, { kind: 'repairing', resend: resend + 1, doubt: undefined, sent: false })
      }
      return
    }
    // Silence at an equal version is for pure wildcards; named types are always answered (rule 18). A version of those does
    // not say of which names it was: a proxy that took some of a version and refused others reports it all the same.
    if (!follow.type.whole || !follow.wants.wildcard || follow.wants.names.size > 0) return
    follow.held = { number: found.generation.number, content }
    follow.base = content
    follow.owesAll = false
  },

  plan: (stream, follow, goal, context, now) => {
    const { wants, type } = follow
    const { changed } = difference(follow.base, goal.content)
    if (!type.whole) {
      // Absence does nothing here: only what is new, changed or owed goes out.
      const asked = withOwed(
        follow,
        select(wants, follow.owesAll ? listOf(goal.content) : changed),
        goal.content,
      )
      const beside = [
        ...emptyAssignments(stream, follow, goal, context, now),
        ...endpointsThatStay(stream, follow, goal, context),
      ]
      const put = beside.length === 0 ? asked : [...asked, ...beside]
      return { put, removed: [], lingering: new Map(), due: put.length > 0 }
    }
    const held = follow.base ?? follow.before
    const gone = difference(held, goal.content).removed.filter(
      (name) => held !== undefined && covers(wants, name),
    )
    const { released, lingering } = sortOut(stream, follow, gone, goal.content, context, now)
    const due =
      follow.base === undefined ||
      follow.owesAll ||
      follow.owed.size > 0 ||
      released.length > 0 ||
      changed.some(({ name }) => covers(wants, name))
    return {
      put: due ? withLingering(select(wants, listOf(goal.content)), lingering.values()) : [],
      removed: [],
      lingering,
      due,
    }
  },

  split: (put) => [put],
}

/** The union of the new set and what has to stay for now (rule 29). */
function withLingering(
  put: readonly Resource[],
  lingering: Iterable<Resource | undefined>,
): readonly Resource[] {
  const stays = [...lingering].filter((resource) => resource !== undefined)
  return stays.length === 0 ? put : [...put, ...stays]
}
