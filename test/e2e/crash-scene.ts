// Real proxies, and a control plane that dies at a named step of a story, comes back, and is asked again. What has to hold
// then is checked here; every fault is one sentence.
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChangeAnswer, PushRecord } from '../../src/api/index.ts'
import { type Load, type Running, until } from '../../src/demo/rig/index.ts'
import { configurationOf } from '../support/envoy-counts.ts'
import type { Fleet } from '../support/fleet.ts'
import { contentOf } from '../support/proxy-content.ts'
import { type Point, passedPoints, writePlan } from './crash-plan.ts'
import type { Story } from './crash-stories.ts'

/** What is stored, as `crash-points.mjs` sums it up. */
interface Stored {
  readonly revision: number
  readonly heads: readonly string[]
  readonly applied: readonly string[]
  readonly unfinished: readonly string[]
  readonly retirements: readonly string[]
  readonly refusals: readonly string[]
  readonly generations: Readonly<Record<string, number>>
  readonly closed: Readonly<Record<string, number>>
}

/** What an undisturbed telling left behind. */
export interface Undisturbed {
  readonly points: readonly Point[]
  readonly changed: readonly Readonly<Record<string, number>>[]
  readonly phases: readonly string[]
}

interface Look {
  readonly stored: Stored
  readonly counters: readonly Readonly<Record<string, number>>[]
  readonly atMs: number
}

const finals = ['DONE', 'ABORTED', 'REVERTED', 'SPLIT', 'OVERTAKEN'].map((phase) => `PUSH_PHASE_${phase}`)

export interface Scene {
  /** Tells a story without a crash; gives the steps that it has. */
  undisturbed(story: Story): Promise<Undisturbed>
  /** Tells a story in which the process dies at a step, and at another after it came back; gives faults. */
  disturbed(story: Story, like: Undisturbed, point: Point, again?: Point): Promise<readonly string[]>
  /** The steps from a start on, after a death at this step. */
  stepsAfter(story: Story, point: Point): Promise<readonly Point[]>
  /** Steps to die at that never came. */
  readonly missed: readonly string[]
}

