// What is changed: the resources of the goldens and of everything.yaml, as JSON, per node group.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../../../src/base/index.ts'
import { decodeJson, messageOfTypeUrl, splitAny } from '../../../src/envoy-api/index.ts'
import { createCompiler } from '../../../src/snapshot/index.ts'
import { groupsOf, worldOf } from '../../golden/world.ts'

export interface Resource {
  readonly typeUrl: string
  readonly name: string
  readonly json: Json
}
/** The resources of one node group of one world. */
export interface BaseWorld {
  readonly name: string
  readonly resources: readonly Resource[]
}

/** Every node group of the goldens, and of everything.yaml first. */
export function baseWorlds(): readonly BaseWorld[] {
  const cases = join(import.meta.dirname, '..', '..', 'golden', 'cases')
  const goldens = readdirSync(cases).filter(
    (name) => name.endsWith('.yaml') && !name.endsWith('.expected.yaml'),
  )
  return [
    join(import.meta.dirname, 'everything.yaml'),
    ...goldens.sort().map((name) => join(cases, name)),
  ].flatMap((file) => {
    const world = worldOf(readFileSync(file, 'utf8'))
    const compiler = createCompiler()
    return groupsOf(world).map((group): BaseWorld => {
      const compiled = compiler.compile(world, group)
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
      const resources = [...compiled.value.types.values()].flatMap((type) => [...type.values()])
      return {
        name: `${file.slice(file.lastIndexOf('/') + 1)} ${group}`,
        resources: resources.map(({ name, body }) => {
          const { typeUrl, value } = splitAny(body)
          return { typeUrl, name, json: decodeJson(messageOfTypeUrl(typeUrl), value) }
        }),
      }
    })
  })
}
