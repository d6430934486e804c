// Every rule has a test named after it and a break that the test catches; `npm run test:breaks` shows that it does.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..', '..', '..')
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)
const rules = [...range(1, 18), ...range(20, 43)]

interface Break {
  readonly rule: string
  readonly file: string
  readonly find: string
  readonly replace: string
  readonly test: string
  readonly name: string
}
const breaks: readonly Break[] = JSON.parse(readFileSync(join(root, 'test', 'breaks', 'breaks.json'), 'utf8'))
/** Tests named after a rule lie in the room that keeps it: all of xds' own, and `rules.test.ts` elsewhere. */
const rooms = join(root, 'test', 'unit')
const files = [
  ...readdirSync(import.meta.dirname).map((name) => `test/unit/xds/rules/${name}`),
  ...readdirSync(rooms).map((room) => `test/unit/${room}/rules.test.ts`),
].filter((file) => file.endsWith('.test.ts') && existsSync(join(root, file)))
const tests = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))

describe('the list of breaks', () => {
  it.each(rules)('has a test and a break for rule %i', (rule) => {
    expect([...tests.values()].some((text) => text.includes(`'rule ${rule}: `))).toBe(true)
    expect(breaks.filter((one) => one.rule === `${rule}`).length).toBeGreaterThan(0)
  })

  it('breaks one line each, which is there exactly once, and names a test that is there', () => {
    const wrong = breaks.filter(({ file, find, replace, test, name, rule }) => {
      const parts = readFileSync(join(root, file), 'utf8').split(find).length
      const text = tests.get(test) ?? readFileSync(join(root, test), 'utf8')
      return (
        parts !== 2 ||
        find.includes('\n') ||
        find === replace ||
        // Of the rules of a stream; others (the simulation's, validation's) are named after what they are about.
        (/^\d+$/.test(rule) && (!text.includes(`'${name}`) || !name.startsWith(`rule ${rule}:`)))
      )
    })
    expect(wrong).toEqual([])
  })

  it('has a break for every test of a rule', () => {
    const without = [...tests].flatMap(([file, text]) =>
      [...text.matchAll(/^ *(?:it|test)(?:\.each\([^)]*\))?\('(rule \d+: [^']*)'/gm)]
        .map(([, name = '']) => name)
        .filter((name) => !breaks.some((one) => one.test === file && name.startsWith(one.name)))
        .map((name) => `${file}: ${name}`),
    )
    expect(without).toEqual([])
  })
})
