// The regular expressions of validate.rules, which are RE2 and must match the whole value, as JavaScript ones. Only
// what means the same in both, or can be said in both, is taken; anything else is a bug to be met when the API is
// rebuilt, not a constraint to be held wrongly.

/** Escapes that RE2 and JavaScript (flag u) read alike, inside and outside of classes. */
const shared = /^(?:[dDwWntrfv]|x[0-9A-Fa-f]{2}|[\^$\\.*+?()[\]{}|/])$/
/** RE2's \s is ASCII and has no vertical tab. */
const space = '\\t\\n\\f\\r '
/** Groups that name, flag or look around: not one of them means the same in both. */
const otherGroup = /^\(\?(?!:)/

/** The pattern as a JavaScript expression over code points that matches whole values. Throws when it cannot be one. */
export function compileRe2(pattern: string): RegExp {
  let text = ''
  let inClass = false
  let rest = pattern
  const take = (length: number): string => {
    const taken = rest.slice(0, length)
    rest = rest.slice(length)
    return taken
  }
  while (rest !== '') {
    if (rest.startsWith('\\')) {
      const escaped = /^\\(x[0-9A-Fa-f]{2}|[\s\S])/.exec(rest)?.[1] ?? unsupported(pattern, rest)
      take(escaped.length + 1)
      if (escaped === 's') text += inClass ? space : `[${space}]`
      else if (escaped === 'S' && !inClass) text += `[^${space}]`
      else if (shared.test(escaped)) text += `\\${escaped}`
      else if (/^[^A-Za-z0-9]$/.test(escaped)) text += escaped === '-' && inClass ? '\\-' : escaped
      else unsupported(pattern, `\\${escaped}`)
    } else if (inClass) {
      if (rest.startsWith('[:')) unsupported(pattern, rest)
      if (rest.startsWith(']')) inClass = false
      text += rest.startsWith('[') ? `\\${take(1)}` : take(1)
    } else if (rest.startsWith('[')) {
      inClass = true
      // A bracket that closes nothing is itself.
      text += take(rest.startsWith('[^') ? 2 : 1)
      if (rest.startsWith(']')) text += `\\${take(1)}`
    } else if (otherGroup.test(rest)) unsupported(pattern, rest)
    else if (rest.startsWith('.')) {
      take(1)
      text += '[^\\n]'
    } else text += take(1)
  }
  return new RegExp(`^(?:${text})$`, 'u')
}

function unsupported(pattern: string, rest: string): never {
  throw new Error(`the pattern ${pattern} of Envoy's API cannot be held here from ${rest.slice(0, 8)} on`)
}

/** PGV's names for patterns (module/checker.go): strict is the default. */
const headerName = /^:?[0-9a-zA-Z!#$%&'*+-.^_|~`]+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: header values must not hold them
const headerValue = /^[^\u0000-\u0008\u000A-\u001F\u007F]*$/u
// biome-ignore lint/suspicious/noControlCharactersInRegex: headers must not hold them
const headerText = /^[^\u0000\u000A\u000D]*$/u

/** A pattern known by name, with what it asks for in words. */
export function wellKnownPattern(
  name: string,
  strict: boolean,
): { readonly pattern: RegExp; readonly wanted: string } {
  if (name !== 'HTTP_HEADER_NAME' && name !== 'HTTP_HEADER_VALUE')
    throw new Error(`no pattern is known as ${name}`)
  if (!strict) return { pattern: headerText, wanted: 'no NUL, line feed or carriage return' }
  return name === 'HTTP_HEADER_NAME'
    ? { pattern: headerName, wanted: 'a header name' }
    : { pattern: headerValue, wanted: 'a header value (no control characters)' }
}
