// What the HTTP port takes and what it refuses, each with the status, the header and the words for it.
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { limits, ok } from '../../../src/base/index.ts'
import type { ChangeCommand } from '../../../src/push/index.ts'
import { answer, push } from '../admin/per-test.ts'
import { scripted } from '../admin/rig.ts'
import { type Answer, type HttpRig, startHttpRig } from './rig.ts'

const script = scripted()
const switchPath = '/v1alpha1/namespaces/default/services/cart:switch'
let commands: ChangeCommand[] = []
let rig: HttpRig
beforeAll(async () => {
  script.pushes.push(push('7', 'done'), push('a/b:c', 'done'))
  rig = await startHttpRig({ delivery: script.delivery })
})
afterAll(() => rig?.close())
beforeEach(() => {
  commands = []
  script.change = async (command) => {
    commands.push(command)
    return ok(answer)
  }
})

/** Every refusal is problem details, and changes nothing. */
function refused({ status, headers, json }: Answer, wanted: number, detail: RegExp): void {
  expect([status, (json as { detail: string }).detail]).toEqual([wanted, expect.stringMatching(detail)])
  expect(headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(json).toMatchObject({
    type: expect.stringMatching(/^tag:verdigris\.dev,2026:problem\//),
    title: expect.any(String),
    status: wanted,
    code: expect.stringMatching(/^[A-Z_]+$/),
  })
  expect(commands).toEqual([])
}

describe('a path', () => {
  it.each([
    [
      'POST',
      '/v1alpha1/namespaces/default/services/cart:swich',
      'POST /v1alpha1/namespaces/default/services/cart:switch',
    ],
    ['GET', '/v1alpha1/node', 'GET /v1alpha1/nodes'],
    ['GET', '/v1alpha1/nodes/', 'GET /v1alpha1/nodes'],
    [
      'GET',
      '/v1alpha1/namespace/default/services/cart/traffic',
      'GET /v1alpha1/namespaces/default/services/cart/traffic',
    ],
    ['POST', '/v1alpha1/pushes/7:abrot', 'POST /v1alpha1/pushes/7:abort'],
  ])('that is misspelt (%s %s) is not found, and is told the nearest', async (verb, path, nearest) => {
    refused(
      await rig.send(verb, path, { 'content-type': 'application/json' }, '{}'),
      404,
      /no method of the API/,
    )
    const { json } = await rig.send(verb, path)
    expect((json as { detail: string }).detail).toContain(`did you mean "${nearest}"?`)
  })

  it.each([
    '/v1alpha1',
    '/v1alpha1/',
    '/v1alpha1//nodes',
    '/v1alpha1/%',
    '/v1alpha1/pushes/%ff',
    '/v1alpha1/__proto__',
    `/v1alpha1/${'x'.repeat(5_000)}`,
  ])('that is none (%s) is not found', async (path) =>
    refused(await rig.get(path), 404, /no method of the API is called by GET/),
  )

  it('may be percent-encoded, and its variables hold anything then', async () => {
    expect((await rig.get('/v1alpha1/%70ushes/7')).json).toMatchObject({ id: '7' })
    expect((await rig.get('/v1alpha1/pushes/a%2Fb%3Ac')).json).toMatchObject({ id: 'a/b:c' })
  })

  it('may be a whole URL', async () => {
    expect((await rig.get(`${rig.url}/v1alpha1/pushes/7`)).json).toMatchObject({ id: '7' })
  })

  it('is told with Allow when the HTTP method is another, or is asked for', async () => {
    const got = await rig.get(switchPath)
    refused(got, 405, /GET is not served here; wanted POST, OPTIONS/)
    expect(got.headers.allow).toBe('POST, OPTIONS')
    const post = await rig.post('/v1alpha1/nodes', {})
    refused(post, 405, /wanted GET, HEAD, OPTIONS/)
    const traffic = await rig.send('OPTIONS', '/v1alpha1/namespaces/default/services/cart/traffic')
    expect([traffic.status, traffic.headers.allow, traffic.text]).toEqual([
      204,
      'GET, HEAD, POST, OPTIONS',
      '',
    ])
    expect((await rig.send('OPTIONS', '/v1alpha1/openapi.json')).headers.allow).toBe('GET, HEAD, OPTIONS')
    refused(await rig.send('DELETE', '/v1alpha1/openapi.json'), 405, /DELETE is not served/)
    refused(await rig.send('OPTIONS', '/v1alpha1/absent'), 404, /OPTIONS/)
  })

  it('of a read answers HEAD with the headers of GET and nothing else', async () => {
    const [head, get] = [await rig.send('HEAD', '/v1alpha1/pushes/7'), await rig.get('/v1alpha1/pushes/7')]
    expect([head.status, head.text]).toEqual([200, ''])
    expect(head.headers['content-length']).toBe(get.headers['content-length'])
    expect(await rig.send('HEAD', '/v1alpha1/pushes/8')).toMatchObject({ status: 404, text: '' })
    expect(await rig.send('HEAD', '/v1alpha1/events:watch')).toMatchObject({ status: 200, text: '' })
  })
})

describe('a body', () => {
  it.each([
    undefined,
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/json; charset=latin1',
  ])('of type %s is refused: no form of a web page can change anything', async (type) => {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
    const text = JSON.stringify({ environment: 'green' })
    const got = await rig.send('POST', switchPath, headers, text)
    refused(got, 415, /wanted content-type: application\/json/)
    expect(got.headers['accept-post']).toBe('application/json')
    refused(await rig.send('POST', switchPath, headers), 415, /application\/json/)
  })

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    'of type %s is taken',
    async (type) => {
      const got = await rig.send('POST', switchPath, { 'content-type': type }, '{"environment":"green"}')
      expect([got.status, commands.length]).toEqual([200, 1])
    },
  )

  it('that is compressed is refused', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const got = await rig.send('POST', switchPath, headers, 'x')
    refused(got, 415, /without content-encoding, found "gzip"/)
    expect(got.headers['accept-encoding']).toBe('identity')
  })

  it('beyond the bound is refused, said beforehand or not, and the next request is served', async () => {
    const json = { 'content-type': 'application/json' }
    const large = Buffer.alloc(limits.adminMessageBytes + 1, ' ')
    const wanted = new RegExp(`at most ${limits.adminMessageBytes} bytes`)
    refused(
      await rig.send('POST', switchPath, { ...json, 'content-length': String(large.length) }, large),
      413,
      wanted,
    )
    refused(
      await rig.send('POST', switchPath, { ...json, 'transfer-encoding': 'chunked' }, large),
      413,
      wanted,
    )
    expect((await rig.get('/v1alpha1/pushes/7')).status).toBe(200)
  })

  it.each([
    ['{', /no JSON/],
    ['{"environment":"green"', /no JSON/],
    [Buffer.from([0x7b, 0xff, 0x7d]), /not UTF-8/],
    ['[]', /wanted a JSON object, found a list/],
    ['null', /wanted a JSON object, found null/],
    ['"green"', /wanted a JSON object, found "green"/],
    [`{"options":${'{"a":'.repeat(300)}1${'}'.repeat(300)}}`, /unknown field/],
    ['{"environment":1}', /^environment: wanted a string, found 1$/],
    ['{"environment":"\\ud800"}', /^environment: wanted valid Unicode/],
    [
      '{"enviroment":"green"}',
      /^enviroment: unknown field of .*SwitchRequest; did you mean "environment"\?$/,
    ],
    ['{"options":{"dryRun":"yes"}}', /^options\.dryRun: wanted true or false, found "yes"$/],
    ['{"options":{"dry_run":true,"dryRun":true}}', /"dry_run" is the same field/],
    ['{"options":{"wait":"soon"}}', /^options\.wait: wanted a duration such as "1\.5s", found "soon"$/],
    ['{"__proto__":{"environment":"green"}}', /^__proto__: unknown field/],
    ['{"constructor":{}}', /^constructor: unknown field/],
    ['{"service":"basket"}', /^service: the path says "cart", the body "basket"$/],
  ])('%s is refused, with the field and what is wanted', async (body, detail) => {
    refused(await rig.send('POST', switchPath, { 'content-type': 'application/json' }, body), 400, detail)
  })

  it('with faults carries each as a violation', async () => {
    const { json } = await rig.post('/v1alpha1/objects:apply', {
      sources: [
        {
          name: 'shop.yaml',
          text: 'apiVersion: verdigris.dev/v1alpha1\nkind: Servce\nmetadata:\n  name: cart\n',
        },
      ],
    })
    expect(json).toMatchObject({
      status: 400,
      violations: [
        { path: 'kind', file: 'shop.yaml', line: 2, message: expect.stringContaining('Service') },
        { path: 'spec', file: 'shop.yaml', line: 1, column: 1 },
      ],
    })
  })

  it('of free JSON is taken as it is, and refused beyond the nesting that manifests may have', async () => {
    const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) })
    const got = await rig.post('/v1alpha1/objects:validate', { objects: [deep(90)] })
    expect(got.json).toMatchObject({
      violations: [{ message: expect.stringContaining('nested too deeply') }],
    })
    refused(
      await rig.post('/v1alpha1/objects:validate', { objects: [deep(300)] }),
      400,
      /nested deeper than 100/,
    )
  })
})

