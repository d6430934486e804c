import { describe, expect, it } from 'vitest'
import {
  adsMethods,
  envoySchemas,
  type MethodSchema,
  reportMethods,
  separateDiscoveryMethods,
} from '../../../src/envoy-api/index.ts'

const described = (method: MethodSchema): MethodSchema | undefined =>
  envoySchemas()
    .service(method.path.slice(1, method.path.lastIndexOf('/')))
    ?.find((other) => other.path === method.path)

describe('the methods that proxies call', () => {
  it('are written down as the descriptors have them', () => {
    const all = [...Object.values(adsMethods), ...Object.values(reportMethods), ...separateDiscoveryMethods]
    for (const method of all) expect(described(method), method.path).toEqual(method)
  })

  it('leave out no discovery method of the served types', () => {
    const known = new Set(
      [...Object.values(adsMethods), ...separateDiscoveryMethods].map((method) => method.path),
    )
    const services = new Set([...known].map((path) => path.slice(1, path.lastIndexOf('/'))))
    const missing = [...services].flatMap((service) =>
      (envoySchemas().service(service) ?? []).filter((method) => !known.has(method.path)),
    )
    expect(missing).toEqual([])
    expect(services.size).toBe(10)
  })
})
