// examples/: the manifests there are applied and compiled as they stand. Programs stand there too: they have tests of their own.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { manifestText, parseManifests, planApply, printManifest } from '../../../src/model/index.ts'
import { createCompiler } from '../../../src/snapshot/index.ts'
import { commit, filesOf, value } from '../model/fixtures.ts'

const folders = readdirSync(join(import.meta.dirname, '..', '..', '..', 'examples'))

const others = ['broken', 'client']

describe.each(folders.filter((folder) => !others.includes(folder)))('examples/%s', (folder) => {
  const manifests = value(parseManifests(filesOf(folder)))
  const world = commit(new Map(), value(planApply(new Map(), manifests)))

  it('is served to every node group that it names', () => {
    const groups = [...world.values()].filter(({ kind }) => kind === 'NodeGroup')
    expect(groups.length).toBeGreaterThan(0)
    const compiler = createCompiler()
    for (const { namespace, name } of groups) {
      const compiled = value(compiler.compile(world, `${namespace}/${name}`))
      expect(compiled.types.get(typeUrls.lds)?.size ?? 0).toBeGreaterThan(0)
    }
  })

  it('changes nothing when it is applied again', () => {
    expect(value(planApply(world, manifests)).puts).toEqual([])
  })

  it('says the same when it is applied as it is printed', () => {
    const written = [...world.values()].filter(({ kind }) => kind !== 'Traffic')
    const text = manifestText(
      written.map((each) => printManifest(each)),
      'yaml',
    )
    const again = value(parseManifests([{ file: 'printed.yaml', text }]))
    expect(value(planApply(world, again)).puts).toEqual([])
  })
})
