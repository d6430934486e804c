// RFC 7396: what a JSON merge patch makes of a value. Pure; the input is not changed.
import type { Json } from './json.ts'

type Fields = { readonly [key: string]: Json }

/**
 * The target with the patch applied: members of objects are merged, null takes a member away, anything else (lists too)
 * takes the place of what was there.
 */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isFields(patch)) return patch
  const merged = new Map<string, Json>(isFields(target) ? Object.entries(target) : [])
  for (const [key, member] of Object.entries(patch)) {
    if (member === null) merged.delete(key)
    else merged.set(key, mergePatch(merged.get(key), member))
  }
  return Object.fromEntries(merged)
}

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
