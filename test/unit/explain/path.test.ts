// What a connection manager makes of a path and of headers before a route is looked for.
import { describe, expect, it } from 'vitest'
import { normalisePath } from '../../../src/explain/path.ts'
import { takes, to, told } from './asking.ts'

const manager = { normalizePath: true, mergeSlashes: true } as const

describe('a path', () => {
  it.each([
    ['/a/b', '/a/b'],
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/../a', '/a'],
    ['/a/b/..', '/a/'],
    ['/a/.', '/a/'],
    ['/a/...', '/a/...'],
    ['/a/%2e%2E/b', '/b'],
    ['/a//b', '/a/b'],
    ['/a//../b', '/a/b'],
    ['/%61%7E', '/a~'],
    ['/a%2Fb', '/a%2Fb'],
    ['/a\\b', '/a/b'],
    ['/a?x=/../y//z', '/a?x=/../y//z'],
    ['/a/"b"', '/a/%22b%22'],
  ])('%s becomes %s', (path, expected) => {
    expect(normalisePath(manager, path)).toEqual({ path: expected })
  })

  it('stays as it is where nothing is normalised', () => {
    expect(normalisePath({}, '/a//../%61')).toEqual({ path: '/a//../%61' })
  })

  it('is refused with a NUL, with a fragment, and with escaped slashes where they are', () => {
    expect(normalisePath(manager, '/a%00')).toMatchObject({ refused: 400 })
    expect(normalisePath(manager, '/a#b')).toMatchObject({ refused: 400 })
    const rejecting = { pathWithEscapedSlashesAction: 'REJECT_REQUEST' } as const
    expect(normalisePath(rejecting, '/a%2fb')).toMatchObject({ refused: 400 })
    expect(normalisePath({ pathWithEscapedSlashesAction: 'UNESCAPE_AND_FORWARD' }, '/a%2fb')).toEqual({
      path: '/a/b',
    })
    expect(told({ routes: [to('one', { prefix: '/' })], manager }, { path: '/%00' }).ways).toMatchObject([
      { outcome: 'ANSWERED', status: 400 },
    ])
  })
})

describe('headers before the route', () => {
  const early = (mutations: readonly object[]) => ({
    earlyHeaderMutationExtensions: [
      {
        name: 'early',
        typedConfig: {
          '@type':
            'type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation',
          mutations,
        },
      },
    ],
  })
  const there = (name: string, mutations: readonly object[], send: Readonly<Record<string, string>>) =>
    told({ routes: [to('one', { prefix: '/', headers: [{ name }] })], manager: early(mutations) }, { send })
      .ways[0]?.outcome === 'FORWARDED'

  it('lose what the listener takes off', () => {
    const send = { 'x-own-a': '1', 'x-b': '2' }
    expect(there('x-own-a', [{ removeOnMatch: { keyMatcher: { prefix: 'x-own-' } } }], send)).toBe(false)
    expect(there('x-b', [{ removeOnMatch: { keyMatcher: { prefix: 'x-own-' } } }], send)).toBe(true)
    expect(there('x-b', [{ remove: 'X-B' }], send)).toBe(false)
  })

  it('get what the listener adds where they have none', () => {
    const append = { header: { key: 'x-env', value: 'green' }, appendAction: 'ADD_IF_ABSENT' }
    const routes = [to('one', { prefix: '/', headers: [{ name: 'x-env', stringMatch: { exact: 'green' } }] })]
    const of = (send: Readonly<Record<string, string>>) =>
      told({ routes, manager: early([{ append }]) }, { send }).ways[0]?.outcome
    expect([of({}), of({ 'x-env': 'blue' })]).toEqual(['FORWARDED', 'NOT_FOUND'])
  })

  it('keep no word of clients about themselves at an edge', () => {
    const edge = { useRemoteAddress: true }
    const of = (name: string, value: string) =>
      told(
        {
          routes: [to('one', { prefix: '/', headers: [{ name, stringMatch: { exact: value } }] })],
          manager: edge,
        },
        {
          sourceAddress: '8.8.8.8',
          send: { [name]: value },
        },
      ).ways[0]?.outcome
    expect(of('x-envoy-retry-on', '5xx')).toBe('NOT_FOUND')
    expect(of('x-forwarded-client-cert', 'By=me')).toBe('NOT_FOUND')
    expect(of('x-envoy-internal', 'true')).toBe('NOT_FOUND')
    expect(
      takes(
        { headers: [{ name: 'x-envoy-retry-on', stringMatch: { exact: '5xx' } }] },
        { send: { 'x-envoy-retry-on': '5xx' } },
      ),
    ).toBe(true)
  })
})
