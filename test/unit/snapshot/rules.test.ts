// The xDS rules that versions keep; `npm run test:breaks` shows that each test catches its break.
import { describe, expect, it } from 'vitest'
import { createCompiler, versionOf } from '../../../src/snapshot/index.ts'
import { group, small } from '../translate/world.ts'

describe('versions', () => {
  it('rule 7: are unsalted, over names and hashes: another process gives the same', () => {
    // Written down once: whatever changes it makes every fleet take its whole configuration again.
    expect(versionOf(new Map([['a', '1']]))).toBe('309b0e45a73d3fc5325e2b6ed0a01ef8')
    expect(versionOf(new Map([['a', '2']]))).not.toBe(versionOf(new Map([['a', '1']])))
    expect(versionOf(new Map([['b', '1']]))).not.toBe(versionOf(new Map([['a', '1']])))
  })

  it('rule 7: of resources depend on nothing but their content: two compilers give the same hashes', () => {
    const hashes = () => {
      const compiled = createCompiler().compile(small(), group)
      if (!compiled.ok) throw new Error(compiled.error.message)
      return [...compiled.value.types].flatMap(([, resources]) =>
        [...resources.values()].map(({ hash }) => hash),
      )
    }
    expect(hashes()).toEqual(hashes())
    expect(hashes().length).toBeGreaterThan(5)
  })
})
