// Routes drawn from a seed, with what requests to them are drawn from.
import type { Random } from '../sim/random.ts'

export type Manifest = Record<string, unknown>

/** A manifest of this kind. */
export const object = (kind: string, name: string, spec: Manifest): Manifest => ({
  apiVersion: 'verdigris.dev/v1alpha1',
  ...{ kind, metadata: { name }, spec },
})

const names = ['x-a', 'x-b', 'x-tier'] as const
const words = ['one', 'two', 'three', 'onetwo', '7', '42', '100'] as const

/** Routes with a rule for each way of matching; no path is taken twice without a condition, so none is refused. */
export function drawRoutes(random: Random, edge: string, services: readonly string[]) {
  const headers: (readonly [string, string])[] = []
  const queries = ['q=1', 'q=2', 'q=', 'q', 'debug=on', 'debug=off', 'q=1&q=2', 'other=1&debug=on']
  const paths = [
    '/',
    '/a',
    '/a/b',
    '/a/b/c',
    '/ab',
    '/a/',
    '/A',
    '/r/12',
    '/r/12x',
    '/r',
    '/long/prefix/here',
    '/long/prefix',
    '/a//b',
    '/a/./b',
    '/a/../r/5',
    '/%61',
    '/a%2Fb',
    '/x%20y',
    '/exact',
    '/exact/',
    ...[
      '/a/%2e%2e/r/5',
      '/a/b/..',
      '/a/b/.',
      '/../a',
      '/a/b//',
      '/a\\b',
      '/a/{b}',
      '/a/<b>',
      '/a/"b"',
      '/a/b|c^d`e',
      '/a/%7e%5f',
      '/a/%zz',
      '/a/b;c=d',
      '/a/b/...',
      '/a/.b',
      '/a//../b',
      '/a/%00b',
    ],
  ]
  for (const name of names) for (const word of words) headers.push([name, word])
  const headerMatch = (): Manifest => {
    const name = random.pick(names)
    const word = random.pick(words)
    const texts: Manifest[] = [
      { exact: word },
      { prefix: word.slice(0, 2) },
      { suffix: word.slice(-2) },
      { contains: word.slice(-1) },
      { regex: random.pick(['o.*', '[0-9]+', 'one|two', '(?i)THREE']) },
      { exact: word.toUpperCase(), ignoreCase: true },
      { present: true },
      { present: false },
      { range: { start: 5, end: 50 } },
      { exact: word, invert: true },
      { range: { start: 5, end: 50 }, invert: true },
    ]
    return { name, ...random.pick(texts) }
  }
  const queryMatch = (): Manifest =>
    random.pick<Manifest>([
      { name: 'q', exact: '1' },
      { name: 'q', present: true },
      { name: 'q', present: false },
      { name: 'debug', exact: 'on' },
      { name: 'debug', regex: 'o.' },
    ])
  const places = [
    { prefix: '/' },
    { prefix: '/a' },
    { prefix: '/a/b' },
    { exact: '/exact' },
    { regex: '/r/[0-9]+' },
    { prefix: '/long/prefix' },
    { exact: '/a/b/c' },
  ]
  const target = (): Manifest =>
    random.chance(0.15)
      ? random.pick<Manifest>([
          { redirect: { scheme: 'https' } },
          { redirect: { host: 'else.test', prefix: '/new' } },
          { redirect: { path: '/gone', code: 302, stripQuery: true } },
          { redirect: { port: 8443, code: 307 } },
          { directResponse: { status: 418, body: 'no coffee' } },
        ])
      : {
          service: { name: random.pick(services) },
          ...(random.chance(0.3)
            ? {
                rewrite: random.pick<Manifest>([
                  { prefix: '/inner' },
                  { prefix: '/' },
                  { path: '/one' },
                  { host: 'inner.test' },
                  { regex: { pattern: '^/([a-z]+)', substitution: '/\\1/x' } },
                ]),
              }
            : {}),
          ...(random.chance(0.2)
            ? { cors: { origins: ['https://partner.example.org'], methods: ['GET'] } }
            : {}),
        }
  const hosts = ['one.test', 'two.test', '*.wild.test', '*.deep.wild.test', 'in.wild.test']
  const routes = hosts.map((host, index) => {
    const rules = places.flatMap((path) => {
      const narrow = random.chance(0.6)
      const conditions = {
        ...(random.chance(0.7) ? { headers: [headerMatch()] } : {}),
        ...(random.chance(0.3) ? { query: [queryMatch()] } : {}),
      }
      const isNarrow = Object.keys(conditions).length > 0
      return [
        // A prefix that is taken away wants a prefix that matched.
        ...(narrow && isNarrow ? [{ matches: [{ path, ...conditions }], ...fitting(target(), path) }] : []),
        ...(random.chance(0.3)
          ? [{ matches: [{ path, methods: ['POST', 'PUT'] }], ...fitting(target(), path) }]
          : []),
        ...(random.chance(0.75) ? [{ matches: [{ path }], ...fitting(target(), path) }] : []),
      ]
    })
    return object('Route', `drawn-${index}`, { gateways: [{ name: edge }], hosts: [host], rules })
  })
  return {
    routes,
    headers,
    queries,
    paths,
    hosts: [
      'one.test',
      'ONE.test',
      'one.test:8080',
      'two.test',
      'a.wild.test',
      'a.b.wild.test',
      'wild.test',
      'x.deep.wild.test',
      'in.wild.test',
      'two.test.',
      'three.test',
    ],
  }
}

/** A rule that may have been drawn for another kind of path. */
function fitting(rule: Manifest, path: object): Manifest {
  const prefixed = 'prefix' in path
  const { redirect, rewrite, ...rest } = rule as { redirect?: Manifest; rewrite?: Manifest }
  if (redirect !== undefined) {
    const { prefix, ...other } = redirect
    return { ...rest, redirect: prefix === undefined || prefixed ? redirect : { ...other, path: '/new' } }
  }
  if (rewrite === undefined) return rest
  return 'prefix' in rewrite && !prefixed ? rest : { ...rest, rewrite }
}
