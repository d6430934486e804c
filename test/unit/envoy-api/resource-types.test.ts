import { describe, expect, it } from 'vitest'
import {
  messageOfTypeUrl,
  messageSchema,
  resourceTypeOf,
  resourceTypes,
  resourceTypesInAddOrder,
  typeUrlOf,
  typeUrls,
} from '../../../src/envoy-api/index.ts'

describe('the table of resource types', () => {
  it('adds clusters before endpoints, secrets, listeners, extensions, routes (xDS rule 23)', () => {
    expect(resourceTypesInAddOrder.map((row) => row.key)).toEqual([
      'cds',
      'eds',
      'sds',
      'lds',
      'ecds',
      'rds',
      'rtds',
    ])
  })

  it('takes a request without names for everything only with listeners and clusters', () => {
    expect(resourceTypesInAddOrder.filter((row) => row.wildcard).map((row) => row.key)).toEqual([
      'cds',
      'lds',
    ])
  })

  it("names messages and name fields that Envoy's API has", () => {
    for (const row of resourceTypesInAddOrder) {
      expect(messageSchema(row.message)?.byName.get(row.nameField)?.type, row.key).toEqual({
        kind: 'scalar',
        scalar: 'string',
      })
      expect(typeUrls[row.key]).toBe(typeUrlOf(row.message))
      expect(messageOfTypeUrl(row.typeUrl)).toBe(row.message)
      expect(resourceTypeOf(row.typeUrl)).toBe(row)
    }
    expect(resourceTypes.eds.nameField).toBe('clusterName')
  })

  it('knows no other type URL', () => {
    expect(resourceTypeOf('type.googleapis.com/envoy.config.route.v3.VirtualHost')).toBeUndefined()
    expect(resourceTypeOf('')).toBeUndefined()
  })
})
