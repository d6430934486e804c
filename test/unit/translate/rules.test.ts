// The xDS rules that translation keeps; `npm run test:breaks` shows that each test catches its break.
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { createCompiler } from '../../../src/snapshot/index.ts'
import { edited, group, serviceOf, small } from './world.ts'

const compiled = (world: ReturnType<typeof small>) => {
  const result = createCompiler().compile(world, group)
  if (!result.ok) throw new Error(result.error.message)
  return result.value.types
}
/** The small world whose green has no backend. */
const emptyGreen = () =>
  edited(small(), serviceOf, (service) => ({
    ...service,
    spec: {
      ...service.spec,
      environments: service.spec.environments.map((each) =>
        each.name === 'green' ? { ...each, endpoints: { static: [] } } : each,
      ),
    },
  }))

describe('endpoints', () => {
  it('rule 20: are there for every cluster that takes them from EDS', () => {
    const types = compiled(small())
    const names = [...(types.get(typeUrls.cds)?.values() ?? [])].flatMap(({ name, facts }) =>
      facts.discovery === 'eds' ? [facts.edsName ?? name] : [],
    )
    expect(names).toContain('default/checkout/green.1')
    for (const name of names) expect(types.get(typeUrls.eds)?.has(name)).toBe(true)
  })

  it('rule 21: of a cluster without any are there and empty, and nothing else', () => {
    const empty = compiled(emptyGreen()).get(typeUrls.eds)?.get('default/checkout/green.1')
    const name = new TextEncoder().encode('default/checkout/green.1')
    // The value of the Any: field 1 (cluster_name), its length, its bytes.
    const assignment = [10, name.length, ...name]
    expect([...(empty?.body ?? [])].slice(-assignment.length - 2)).toEqual([
      18,
      assignment.length,
      ...assignment,
    ])
  })

  it('rule 24: are known as usable by their number, so that a barrier never takes none for one', () => {
    const usable = (world: ReturnType<typeof small>) =>
      compiled(world).get(typeUrls.eds)?.get('default/checkout/green.1')?.facts.usable
    expect(usable(small())).toBe(1)
    expect(usable(emptyGreen())).toBe(0)
  })
})

describe('names of clusters', () => {
  it('rule 30: come from identity: they stay when environments, ports and backends change places', () => {
    const names = (world: ReturnType<typeof small>) =>
      [...(compiled(world).get(typeUrls.cds)?.keys() ?? [])].sort()
    const turned = edited(small(), serviceOf, (service) => ({
      ...service,
      spec: { ...service.spec, environments: [...service.spec.environments].reverse() },
    }))
    expect(names(small())).toContain('default/checkout/blue.1')
    expect(names(turned)).toEqual(names(small()))
  })
})
