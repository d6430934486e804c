import { describe, expect, it } from 'vitest'
import { envoySchemas, messageSchema } from '../../../src/envoy-api/index.ts'
import { rulesOf } from '../../../src/validate/constraints/plan.ts'
import { compileRe2, wellKnownPattern } from '../../../src/validate/constraints/re2.ts'

describe('RE2 patterns', () => {
  it.each([
    ['a|b', 'b', true],
    ['a|b', 'ab', false],
    ['.', '\n', false],
    ['.', '\r', true],
    ['.', '\u2028', true],
    ['.', '😀', true],
    ['^[^\\s,]+$', 'a\u00a0b', true],
    ['^[^\\s,]+$', 'a\u000bb', true],
    ['^[^\\s,]+$', 'a b', false],
    ['\\s', '\u00a0', false],
    ['\\S', '\u00a0', true],
    ['[^/]*', 'a/b', false],
    ['[a\\-z]+', 'a-z', true],
    ['[a\\-z]+', 'b', false],
    ['[\\x00-\\x1f]', '\u0007', true],
    ['\\_', '_', true],
    ['[]a]+', ']a', true],
    ['(?:ab)+', 'abab', true],
  ])('%s and %j: %j', (pattern, text, matches) => {
    expect(compileRe2(pattern).test(text)).toBe(matches)
  })

  it.each(['\\C*', '\\Aa', 'a\\z', '(?i)a', '(?P<n>a)', '[[:alpha:]]', '\\pL', '\\Qa\\E', '[\\S]', '\\bA'])(
    'refuse %s, which JavaScript would read otherwise',
    (pattern) => {
      expect(() => compileRe2(pattern)).toThrow(/cannot be held here/)
    },
  )

  it("are all held that Envoy's API has", () => {
    const patterns: string[] = []
    const collect = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      for (const [key, member] of Object.entries(value)) {
        if (key === 'pattern' && typeof member === 'string') patterns.push(member)
        collect(member)
      }
    }
    for (const name of envoySchemas().messageNames()) {
      for (const field of messageSchema(name)?.fields ?? []) collect(rulesOf(field))
    }
    expect(patterns).toHaveLength(16)
    for (const pattern of patterns) expect(compileRe2(pattern)).toBeInstanceOf(RegExp)
  })
})

describe('header names and values', () => {
  it.each([
    ['HTTP_HEADER_NAME', true, ['x-a', ':path', 'A_b~!'], ['', 'a b', 'a:b', 'a\n', 'ü']],
    ['HTTP_HEADER_NAME', false, ['', 'a b', 'ü'], ['a\r', '\u0000', 'a\nb']],
    ['HTTP_HEADER_VALUE', true, ['', 'a b\t', 'ü'], ['a\n', '\u0001', '\u007f']],
    ['HTTP_HEADER_VALUE', false, ['\u0001', 'a'], ['a\n']],
  ])('%s, strict %j', (name, strict, good, bad) => {
    const { pattern } = wellKnownPattern(name, strict)
    expect(good.filter((text) => !pattern.test(text))).toEqual([])
    expect(bad.filter((text) => pattern.test(text))).toEqual([])
  })
})
