// Generations as the streamers keep them: differences, rings, resync, and contents shared wherever they are equal.
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { contentOf, difference, listOf } from '../../../src/xds/content.ts'
import { parseVersion, versionText } from '../../../src/xds/version.ts'
import { close, createWorld, generationOf, matchVersion, newestOf, publish } from '../../../src/xds/world.ts'
import { publishOf, type Spec, versionOf } from './support/content.ts'

const one: Spec = { cds: { a: '1', c: '1' }, rds: { r: '1 > a' } }
const two: Spec = { cds: { a: '1', b: '1', c: '2' }, rds: { r: '1 > a' } }

function filled() {
  const world = createWorld()
  publish(world, publishOf('g', 1, one))
  publish(world, publishOf('g', 2, two, { generation: 1, spec: one }))
  const first = generationOf(world, 'g', 1)
  const second = newestOf(world, 'g')
  if (first === undefined || second === undefined) throw new Error('no generations')
  return { world, first, second }
}

describe('generations', () => {
  it('applies a difference, in the order of names, and shares what did not change', () => {
    const { first, second } = filled()
    expect(listOf(contentOf(second, typeUrls.cds)).map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    expect(contentOf(second, typeUrls.rds)).toBe(contentOf(first, typeUrls.rds))
  })

  it('finds a difference once for everybody', () => {
    const { first, second } = filled()
    const [from, to] = [contentOf(first, typeUrls.cds), contentOf(second, typeUrls.cds)]
    const found = difference(from, to)
    expect(found.changed.map(({ name }) => name)).toEqual(['b', 'c'])
    expect(difference(to, from).removed).toEqual(['b'])
    expect(difference(from, to)).toBe(found)
  })

  it('uses the content of then for a rollback', () => {
    const { world, first } = filled()
    publish(world, publishOf('g', 3, one, { generation: 2, spec: two }))
    expect(newestOf(world, 'g')?.types.get(typeUrls.cds)).toBe(first.types.get(typeUrls.cds))
  })

  it('asks for the whole when a base is missing, and takes it', () => {
    const { world } = filled()
    expect(publish(world, publishOf('g', 9, one, { generation: 8, spec: two }))).toEqual({
      kind: 'resync',
      group: 'g',
      have: 2,
    })
    expect(publish(world, publishOf('new', 9, one, { generation: 8, spec: two }))).toMatchObject({
      have: undefined,
    })
    expect(publish(world, publishOf('g', 9, one))).toBeUndefined()
    expect(newestOf(world, 'g')?.number).toBe(9)
  })

  it('ignores what it knows already', () => {
    const { world, second } = filled()
    publish(world, publishOf('g', 2, one, { generation: 1, spec: two }))
    expect(newestOf(world, 'g')).toBe(second)
  })

  it('keeps a bounded ring, and forgets with a generation that it was closed', () => {
    const { world } = filled()
    close(world, 'g', 1)
    let before = two
    for (let number = 3; number < limits.generationsKept + 3; number += 1) {
      const spec = { ...one, cds: { a: `${number}` } }
      publish(world, publishOf('g', number, spec, { generation: number - 1, spec: before }))
      before = spec
    }
    expect(world.rings.get('g')?.generations).toHaveLength(limits.generationsKept)
    expect(world.rings.get('g')?.closed.size).toBe(0)
  })

  it('believes an older closed generation only of a node that was not sent a newer open one', () => {
    const { world } = filled()
    close(world, 'g', 1)
    const match = (sent: number) =>
      matchVersion(world, { group: 'g', type: typeUrls.cds, sent }, versionOf('cds', one))?.closed
    expect([match(1), match(2), match(0)]).toEqual([true, false, false])
    close(world, 'g', 2)
    expect([match(1), match(2), match(0)]).toEqual([true, true, true])
  })

  it('matches a version to a closed generation rather than to another', () => {
    const { world } = filled()
    close(world, 'g', 1)
    const found = matchVersion(world, { group: 'g', type: typeUrls.rds, sent: 0 }, versionOf('rds', one))
    expect([found?.generation.number, found?.closed]).toEqual([1, true])
    expect(
      matchVersion(world, { group: 'g', type: typeUrls.cds, sent: 0 }, versionOf('cds', two))?.closed,
    ).toBe(false)
  })
})

describe('versions', () => {
  it.each([
    ['abc', undefined, [], 'abc'],
    ['abc', 3, [], 'abc~3'],
  ] as const)('writes and reads %s with resend %s', (content, resend, lingering, text) => {
    expect(versionText(content, resend, lingering)).toBe(text)
    expect(parseVersion(text)).toEqual({ content, resend: resend ?? 0, more: false, plain: content })
  })

  it('tells a set with more in it from the plain one', () => {
    const text = versionText('abc', 2, ['b', 'a'])
    expect(text).toBe(versionText('abc', 2, ['a', 'b']))
    expect(text).not.toBe(versionText('abc', 2, ['a']))
    expect(parseVersion(text)).toEqual({
      content: 'abc',
      resend: 2,
      more: true,
      plain: text.replace('~2', ''),
    })
  })
})
