// Events and pushes over the API: pages, filters, and what is wrong with a question.
import { describe, expect, it } from 'vitest'
import type { PushRecord } from '../../../src/push/index.ts'
import { problemOf, serverPerTest } from './per-test.ts'
import { type Rig, scripted } from './rig.ts'

const started = serverPerTest()
const pushDone = (push: string, object = 'default/Traffic/cart') =>
  ({
    name: 'push_done',
    attributes: {
      ...{
        push,
        revision: Number(push),
        verb: 'switch',
        actor: 'lena',
        objectCount: 1,
        nodes: 1,
        switched: 1,
      },
      objects: [object],
    },
  }) as const
const policy = async ({ store }: Rig): Promise<void> => {
  const committed = await store.commit({
    revision: {
      ...{ actor: 'lena', reason: '', verb: 'apply', deletes: [] },
      puts: [
        {
          ...{ kind: 'TrafficPolicy', namespace: 'default', name: 'ways', labels: {} },
          spec: { service: 'cart', managedBy: 'operator', cohorts: [], mirrors: [] },
        },
      ],
    },
  })
  if (!committed.ok) throw new Error(committed.error.message)
}

describe('Events.List', () => {
  it('gives the newest first, a page at a time, and where to watch from', async () => {
    const { events, call } = await started()
    for (const push of ['1', '2', '3', '4', '5']) events.emit(pushDone(push))
    const first = await call('Events/List', { pageSize: 2 })
    expect(first).toMatchObject({
      events: [
        {
          id: 5,
          name: 'push_done',
          severity: 'EVENT_SEVERITY_NORMAL',
          reason: 'PushDone',
          count: 1,
          epoch: 'one',
        },
        { id: 4, message: 'push 4 done: 1 of 1 proxies', firstAt: { seconds: 1 } },
      ],
      ...{ nextPageToken: 'one:4', epoch: 'one', newest: 5, oldest: 1 },
    })
    expect(await call('Events/List', { pageSize: 3, pageToken: 'one:4' })).toMatchObject({
      events: [{ id: 3 }, { id: 2 }, { id: 1 }],
      nextPageToken: '',
    })
  })

  it('says what each is about', async () => {
    const { events, call } = await started()
    events.emit(pushDone('7'))
    expect(await call('Events/List', {})).toMatchObject({
      events: [
        {
          about: [
            { to: 'push', push: '7' },
            { to: 'revision', revision: 7 },
            { to: 'object', object: { namespace: 'default', kind: 'Traffic', name: 'cart' } },
          ],
        },
      ],
    })
  })

  it('of a service has those of its traffic and of the policies that name it', async () => {
    const rig = await started()
    await policy(rig)
    rig.events.emit(pushDone('1'))
    rig.events.emit(pushDone('2', 'default/TrafficPolicy/ways'))
    rig.events.emit(pushDone('3', 'default/Service/other'))
    const object = { kind: 'Service', name: 'cart' }
    expect(await rig.call('Events/List', { object })).toMatchObject({ events: [{ id: 2 }, { id: 1 }] })
    expect(await rig.take('Events/Watch', { fromId: 0, object }, 2)).toMatchObject([
      { event: { id: 1 } },
      { event: { id: 2 } },
    ])
  })

  it.each([
    [{ names: ['push_dome'] }, 'no event "push_dome"; did you mean "push_done"?'],
    [{ object: { kind: 'Pod', name: 'x' } }, 'no kind "Pod"'],
    [{ pageToken: 'zero:4' }, 'not one that this run of the server has given'],
    [{ pageToken: 'one:x' }, 'not one that this run of the server has given'],
  ])('refuses %j', async (request, text) => {
    const { call } = await started()
    const problem = await problemOf(call('Events/List', request))
    expect(problem).toMatchObject({ kind: 'invalid' })
    expect(JSON.stringify(problem)).toContain(JSON.stringify(text).slice(1, -1))
  })
})

describe('Push.List', () => {
  it('has those of one object, or of one node group', async () => {
    const script = scripted()
    const { call } = await started({ delivery: script.delivery })
    const record = (id: string, object: string, group: string): PushRecord => ({
      ...{ id, revision: 1, verb: 'switch', actor: 'lena', reason: '', objects: [object], phase: 'done' },
      ...{ startedAt: 0, timings: {}, refusals: [] },
      groups: [{ group, before: 0, nodes: 1, preparedNodes: 0, switchedNodes: 1, heldUpBy: [] }],
    })
    script.pushes.push(
      record('1', 'default/Traffic/cart', 'default/edge'),
      record('2', 'default/Service/other', 'default/edge'),
      record('3', 'default/Service/cart', 'shop/inner'),
    )
    const object = { kind: 'Service', name: 'cart' }
    expect(await call('Push/List', { object })).toMatchObject({ pushes: [{ id: '3' }, { id: '1' }] })
    expect(await call('Push/List', { group: 'default/edge' })).toMatchObject({
      pushes: [{ id: '2' }, { id: '1' }],
    })
    expect(await call('Push/List', { object, limit: 1 })).toMatchObject({ pushes: [{ id: '3' }] })
  })
})
