// What is wrong with an input, before it is known where in which file it stands; and the words for what was found.
import { limits, type Violation } from '../../base/index.ts'

/** Steps from the object's root: field names and indexes. */
export type Path = readonly (string | number)[]

/** One fault of one object. */
export interface Fault {
  readonly path: Path
  readonly message: string
  /** The fault is the key itself (an unknown field), not its value. */
  readonly onKey?: boolean
}

/** Position of a path in a text, 1-based; of the nearest enclosing thing when the path leads to nothing. */
export type Locate = (path: Path, onKey: boolean) => Position | undefined
export interface Position {
  readonly line: number
  readonly column: number
}

/** A text cut to a length at which errors stay readable, quoted, with odd characters escaped. */
export function quote(text: string): string {
  const cut = text.length > limits.foundLength
  const quoted = JSON.stringify(cut ? text.slice(0, limits.foundLength) : text)
  return cut ? `${quoted.slice(0, -1)}…" (${text.length} characters)` : quoted
}

/** `spec.environments[1].endpoints`; odd keys stand quoted in brackets. */
export function pathText(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      if (!/^[A-Za-z0-9_-]{1,63}$/.test(step)) return `[${quote(step)}]`
      return index === 0 ? step : `.${step}`
    })
    .join('')
}

/** The steps of a path text, as far as it can be read back. */
export function parsePath(text: string): Path {
  return [...text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")[^\]]*\]|([^.[\]]+)/g)].map(
    ([, index, quoted, plain]) => {
      if (index !== undefined) return Number(index)
      return quoted === undefined ? (plain ?? '') : String(JSON.parse(quoted))
    },
  )
}

/** What stands there, in words: `the string "abc"`, `a list of 3`. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (typeof value === 'string') return `the string ${quote(value)}`
  if (typeof value === 'number') return `the number ${value}`
  if (typeof value === 'boolean') return `${value}`
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
  const fields = Object.keys(value)
  return fields.length === 0 ? 'an empty object' : 'an object'
}

/** The value at a path, by own members only. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.getOwnPropertyDescriptor(value, step)?.value
  }
  return value
}

/** Faults as violations of one object of one file. */
export function violationsOf(
  faults: readonly Fault[],
  where: { readonly object?: string; readonly file?: string; readonly locate?: Locate },
): Violation[] {
  return faults.map(({ path, message, onKey }) => {
    const position = where.locate?.(path, onKey ?? false)
    return {
      path: pathText(path),
      message,
      ...(where.file === undefined ? {} : { file: where.file }),
      ...position,
      ...(where.object === undefined ? {} : { object: where.object }),
    }
  })
}

/** At most `limits.violationsReported`; what is left out is counted in a last one. */
export function bounded(violations: readonly Violation[]): readonly Violation[] {
  const more = violations.length - limits.violationsReported
  if (more <= 0) return violations
  const message = `${more} more ${more === 1 ? 'problem' : 'problems'}`
  return [...violations.slice(0, limits.violationsReported), { path: '', message }]
}
