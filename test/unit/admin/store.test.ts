// The Store service over real gRPC: what is stored, and the way back.
import type { ServiceError } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from 'vitest'
import { fromStatus, fromTrailers } from '../../../src/admin/index.ts'
import type { Problem } from '../../../src/base/index.ts'
import { generation, puts, traffic } from '../store/fixtures.ts'
import { type Rig, scripted, startRig } from './rig.ts'

let rig: Rig | undefined
afterEach(async () => {
  await rig?.close()
  rig = undefined
})
const problemOf = (call: Promise<object>): Promise<Problem | undefined> =>
  call.then(
    () => undefined,
    (error: ServiceError) => fromStatus(fromTrailers(error)),
  )

describe('the Store service', () => {
  it('says that changes are taken, and lists stored generations with those of equal content', async () => {
    rig = await startRig()
    for (const [number, text] of [
      [1, 'blue'],
      [2, 'green'],
      [3, 'blue'],
    ] as const) {
      const next = generation('default/edge', number, { rds: { r: text } })
      await rig.store.commit({
        ...puts([traffic('cart', text)]),
        generations: [next.generation],
        resources: next.resources,
      })
    }
    expect(await rig.call('Store/GetStatus', {})).toMatchObject({
      condition: 'WRITABLE',
      revision: 3,
      groups: [{ group: 'default/edge', newest: 3 }],
    })
    expect(await rig.call('Store/ListGenerations', {})).toMatchObject({
      generations: [
        { number: 1, served: false, sameAs: [] },
        { number: 2, served: false, sameAs: [] },
        { number: 3, served: true, sameAs: [1], cause: 'test 3', resources: 1 },
      ],
    })
    expect(await problemOf(rig.call('Store/ListGenerations', { group: 'default/none' }))).toMatchObject({
      kind: 'notFound',
      message: expect.stringContaining('default/edge'),
    })
  })

  it('serves a stored generation in the name of who asks, and wants to know why', async () => {
    const asked: object[] = []
    const { delivery } = scripted()
    rig = await startRig({
      delivery: {
        ...delivery,
        serveStored: async (command) => {
          asked.push(command)
          return { ok: true, value: { group: command.group, generation: 9, content: 4, resting: ['push/7'] } }
        },
      },
    })
    expect(
      await rig.call('Store/ServeGeneration', {
        group: 'default/edge',
        generation: 4,
        reason: 'green is sick',
      }),
    ).toMatchObject({ generation: 9, content: 4, resting: ['push/7'] })
    expect(asked).toEqual([
      {
        group: 'default/edge',
        generation: 4,
        reason: 'green is sick',
        actor: expect.stringContaining('unverified'),
      },
    ])
    expect(await problemOf(rig.call('Store/ServeGeneration', { group: 'default/edge' }))).toMatchObject({
      kind: 'invalid',
      violations: [{ path: 'reason' }],
    })
    expect(asked).toHaveLength(1)
  })
})
