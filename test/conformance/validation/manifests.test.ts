// From the other side: whatever people write, either it is refused here and the field is named, or a real Envoy takes what is
// made of it.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Problem, Result } from '../../../src/base/index.ts'
import { parseManifests, planApply } from '../../../src/model/index.ts'
import { type CompiledGroup, createCompiler } from '../../../src/snapshot/index.ts'
import { describeWithBothEnvoys, envoyBinary, supportedEnvoys } from '../../support/with-envoy.ts'
import { commit } from '../../unit/model/fixtures.ts'
import { type ManifestSet, randomManifests } from './random-manifests.ts'
import { startWorldLoader, type WorldLoader } from './world-loader.ts'

const seed = Number(process.env.SEED ?? 20_260)
const count = process.env.VALIDATION === 'all' ? 1_500 : 100

describeWithBothEnvoys('worlds by chance', () => {
  for (const release of supportedEnvoys) {
    let loader: WorldLoader
    beforeAll(async () => {
      loader = await startWorldLoader(envoyBinary(release))
    })
    afterAll(() => loader.close())

    it.each(['ordinary', 'odd'] as const)(
      `are refused by their field or taken by the ${release} Envoy: %s`,
      { timeout: 600_000 },
      async (kind) => {
        let taken = 0
        for (const manifests of randomManifests(kind, count, seed)) {
          const compiled = compile(manifests)
          if (!compiled.ok) {
            expectFieldNamed(compiled.error)
            continue
          }
          taken += 1
          const said = await loader.load(compiled.value)
          expect(said, `SEED=${seed}: ${JSON.stringify(manifests)}`).toEqual([])
        }
        // Refusals alone would prove little.
        expect(taken).toBeGreaterThan(count / 4)
      },
    )
  }
})

/** As an apply does it: text, objects, plan, commit, resources. */
function compile(manifests: ManifestSet): Result<CompiledGroup, Problem> {
  const parsed = parseManifests([{ file: 'world.json', text: JSON.stringify(manifests) }])
  if (!parsed.ok) return parsed
  const plan = planApply(new Map(), parsed.value)
  if (!plan.ok) return plan
  return createCompiler().compile(commit(new Map(), plan.value), 'default/edge')
}

/** Every fault says which field of a manifest, or at least where in the text. */
function expectFieldNamed(problem: Problem): void {
  if (problem.kind !== 'invalid') throw new Error(JSON.stringify(problem))
  for (const { path, line, message } of problem.violations) {
    expect(/^(spec|metadata)\../.test(path) || line !== undefined, `${path}: ${message}`).toBe(true)
    expect(message).not.toContain('Envoy would refuse it')
  }
}
