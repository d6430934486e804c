// The difference between two contents of an object, in lines that a person can read.
import { type Json, limits } from '../../base/index.ts'
import type { TrafficState } from '../kinds/traffic.ts'
import { pathText } from '../manifests/faults.ts'
import { printSpec } from '../manifests/print-manifest.ts'
import type { ObjectContent } from '../objects.ts'
import { percent } from './traffic.ts'

/**
 * `spec.upstream.connectTimeout: 1s → 2s`, `… : added …`, `… : removed …`, in the form that people write. Items of a
 * list that have names are compared by name: `spec.environments[green].release.version: v1 → v2`.
 */
export function diffLines(before: ObjectContent, after: ObjectContent): readonly string[] {
  const was = leavesOf(before)
  const is = leavesOf(after)
  const lines: string[] = []
  for (const path of new Set([...was.keys(), ...is.keys()])) {
    // An environment without a share has the share 0, and a cohort that is not on is off: nothing is missing.
    const none =
      after.kind === 'Traffic' && !path.startsWith('traffic.fences[')
        ? /^traffic\.(cohorts|mirrors)\./.test(path)
          ? 'off'
          : percent(0)
        : undefined
    const [old, now] = [was.get(path) ?? none, is.get(path) ?? none]
    if (old === now) continue
    if (old === undefined) lines.push(`${path}: added ${now}`)
    else if (now === undefined) lines.push(`${path}: removed ${old}`)
    else lines.push(`${path}: ${old} → ${now}`)
  }
  const more = lines.length - limits.diffLines
  return more <= 0 ? lines : [...lines.slice(0, limits.diffLines), `${more} more lines`]
}

function leavesOf(object: ObjectContent): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>()
  collect(object.labels, 'metadata.labels', leaves)
  if (object.kind === 'Traffic') return trafficLeaves(object.spec)
  collect(printSpec(object), 'spec', leaves)
  if (object.kind === 'Service') collect(object.incarnations, 'status.incarnations', leaves)
  return leaves
}

function trafficLeaves({
  weights,
  cohorts = [],
  mirrors = {},
  fences = [],
}: TrafficState): ReadonlyMap<string, string> {
  return new Map([
    ...Object.entries(weights).map(([name, share]) => [`traffic.${name}`, percent(share)] as const),
    ...cohorts.map((name) => [`traffic.cohorts.${name}`, 'on'] as const),
    ...Object.entries(mirrors).map(([name, share]) => [`traffic.mirrors.${name}`, percent(share)] as const),
    ...fences.map(({ id, text }) => [`traffic.fences[${id}]`, text] as const),
  ])
}

function collect(value: Json, path: string, leaves: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) {
    leaves.set(path, String(value))
  } else if (Array.isArray(value)) {
    const names = value.map(nameOf)
    const named = names.every((name) => name !== undefined) && new Set(names).size === names.length
    value.forEach((item: Json, index) => {
      collect(item, `${path}[${named ? names[index] : index}]`, leaves)
    })
  } else {
    for (const [key, member] of Object.entries(value)) {
      const step = pathText([key])
      collect(member, step.startsWith('[') ? `${path}${step}` : `${path}.${step}`, leaves)
    }
  }
}

/** By what an item of a list is told from the others: itself where it is a text, else its name. */
export const nameOf = (item: Json): string | undefined => {
  if (typeof item === 'string') return item
  if (typeof item !== 'object' || item === null || Array.isArray(item) || !('name' in item)) return undefined
  return typeof item.name === 'string' ? item.name : undefined
}
