// Spans with a real SDK: what is under what, what they say, which failed; and nothing where no SDK is registered.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { noTracing, ok, spanAttributeTable, spanTable } from '../../../src/base/index.ts'
import { loadConfig } from '../../../src/config.ts'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { serve } from '../../../src/main.ts'
import { createLogger, openTracing } from '../../../src/ops/index.ts'
import { createCompiler } from '../../../src/snapshot/index.ts'
import { answer } from '../admin/per-test.ts'
import { scripted, startRig } from '../admin/rig.ts'
import { appliedRig, createRig, environment, type Rig, service, world } from '../push/support/rig.ts'

const kept = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(kept)] })

const spans = (): readonly ReadableSpan[] => kept.getFinishedSpans()
const named = (name: string): readonly ReadableSpan[] => spans().filter((span) => span.name === name)
const only = (name: string): ReadableSpan => {
  const [found, ...more] = named(name)
  if (found === undefined || more.length > 0) throw new Error(`${more.length + 1} spans ${name}`)
  return found
}
const parentOf = (span: ReadableSpan): string | undefined =>
  spans().find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId)?.name
/** `push.switch < push < admin.call`: a span and what it is under. */
const way = (span: ReadableSpan): string => {
  const above = spans().find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId)
  return above === undefined ? span.name : `${span.name} < ${way(above)}`
}
const ways = (): readonly string[] => [...new Set(spans().map(way))].sort()

/** A rig whose engine and compiler tell their spans. */
async function tracedRig(): Promise<Rig> {
  const tracing = openTracing('test')
  const compiler = createCompiler({ measure: (part, run) => tracing.within(part, {}, run) })
  const rig = await createRig({ nodes: ['edge-1', 'edge-2'], tracing, compiler })
  await rig.apply(world)
  await rig.runOut()
  kept.reset()
  return rig
}

describe('before a SDK is registered', () => {
  it('nothing is kept, and nothing stands between', async () => {
    expect(openTracing('test')).toBe(noTracing)
    const rig = await appliedRig({ nodes: ['edge-1'], tracing: openTracing('test') })
    const moved = await rig.switchTo('green')
    await rig.runOut()
    expect(rig.push(moved).phase).toBe('done')
    expect(spans()).toEqual([])
  })
})

