// The public client when the server is away: what is tried again, what is not, and watches that go on.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type Verdigris, VerdigrisError } from '../../../src/client/public.ts'
import { manifests, type Plane, type Relay, startPlane, startRelay, thrownBy } from './rig.ts'

let plane: Plane
let relay: Relay
/** Straight, and by a way that can be cut. */
let direct: Verdigris
let verdigris: Verdigris
const quick = { attempts: 200, firstDelayMs: 5, mostDelayMs: 20 }
beforeAll(async () => {
  plane = await startPlane()
  relay = await startRelay(plane.admin)
  direct = connect({ server: `127.0.0.1:${plane.admin}`, actor: 'ci' })
  verdigris = connect({ server: `127.0.0.1:${relay.port}`, actor: 'ci', retry: quick })
  await direct.arrived(await direct.config.apply({ sources: manifests }))
})
afterAll(async () => {
  direct?.close()
  verdigris?.close()
  relay?.close()
  await plane?.stop()
})

const failed = async (call: Promise<unknown>): Promise<VerdigrisError> => {
  const error = await thrownBy(call)
  if (!(error instanceof VerdigrisError)) throw error
  return error
}
const revision = async (): Promise<number> => (await direct.config.list({ pageSize: 1 })).revision
const until = async (true_: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await true_())) await new Promise((resolve) => setTimeout(resolve, 10))
}
/** Makes the change, and loses its answer: the server has done it, and the way breaks. */
async function loseAnswer<T>(change: () => Promise<T>): Promise<Promise<T>[]> {
  await verdigris.push.list()
  const before = await revision()
  relay.set('deaf')
  const answer = change()
  answer.catch(() => undefined)
  await until(async () => (await revision()) > before)
  relay.set('closed')
  return [answer]
}