describe('parameters', () => {
  it('are the fields of a read: nested, repeated, in either form', async () => {
    const revisions = await rig.get(
      '/v1alpha1/revisions?kinds=Service&kinds=Route&include_objects=true&limit=3',
    )
    expect(revisions.json).toEqual({ revisions: [] })
    expect((await rig.get('/v1alpha1/pushes/7:wait?until=UNTIL_PREPARED&timeout=0.5s')).json).toMatchObject({
      outcome: 'REACHED',
    })
    const list = await rig.get('/v1alpha1/objects?view=VIEW_APPLIED&pageSize=1&namespace=')
    expect(list.json).toMatchObject({ objects: [], nextPageToken: '' })
  })

  it.each([
    ['/v1alpha1/pushes?limt=3', /^limt: no such parameter; did you mean "limit"\?$/],
    ['/v1alpha1/pushes?limit=three', /^limit: wanted an integer \(uint32\), found "three"$/],
    ['/v1alpha1/pushes?limit=-1', /^limit: wanted an integer from 0 to 4294967295, found "-1"$/],
    ['/v1alpha1/pushes?limit=1&limit=2', /^limit: given twice, wanted once$/],
    ['/v1alpha1/revisions?kinds.x=1', /^kinds\.x: no such parameter/],
    ['/v1alpha1/revisions?includeObjects=1', /^includeObjects: wanted true or false, found "1"$/],
    ['/v1alpha1/objects?view=HEADS', /^view: no value of .*View: "HEADS"/],
    ['/v1alpha1/pushes/7?id=8', /^id: the path says it already$/],
    ['/v1alpha1/nodes?__proto__=1', /^__proto__: no such parameter/],
    ['/v1alpha1/namespaces/a/objects/Service/b?key=1', /^key: no value that a parameter can hold/],
    [`/v1alpha1/nodes?${'a.'.repeat(200)}b=1`, /a parameter of too many parts/],
  ])('%s is refused by name', async (path, detail) => refused(await rig.get(path), 400, detail))

  it('of a change are none but wait', async () => {
    expect((await rig.post(`${switchPath}?wait=1m30s`, { environment: 'green' })).json).toMatchObject({
      phase: 'PUSH_PHASE_DONE',
    })
    commands = []
    refused(
      await rig.post(`${switchPath}?environment=green`, {}),
      400,
      /^environment: no such parameter: .*only wait$/,
    )
    refused(
      await rig.post(`${switchPath}?wait=soon`, {}),
      400,
      /^wait: wanted a duration such as 30s, found "soon"$/,
    )
    refused(await rig.post(`${switchPath}?wait=1s`, { options: { wait: '1s' } }), 400, /^wait: given twice/)
    refused(
      await rig.post(`${switchPath}?wait=2h`, { environment: 'green' }),
      400,
      /^options\.wait: .*at most 3600s, found 7200s$/,
    )
    refused(await rig.post('/v1alpha1/objects:validate?wait=1s', {}), 400, /takes everything in its body/)
  })
})

