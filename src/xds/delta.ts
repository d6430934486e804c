// Delta: a request changes the subscription, a response brings what changed and names what is gone.
import { contentOf, difference, listOf, type Resource } from './content.ts'
import { distrust } from './follow.ts'
import type { StreamLimits, Variant } from './machine.ts'
import { floorOf } from './nodes.ts'
import { isNamed, sortOut } from './order.ts'
import { withOwed } from './owed.ts'
import { endpointsThatStay } from './stays.ts'
import { changeNames, covers, select } from './subscription.ts'
import { parseVersion } from './version.ts'
import { formerNames, matchReport } from './world.ts'

export const delta: Variant = {
  namesOf: (request) =>
    request.versions.size > request.subscribe.length ? [...request.versions.keys()] : request.subscribe,
  reportOf: (request) => ({ kind: 'versions', versions: request.versions }),

  // Rule 4: a stale nonce never invalidates a subscription change.
  counts: () => true,

  subscribe: (follow, { subscribe, unsubscribe }, first) =>
    changeNames(follow.wants, { first, subscribe, unsubscribe }, follow.type),

  believe: (follow, report, goal, world, node) => {
    if (report.kind !== 'versions') return
    const { url } = follow.type
    const { group } = goal.generation
    const hashes = new Map<string, string>()
    let resend = 0
    for (const [name, text] of report.versions) {
      const parts = parseVersion(text)
      hashes.set(name, parts.content)
      resend = Math.max(resend, parts.resend)
    }
    follow.suffix = resend
    // Gone is gone, also for a name that the client did not subscribe again (rule 18).
    follow.lingering = new Map([...hashes.keys()].map((name) => [name, undefined]))
    const sent = floorOf(node, group, url)
    const found =
      hashes.size === 0
        ? undefined
        : matchReport(world, { group, type: url, sent }, hashes, follow.wants.wildcard)
    follow.origin = found?.generation
    if (found?.closed === true) {
      const content = contentOf(found.generation, url)
      follow.base = content
      follow.held = { number: found.generation.number, content }
      for (const name of follow.wants.names) {
        if (follow.type.alwaysAgain || !hashes.has(name)) follow.owed.add(name)
        else follow.owed.delete(name)
      }
      follow.owesAll = false
      return
    }
    // It may hold, unreported, parts of what it refused: since our start, or by an open refusal before it. A fresh proxy does not.
    if (hashes.size > 0 || sent > 0 || node.doubts.has(url)) {
      follow.lingering = new Map(
        [...formerNames(world, group, url), ...hashes.keys()].map((name) => [name, undefined]),
      )
    }
    follow.opaque = found === undefined && hashes.size > 0
    follow.before = found === undefined ? undefined : contentOf(found.generation, url)
    follow.came = follow.before
    const equal = [...hashes].some(([name, hash]) => goal.content.resources.get(name)?.hash === hash)
    if (equal) distrust(follow, { kind: 'repairing', resend: resend + 1, doubt: undefined, sent: false })
  },

  plan: (stream, follow, goal, context, now) => {
    const { wants, type } = follow
    const { changed } = difference(follow.base, goal.content)
    const asked = withOwed(
      follow,
      select(wants, follow.owesAll ? listOf(goal.content) : changed),
      goal.content,
    )
    const beside = endpointsThatStay(stream, follow, goal, context)
    const put = beside.length === 0 ? asked : [...asked, ...beside]
    const held = follow.base ?? follow.before
    const gone = difference(held, goal.content).removed.filter(
      (name) => held !== undefined && covers(wants, name),
    )
    const { released, lingering } = sortOut(stream, follow, gone, goal.content, context, now)
    const removed = new Set(released)
    for (const name of follow.owed) {
      if (goal.content.resources.has(name) || lingering.has(name) || !covers(wants, name)) continue
      // Absent is said at once (rule 15), but not where that would end a warming with no host.
      if (type.removalEndsWarming && isNamed(stream, follow, name, context, now))
        lingering.set(name, undefined)
      else removed.add(name)
    }
    // A proxy that starts waits for an answer to its wildcard, also when there is nothing.
    const firstAnswer = follow.base === undefined && wants.wildcard
    return {
      put,
      removed: [...removed],
      lingering,
      due: put.length > 0 || removed.size > 0 || firstAnswer,
    }
  },

  split: (put, limits) => splitBySize(put, limits),
}

function splitBySize(
  put: readonly Resource[],
  { deltaResponseBytes }: StreamLimits,
): readonly (readonly Resource[])[] {
  let total = 0
  for (const { body } of put) total += body.byteLength
  if (total <= deltaResponseBytes) return [put]
  const parts: Resource[][] = []
  let part: Resource[] = []
  let bytes = 0
  for (const resource of put) {
    if (part.length > 0 && bytes + resource.body.byteLength > deltaResponseBytes) {
      parts.push(part)
      part = []
      bytes = 0
    }
    part.push(resource)
    bytes += resource.body.byteLength
  }
  parts.push(part)
  return parts
}
