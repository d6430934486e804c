// Dies before and after every commit, every word to the streams and every word of theirs, in every kind of push; then a
// new process on what is left. Exhaustive: the undisturbed run says how many points there are.
import { describe, expect, it } from 'vitest'
import type { ChangeAnswer } from '../../../src/push/index.ts'
import { finalPhases } from '../../../src/push/index.ts'
import { createCompiler } from '../../../src/snapshot/index.ts'
import { memoryDisk } from '../store/memory-engine.ts'
import type { Cut } from './support/cut.ts'
import { createCut } from './support/cut.ts'
import type { Rig } from './support/rig.ts'
import { createRig, world } from './support/rig.ts'
import type { Story } from './support/stories.ts'
import { stageOf, stories, storyNodes, wayOf } from './support/stories.ts'

/** `CRASHES=all`: every pair of deaths, not a row of them. */
const isAll = process.env.CRASHES === 'all'
/** Of one story, ms. */
const timeout = isAll ? 1_800_000 : 60_000
const compiler = createCompiler()
/** Every commit is one batch; or every one is staged over several. */
const wholeBatches = { writes: 10_000, bytes: 4 * 1024 * 1024 }
const smallBatches = { writes: 4, bytes: 2_048 }

interface Played {
  /** Of the last life. */
  readonly points: readonly string[]
  readonly answered: readonly ChangeAnswer[]
  readonly revisionsBefore: number
  /** Until every push had ended after the last start, with every proxy back at once; ms. */
  readonly waitedMs: number
  readonly rig: Rig
}

/** Plays a story on a new disk; the process dies at each of these points, one life after another. */
async function play(story: Story, deaths: readonly number[], batch = wholeBatches): Promise<Played> {
  const disk = memoryDisk()
  const first = createCut(deaths[0])
  let rig = await createRig({ disk, nodes: storyNodes, cut: first, compiler, batch })
  const { fleet, clock } = rig
  if (story.before === undefined) await rig.apply(world)
  else await story.before(rig)
  await rig.talk()
  await clock.advance(1_000)
  const revisionsBefore = rig.store.view().revision
  const answered: ChangeAnswer[] = []
  first.arm()
  await Promise.race([story.act(stageOf(rig, first, answered)), first.dead])

  let cut = first
  let left = disk
  for (const at of deaths.length === 0 ? [] : [...deaths.slice(1), undefined]) {
    // What was handed to the streams has left, unless it died right before its next step.
    if (cut.points.at(-1)?.startsWith('after') === true) fleet.deliver()
    cut = createCut(at)
    cut.arm()
    left = memoryDisk(left.values)
    const next = await Promise.race([
      createRig({ disk: left, fleet, clock, nodes: storyNodes, cut, compiler, batch }),
      cut.dead,
    ])
    story.after?.(fleet)
    if (next === undefined) continue
    rig = next
    if (at !== undefined) await livesOn(rig, cut)
  }
  const back = clock.mono()
  await rig.runOut()
  const waitedMs = clock.mono() - back
  // The quiet of retirements, and then what everybody holds is closed.
  await clock.advance(40_000)
  await rig.talk()
  await clock.advance(2_000)
  return { points: cut.points, answered, revisionsBefore, waitedMs, rig }
}

/** Until its pushes have ended, or it has. */
async function livesOn(rig: Rig, cut: Cut): Promise<void> {
  for (let turn = 0; turn < 240 && !cut.isDead(); turn++) {
    await rig.talk()
    if (rig.delivery.pushes(10).every(({ phase }) => finalPhases.includes(phase))) return
    if (!cut.isDead()) await rig.clock.advance(250)
  }
}