describe('a call whose server is away', () => {
  it('is a change that is done once and answered the same when its answer was lost', async () => {
    const before = await revision()
    const [answer] = await loseAnswer(() =>
      verdigris.traffic.switch({ service: 'checkout', environment: 'green' }),
    )
    relay.set('pass')
    const { revision: done, push } = (await answer) ?? { revision: 0, push: '' }
    expect(done).toBe(before + 1)
    expect(await direct.push.get({ id: push })).toMatchObject({ revision: done, verb: 'switch' })
    const { revisions } = await direct.config.listRevisions({ limit: 2 })
    expect(revisions.map(({ verb }) => verb)).toEqual(['switch', 'apply'])
    expect(revisions[0]?.requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('is a change that can be sent again by hand under the id that the error names', async () => {
    const once = connect({ server: `127.0.0.1:${relay.port}`, actor: 'ci', retry: false })
    const request = { service: 'checkout', environment: 'blue' }
    relay.set('pass')
    await once.push.list()
    const before = await revision()
    relay.set('deaf')
    const lost = failed(once.traffic.switch(request))
    await until(async () => (await revision()) > before)
    relay.set('closed')
    const error = await lost
    expect(error).toMatchObject({
      kind: 'unreachable',
      attempts: 1,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    relay.set('pass')
    const again = await verdigris.traffic.switch({ ...request, options: { requestId: error.requestId } })
    expect(again.revision).toBe(before + 1)
    expect(await revision()).toBe(before + 1)
    once.close()
  })

  it('is a read that waits until the server is back', async () => {
    relay.set('closed')
    const reading = verdigris.traffic.get({ service: 'checkout' })
    const before = relay.connections()
    await until(() => relay.connections() > before + 1)
    relay.set('pass')
    expect((await reading).service).toBe('checkout')
  })

  it('is tried so often, and no more', async () => {
    const nobody = connect({ server: '127.0.0.1:1', retry: { attempts: 3, firstDelayMs: 1 } })
    expect(await failed(nobody.push.list())).toMatchObject({ kind: 'unreachable', attempts: 3 })
    expect(await failed(nobody.config.diff({}))).toMatchObject({ attempts: 3 })
    expect(await failed(nobody.traffic.rollback({ service: 'x' }))).toMatchObject({ attempts: 3 })
    nobody.close()
  })

  it('is tried once where nothing makes a second time harmless, unless the caller says so', async () => {
    const nobody = connect({ server: '127.0.0.1:1', retry: { attempts: 3, firstDelayMs: 1 } })
    const target = { service: 'checkout', environment: 'blue' }
    const register = (idempotent: boolean) =>
      failed(nobody.endpoints.set({ target, owner: 'ci', ttl: '30s', endpoints: [] }, { idempotent }))
    expect(await register(false)).toMatchObject({ attempts: 1, requestId: undefined })
    expect(await register(true)).toMatchObject({ attempts: 3 })
    expect(await failed(nobody.push.abort({ id: '1' }))).toMatchObject({ attempts: 1 })
    nobody.close()
  })

  it('has one time for all its attempts', async () => {
    const nobody = connect({
      server: '127.0.0.1:1',
      timeoutMs: 120,
      retry: { attempts: 1_000, firstDelayMs: 10, mostDelayMs: 10 },
    })
    const { attempts } = await failed(nobody.push.list())
    expect(attempts).toBeGreaterThan(1)
    expect(attempts).toBeLessThan(30)
    nobody.close()
  })

  it('is not tried again when the server refused', async () => {
    expect(await failed(verdigris.traffic.get({ service: 'none' }))).toMatchObject({
      kind: 'notFound',
      attempts: 1,
    })
  })

  it('meets silence by another attempt where an attempt has a time of its own', async () => {
    await verdigris.push.list()
    relay.set('deaf')
    const read = verdigris.push.list({}, { attemptTimeoutMs: 50, timeoutMs: 20_000 })
    const silent = await failed(verdigris.push.list({}, { timeoutMs: 150 }))
    expect(silent.kind).toBe('timedOut')
    relay.set('closed')
    relay.set('pass')
    expect((await read).pushes.length).toBeGreaterThan(0)
  })

  it('ends at once when its signal aborts between two attempts', async () => {
    const nobody = connect({
      server: '127.0.0.1:1',
      retry: { firstDelayMs: 60_000, mostDelayMs: 60_000 },
      timeoutMs: 600_000,
    })
    const stop = new AbortController()
    const call = failed(nobody.push.list({}, { signal: stop.signal }))
    setTimeout(() => stop.abort('enough'), 100)
    expect(await call).toMatchObject({ kind: 'cancelled', cause: 'enough' })
    nobody.close()
  })
})

describe('a watch whose server is away', () => {
  const moveOnce = async (environment: string): Promise<string> => {
    const change = await direct.traffic.switch({ service: 'checkout', environment })
    await direct.arrived(change)
    return change.push
  }

  it('throws, unless it was to resume', async () => {
    relay.set('pass')
    const watch = verdigris.traffic.watch({ service: 'checkout' })
    await watch.next()
    relay.set('closed')
    expect(await failed(watch.next())).toMatchObject({ kind: 'unreachable', method: 'traffic.watch' })
    relay.set('pass')
  })

  it('tells every event once, over two breaks', async () => {
    relay.set('pass')
    const seen: number[] = []
    let interruptions = 0
    const stop = new AbortController()
    const onInterrupted = (): void => {
      interruptions += 1
    }
    const options = { resume: true, signal: stop.signal, onInterrupted }
    const reading = (async () => {
      for await (const { event, gap } of verdigris.events.watch({ fromId: 0 }, options)) {
        seen.push(event?.id ?? -(gap?.asked ?? 0))
      }
    })()
    for (const environment of ['green', 'blue']) {
      await until(() => seen.length > 0)
      relay.set('closed')
      await moveOnce(environment)
      relay.set('pass')
      const newest = await newestEvent()
      await until(() => seen.includes(newest))
    }
    stop.abort()
    await reading
    expect(interruptions).toBeGreaterThanOrEqual(2)
    expect(seen).toEqual([...seen.keys()].map((index) => index + 1))
  })

  it('misses no event from its start on, though it had seen none before the break', async () => {
    relay.set('pass')
    const names: string[] = []
    const stop = new AbortController()
    const options = { resume: true, signal: stop.signal }
    const before = relay.connections()
    const reading = (async () => {
      for await (const { event } of verdigris.events.watch({ names: ['push_done'] }, options)) {
        names.push(event?.name ?? 'gap')
      }
    })()
    await verdigris.events.list({ pageSize: 1 })
    await new Promise((resolve) => setTimeout(resolve, 100))
    relay.set('closed')
    await moveOnce('green')
    await moveOnce('blue')
    relay.set('pass')
    await until(() => relay.connections() > before && names.length >= 2)
    stop.abort()
    await reading
    expect(names).toEqual(['push_done', 'push_done'])
  })

  it('tells of objects that changed while nobody looked, and not of the others again', async () => {
    relay.set('pass')
    const said: string[] = []
    const stop = new AbortController()
    const reading = (async () => {
      for await (const { change, mark, gap } of verdigris.config.watch(
        { kind: 'NodeGroup' },
        { resume: true, signal: stop.signal },
      )) {
        if (change !== undefined) said.push(`${change.type} ${change.key?.name}`)
        if (mark?.listComplete === true) said.push('all')
        if (gap !== undefined) said.push('gap')
      }
    })()
    await until(() => said.includes('all'))
    relay.set('closed')
    const other = {
      apiVersion: 'verdigris.dev/v1alpha1',
      kind: 'NodeGroup',
      metadata: { name: 'other' },
      spec: { selector: { cluster: 'other' } },
    }
    await direct.arrived(await direct.config.apply({ objects: [other] }))
    relay.set('pass')
    await until(() => said.some((each) => each.endsWith('other')))
    stop.abort()
    await reading
    expect(said).toEqual(['ADDED edge', 'all', 'ADDED other'])
  })

  it('tells of pushes that ended while nobody looked', async () => {
    relay.set('pass')
    const ended: string[] = []
    const stop = new AbortController()
    const reading = (async () => {
      for await (const { id, phase } of verdigris.push.watch({}, { resume: true, signal: stop.signal })) {
        if (phase === 'PUSH_PHASE_DONE') ended.push(id)
      }
    })()
    // Moves until the watch tells of one: then it is there.
    let turn = 0
    const move = (): Promise<string> => {
      turn += 1
      return moveOnce(turn % 2 === 0 ? 'blue' : 'green')
    }
    await move()
    await until(async () => ended.includes(await move()))
    ended.length = 0
    relay.set('closed')
    const missed = [await move(), await move()]
    relay.set('pass')
    await until(() => ended.length >= 2)
    const then = await move()
    await until(() => ended.includes(then))
    stop.abort()
    await reading
    expect(ended).toEqual([...missed, then])
  })

  it('tells the state anew only where it changed', async () => {
    relay.set('pass')
    await moveOnce('blue')
    const shares: number[] = []
    const stop = new AbortController()
    const reading = (async () => {
      for await (const { environments } of verdigris.traffic.watch(
        { service: 'checkout' },
        { resume: true, signal: stop.signal },
      )) {
        shares.push(environments[1]?.applied ?? -1)
      }
    })()
    await until(() => shares.length > 0)
    const before = relay.connections()
    relay.set('closed')
    relay.set('pass')
    await until(() => relay.connections() > before)
    await verdigris.push.list()
    await moveOnce('green')
    await until(() => shares.at(-1) === 10_000)
    stop.abort()
    await reading
    expect(shares[0]).toBe(0)
    expect(shares.filter((share) => share === 0).length).toBeLessThanOrEqual(2)
  })

  it('says a gap when the server was started anew, and a wait goes on over that', async () => {
    const gaps: string[] = []
    const stop = new AbortController()
    const reading = (async () => {
      for await (const { gap } of verdigris.events.watch(
        { fromId: 0 },
        { resume: true, signal: stop.signal },
      )) {
        if (gap !== undefined) {
          gaps.push(gap.reason)
          return
        }
      }
    })()
    const [fleet] = manifests
    const text = `${fleet?.text.replace('cluster: edge', 'cluster: edge\n  expected:\n    size: 1')}`
    await direct.arrived(await direct.config.apply({ sources: [{ name: 'held', text }] }))
    const { push } = await direct.traffic.switch({ service: 'checkout', environment: 'blue' })
    const arrival = failed(verdigris.arrived({ push }, { timeoutMs: 60_000 }))
    await plane.restart()
    await direct.push.abort({ id: push }, { idempotent: true })
    expect(await arrival).toMatchObject({
      kind: 'precondition',
      push: { id: push, phase: 'PUSH_PHASE_ABORTED' },
    })
    await reading
    stop.abort()
    expect(gaps).toEqual(['another epoch'])
  })
})

/** The id of the newest event. */
async function newestEvent(): Promise<number> {
  let id = 0
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), 200)
  for await (const { event } of direct.events.watch({ fromId: 0 }, { signal: stop.signal }))
    id = event?.id ?? id
  clearTimeout(timer)
  return id
}
