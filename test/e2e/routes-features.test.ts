// Everything that a rule of a Route may say, tried on real Envoys: one fleet, many requests.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Answer,
  type Ask,
  ask,
  type EchoBackend,
  type RoutedFleet,
  startEcho,
  startRoutedFleet,
} from '../support/routed-fleet.ts'
import { describeWithBothEnvoys, supportedEnvoys } from '../support/with-envoy.ts'
import { manifests, route } from './routes-manifests.ts'

let fleet: RoutedFleet
let echo: EchoBackend
let other: EchoBackend
let serial = 0

/** The same request through every proxy. */
const everywhere = (wanted: Ask): Promise<Answer[]> =>
  Promise.all(fleet.edges.map(({ port }) => ask(port, wanted)))

describeWithBothEnvoys('a rule of a Route on real Envoys, SotW and delta', () => {
  describe.each(supportedEnvoys)('the %s', (release) => {
    beforeAll(async () => {
      echo = await startEcho('one')
      other = await startEcho('two')
      fleet = await startRoutedFleet(undefined, { release })
      await fleet.apply(manifests(echo.port, other.port))
    }, 60_000)
    afterAll(async () => {
      await fleet?.close()
      echo?.close()
      other?.close()
    })

    const grpc = { 'content-type': 'application/grpc' }
    describe('matches', () => {
      it.each<[string, string, Omit<Ask, 'host' | 'path'>]>([
        ['none', '/', {}],
        ['prefix', '/p', {}],
        ['prefix', '/p/x', {}],
        ['none', '/px', {}],
        ['longer', '/p/longer/x', {}],
        ['exact', '/p/exact?a=b', {}],
        ['prefix', '/p/exactly', {}],
        ['regex', '/p/12', {}],
        ['prefix', '/p/12/x', {}],
        ['methods', '/p/x', { method: 'PUT' }],
        ['regex', '/p/12', { method: 'DELETE' }],
        ['prefix', '/p/x', { method: 'POST' }],
        ['h-exact', '/', { headers: { 'X-M': 'one' } }],
        ['none', '/', { headers: { 'x-m': 'One' } }],
        ['h-prefix', '/', { headers: { 'x-m': 'prefixed' } }],
        ['h-suffix', '/', { headers: { 'x-m': 'my-suf' } }],
        ['h-contains', '/', { headers: { 'x-m': 'a-mid-b' } }],
        ['h-regex', '/', { headers: { 'x-m': 'zyx' } }],
        ['none', '/', { headers: { 'x-m': 'zyxx' } }],
        ['h-range', '/', { headers: { 'x-m': '10' } }],
        ['none', '/', { headers: { 'x-m': '20' } }],
        ['h-invert', '/invert', { headers: { 'x-i': 'yes' } }],
        ['h-invert', '/invert', {}],
        ['none', '/invert', { headers: { 'x-i': 'no' } }],
        ['h-absent', '/absent', {}],
        ['none', '/absent', { headers: { 'x-a': '' } }],
        ['q-exact', '/?q=one', {}],
        ['q-regex', '/?a=1&q=17', {}],
        ['none', '/?q=two', {}],
        ['q-present', '/?r', {}],
        ['q-absent', '/absent-q?t=1', {}],
        ['none', '/absent-q?s=1', {}],
        ['grpc', '/shop.Cart/Remove', { method: 'POST', headers: grpc }],
        ['grpc-method', '/shop.Cart/Add', { method: 'POST', headers: grpc }],
        ['none', '/shop.Cart/Add', { method: 'POST' }],
      ])('takes by rule "%s" %s %j', async (rule, path, more) => {
        for (const { status, seen } of await everywhere({ host: 'match.test', path, ...more })) {
          expect(status).toBe(200)
          expect(seen?.headers['x-rule']).toBe(rule)
        }
      })
    })

    describe('answers', () => {
      it.each([
        ['/old/x?a=b', 308, 'https://new.test:8443/new/x?a=b'],
        ['/old', 308, 'https://new.test:8443/new'],
        ['/strip/me/now?a=b', 301, 'http://answer.test/now'],
        ['/strip/me', 301, 'http://answer.test/'],
        ['/moved?a=b', 302, 'http://answer.test/here?a=b'],
        ['/https/x', 301, 'https://answer.test/https/x'],
        ['/x/y', 301, 'http://answer.test/below/x/y'],
      ])('leads %s elsewhere', async (path, status, location) => {
        for (const answer of await everywhere({ host: 'answer.test', path })) {
          expect(answer).toMatchObject({ status, headers: { location } })
        }
      })

      it('says itself what it is told to say', async () => {
        for (const answer of await everywhere({ host: 'answer.test', path: '/hello' })) {
          expect(answer).toMatchObject({ status: 418, body: '{"tea": "100%"}', seen: undefined })
          expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'x-who': 'HTTP/1.1' })
        }
      })
    })

    it.each([
      ['/a', '/b'],
      ['/a/x?q=1', '/b/x?q=1'],
      ['/gone/x', '/x'],
      ['/gone', '/'],
      ['/one?q=1', '/two?q=1'],
      ['/u/7/cart/all?q=1', '/cart/all/of/7?q=1'],
      ['/x', '/root/x'],
    ])('asks the backend for another path: %s as %s', async (path, wanted) => {
      for (const { seen } of await everywhere({ host: 'rewrite.test', path })) {
        expect(seen?.path).toBe(wanted)
        expect(seen?.headers.host).toBe(path === '/x' ? 'inner.test' : 'rewrite.test')
        expect(seen?.headers['x-forwarded-host']).toBe(path === '/x' ? 'rewrite.test' : undefined)
      }
    })

    it('tells a backend that was found by its name that name', async () => {
      for (const { seen } of await everywhere({ host: 'rewrite.test', path: '/name' })) {
        expect(seen?.headers).toMatchObject({ host: 'localhost', 'x-forwarded-host': 'rewrite.test' })
      }
    })

    describe('times', () => {
      const waiting = (ms: number) => ({ 'x-wait': String(ms) })
      it.each([
        ['/short', 504],
        ['/none', 200],
        ['/idle', 504],
        ['/stream', 504],
      ])('ends a request of 600 ms at %s with %i', async (path, status) => {
        const answers = await everywhere({ host: 'times.test', path, headers: waiting(600) })
        expect(answers.map((answer) => answer.status)).toEqual([status, status])
      })

      /** A name of its own for each request through each proxy. */
      const counted = async (path: string, headers: Record<string, string>) =>
        Promise.all(
          fleet.edges.map(async ({ port }) => {
            const test = `t${serial++}`
            const answer = await ask(port, {
              host: 'times.test',
              path,
              headers: { ...headers, 'x-test': test },
            })
            return [answer.status, echo.count(test) + other.count(test)]
          }),
        )
      it.each([
        ['once, and again at another endpoint', '/again', '503x1', [200, 3]],
        ['by its status', '/again', '425x1', [200, 3]],
        ['as often as it may', '/again', '503x9', [503, 3]],
        ['not for another status', '/again', '500x9', [500, 1]],
        ['not where nothing is said', '/none', '503x9', [503, 1]],
      ] as const)('tries again %s', async (_, path, fail, wanted) => {
        const [status, most] = wanted
        for (const [found, tries = 0] of await counted(path, { 'x-fail': fail })) {
          expect(found).toBe(status)
          expect(tries).toBeGreaterThanOrEqual(status === 200 ? 2 : most)
          expect(tries).toBeLessThanOrEqual(most)
        }
      })

      it('tries no more often than the retry budget of the service allows', async () => {
        const tries = async (name: string) => {
          const test = `${name}${serial++}`
          const headers = { 'x-test': test, 'x-fail': '503x9999', 'x-wait': '300' }
          const [edge] = fleet.edges
          const wanted = { host: 'budget.test', path: `/${name}`, headers }
          await Promise.all(Array.from({ length: 40 }, () => ask(edge?.port ?? 0, wanted)))
          return echo.count(test)
        }
        expect(await tries('loose')).toBe(80)
        // 10 % of 40 at once, and those that take the place of the first.
        expect(await tries('tight')).toBeLessThan(60)
      })

      it('gives each try a time of its own', async () => {
        for (const [status, tries] of await counted('/tries', waiting(1_000)))
          expect([status, tries]).toEqual([504, 2])
      })
    })

    it('changes headers on both ways', async () => {
      const headers = { 'x-id': 'ann', 'x-more': 'first', 'x-secret': 'key', 'x-set': 'mine' }
      for (const answer of await everywhere({ host: 'headers.test', headers })) {
        expect(answer.headers).toMatchObject({ 'x-backend': 'changed', 'x-served-by': 'default/web/blue_1' })
        expect(answer.headers['x-powered-by']).toBeUndefined()
        expect(answer.seen?.headers).toMatchObject({
          'x-set': '50%',
          'x-from': 'ann',
          'x-client': '127.0.0.1',
          'x-more': 'first, second',
        })
        expect(answer.seen?.headers['x-secret']).toBeUndefined()
      }
    })

    describe('guards', () => {
      const statuses = async (path: string, times: number, headers: Record<string, string> = {}) => {
        const all: number[][] = []
        for (const { port } of fleet.edges) {
          const found: number[] = []
          for (let time = 0; time < times; time++) {
            found.push((await ask(port, { host: 'guard.test', path, headers })).status)
          }
          all.push(found)
        }
        return all
      }

      it('lets so many through and answers the rest 429, gRPC calls RESOURCE_EXHAUSTED', async () => {
        for (const found of await statuses('/limited', 5)) expect(found).toEqual([200, 200, 200, 429, 429])
        for (const found of await statuses('/burst', 6)) expect(found).toEqual([200, 200, 200, 200, 200, 429])
        for (const found of await statuses('/own', 3)) expect(found).toEqual([200, 200, 429])
        for (const found of await statuses('/free', 5)) expect(found).toEqual([200, 200, 200, 200, 200])
        for (const { status, headers } of await everywhere({
          host: 'guard.test',
          path: '/limited',
          headers: grpc,
        })) {
          expect([status, headers['grpc-status']]).toEqual([200, '8'])
        }
      })

      it('counts anew after each change of the routes: a limit guards backends, it keeps no accounts', async () => {
        for (const found of await statuses('/limited', 1)) expect(found).toEqual([429])
        await fleet.apply(
          `${manifests(echo.port, other.port)}---\n${route('one-more', '    - { service: { name: web } }')}`,
        )
        for (const found of await statuses('/limited', 4)) expect(found).toEqual([200, 200, 200, 429])
      })

      it('answers requests that are too large 413, and no other', async () => {
        const upload = (bytes: number) =>
          everywhere({ host: 'guard.test', path: '/small', method: 'POST', body: 'x'.repeat(bytes) })
        expect((await upload(101)).map(({ status }) => status)).toEqual([413, 413])
        expect((await upload(100)).map(({ seen }) => seen?.body.length)).toEqual([100, 100])
      })

      it('is late on purpose, only where it is asked for', async () => {
        const took = async (headers: Record<string, string>) => {
          const began = performance.now()
          const answers = await everywhere({ host: 'guard.test', path: '/late', headers })
          expect(answers.map(({ status }) => status)).toEqual([200, 200])
          return performance.now() - began
        }
        expect(await took({ 'x-rehearsal': 'yes' })).toBeGreaterThan(290)
        const delays = await Promise.all(
          fleet.edges.map(({ envoy }) => envoy.stats('fault.delays_injected$')),
        )
        await took({})
        const after = await Promise.all(fleet.edges.map(({ envoy }) => envoy.stats('fault.delays_injected$')))
        expect(after).toEqual(delays)
      })

      it('fails on purpose, only where it is asked for, and by its share', async () => {
        expect(await statuses('/fails', 2, { 'x-rehearsal': 'yes' })).toEqual([
          [503, 503],
          [503, 503],
        ])
        expect(await statuses('/own/late', 1)).toEqual([[599], [599]])
        expect(await statuses('/fails', 2)).toEqual([
          [200, 200],
          [200, 200],
        ])
        for (const found of await statuses('/half', 100)) {
          const failed = found.filter((status) => status === 500).length
          // 50 % of 100: outside with a chance of one in a million.
          expect(failed).toBeGreaterThan(25)
          expect(failed).toBeLessThan(75)
        }
        for (const { headers } of await everywhere({ host: 'guard.test', path: '/calls', headers: grpc })) {
          expect(headers['grpc-status']).toBe('8')
        }
      })
    })

    describe('CORS', () => {
      const preflight = (path: string, origin: string, method = 'PUT') =>
        everywhere({
          host: 'cors.test',
          path,
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': method,
            'access-control-request-headers': 'x-app',
          },
        })
      it.each(['https://shop.test', 'https://a.b.partner.test'])(
        'answers the preflight of %s',
        async (origin) => {
          for (const { status, headers, seen } of await preflight('/api/x', origin)) {
            expect([status, seen]).toEqual([200, undefined])
            expect(headers).toMatchObject({
              'access-control-allow-origin': origin,
              'access-control-allow-methods': 'GET,PUT',
              'access-control-allow-headers': 'x-app,content-type',
              'access-control-allow-credentials': 'true',
              'access-control-max-age': '600',
            })
          }
        },
      )
      it.each([
        ['https://evil.test', 'PUT', 200],
        ['https://partner.test', 'PUT', 200],
        ['https://xpartner.test', 'PUT', 200],
        ['https://shop.test.evil.test', 'PUT', 200],
        ['https://shop.test', 'DELETE', 404],
      ])('gives the preflight of %s for %s nothing', async (origin, method, wanted) => {
        for (const { status, headers, seen } of await preflight('/api/x', origin, method)) {
          expect([status, seen]).toEqual([wanted, undefined])
          expect(headers['access-control-allow-origin']).toBeUndefined()
        }
      })
      it('lets pages of its origins read the answer, and no others', async () => {
        const read = (origin: string) =>
          everywhere({ host: 'cors.test', path: '/api/x', headers: { origin, 'x-app': '1' } })
        for (const { status, headers, seen } of await read('https://shop.test')) {
          expect([status, seen?.path]).toEqual([200, '/api/x'])
          expect(headers).toMatchObject({
            'access-control-allow-origin': 'https://shop.test',
            'access-control-expose-headers': 'x-backend',
          })
        }
        for (const { headers } of await read('https://evil.test')) {
          expect(headers['access-control-allow-origin']).toBeUndefined()
        }
      })
      it('opens what is for everybody', async () => {
        for (const { status } of await preflight('/open', 'https://anybody.test', 'GET'))
          expect(status).toBe(200)
        for (const { seen, headers } of await everywhere({
          host: 'cors.test',
          path: '/open',
          headers: { origin: 'https://anybody.test' },
        })) {
          expect(seen?.path).toBe('/open')
          expect(headers['access-control-allow-origin']).toBeDefined()
        }
      })
    })
  })
})
