// Shares are what they say, and a share that grows moves nobody back: users known by a header, by a cookie of the application, and
// those who come without anything.
import { afterEach, expect, it } from 'vitest'
import { ask, each, isShare, startTrafficScene, type TrafficScene } from '../support/traffic-scene.ts'
import { describeWithBothEnvoys, supportedEnvoys } from '../support/with-envoy.ts'

let scene: TrafficScene | undefined
afterEach(async () => {
  await scene?.close()
  scene = undefined
})

const count = (answers: readonly string[], of: string): number => answers.filter((one) => one === of).length
const numbers = (size: number): readonly number[] => Array.from({ length: size }, (_, index) => index)

/** A user and how they are known; `first` is where their first request went. */
interface User {
  readonly headers: Readonly<Record<string, string>>
  readonly first?: string
}

describeWithBothEnvoys('a split', () => {
  it.each(supportedEnvoys)(
    'shares within the bounds of chance at 1, 10 and 50 percent, on the %s Envoy',
    async (release) => {
      scene = await startTrafficScene({ release })
      const { fleet, split } = scene
      await scene.apply('  managedBy: operator\n')
      for (const percent of [1, 10, 50]) {
        await split({ blue: 10_000 - percent * 100, green: percent * 100 })
        for (const edge of fleet.edges) {
          const answers = await each(numbers(1_000), async () => (await ask(edge)).body)
          const green = count(answers, 'green')
          expect(count(answers, 'blue') + green).toBe(1_000)
          expect(isShare(green, 1_000, percent), `${edge.variant}: ${green} of 1000 at ${percent} %`).toBe(
            true,
          )
        }
      }
    },
    60_000,
  )

  it.each(supportedEnvoys)(
    'moves no user back while a share grows, first requests included, on the %s Envoy',
    async (release) => {
      scene = await startTrafficScene({ release })
      const { fleet, split } = scene
      await scene.apply('  stickiness: { header: X-User, cookie: session, bucket: true }\n')
      await split({ blue: 9_000, green: 1_000 })
      const [edge, other] = fleet.edges
      if (edge === undefined || other === undefined) throw new Error('wanted two proxies')
      const newcomers = await each(numbers(250), async (): Promise<User> => {
        const first = await ask(edge)
        expect(first.cookies).toEqual([expect.stringMatching(/^vd-id=[0-9a-f-]{36}$/)])
        return { headers: { cookie: `other=1; ${first.cookies[0]}` }, first: first.body }
      })
      const users: readonly User[] = [
        ...numbers(250).map((n) => ({ headers: { 'x-user': `user-${n}` } })),
        ...numbers(250).map((n) => ({ headers: { cookie: `a=b; session=s${n}; c=d` } })),
        ...newcomers,
      ]
      // Whichever proxy they meet, at every step.
      const where = (): Promise<readonly string[]> =>
        each(users, async ({ headers }) => {
          const [one, two] = await Promise.all([ask(edge, headers), ask(other, headers)])
          expect([one.cookies, two.cookies, two.body]).toEqual([[], [], one.body])
          return one.body
        })
      const steps = new Map<number, readonly string[]>([[10, await where()]])
      const atFirst = steps.get(10) ?? []
      users.forEach(({ first }, index) => {
        if (first !== undefined) expect(atFirst[index], 'the second request of a newcomer').toBe(first)
      })
      for (const percent of [25, 50, 90]) {
        await split({ blue: 10_000 - percent * 100, green: percent * 100 })
        steps.set(percent, await where())
      }
      let before: readonly string[] = []
      for (const [percent, now] of steps) {
        for (let group = 0; group < 3; group++) {
          const part = now.slice(group * 250, group * 250 + 250)
          expect(isShare(count(part, 'green'), 250, percent), `group ${group} at ${percent} %`).toBe(true)
        }
        const back = before.filter((was, index) => was === 'green' && now[index] !== 'green')
        expect(back, `at ${percent} %`).toEqual([])
        before = now
      }
      // A rollback is the way back, person by person.
      await scene.rollback()
      expect(await where()).toEqual(steps.get(50))
    },
    60_000,
  )

  it('moves nobody between two environments of three that did not change', async () => {
    scene = await startTrafficScene()
    const [edge] = scene.fleet.edges
    if (edge === undefined) throw new Error('wanted a proxy')
    await scene.apply('  stickiness: { header: X-User }\n')
    const where = (): Promise<readonly string[]> =>
      each(numbers(400), async (n) => (await ask(edge, { 'x-user': `user-${n}` })).body)
    await scene.split({ blue: 7_000, green: 2_000, copy: 1_000 })
    const before = await where()
    await scene.split({ blue: 5_000, green: 4_000, copy: 1_000 })
    const after = await where()
    const moves = new Set(before.flatMap((was, n) => (was === after[n] ? [] : [`${was} to ${after[n]}`])))
    expect([...moves]).toEqual(['blue to green'])
    expect(isShare(count(after, 'green'), 400, 40)).toBe(true)
  }, 30_000)
})