describe('a page of another site', () => {
  const host = (): string => `127.0.0.1:${rig.httpPort}`
  const json = { 'content-type': 'application/json' }

  it('cannot point its own name at the port', async () => {
    for (const name of [
      'rebound.example',
      'rebound.example:18002',
      '10.0.0.1',
      'localhost.example',
      '127.0.0.1.example',
    ]) {
      refused(await rig.get('/v1alpha1/nodes', { host: name }), 403, /is no name of this machine/)
      expect((await rig.get('/metrics', { host: name })).status).toBe(403)
    }
    for (const name of ['localhost', 'LOCALHOST:1', '127.0.0.1', '[::1]:18002', 'verdigris.localhost:80'])
      expect((await rig.get('/v1alpha1/nodes', { host: name })).status).toBe(200)
  })

  it('gets no answer, and can change nothing', async () => {
    for (const origin of [
      'https://other.example',
      'null',
      `https://${host()}.example`,
      'file://',
      `http://x@${host()}`,
    ]) {
      refused(await rig.get('/v1alpha1/nodes', { origin }), 403, /is another site/)
      refused(await rig.post(switchPath, { environment: 'green' }, { origin }), 403, /is another site/)
      refused(
        await rig.send('OPTIONS', switchPath, { origin, 'access-control-request-method': 'POST' }),
        403,
        /another site/,
      )
    }
    for (const site of ['cross-site', 'same-site'])
      refused(
        await rig.send('POST', switchPath, { ...json, 'sec-fetch-site': site }, '{}'),
        403,
        /Sec-Fetch-Site/,
      )
    // A link to a read shows it to its reader only.
    expect((await rig.get('/v1alpha1/nodes', { 'sec-fetch-site': 'cross-site' })).status).toBe(200)
  })

  it('is not let in by a header either: there is no CORS', async () => {
    const answers = [
      await rig.get('/v1alpha1/nodes'),
      await rig.send('OPTIONS', switchPath),
      await rig.get('/metrics'),
    ]
    const cors = answers.flatMap(({ headers }) =>
      Object.keys(headers).filter((name) => name.startsWith('access-control')),
    )
    expect(cors).toEqual([])
  })

  it('of this very site may do everything', async () => {
    const own = { origin: `http://${host()}`, 'sec-fetch-site': 'same-origin' }
    expect((await rig.post(switchPath, { environment: 'green' }, own)).status).toBe(200)
  })
})

