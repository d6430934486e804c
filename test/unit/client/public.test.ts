// The public client against a whole control plane: services by name, friendly values, errors, deadlines, watches.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadDescriptors } from '../../../src/admin/index.ts'
import { connect, type Verdigris, VerdigrisError } from '../../../src/client/public.ts'
import { manifests, type Plane, startPlane, thrownBy } from './rig.ts'

let plane: Plane
let verdigris: Verdigris
beforeAll(async () => {
  plane = await startPlane()
  verdigris = connect({ server: `127.0.0.1:${plane.admin}`, actor: 'ci' })
  await verdigris.arrived(await verdigris.config.apply({ sources: manifests }))
})
afterAll(async () => {
  verdigris?.close()
  await plane?.stop()
})

const failed = async (call: Promise<unknown>): Promise<VerdigrisError> => {
  const error = await thrownBy(call)
  if (!(error instanceof VerdigrisError)) throw error
  return error
}

describe('the public client', () => {
  it('has a function for every method of the API, under its name', () => {
    const lower = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`
    const own = loadDescriptors().filter((file) => file.package === 'verdigris.admin.v1alpha1')
    const wanted = own
      .flatMap((file) => file.service)
      .map((service) => [lower(service.name), service.method.map((method) => lower(method.name)).sort()])
    const found = Object.entries(verdigris)
      .filter(([, value]) => typeof value === 'object')
      .map(([name, service]) => [name, Object.keys(service).sort()])
    expect(wanted.length).toBeGreaterThan(5)
    expect(new Map(found as [string, string[]][])).toEqual(new Map(wanted as [string, string[]][]))
  })

  it('moves traffic, waits until it has arrived, and reads where it is', async () => {
    const change = await verdigris.traffic.switch({
      service: 'checkout',
      environment: 'green',
      options: { reason: 'release v2' },
    })
    const push = await verdigris.arrived(change)
    expect(push).toMatchObject({ id: change.push, phase: 'PUSH_PHASE_DONE', actor: 'unverified:ci' })
    expect(push?.startedAt).toBeInstanceOf(Date)
    expect(Math.abs(Number(push?.startedAt) - Date.now())).toBeLessThan(60_000)
    const { environments, reason } = await verdigris.traffic.get({ service: 'checkout' })
    expect(reason).toBe('release v2')
    expect(environments.map(({ environment, applied }) => [environment, applied])).toEqual([
      ['blue', 0],
      ['green', 10_000],
    ])
  })

  it('gives and takes manifests as plain JSON', async () => {
    const key = { namespace: 'default', kind: 'NodeGroup', name: 'edge' }
    const { manifest } = await verdigris.config.get({ key })
    expect(manifest).toMatchObject({ kind: 'NodeGroup', spec: { selector: { cluster: 'edge' } } })
    const answer = await verdigris.config.apply({
      objects: [{ ...manifest, metadata: { name: 'edge', labels: { team: 'shop' } } }],
    })
    expect(answer.objects).toMatchObject([{ key, change: 'CHANGED' }])
  })

  it('has no push to wait for after a dry run', async () => {
    const change = await verdigris.traffic.switch({
      service: 'checkout',
      environment: 'blue',
      options: { dryRun: true },
    })
    expect(change).toMatchObject({ dryRun: true, push: '' })
    expect(await verdigris.arrived(change)).toBeUndefined()
  })

  it('takes durations as milliseconds and as people write them', async () => {
    for (const ramp of [600, '600ms', '0.6s']) {
      const change = await verdigris.traffic.split({
        service: 'checkout',
        weights: { blue: 5_000, green: 5_000 },
        ramp,
        options: { dryRun: true },
      })
      expect(change.dryRun).toBe(true)
    }
    const moved = await verdigris.traffic.split({
      service: 'checkout',
      weights: { blue: 5_000, green: 5_000 },
      ramp: '500ms',
    })
    expect((await verdigris.arrived(moved))?.ramp?.over).toBe(500)
  })
})

describe('a call that gives nothing', () => {
  it('throws what the server refused, with its kind', async () => {
    const error = await failed(verdigris.traffic.get({ service: 'none' }))
    expect(error).toMatchObject({
      name: 'VerdigrisError',
      kind: 'notFound',
      method: 'traffic.get',
      message: 'traffic.get: no Service default/none',
      violations: [],
      requestId: undefined,
      attempts: 1,
    })
  })

  it('throws every fault of the input with its path', async () => {
    const error = await failed(
      verdigris.config.apply({ objects: [{ apiVersion: 'verdigris.dev/v1alpha1', kind: 'Service' }] }),
    )
    expect(error.kind).toBe('invalid')
    expect(error.violations.map(({ path }) => path)).toContain('metadata')
  })

  it('throws who was first', async () => {
    const { etag } = await verdigris.traffic.get({ service: 'checkout' })
    await verdigris.arrived(
      await verdigris.traffic.switch({ service: 'checkout', environment: 'blue', etag }),
    )
    const error = await failed(verdigris.traffic.switch({ service: 'checkout', environment: 'green', etag }))
    expect(error.kind).toBe('conflict')
    expect(error.winner).toMatch(/^r\d+ by unverified:ci/)
  })

  it('throws before it sends what the codec would drop or bend', async () => {
    // As it would come from JavaScript, where no compiler looks.
    const untyped: { split(request: object): Promise<unknown> } = verdigris.traffic
    const error = await failed(
      untyped.split({ service: 'checkout', weigths: {}, weights: { blue: '90%', green: 1.5 }, ramp: 'soon' }),
    )
    expect(error).toMatchObject({ kind: 'invalid', attempts: 0 })
    expect(error.violations).toEqual([
      {
        path: 'weigths',
        message: expect.stringContaining('no such field; SplitRequest has namespace, service'),
      },
      { path: 'weights.blue', message: 'wanted a whole number from 0 to 4294967295, found "90%"' },
      { path: 'weights.green', message: 'wanted a whole number from 0 to 4294967295, found 1.5' },
      { path: 'ramp', message: expect.stringContaining('such as 500ms, 10s or 1m30s, found "soon"') },
    ])
  })

  it('ends when its signal aborts, before and while it waits', async () => {
    const early = AbortSignal.abort('not now')
    expect(await failed(verdigris.push.list({}, { signal: early }))).toMatchObject({
      kind: 'cancelled',
      cause: 'not now',
    })
    const stop = new AbortController()
    setTimeout(() => stop.abort('enough'), 100)
    const id = await heldPush()
    expect(await failed(verdigris.push.wait({ id }, { signal: stop.signal }))).toMatchObject({
      kind: 'cancelled',
      cause: 'enough',
    })
    await verdigris.push.abort({ id })
  })

  it('says after close that it is closed', async () => {
    const other = connect({ server: `127.0.0.1:${plane.admin}` })
    other.close()
    expect(await failed(other.push.list())).toMatchObject({
      kind: 'broken',
      message: 'push.list: the client is closed',
    })
    expect(await failed(other.push.watch().next())).toMatchObject({ kind: 'broken' })
  })
})

let fleets = 0
/** A push that waits for a proxy that never comes. */
async function heldPush(): Promise<string> {
  const namespace = await heldNamespace()
  return (await verdigris.traffic.switch({ namespace, service: 'checkout', environment: 'green' })).push
}

/** Where every push waits so. */
async function heldNamespace(): Promise<string> {
  fleets += 1
  const namespace = `held-${fleets}`
  const [fleet, checkout] = manifests
  const text = `${fleet?.text.replace('cluster: edge', `cluster: ${namespace}\n  expected:\n    size: 1`)}\n---\n${checkout?.text}`
  await verdigris.arrived(await verdigris.config.apply({ namespace, sources: [{ name: 'held', text }] }))
  return namespace
}

describe('waiting for a change', () => {
  it('is an answer when the time is over, and an error where arrival was wanted', async () => {
    const id = await heldPush()
    expect(await verdigris.push.wait({ id, timeout: 50 })).toMatchObject({ outcome: 'TIMED_OUT' })
    expect(await verdigris.push.wait({ id }, { timeoutMs: 50 })).toMatchObject({ outcome: 'TIMED_OUT' })
    expect(await failed(verdigris.arrived({ push: id }, { timeoutMs: 50 }))).toMatchObject({
      kind: 'timedOut',
      message: `arrived: push ${id} is still under way`,
      push: { id },
    })
    await verdigris.push.abort({ id })
  })

  it('may be left to the server, for as long as is asked', async () => {
    const to = async (environment: string) =>
      verdigris.traffic.switch({ service: 'checkout', environment, options: { wait: '20s' } })
    await to('blue')
    expect(await to('green')).toMatchObject({ phase: 'PUSH_PHASE_DONE' })
    const namespace = await heldNamespace()
    const error = await failed(
      verdigris.traffic.switch({
        namespace,
        service: 'checkout',
        environment: 'green',
        options: { wait: 50 },
      }),
    )
    expect(error).toMatchObject({ kind: 'deadline', pushId: expect.stringMatching(/^\d+$/) })
    await verdigris.push.abort({ id: error.pushId })
  })

  it('throws with the record when the push ended otherwise', async () => {
    const id = await heldPush()
    const arrival = failed(verdigris.arrived({ push: id }))
    await verdigris.push.abort({ id, reason: 'changed our minds' })
    expect(await arrival).toMatchObject({
      kind: 'precondition',
      message: expect.stringContaining(`push ${id} did not arrive`),
      push: { id, phase: 'PUSH_PHASE_ABORTED' },
    })
  })
})

describe('a watch', () => {
  const watchers = async (): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${plane.http}/metrics`)).text()
    return Number(/^verdigris_admin_watchers (\d+)$/m.exec(text)?.[1])
  }
  const until = async (count: number): Promise<void> => {
    while ((await watchers()) !== count) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  it('is a loop that closes its stream when it is left', async () => {
    for await (const traffic of verdigris.traffic.watch({ service: 'checkout' })) {
      expect(traffic.at).toBeInstanceOf(Date)
      await until(1)
      break
    }
    await until(0)
  })

  it('ends without an error when its signal aborts', async () => {
    const stop = new AbortController()
    const seen: string[] = []
    for await (const { environments } of verdigris.traffic.watch(
      { service: 'checkout' },
      { signal: stop.signal },
    )) {
      seen.push(...environments.map(({ environment }) => environment))
      stop.abort()
    }
    expect(seen).toEqual(['blue', 'green'])
    await until(0)
    for await (const _ of verdigris.events.watch({ fromId: 0 }, { signal: AbortSignal.abort() }))
      seen.push('late')
    expect(seen).toHaveLength(2)
  })

  it('gives the attributes of events as plain JSON', async () => {
    for await (const { event } of verdigris.events.watch({ fromId: 0, names: ['push_started'] })) {
      expect(event?.attributes).toMatchObject({ push: expect.any(String) })
      break
    }
  })

  it('throws what the server refuses, and refuses to resume what cannot be', async () => {
    expect(await failed(verdigris.push.watch({ id: 'none' }).next())).toMatchObject({
      kind: 'notFound',
      method: 'push.watch',
    })
    expect(await failed(verdigris.push.watch({ id: 'none' }, { resume: true }).next())).toMatchObject({
      kind: 'notFound',
    })
  })
})
