// Every method of the API, by HTTP and by gRPC: the same handler, the same answer, the same refusal.
import type { ServiceError } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminApi, apiPackage, encodeFile, fromTrailers, loadDescriptors } from '../../../src/admin/index.ts'
import { ok } from '../../../src/base/index.ts'
import { decodeJson, delimitedField, parseDescriptors } from '../../../src/envoy-api/index.ts'
import type { ChangeCommand } from '../../../src/push/index.ts'
import { answer, push } from '../admin/per-test.ts'
import { scripted } from '../admin/rig.ts'
import { eventsIn, type HttpRig, startHttpRig } from './rig.ts'

const files = loadDescriptors()
const schemas = parseDescriptors(Buffer.concat(files.map((file) => delimitedField(1, encodeFile(file)))))
const shapes = files
  .filter((file) => file.package === apiPackage)
  .flatMap((file) => file.service)
  .flatMap((service) =>
    service.method.map((method) => ({ name: `${service.name}/${method.name}`, service, method })),
  )

/** What gRPC answers, as the JSON that HTTP gives. */
function asJson(name: string, message: object): unknown {
  const [service = '', method = ''] = name.split('/')
  const shape = shapes.find((one) => one.name === name)
  const definition = adminApi().service(`${apiPackage}.${service}`)[method]
  if (shape === undefined || definition === undefined) throw new Error(name)
  return decodeJson(shape.method.outputType.slice(1), definition.responseSerialize(message), {
    schemas,
    defaults: true,
  })
}

/** A value for every variable of a path. */
const values: Readonly<Record<string, string>> = {
  'key.kind': 'Service',
  kind: 'Service',
  id: '7',
  revision: '1',
  fence: '1',
  number: '1',
}
const filled = (path: string): string =>
  path.replaceAll(
    /\{([^}]+)\}/g,
    (_whole, name: string) => values[name] ?? (name.endsWith('namespace') ? 'default' : 'cart'),
  )

/** The same request for gRPC. */
const requestOf = (path: string): object => {
  const request: Record<string, unknown> = {}
  for (const [, name = ''] of path.matchAll(/\{([^}]+)\}/g)) {
    const steps = name.split('.')
    const last = steps.pop() ?? ''
    let inside = request
    for (const step of steps) {
      inside[step] ??= {}
      inside = inside[step] as Record<string, unknown>
    }
    inside[last] = filled(`{${name}}`)
  }
  return request
}

describe('every method of the API', () => {
  const script = scripted(async () => ok(answer))
  let rig: HttpRig
  beforeAll(async () => {
    script.pushes.push(push('7', 'done'))
    rig = await startHttpRig({ delivery: script.delivery })
  })
  afterAll(() => rig?.close())

  const unaryWays = shapes
    .filter(({ method }) => !method.serverStreaming)
    .flatMap(({ name, method }) => method.http.map(({ verb, path }) => [name, verb, path] as const))

  it('is there by HTTP', () => {
    expect(shapes.filter(({ method }) => method.http.length === 0)).toEqual([])
    expect(rig.calls.methods.map(({ name }) => name).sort()).toEqual(shapes.map(({ name }) => name).sort())
    expect(unaryWays.length).toBeGreaterThan(25)
  })

  it.each(unaryWays)('%s by %s %s is what gRPC answers', async (name, verb, path) => {
    const byGrpc = await rig.call(name, requestOf(path)).then(
      (message) => ({ json: asJson(name, message) }),
      (error: ServiceError) => ({ code: fromTrailers(error).code, detail: fromTrailers(error).message }),
    )
    const byHttp = verb === 'GET' ? await rig.get(filled(path)) : await rig.post(filled(path), {})
    if ('json' in byGrpc) {
      expect([byHttp.status, byHttp.json]).toEqual([200, byGrpc.json])
    } else {
      expect(byHttp.status).toBeGreaterThanOrEqual(400)
      expect(byHttp.json).toMatchObject({ detail: byGrpc.detail })
    }
    expect(rig.bugs).toEqual([])
  })

  const watches = shapes
    .filter(({ method }) => method.serverStreaming)
    .flatMap(({ name, method }) => method.http.map(({ verb, path }) => [name, verb, path] as const))

  it.each(watches)('%s by %s %s is a stream of events that opens', async (name, verb, path) => {
    const seen = await rig.watch(filled(path), () => true)
    expect(verb).toBe('GET')
    if (seen.status === 200) expect(seen.headers['content-type']).toMatch(/^text\/event-stream/)
    else {
      const refused = await rig
        .take(name, requestOf(path), 1)
        .catch((error: ServiceError) => fromTrailers(error).message)
      expect(seen.json).toMatchObject({ detail: refused })
    }
  })

  it('gets the same request: each field of it, whichever form it came in', async () => {
    const commands: ChangeCommand[] = []
    script.change = async (command) => {
      commands.push(command)
      return ok(answer)
    }
    const options = { reason: 'release 2', request_id: 'a', dry_run: true, force: true, manager: 'ci' }
    await rig.call('Traffic/Split', {
      ...{ namespace: 'shop', service: 'cart', weights: { blue: 9_000, green: 1_000 }, etag: 'e1' },
      options: { reason: 'release 2', requestId: 'a', dryRun: true, force: true, manager: 'ci' },
      ramp: { seconds: 90, nanos: 500_000_000 },
    })
    const path = '/v1alpha1/namespaces/shop/services/cart:split'
    const weights = { blue: '9000', green: 1e3 }
    const both = [
      await rig.post(path, { weights, etag: 'e1', options, ramp: '90.5s' }),
      await rig.post(path, {
        ...{ weights, etag: 'e1', ramp: '90.500s', service: 'cart' },
        options: { reason: 'release 2', requestId: 'a', dryRun: true, force: true, manager: 'ci' },
      }),
    ]
    expect(both.map(({ status }) => status)).toEqual([200, 200])
    expect(commands[1]).toEqual(commands[0])
    expect(commands[2]).toEqual(commands[0])
    expect(commands[0]).toMatchObject({ verb: 'split', namespace: 'shop', ramp: 90_500, requestId: 'a' })
  })

  it('counts as the same call, with its actor', async () => {
    const seen: object[] = []
    const one = await startHttpRig({
      delivery: script.delivery,
      seen: ({ ms: _, ...call }) => seen.push(call),
    })
    await one.get('/v1alpha1/pushes/7', { 'x-verdigris-actor': 'deploy-bot' })
    await one.call('Push/Get', { id: '7' }, { 'x-verdigris-actor': 'deploy-bot' })
    await one.get('/v1alpha1/pushes/8')
    await one.get('/v1alpha1/pushes?limit=x')
    await one.close()
    const call = { method: 'Push/Get', streaming: false }
    expect(seen).toEqual([
      { ...call, code: 0, actor: 'unverified:deploy-bot' },
      { ...call, code: 0, actor: 'unverified:deploy-bot' },
      { ...call, code: 5, actor: 'unverified:anonymous' },
      { ...call, method: 'Push/List', code: 3, actor: 'unverified:anonymous' },
    ])
  })
})

describe('a watch', () => {
  it('of a push gives its records and says the end', async () => {
    const script = scripted()
    script.pushes.push(push('7', 'done'))
    const rig = await startHttpRig({ delivery: script.delivery })
    const { text } = await rig.get('/v1alpha1/pushes/7:watch')
    await rig.close()
    expect(eventsIn(text)).toMatchObject([
      { data: { id: '7', phase: 'PUSH_PHASE_DONE', revision: '12', groups: [{ group: 'default/edge' }] } },
      { event: 'end', data: {} },
    ])
  })
})
