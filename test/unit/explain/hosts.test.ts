// Which virtual host takes a host.
import { describe, expect, it } from 'vitest'
import { told } from './asking.ts'

const hosts = (domains: readonly string[], more: object = {}) => ({
  configuration: {
    virtualHosts: domains.map((domain) => ({ name: domain, domains: [domain], routes: [] })),
    ...more,
  },
})
const all = ['shop.test', '*.test', '*.deep.test', '*-blue.test', 'shop.*', 'shop.deep.*', '*']

describe('the virtual host of a request', () => {
  it.each([
    ['shop.test', 'shop.test'],
    ['SHOP.Test', 'shop.test'],
    ['a.test', '*.test'],
    ['a.b.test', '*.test'],
    ['a.deep.test', '*.deep.test'],
    ['a-blue.test', '*-blue.test'],
    ['shop.org', 'shop.*'],
    ['shop.deep.org', 'shop.deep.*'],
    ['.test', '*'],
    ['shop.', '*'],
    ['other', '*'],
  ])(
    'of %s is %s: exact, then the longest suffix, then the longest prefix, then the star',
    (host, domain) => {
      expect(told(hosts(all), { authority: host }).domain).toBe(domain)
    },
  )

  it('looks at the port only where the configuration does not ignore it', () => {
    const some = ['shop.test', 'shop.test:8080']
    expect(told(hosts(some), { authority: 'shop.test:8080' }).domain).toBe('shop.test:8080')
    expect(
      told(hosts(some, { ignorePortInHostMatching: true }), { authority: 'shop.test:8080' }).domain,
    ).toBe('shop.test')
    expect(told(hosts(['[::1]'], { ignorePortInHostMatching: true }), { authority: '[::1]:80' }).domain).toBe(
      '[::1]',
    )
    expect(told(hosts(some), { authority: 'shop.test:9' }).domain).toBe('')
  })

  it('says which hosts there are where none takes it, and 404', () => {
    const { ways, virtualHost } = told(hosts(['a.test', 'b.test', 'c.test', 'd.test', 'e.test', 'f.test']))
    expect([virtualHost, ways]).toMatchObject(['', [{ outcome: 'NOT_FOUND', status: 404 }]])
    expect(ways[0]?.detail).toBe(
      'no virtual host takes the host shop.test: it has a.test, b.test, c.test, d.test, e.test and 1 more',
    )
  })

  it('strips what the connection manager strips of a host', () => {
    const dotted = {
      ...hosts(['shop.test']),
      manager: { stripTrailingHostDot: true, stripAnyHostPort: true },
    }
    expect(told(dotted, { authority: 'shop.test.:8080' }).domain).toBe('shop.test')
    const usual = { ...hosts(['shop.test']), manager: { stripMatchingHostPort: true } }
    expect(told(usual, { authority: 'shop.test:80' }).domain).toBe('shop.test')
    expect(told(usual, { authority: 'shop.test:81' }).domain).toBe('')
  })
})
