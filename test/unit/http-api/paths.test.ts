// Paths of google.api.http rules, read and matched.
import { describe, expect, it } from 'vitest'
import { fillTemplate, matchTemplate, parseTemplate } from '../../../src/http-api/path-template.ts'

const template = parseTemplate('/v1alpha1/namespaces/{key.namespace}/services/{service}:switch')

describe('a path template', () => {
  it('is segments, variables and a verb', () => {
    expect(template).toMatchObject({
      verb: 'switch',
      segments: [
        { kind: 'literal', text: 'v1alpha1' },
        { kind: 'literal', text: 'namespaces' },
        { kind: 'variable', field: 'key.namespace' },
        { kind: 'literal', text: 'services' },
        { kind: 'variable', field: 'service' },
      ],
    })
    expect(parseTemplate('/v1alpha1/nodes').verb).toBeUndefined()
  })

  it.each(['/v1/{name=shelves/*}', '/v1/*', '/v1/a{b}', '/v1/{a}-{b}', '/v1//a'])(
    '%s is not understood',
    (text) => {
      expect(() => parseTemplate(text)).toThrow('not understood')
    },
  )

  it.each([
    ['/v1alpha1/namespaces/default/services/cart:switch', { 'key.namespace': 'default', service: 'cart' }],
    [
      '/v1alpha1/namespaces/a%2Fb/services/c%3Aswitch:switch',
      { 'key.namespace': 'a/b', service: 'c:switch' },
    ],
    ['/v1alpha1/namespaces/default/services/a:b:switch', { 'key.namespace': 'default', service: 'a:b' }],
    ['/v1alpha1/namespaces/default/services/cart', undefined],
    ['/v1alpha1/namespaces/default/services/cart%3Aswitch', undefined],
    ['/v1alpha1/namespaces/default/services/:switch', undefined],
    ['/v1alpha1/namespaces//services/cart:switch', undefined],
    ['/v1alpha1/namespaces/default/services/cart:switch/', undefined],
    ['/v1alpha1/namespaces/default/services/cart:switch:switched', undefined],
    ['v1alpha1/namespaces/default/services/cart:switch', undefined],
    ['/v1alpha1/namespaces/%zz/services/cart:switch', undefined],
  ])('of %s gives %j', (path, values) => {
    const matched = matchTemplate(template, path)
    expect(matched === undefined ? undefined : Object.fromEntries(matched)).toEqual(values)
  })

  it('is filled with what a path has, for suggestions', () => {
    expect(fillTemplate(template, '/v1alpha1/namespace/shop/services/cart:swich')).toBe(
      '/v1alpha1/namespaces/shop/services/cart:switch',
    )
    expect(fillTemplate(template, '/v1alpha1/nodes')).toBe(template.text)
  })
})