describe('a process that dies', () => {
  for (const story of stories) {
    it(`at any step of ${story.name} leaves nothing half`, async () => {
      const undisturbed = await play(story, [])
      await expectWhole(story, undisturbed, 'undisturbed')
      const generations = newestOf(undisturbed)
      for (const [at, point] of undisturbed.points.entries()) {
        const played = await play(story, [at])
        await expectWhole(story, played, `dies ${point} (point ${at})`)
        expect(newestOf(played), `dies ${point} (point ${at})`).toBeLessThanOrEqual(generations)
      }
    })

    it(`at any step of ${story.name}, and again while it goes on with it, leaves nothing half`, {
      timeout,
    }, async () => {
      const { points } = await play(story, [])
      const stride = isAll ? 1 : Math.max(1, Math.floor(points.length / 6))
      for (let at = 0; at < points.length; at += stride) {
        const again = await play(story, [at])
        for (const second of secondsOf(again.points, points[at])) {
          const where = `dies ${points[at]} (point ${at}), then ${again.points[second]} (point ${second})`
          await expectWhole(story, await play(story, [at, second]), where)
        }
      }
    })
  }
})

describe('a proxy', () => {
  it('rule 35: is never taken back in time by a crash at any step of a switch', async () => {
    const [story] = stories
    if (story === undefined) expect.fail()
    const { points } = await play(story, [])
    for (const at of points.keys()) {
      const { rig } = await play(story, [at])
      expect(rig.fleet.faults, points[at]).toEqual([])
    }
  })
})

describe('a process that dies in the middle of what is written in parts', () => {
  const staged = stories.filter(({ name }) =>
    ['a new release that is prepared and then switched to', 'the first apply to an empty store'].includes(
      name,
    ),
  )
  it.each(staged)('at any batch of $name leaves nothing half', async (story) => {
    const undisturbed = await play(story, [], smallBatches)
    const writes = [...undisturbed.points.entries()].filter(([, point]) => point.includes('write'))
    expect(writes.length).toBeGreaterThan(10)
    for (const [at, point] of writes) {
      await expectWhole(story, await play(story, [at], smallBatches), `dies ${point} (point ${at})`)
    }
  })
})

/** Where to die the second time: at every point, or at a few of them, the same step as the first time among them. */
function secondsOf(points: readonly string[], first: string | undefined): readonly number[] {
  if (isAll) return [...points.keys()]
  const some = [0.1, 0.4, 0.7].map((part) => Math.floor(part * points.length))
  const same = points.findIndex((point) => kindOf(point) === kindOf(first ?? ''))
  return [...new Set(same < 0 ? some : [...some, same])].filter((at) => at < points.length)
}

const newestOf = ({ rig }: Played): number => rig.fleet.newest('default/edge')?.number ?? 0

const kindOf = (point: string): string => point.replace(/ \d+$/, '')

async function expectWhole(
  story: Story,
  { rig, answered, revisionsBefore, waitedMs }: Played,
  where: string,
) {
  const { fleet, store } = rig
  expect(fleet.faults, where).toEqual([])
  const pushes = rig.delivery.pushes(10)
  for (const { id, phase, revision } of pushes) {
    const ends = revision > revisionsBefore ? (story.ends ?? ['done']) : finalPhases
    expect(ends, `${where}: push ${id}`).toContain(phase)
  }
  expect(waitedMs, where).toBeLessThanOrEqual(story.waitsMs ?? 500)
  const view = store.view()
  expect([...view.heads], where).toEqual([...view.applied])
  for (const id of storyNodes) {
    const node = fleet.nodes.get(id)
    const newest = fleet.newest('default/edge')
    for (const [type, { generation, content }] of node?.holds ?? []) {
      expect([generation, [...content]], `${where}: ${type} of ${id}`).toEqual([
        newest?.number,
        [...(newest?.types.get(type)?.content ?? [])],
      ])
    }
    expect(story.ways, `${where}: ${id}`).toContain(wayOf(fleet.pathOf(id)))
  }
  for (const { revision, push } of answered) {
    expect(await store.revision(revision ?? 0), where).toMatchObject({ number: revision })
    if (push !== undefined) expect(rig.delivery.push(push), where).toMatchObject({ revision })
  }
  for (let number = revisionsBefore + 1; number <= view.revision; number++) {
    const revision = await store.revision(number)
    if (revision?.push !== undefined && revision.verb !== 'compensate')
      expect(rig.delivery.push(revision.push), where).toMatchObject({ revision: number })
  }
  const left = [...view.records('push').keys()].filter((key) => key.includes('/before/'))
  expect([left, [...view.records('retirement').keys()], [...view.records('refusal').keys()]], where).toEqual([
    [],
    [],
    [],
  ])
}
