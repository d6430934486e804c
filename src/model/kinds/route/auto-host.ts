// The name of a backend, for rules that tell it: only endpoints that are found by a name have one.
import type { Mismatch } from '../../kind-definition.ts'
import type { ObjectContent } from '../../objects.ts'
import type { Rule } from './rule.ts'

/** What is wrong with `rewrite.autoHost` towards this service. */
export function autoHostMismatch(
  target: ObjectContent,
  { rewrite }: Rule,
  rule: string,
): readonly Mismatch[] {
  if (rewrite?.autoHost === undefined || target.kind !== 'Service') return []
  if (target.spec.environments.some(({ endpoints }) => endpoints.dns !== undefined)) return []
  const message = `wanted "host", or endpoints by "dns": no backend of Service "${target.name}" has a host name`
  return [{ path: `${rule}.rewrite.autoHost`, message }]
}
