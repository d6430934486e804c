// Never back in time after the store was damaged: the newest generation that could be proven may be older than what a
// proxy holds, and nobody can tell by the versions, because a rollback is old content. So in a guarded group a proxy that
// comes back with anything else than that generation is sent nothing and keeps what it has (rule 35), until the operator
// says which generation is served. One that comes with nothing has nothing to lose.
import { type Content, contentOf } from './content.ts'
import type { Follow, Report } from './follow.ts'
import type { Context, Effect, StreamState } from './machine.ts'
import { parseVersion } from './version.ts'
import { newestOf } from './world.ts'

/** Looks at what a stream of a guarded group reports; holds it whole, if it holds anything else than the newest known. */
export function guard(stream: StreamState, { world }: Context): readonly Effect[] {
  const { group } = stream
  if (group === undefined || !world.guarded.has(group)) {
    stream.ahead = false
    return []
  }
  const newest = newestOf(world, group)
  if (stream.ahead || newest === undefined) return []
  for (const follow of stream.follows.values()) {
    if (follow.report === undefined || isSame(follow, follow.report, contentOf(newest, follow.type.url)))
      continue
    stream.ahead = true
    const detail = `it holds other ${follow.type.key.toUpperCase()} than generation ${newest.number}, the newest that is proven: it keeps what it has`
    return [{ kind: 'note', event: 'xds_left_alone', detail }]
  }
  return []
}

function isSame(follow: Follow, report: Report, content: Content): boolean {
  if (report.kind === 'version') {
    const { content: version, more } = parseVersion(report.version)
    return report.version === '' || (!more && version === content.version)
  }
  const { versions } = report
  if (versions.size === 0) return true
  if (follow.wants.wildcard && versions.size !== content.resources.size) return false
  return [...versions].every(
    ([name, text]) => content.resources.get(name)?.hash === parseVersion(text).content,
  )
}
