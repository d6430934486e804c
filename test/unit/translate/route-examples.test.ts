// examples/routes: what the page shows is applied and compiled as it stands.
import { expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { parseManifests, planApply } from '../../../src/model/index.ts'
import { createCompiler } from '../../../src/snapshot/index.ts'
import { commit, filesOf, value } from '../model/fixtures.ts'

it('examples/routes can be applied to an empty world, and nothing of it is refused', () => {
  const plan = value(planApply(new Map(), value(parseManifests(filesOf('routes')))))
  const world = commit(new Map(), plan)
  const compiled = value(createCompiler().compile(world, 'default/edge'))
  expect([...(compiled.types.get(typeUrls.rds)?.keys() ?? [])]).toEqual(['default/edge/http'])
  // Applied again, it changes nothing.
  expect(value(planApply(world, value(parseManifests(filesOf('routes'))))).puts).toEqual([])
})
