// SIGKILL at every step of a push, on real proxies: before and after each commit, each word to the streams and each ACK and
// refusal of theirs. Here a few steps of every kind; CRASHES=all plays all of them (`npm run crash:all`).
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Load } from '../../src/demo/rig/index.ts'
import { failuresByEnvoy } from '../support/envoy-counts.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'
import { crashArguments, type Point, planFolder, trialScript } from './crash-plan.ts'
import { createScene, type Scene, type Undisturbed } from './crash-scene.ts'
import { type Story, stories } from './crash-stories.ts'

const isAll = process.env.CRASHES === 'all'
/** Of one story, ms. */
const timeout = isAll ? 1_800_000 : 180_000
/** Stories and the step after which the way back is looked at; one of them unless all is wanted (in memory all are, at every step). */
const comingBack = [
  ['a release and the switch to it', 'after commit switch, push switching, generations'],
  ['a release that a proxy refuses before the decision', 'after commit inventory, refusal'],
  ['a listener that a proxy refuses after the decision', 'after commit inventory, refusal'],
] as const
/** Steps of these names were played by another story. */
const playedNames = new Set<string>()

/** For whoever waits for a run of all. */
const tell = (line: string): void => {
  if (isAll) process.stderr.write(`${line}\n`)
}

describeWithEnvoy('a control plane that is killed', () => {
  let folder = ''
  let fleet: Fleet
  let load: Load
  let scene: Scene
  let kills = 0

  async function kill(
    story: Story,
    like: Undisturbed,
    point: Point,
    again?: Point,
  ): Promise<readonly string[]> {
    kills += 1
    const faults = await scene.disturbed(story, like, point, again)
    if (isAll)
      tell(`${faults.length === 0 ? 'whole' : 'FAULT'} ${story.name}: ${point.at} ${again?.at ?? ''}`)
    return faults
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'verdigris-crash-'))
    await planFolder(folder)
    fleet = await startFleet({
      variants: ['sotw', 'delta'],
      delayMs: 0,
      script: trialScript,
      serveArgs: crashArguments(folder, ['--retire-delay', '300ms', '--settle', '15s']),
    })
    await fleet.done(fleet.apply(fleet.manifests()))
    await fleet.ready()
    load = await fleet.load({ ratePerSecond: 40 })
    scene = await createScene(fleet, folder, load)
  })
  afterAll(async () => {
    await fleet?.close()
    await rm(folder, { recursive: true, force: true })
  })

  for (const story of stories) {
    it(`at any step of ${story.name} goes on or goes back, whole`, { timeout }, async () => {
      const like = await scene.undisturbed(story)
      expect(like.points.length).toBeGreaterThan(10)
      const faults: string[] = []
      for (const point of isAll ? like.points : newOnes(like.points)) {
        faults.push(...(await kill(story, like, point)))
      }
      tell(`${story.name}: ${like.points.length} steps`)
      expect(faults).toEqual([])
    })
  }

  for (const [name, at] of isAll ? comingBack : comingBack.slice(1, 2)) {
    it(`at any step of coming back to ${name}, killed ${at}, does so too`, { timeout }, async () => {
      const story = stories.find((each) => each.name === name) ?? expect.fail()
      const like = await scene.undisturbed(story)
      const first = { at, nth: 0 }
      expect(like.points).toContainEqual(first)
      const points = await scene.stepsAfter(story, first)
      const faults: string[] = []
      for (const again of isAll ? points : fewOf(points)) {
        faults.push(...(await kill(story, like, first, again)))
      }
      tell(`${story.name}, killed ${at}: ${points.length} steps of coming back`)
      expect(faults).toEqual([])
    })
  }

  it('has died at the steps that it was told to', () => {
    tell(`${kills} kills; never came: ${JSON.stringify(scene.missed)}`)
    expect(scene.missed.length).toBeLessThanOrEqual(kills / 10)
  })

  it('lost no request', async () => {
    const { targets } = await load.stop()
    expect(targets.map(({ name, failures }) => [name, failures])).toEqual(
      fleet.edges.map(({ name }) => [name, {}]),
    )
    for (const { envoy } of fleet.edges) expect(await failuresByEnvoy(envoy)).toEqual([])
  })
})

/** The first of each kind that no story before has played. */
function newOnes(points: readonly Point[]): readonly Point[] {
  return points.filter(({ at }) => {
    const kind = at.replace(/edge-\d/, 'edge')
    const isNew = !playedNames.has(kind)
    playedNames.add(kind)
    return isNew
  })
}

/** Six, spread evenly. */
const fewOf = (points: readonly Point[]): readonly Point[] =>
  points.filter((_, index) => index % Math.max(1, Math.floor(points.length / 6)) === 1)
