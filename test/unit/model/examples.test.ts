// The manifests in examples/: those that run, and those that are refused with exactly the words they promise.
import { describe, expect, it } from 'vitest'
import { manifestText, parseManifests, planApply, printManifest } from '../../../src/model/index.ts'
import { commit, filesOf, value } from './fixtures.ts'

describe.each(['demo', 'single'])('examples/%s', (folder) => {
  const manifests = value(parseManifests(filesOf(folder)))
  const plan = value(planApply(new Map(), manifests))

  it('can be applied to an empty world, all traffic on blue', () => {
    expect(plan.puts).toHaveLength(manifests.length + 1)
    expect(plan.notes).toEqual(['default/checkout blue/green: traffic starts at 100/0'])
  })

  it('changes nothing when it is applied again, nor when it is applied as it is printed', () => {
    const world = commit(new Map(), plan)
    expect(value(planApply(world, manifests)).puts).toEqual([])
    const printed = manifestText(
      [...world.values()].filter(({ kind }) => kind !== 'Traffic').map((object) => printManifest(object)),
      'yaml',
    )
    const again = value(parseManifests([{ file: 'printed.yaml', text: printed }]))
    expect(value(planApply(world, again)).puts).toEqual([])
  })
})

describe('examples/broken', () => {
  it.each(filesOf('broken').map(({ file, text }) => [file, text] as const))(
    '%s is refused as it says',
    (file, text) => {
      const expected = text
        .split('\n')
        .filter((line) => line.startsWith('#   '))
        .map((line) => line.slice(4))
      expect(expected.length).toBeGreaterThan(0)
      const parsed = parseManifests([{ file, text }])
      const result = parsed.ok ? planApply(new Map(), parsed.value) : parsed
      if (result.ok) throw new Error('was not refused')
      if (result.error.kind !== 'invalid') {
        expect([`${result.error.kind}: ${result.error.message}`]).toEqual(expected)
        return
      }
      const found = result.error.violations.map(({ line, column, path, message }) => {
        const at = line === undefined ? '' : `${line}:${column} `
        return `${at}${path === '' ? '' : `${path}: `}${message}`
      })
      expect(found).toEqual(expected)
    },
  )
})