export async function createScene(fleet: Fleet, folder: string, load: Load): Promise<Scene> {
  const { controlPlane, admin, edges } = fleet
  let round = 0
  const missed: string[] = []

  const plan = (from: string, point?: Point, spoils?: string): Promise<void> =>
    writePlan(folder, { from, spoils, ...(point === undefined ? {} : { point }) })

  /** Of this process, not of one that is started while it is asked. */
  async function stored(of: Running): Promise<Stored> {
    const file = join(folder, 'state.json')
    if (of.end() !== undefined) throw new Error('it has ended')
    await rm(file, { force: true })
    of.child.kill('SIGUSR2')
    return until(
      'a sum of the store',
      5_000,
      async () => JSON.parse(await readFile(file, 'utf8')) as Stored,
      5,
    )
  }

  /** Everything has ended, everybody is back and holds the newest, what retires is gone. */
  async function quiet(): Promise<Stored> {
    let last = ''
    const process = controlPlane.process()
    return until('all is quiet', 30_000, async () => {
      const now = await stored(process)
      const { nodes } = await admin.call('Nodes', 'List', {}, 5_000)
      const behind = nodes.filter(({ connected, holds, newest }) => !connected || holds !== newest)
      last = JSON.stringify({ ...now, heads: 0, applied: 0, behind: behind.map(({ id }) => id) })
      const isQuiet =
        nodes.length === edges.length &&
        behind.length === 0 &&
        now.unfinished.length + now.retirements.length + now.refusals.length === 0 &&
        Object.entries(now.generations).every(([group, newest]) => now.closed[group] === newest)
      return isQuiet ? now : undefined
    }).catch((cause: unknown) => {
      throw new Error(`${cause instanceof Error ? cause.message : cause}; at the end: ${last}`)
    })
  }

  const look = async (): Promise<Look> => ({
    stored: await quiet(),
    counters: await Promise.all(edges.map(({ envoy }) => configurationOf(envoy))),
    atMs: (await load.sample()).atMs,
  })

  /** Sends every command until it is answered or the process dies. */
  async function tell(story: Story, id: string): Promise<readonly (ChangeAnswer | undefined)[]> {
    const answers: (ChangeAnswer | undefined)[] = []
    let held: number | undefined
    const release = (): void => {
      if (held !== undefined) edges[held]?.envoy.process.child.kill('SIGCONT')
      held = undefined
    }
    try {
      for (const [index, command] of story.commands(round).entries()) {
        if (command.holds !== undefined) {
          held = command.holds
          edges[held]?.envoy.process.child.kill('SIGSTOP')
        }
        const options = { reason: id, requestId: `${id}-${index}` }
        const answer = await command.send(fleet, options).catch((cause: unknown) => {
          if (controlPlane.process().end() === undefined && !isLost(cause)) throw cause
          return undefined
        })
        answers.push(answer)
        if (answer === undefined) break
        if (command.holds === undefined) release()
        if (command.waits === true)
          await Promise.race([admin.ended(answer), controlPlane.process().ended]).catch(() => undefined)
      }
    } finally {
      release()
    }
    return answers
  }

  async function toBase(story: Story): Promise<void> {
    await plan('nothing')
    const { environments } = await admin.call('Traffic', 'Get', { service: 'checkout' })
    const wanted = story.base ?? 'blue'
    const now = environments.find(({ wanted: share }) => share > 0)?.environment
    if (now !== wanted) await fleet.done(fleet.switchTo(wanted))
  }

  const turnsSince = async (atMs: number): Promise<readonly (readonly string[])[]> => {
    const { targets } = await load.sample()
    return targets.map(({ turns }) =>
      turns.filter((turn) => turn.atMs > atMs).map(({ environment }) => environment),
    )
  }

  const changedSince = (before: Look, after: Look): readonly Readonly<Record<string, number>>[] =>
    after.counters.map((counters, index) =>
      Object.fromEntries(
        Object.entries(counters)
          .map(([name, value]): [string, number] => [name, value - (before.counters[index]?.[name] ?? 0)])
          .filter(([, change]) => change !== 0),
      ),
    )

  const pushesOf = async (answers: readonly (ChangeAnswer | undefined)[]): Promise<readonly PushRecord[]> =>
    Promise.all(answers.map((answer) => admin.call('Push', 'Get', { id: answer?.push ?? '' })))

  /** The process has died at its step; the same folder, the same ports. */
  async function died(): Promise<boolean> {
    const isQuiet = quiet().then(
      () => false,
      () => true,
    )
    return Promise.race([controlPlane.process().ended.then(() => true), isQuiet])
  }

  return {
    missed,
    async undisturbed(story) {
      await toBase(story)
      const before = await look()
      const id = `story-${++round}`
      await plan(id, undefined, story.spoils)
      const answers = await tell(story, id)
      const after = await look()
      const pushes = await pushesOf(answers)
      return {
        points: await passedPoints(folder),
        changed: changedSince(before, after),
        phases: pushes.map(({ phase }) => phase),
      }
    },
    async stepsAfter(story, point) {
      await toBase(story)
      await quiet()
      const id = `story-${++round}`
      await plan(id, point, story.spoils)
      await tell(story, id)
      if (!(await died())) throw new Error(`${point.at} never came`)
      await plan('start', undefined, story.spoils)
      await controlPlane.start()
      await quiet()
      return passedPoints(folder)
    },
    async disturbed(story, like, point, again) {
      const faults: string[] = []
      const where = `${story.name}: ${point.at} (${point.nth})${again === undefined ? '' : `, then ${again.at} (${again.nth})`}`
      await toBase(story)
      const before = await look()
      const id = `story-${++round}`
      await plan(id, point, story.spoils)
      const answers = await tell(story, id)
      if (!(await died())) {
        missed.push(where)
        return []
      }
      if (again === undefined) await plan('nothing')
      else {
        await plan('start', again, story.spoils)
        await controlPlane.start().catch(() => undefined)
        if (!(await died())) missed.push(where)
        await plan('nothing')
      }
      if (controlPlane.process().end() !== undefined) await controlPlane.start()

      const back = await quiet()
      if (JSON.stringify(back.heads) !== JSON.stringify(back.applied))
        faults.push(`${where}: heads are not applied`)
      const contents = await Promise.all(edges.map(contentOf))
      for (const [index, content] of contents.entries()) {
        for (const name of new Set([...Object.keys(content), ...Object.keys(contents[0] ?? {})])) {
          if (content[name] !== contents[0]?.[name])
            faults.push(`${where}: ${name} of ${edges[index]?.name} is not that of ${edges[0]?.name}`)
        }
      }
      const mine = await revisionsOf(id)
      for (const answer of answers) {
        if (answer === undefined) continue
        if (!mine.some(({ number }) => number === answer.revision))
          faults.push(`${where}: revision ${answer.revision} was answered and is gone`)
      }
      for (const { number, push } of mine) {
        const record = await admin.call('Push', 'Get', { id: push })
        if (record.revision !== number || !finals.includes(record.phase))
          faults.push(`${where}: r${number} has ${push} of r${record.revision}, ${record.phase}`)
      }

      // The client that was not answered asks again, under the same ids.
      await plan(id, undefined, story.spoils)
      const told = await tell(story, id)
      for (const [index, answer] of answers.entries()) {
        if (answer !== undefined && JSON.stringify(answer) !== JSON.stringify(told[index]))
          faults.push(`${where}: the same request was answered otherwise`)
      }
      const after = await look()
      const ids = (await revisionsOf(id)).map(({ requestId }) => requestId)
      if (ids.length !== told.length || new Set(ids).size !== ids.length)
        faults.push(`${where}: ${ids.length} revisions of ${told.length} commands`)
      const pushes = await pushesOf(told)
      const phases = pushes.map(({ phase }) => phase)
      // What nobody was left to overtake has come to its end.
      const isLike = phases.every(
        (phase, index) =>
          phase === like.phases[index] ||
          (like.phases[index] === 'PUSH_PHASE_OVERTAKEN' && phase === 'PUSH_PHASE_DONE'),
      )
      if (!isLike) faults.push(`${where}: ended ${phases.join(', ')}, undisturbed ${like.phases.join(', ')}`)
      for (const [index, turns] of (await turnsSince(before.atMs)).entries()) {
        const isUsual = turns.join() === story.turns.join()
        const isThereAndBack = story.goesBack === true && turns.length === 2
        if (!isUsual && !isThereAndBack)
          faults.push(`${where}: ${edges[index]?.name} went to ${turns.join(', then ') || 'nowhere'}`)
      }
      for (const [index, changed] of changedSince(before, after).entries()) {
        for (const [name, change] of Object.entries(changed)) {
          // A refusal that was not on record yet is heard once more.
          const again = name.endsWith('create_failure') ? 1 : 0
          const usual = (like.changed[index]?.[name] ?? 0) + again
          if (change > usual)
            faults.push(`${where}: ${edges[index]?.name} ${name} +${change}, undisturbed +${usual}`)
        }
      }
      return faults
    },
  }

  async function revisionsOf(id: string) {
    const { revisions } = await admin.call('Config', 'ListRevisions', { limit: 20 })
    return revisions.filter(({ reason }) => reason === id)
  }
}

/** The answer did not come, which says nothing of whether it was done. */
const isLost = (cause: unknown): boolean =>
  cause instanceof Error && 'failure' in cause && (cause.failure as { kind: string }).kind === 'unreachable'
