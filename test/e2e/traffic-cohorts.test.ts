// Cohorts: who belongs to one goes to its environment, in the order of the policy, whatever the weights; and nobody claims what only
// the fleet says.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { afterEach, expect, it } from 'vitest'
import { ask, startTrafficScene, type TrafficScene } from '../support/traffic-scene.ts'
import { describeWithBothEnvoys, supportedEnvoys } from '../support/with-envoy.ts'

let scene: TrafficScene | undefined
afterEach(async () => {
  await scene?.close()
  scene = undefined
})

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwks = JSON.stringify({
  keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' }],
})
const policy = `  stickiness: { header: X-User }
  jwt: { issuer: 'https://login.test', audiences: [shop], jwks: '${jwks}' }
  cohorts:
    - name: narrow
      environment: copy
      matches: [{ headers: [{ name: X-Team, exact: shop }], cookies: [{ name: preview, exact: 'on' }] }]
    - name: wide
      environment: green
      matches:
        - headers: [{ name: X-Team, prefix: sh }]
        - cookies: [{ name: beta, present: true }]
        - query: [{ name: preview, exact: green }]
        - geography: { header: x-country, values: [NO, SE] }
        - geography: { values: [DK] }
        - claims: [{ path: [realm_access, roles], value: testers }]
    - name: near
      environment: green
      matches: [{ locality: { region: eu, zone: eu-1a }, headers: [{ name: x-near, present: true }] }]
    - name: inside
      environment: copy
      matches: [{ source: [10.0.0.0/8, 127.0.0.0/8], headers: [{ name: x-inside, present: true }] }]
    - name: elsewhere
      environment: copy
      matches: [{ source: [10.0.0.0/8, '2001:db8::/32'], headers: [{ name: x-elsewhere, present: true }] }]
`

function token(claims: Readonly<Record<string, unknown>>, key: KeyObject = keys.privateKey): string {
  const text = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const head = `${text({ alg: 'ES256', kid: 'k', typ: 'JWT' })}.${text({ iss: 'https://login.test', aud: 'shop', ...claims })}`
  const signature = sign('sha256', Buffer.from(head), { key, dsaEncoding: 'ieee-p1363' })
  return `Bearer ${head}.${signature.toString('base64url')}`
}

const roles = { realm_access: { roles: ['x', 'testers'] } }

describeWithBothEnvoys('cohorts', () => {
  it.each(supportedEnvoys)(
    'are looked at in order, hold across weights, and end, on the %s Envoy',
    async (release) => {
      scene = await startTrafficScene({ release })
      const { fleet } = scene
      await scene.apply(policy)
      const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
      const later = Math.floor(Date.now() / 1_000) + 600
      const requests: readonly (readonly [string, string, Readonly<Record<string, string>>, string?])[] = [
        ['both, in order', 'copy', { 'x-team': 'shop', cookie: 'a=1; preview=on' }],
        ['a cookie in quotes', 'copy', { 'x-team': 'shop', cookie: 'preview="on"; b=2' }],
        ['another value of the cookie', 'green', { 'x-team': 'shop', cookie: 'preview=only' }],
        ['a cookie whose name ends so', 'blue', { cookie: 'notbeta=1' }],
        ['a cookie', 'green', { cookie: 'z=1;beta=0' }],
        ['a query parameter', 'green', {}, '/?a=1&preview=green'],
        ['another value of it', 'blue', {}, '/?preview=greenish'],
        ['a country, in any case', 'green', { 'x-country': 'se' }],
        ['another country', 'blue', { 'x-country': 'SES' }],
        ['a country that only the fleet may claim', 'blue', { 'x-verdigris-geography': 'DK' }],
        ['a claim', 'green', { authorization: token({ ...roles, exp: later }) }],
        ['a claim without the role', 'blue', { authorization: token({ exp: later }) }],
        ['a token that is over', 'blue', { authorization: token({ ...roles, exp: later - 3_600 }) }],
        ['a token of another key', 'blue', { authorization: token({ ...roles, exp: later }, other) }],
        ['a token for others', 'blue', { authorization: token({ ...roles, exp: later, aud: 'bank' }) }],
        ['no token at all', 'blue', { authorization: 'Basic YTpi' }],
        ['the address of the client', 'copy', { 'x-inside': '1' }],
        [
          'an address that is claimed',
          'blue',
          { 'x-elsewhere': '1', 'x-envoy-external-address': '10.1.1.1' },
        ],
        ['an address that is forwarded', 'blue', { 'x-elsewhere': '1', 'x-forwarded-for': '10.1.1.1' }],
        ['nothing', 'blue', {}],
      ]
      const answers = async (port: { readonly port: number }): Promise<readonly (readonly string[])[]> => {
        const found: (readonly string[])[] = []
        for (const [what, , headers, path = '/'] of requests) {
          const { status, body } = await ask(port, headers, { path })
          found.push([what, status === 200 ? body : String(status)])
        }
        return found
      }
      const everyone = requests.map(([what]) => [what, 'blue'])
      const wanted = requests.map(([what, environment]) => [what, environment])
      for (const edge of fleet.edges) expect(await answers(edge), edge.variant).toEqual(everyone)
      const all = { narrow: true, wide: true, near: true, inside: true, elsewhere: true }
      await scene.cohorts(all)
      for (const edge of fleet.edges) {
        expect(await answers(edge), edge.variant).toEqual(wanted)
        // Only one of the two proxies is there.
        expect((await ask(edge, { 'x-near': '1' })).body).toBe(edge.variant === 'delta' ? 'green' : 'blue')
      }
      // Across a rollout of the weights, those of a cohort stay, and the others follow the weights.
      for (const weights of [{ blue: 1, green: 9_999 }, { green: 10_000 }]) {
        await scene.split(weights)
        const [edge] = fleet.edges
        if (edge === undefined) throw new Error('wanted a proxy')
        const moved = (await answers(edge)).filter(([, to]) => to === 'copy').map(([what]) => what)
        expect(moved).toEqual(['both, in order', 'a cookie in quotes', 'the address of the client'])
        expect((await ask(edge, { 'x-near': '1' })).status).toBe(200)
      }
      await scene.cohorts({ narrow: false })
      for (const edge of fleet.edges) {
        const { body } = await ask(edge, { 'x-team': 'shop', cookie: 'preview=on' })
        expect(body, 'the next cohort').toBe('green')
      }
      // Back to all of them, in one step.
      await scene.rollback()
      for (const edge of fleet.edges) {
        expect((await ask(edge, { 'x-team': 'shop', cookie: 'preview=on' })).body).toBe('copy')
      }
    },
    60_000,
  )
})
