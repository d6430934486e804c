// Manifests → Envoy resources, as a person reads them. `UPDATE_GOLDEN=1 npx vitest run test/golden` rewrites the
// expected files; the diff is what to review.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { decodeJson, messageOfTypeUrl, resourceTypes, splitAny } from '../../src/envoy-api/index.ts'
import { type CompiledGroup, createCompiler, factsOf } from '../../src/snapshot/index.ts'
import { groupsOf, worldOf } from './world.ts'

const folder = join(import.meta.dirname, 'cases')
const cases = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.expected.yaml'))

describe('manifests become Envoy resources', () => {
  for (const name of cases) {
    it(`as written down in ${name}`, () => {
      const input = readFileSync(join(folder, name), 'utf8')
      const shown = (/^# shows: (.*)$/m.exec(input)?.[1] ?? '').split(' ')
      const found = stringify(resourcesOf(input, shown), { lineWidth: 110, aliasDuplicateObjects: false })
      const file = join(folder, name.replace('.yaml', '.expected.yaml'))
      if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, found)
      expect(found).toBe(readFileSync(file, 'utf8'))
    })
  }
})

/** Group → type → name → resource as decoded from its bytes; `lds-names` shows names only. */
function resourcesOf(input: string, shown: readonly string[]) {
  const world = worldOf(input)
  const compiler = createCompiler()
  const groups: Record<string, Record<string, unknown>> = {}
  for (const group of groupsOf(world)) {
    const compiled = compiler.compile(world, group)
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.error, undefined, 2))
    groups[group] = Object.fromEntries(shown.map((what) => [what, shownOf(compiled.value, what)]))
  }
  return groups
}

function shownOf(compiled: CompiledGroup, what: string) {
  const type = Object.values(resourceTypes).find(({ key }) => key === what.replace('-names', ''))
  if (type === undefined) throw new Error(`no such resource type: ${what}`)
  const resources = [...(compiled.types.get(type.typeUrl)?.values() ?? [])]
  if (what.endsWith('-names')) return resources.map(({ name }) => name)
  return Object.fromEntries(
    resources.map(({ name, body, facts }) => {
      const { typeUrl, value } = splitAny(body)
      const json = decodeJson(messageOfTypeUrl(typeUrl), value)
      // What is noted while translating is what the bytes say: a restart reads it from there.
      expect(factsOf(typeUrl, json)).toEqual(facts)
      return [name, json]
    }),
  )
}
