// Regular expressions as Envoy compiles them: RE2, of a program of at most 100 instructions. Envoy 1.36 reads them as UTF-8,
// 1.40 byte by byte (there "é" is two characters, and \p{Greek} matches nothing), so both readings have to hold. re2js
// refuses what RE2 would; what it takes beyond that, and the size, is looked at here. Where it cannot be known, the answer
// is no. Held against real Envoys by test/conformance/validation.
import { createRequire } from 'node:module'
import { limits } from './limits.ts'
import { programSize } from './regex-size.ts'

/** Instructions of a compiled expression: Envoy's own default for `re2.max_program_size.error_level`. */
const mostInstructions = 100

type Re2 = typeof import('re2js')
let loaded: Re2 | undefined
/** Loaded at the first expression: most commands never meet one. */
function re2(): Re2 {
  loaded ??= createRequire(import.meta.url)('re2js') as Re2
  return loaded
}

/** Why an Envoy would not compile it, in words for whoever wrote it; undefined when all would. */
export function regexFault(regex: string): string | undefined {
  if (regex === '') return 'wanted a regular expression, found none'
  if (regex.length > limits.fieldLength) {
    return `wanted at most ${limits.fieldLength} characters, found ${regex.length}`
  }
  const fault = escapeFault(regex)
  if (fault !== undefined) return fault
  const { RE2JS, RE2JSException } = re2()
  let size: number
  try {
    const asBytes = RE2JS.compile(Buffer.from(regex, 'utf8').toString('latin1'))
    const asText = RE2JS.compile(regex)
    size = Math.max(programSize(asBytes, 'bytes'), programSize(asText, 'utf8'))
  } catch (error) {
    if (error instanceof RE2JSException) return `wanted a regular expression of RE2: ${error.message}`
    throw error
  }
  return size > mostInstructions
    ? `wanted a program of at most ${mostInstructions} instructions, found about ${size}: say it shorter`
    : undefined
}

/** How many groups it has; or why an Envoy would not compile it. */
export function regexGroups(regex: string): number | string {
  return regexFault(regex) ?? re2().RE2JS.compile(regex).groupCount()
}

/** Whether the expression matches the whole text, as Envoy asks it. An expression that does not compile matches nothing. */
export function matchesRegex(regex: string, text: string): boolean {
  const compiled = compiledOrNothing(regex)
  return compiled?.matches(text) === true
}

/** Every match of the expression replaced; `\1` in the substitution is its first group, `\0` the whole match. */
export function replaceRegex(regex: string, text: string, substitution: string): string {
  const compiled = compiledOrNothing(regex)
  const words = substitution.replace(/\\(\\|\d)|\$/g, (found, after: string | undefined) =>
    after === undefined ? '\\$' : after === '\\' ? '\\\\' : `$${found.slice(1)}`,
  )
  return compiled === undefined ? text : compiled.matcher(text).replaceAll(words)
}

function compiledOrNothing(regex: string) {
  const { RE2JS, RE2JSException } = re2()
  try {
    return RE2JS.compile(regex)
  } catch (error) {
    if (error instanceof RE2JSException) return undefined
    throw error
  }
}

/** A text as an expression that matches it alone. */
export const regexOf = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** Classes by name that every RE2 knows, and that mean something among bytes. */
const classNames = /^\^?(Any|Common|Latin|C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)$/

/** Escapes that re2js knows and an Envoy does not: more class names, characters beyond a byte. */
function escapeFault(regex: string): string | undefined {
  const escapes =
    /\\(?:Q[\s\S]*?(?:\\E|$)|[pP](?:\{(?<name>[^}]*)\}|(?<letter>.))|x\{(?<braced>[0-9A-Fa-f]+)\}|(?<octal>[0-7]{2,3})|[\s\S])/gu
  for (const { groups = {}, 0: found } of regex.matchAll(escapes)) {
    const name = groups.name ?? groups.letter
    if (name !== undefined && !classNames.test(name)) {
      return `wanted a class such as \\pL, \\p{Lu} or \\p{Latin}, found ${found}`
    }
    const character = Math.max(
      Number.parseInt(groups.braced ?? '0', 16),
      Number.parseInt(groups.octal ?? '0', 8),
    )
    if (character > 0xff) return `wanted a character of one byte (up to \\xFF), found ${found}`
  }
  return undefined
}