describe('the caller', () => {
  it('is recorded by the name that it claims, as over gRPC', async () => {
    await rig.post(switchPath, { environment: 'green' }, { 'x-verdigris-actor': 'deploy-bot' })
    await rig.post(switchPath, { environment: 'green' })
    expect(commands.map(({ actor }) => actor)).toEqual(['unverified:deploy-bot', 'unverified:anonymous'])
  })

  it('whose claim does not fit is refused', async () => {
    refused(
      await rig.post(switchPath, {}, { 'x-verdigris-actor': 'two words' }),
      400,
      /x-verdigris-actor: wanted/,
    )
  })

  it('is told to wait while the state is loading', async () => {
    const loading = await startHttpRig({ ready: () => false })
    const got = await loading.get('/v1alpha1/nodes')
    await loading.close()
    expect([got.status, got.headers['retry-after']]).toEqual([503, '1'])
    expect(got.json).toMatchObject({ code: 'UNAVAILABLE', detail: expect.stringContaining('still loading') })
  })
})

describe('a caller that goes', () => {
  it('in the middle of its body is no fault of ours, and changes nothing', async () => {
    const socket = connect(rig.httpPort, '127.0.0.1')
    const head = ['host: localhost', 'content-type: application/json', 'content-length: 100']
    socket.write(`POST ${switchPath} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n{"environment":"green"`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    expect((await rig.get('/v1alpha1/pushes/7')).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect([rig.bugs, commands]).toEqual([[], []])
  })

  it('while it waits ends its wait', async () => {
    let waiting: AbortSignal | undefined
    const own = scripted(async () => ok(answer))
    own.pushes.push(push('7', 'switching'))
    const one = await startHttpRig({
      delivery: {
        ...own.delivery,
        watchPushes: (id, signal) => {
          waiting = signal
          return own.delivery.watchPushes(id, signal)
        },
      },
    })
    const asked = one.post(`${switchPath}?wait=1m`, { environment: 'green' }, { connection: 'close' })
    await expect.poll(() => waiting !== undefined).toBe(true)
    const stopping = one.close()
    await expect(asked).rejects.toThrow()
    await expect.poll(() => waiting?.aborted).toBe(true)
    await stopping
  })
})

describe('a refusal of the fleet', () => {
  it('comes with the push, the proxies and their words', async () => {
    const refusals = [{ node: 'edge-1', type: 'rds', detail: 'bad regex', resources: [] }]
    const aborted = { ...push('9', 'aborted'), verdict: 'edge-1 refused', refusals }
    script.pushes.push(aborted)
    script.change = async () => ok({ ...answer, push: '9' })
    const got = await rig.post(`${switchPath}?wait=1s`, { environment: 'green' })
    refused(got, 422, /push 9 was aborted, nothing moved: edge-1 refused/)
    expect(got.json).toMatchObject({
      code: 'FAILED_PRECONDITION',
      push: '9',
      refusals: [{ node: 'edge-1', type: 'rds', detail: 'bad regex' }],
    })
  })

  it('by a newer change is a conflict with its winner, and a time that is over says what goes on', async () => {
    script.pushes.push(
      { ...push('10', 'overtaken'), verdict: 'overtaken by push/11' },
      push('11', 'switching'),
    )
    script.change = async () => ok({ ...answer, push: '10' })
    const lost = await rig.post(`${switchPath}?wait=1s`, { environment: 'green' })
    expect([lost.status, lost.json]).toMatchObject([409, { winner: 'push/11', push: '10', code: 'ABORTED' }])
    script.change = async () => ok({ ...answer, push: '11' })
    const late = await rig.post(`${switchPath}?wait=20ms`, { environment: 'green' })
    expect([late.status, late.json]).toMatchObject([504, { push: '11', code: 'DEADLINE_EXCEEDED' }])
  })

  it('that is a bug of ours is 500, without its text', async () => {
    script.change = async () => {
      throw new Error('secret 42')
    }
    const got = await rig.post(switchPath, { environment: 'green' })
    refused(got, 500, /^internal error; the log of the server says which$/)
    expect(got.text).not.toContain('42')
  })
})
