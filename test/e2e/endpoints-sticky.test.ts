// A session that sticks to an endpoint (Envoy's stateful session) stays there while it drains; a new one goes elsewhere.
import { request } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'
import { drain, holds, patch, registeredManifests, set, startTalker, type Talker } from './endpoints-scene.ts'

let fleet: Fleet | undefined
const talkers: Talker[] = []
afterEach(async () => {
  for (const talker of talkers.splice(0)) talker.close()
  await fleet?.close()
  fleet = undefined
})

const sessions = (edge: string): string => `---
apiVersion: verdigris.dev/v1alpha1
kind: Patch
metadata: { name: sessions }
spec:
  nodeGroups: [${edge}]
  target: { type: RouteConfiguration, name: default/${edge}/http }
  merge:
    typedPerFilterConfig:
      envoy.filters.http.stateful_session:
        "@type": type.googleapis.com/envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute
        statefulSession:
          sessionState:
            name: envoy.http.stateful_session.cookie
            typedConfig:
              "@type": type.googleapis.com/envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState
              cookie: { name: session, ttl: 60s }
`

interface Answer {
  readonly body: string
  readonly cookie: string
}
const ask = (port: number, cookie = ''): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = { host: 'shop.test', ...(cookie === '' ? {} : { cookie }) }
    const sent = request({ host: '127.0.0.1', port, path: '/', headers, agent: false }, (response) => {
      let body = ''
      response.on('data', (part) => {
        body += part
      })
      response.on('end', () => {
        const [given = ''] = response.headers['set-cookie'] ?? []
        resolve({ body, cookie: given.split(';')[0] ?? '' })
      })
    })
    sent.on('error', reject)
    sent.end()
  })

describeWithEnvoy('a sticky session', () => {
  it.each(['sotw', 'delta'] as const)(
    'stays on an endpoint that drains, and new ones go elsewhere (%s)',
    async (variant) => {
      const live = await startFleet({ variants: [variant] })
      fleet = live
      const made = [await startTalker('one'), await startTalker('two')]
      talkers.push(...made)
      const [one, two] = made
      const port = live.edges[0]?.port ?? 0
      if (one === undefined || two === undefined) throw new Error('not started')
      await live.done(live.apply(registeredManifests(live.manifests()) + sessions('edge-1')))
      await set(live, 'blue', [one.port])
      await live.ready()
      const { body, cookie } = await ask(port)
      expect([body, cookie]).toEqual(['one', expect.stringMatching(/^session=/)])
      await patch(live, 'blue', { put: [two.port] })
      await drain(live, 'blue', one.port)
      await holds(live, 'default/checkout/blue.1', [one.port, two.port], [one.port])
      const kept = await Promise.all(Array.from({ length: 20 }, () => ask(port, cookie)))
      const fresh = await Promise.all(Array.from({ length: 20 }, () => ask(port)))
      expect(new Set(kept.map((each) => each.body))).toEqual(new Set(['one']))
      expect(new Set(fresh.map((each) => each.body))).toEqual(new Set(['two']))
    },
    30_000,
  )
})