describe('with a SDK', () => {
  beforeAll(() => provider.register())
  afterAll(async () => {
    await provider.shutdown()
    trace.disable()
    context.disable()
    propagation.disable()
  })
  beforeEach(() => kept.reset())

  it('a switch between warm environments is a plan, a compile, a decision and a switch', async () => {
    const rig = await tracedRig()
    const moved = await rig.switchTo('green')
    await rig.runOut()
    expect(ways()).toEqual([
      'commit < push.decide < push',
      'compile',
      'encode < compile',
      'plan',
      'publish < push.decide < push',
      'push',
      'push.decide < push',
      'push.switch < push',
      'translate < compile',
      'validate < compile',
    ])
    const push = only('push')
    expect(push.attributes).toEqual({
      'verdigris.push': moved.push,
      'verdigris.revision': 2,
      'verdigris.verb': 'switch',
      'verdigris.actor': 'deploy-bot',
      'verdigris.service': ['default/checkout'],
      'verdigris.outcome': 'done',
      'verdigris.phase': 'done',
    })
    expect(push.status.code).toBe(SpanStatusCode.UNSET)
    expect(only('publish').attributes).toMatchObject({ 'verdigris.group': 'default/edge' })
    expect(only('commit').attributes).toMatchObject({ 'verdigris.revision': 2, 'verdigris.outcome': 'ok' })
    expect(only('push.switch').attributes).toEqual({
      'verdigris.push': moved.push,
      'verdigris.phase': 'switching',
    })
  })

  it('an apply that needs new clusters prepares first, and its decision is written under it', async () => {
    const rig = await tracedRig()
    await rig.switchTo('green')
    await rig.runOut()
    kept.reset()
    await rig.apply(
      service('checkout', [environment('blue', 'v3', [9301]), environment('green', 'v2', [9201])]),
    )
    await rig.runOut()
    expect(ways()).toContain('publish < push.prepare < push')
    expect(ways()).toContain('commit < push.decide < push')
    expect(named('push.prepare')).toHaveLength(1)
  })

  it('a push that is taken back says why, in its phase and as a whole', async () => {
    const rig = await tracedRig()
    let refusals = 0
    const once = (): boolean => refusals++ === 0
    rig.fleet.manner('edge-2', { kind: 'refuses', type: typeUrls.rds, when: once })
    await rig.switchTo('green')
    await rig.runOut()
    expect(only('push').attributes['verdigris.outcome']).toBe('reverted')
    expect(only('push').status).toMatchObject({
      code: SpanStatusCode.ERROR,
      message: expect.stringContaining('edge-2 refused'),
    })
    expect(only('push.switch').status.message).toMatch(/edge-2 refused/)
    expect(ways()).toContain('commit < push.revert < push')
  })

  it('a refusal is recorded with its kind, and nothing is written', async () => {
    const rig = await tracedRig()
    await rig.switchTo('red').catch(() => undefined)
    expect(ways()).toEqual(['plan'])
    expect(only('plan').attributes).toEqual({ 'verdigris.verb': 'switch', 'verdigris.outcome': 'invalid' })
    expect(only('plan').status).toMatchObject({
      code: SpanStatusCode.ERROR,
      message: expect.stringContaining('no environment "red"'),
    })
  })

  it('an error that is thrown is recorded, and goes on', () => {
    const bug = new Error('boom')
    expect(() =>
      openTracing('test').within('plan', {}, () => {
        throw bug
      }),
    ).toThrow(bug)
    expect(only('plan').events).toMatchObject([
      { name: 'exception', attributes: { 'exception.message': 'boom' } },
    ])
    expect(only('plan').attributes['verdigris.outcome']).toBe('bug')
  })

  it('a push that goes on after a restart has a span that says so', async () => {
    const tracing = openTracing('test')
    const rig = await createRig({ nodes: ['edge-1'], tracing })
    await rig.apply(world)
    await rig.runOut()
    rig.fleet.manner('edge-1', { kind: 'mute' })
    await rig.switchTo('green')
    rig.fleet.disconnect('edge-1')
    kept.reset()
    rig.fleet.manner('edge-1', { kind: 'prompt' })
    const next = await createRig({
      ...{ disk: rig.disk, clock: rig.clock, fleet: rig.fleet, nodes: ['edge-1'], tracing },
    })
    await next.runOut()
    expect(only('push').attributes).toMatchObject({
      'verdigris.resumed': true,
      'verdigris.outcome': 'done',
    })
  })

  it('a call of the API goes on with the trace of its caller, and is the parent of what it sets off', async () => {
    const tracing = openTracing('test')
    const { delivery } = scripted(async () => tracing.within('plan', {}, async () => ok(answer)))
    const rig = await startRig({ delivery, tracing })
    try {
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
      const request = { service: 'cart', environment: 'green' }
      await rig.call('Traffic/Switch', request, { traceparent, 'x-verdigris-actor': 'lena' })
      const call = only('admin.call')
      expect(call.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c')
      expect(call.parentSpanContext?.spanId).toBe('b7ad6b7169203331')
      expect(call.kind).toBe(SpanKind.SERVER)
      expect(call.attributes).toEqual({
        'verdigris.method': 'Traffic/Switch',
        'verdigris.actor': 'unverified:lena',
        'verdigris.outcome': 'ok',
      })
      expect(parentOf(only('plan'))).toBe('admin.call')
      kept.reset()
      await rig.call('Push/Get', { id: 'none' }).catch(() => undefined)
      expect(only('admin.call').attributes['verdigris.outcome']).toBe('notFound')
      expect(only('admin.call').parentSpanContext).toBeUndefined()
    } finally {
      await rig.close()
    }
  })

  it('of a whole control plane are one trace by HTTP too, from the call to the push', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'verdigris-tracing-'))
    const config = loadConfig({
      flags: {
        ...{ 'data-dir': join(folder, 'data'), settle: '0s' },
        ...{ 'xds-port': '0', 'admin-port': '0', 'http-port': '0' },
      },
      env: {},
    })
    if (!config.ok) throw new Error(config.error.message)
    const started = await serve(config.value, { log: createLogger({ level: 'fatal', format: 'json' }) })
    if (!started.ok) throw new Error(started.error.message)
    try {
      const { port } = started.value.addresses.http
      const answered = await fetch(`http://127.0.0.1:${port}/v1alpha1/objects:apply`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        },
        body: JSON.stringify({ sources: [{ name: 'world.yaml', text: world }], options: { wait: '10s' } }),
      })
      expect(answered.status).toBe(200)
    } finally {
      await started.value.stop()
      rmSync(folder, { recursive: true, force: true })
    }
    const mine = spans().filter((span) => span.spanContext().traceId === '0af7651916cd43dd8448eb211c80319c')
    expect([...new Set(mine.map(way))].sort()).toEqual([
      'admin.call',
      'commit < push.decide < push < admin.call',
      'compile < admin.call',
      'encode < compile < admin.call',
      'plan < admin.call',
      'publish < push.decide < push < admin.call',
      'push < admin.call',
      'push.decide < push < admin.call',
      'push.switch < push < admin.call',
      'translate < compile < admin.call',
      'validate < compile < admin.call',
    ])
  })

  it('has no span and no attribute that the tables do not name', () => {
    expect(Object.keys(spanTable).length).toBe(15)
    expect(Object.keys(spanAttributeTable).every((name) => name.startsWith('verdigris.'))).toBe(true)
  })
})
