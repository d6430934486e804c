// The xDS rules that the model keeps; `npm run test:breaks` shows that each test catches its break.
import { describe, expect, it } from 'vitest'
import { clusterName, parseClusterName } from '../../../src/model/index.ts'

describe('names of clusters', () => {
  it('rule 30: hold all that tells two clusters apart, and come back as it', () => {
    const one = { namespace: 'default', service: 'checkout', environment: 'blue', incarnation: 1 }
    const others = [
      { ...one, namespace: 'shop' },
      { ...one, service: 'cart' },
      { ...one, environment: 'green' },
      { ...one, incarnation: 2 },
      { ...one, port: 'grpc' },
    ]
    const names = [one, ...others].map(clusterName)
    expect(new Set(names).size).toBe(names.length)
    expect(names.map(parseClusterName)).toEqual([one, ...others])
  })
})
