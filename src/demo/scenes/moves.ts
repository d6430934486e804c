// A switch, a rollback, and many of both: what they move, and that nothing is lost on the way.
import type { Claim } from '../figures.ts'
import type { Stage } from '../stage.ts'
import { allGoTo, claim, failedSoFar, type Scene } from './scene.ts'

const target = (stage: Stage): string => stage.world.environments[1]?.name ?? ''
const start = (stage: Stage): string => stage.world.environments[0]?.name ?? ''

export const switchOver: Scene = {
  title: 'Switch',
  command: (stage) => `verdigris switch ${stage.world.service} ${target(stage)} --wait`,
  async play(stage) {
    const { admin, world } = stage
    const failed = await failedSoFar(stage)
    const push = await stage.arrived(
      await admin.call('Traffic', 'Switch', {
        service: world.service,
        environment: target(stage),
        options: { reason: 'the new release is ready' },
      }),
    )
    return moved(stage, `everything moved to ${target(stage)}`, target(stage), push, failed)
  },
}

export const rollBack: Scene = {
  title: 'Roll back',
  command: (stage) => `verdigris rollback ${stage.world.service} --wait`,
  async play(stage) {
    const { admin, world } = stage
    const failed = await failedSoFar(stage)
    const push = await stage.arrived(
      await admin.call('Traffic', 'Rollback', {
        service: world.service,
        options: { reason: 'it was not' },
      }),
    )
    return moved(stage, `one command brought back ${start(stage)}`, start(stage), push, failed)
  },
}

async function moved(
  stage: Stage,
  text: string,
  environment: string,
  push: { readonly phase: string; readonly verdict: string },
  failedBefore: number,
): Promise<readonly Claim[]> {
  const strays = await allGoTo(stage, environment)
  const failed = (await failedSoFar(stage)) - failedBefore
  await stage.pause(stage.paceMs)
  const held = push.phase === 'PUSH_PHASE_DONE' && strays === undefined && failed === 0
  return [
    claim(
      `${text}, no request failed`,
      held,
      push.phase === 'PUSH_PHASE_DONE'
        ? (strays ?? `${failed} requests failed`)
        : `${push.phase}: ${push.verdict}`,
    ),
  ]
}

/** How many of each in the last scene. */
const rounds = 20

export const manyMoves: Scene = {
  title: `${rounds} switches and ${rounds} rollbacks, one after the other`,
  command: (stage) => `verdigris switch ${stage.world.service} ${target(stage)}; verdigris rollback …`,
  async play(stage) {
    const { admin, world } = stage
    const failed = await failedSoFar(stage)
    const before = stage.moves.length
    let leastInFlight = Number.POSITIVE_INFINITY
    for (let round = 0; round < rounds; round++) {
      for (const verb of ['Switch', 'Rollback'] as const) {
        const { targets } = await stage.load().sample()
        leastInFlight = Math.min(leastInFlight, ...targets.map((one) => one.inFlight))
        const options = { reason: `round ${round + 1}` }
        const answer =
          verb === 'Switch'
            ? await admin.call('Traffic', 'Switch', {
                ...{ service: world.service, environment: target(stage), options },
              })
            : await admin.call('Traffic', 'Rollback', { service: world.service, options })
        await stage.arrived(answer)
        await stage.pause(100)
      }
    }
    const strays = await allGoTo(stage, start(stage))
    const lost = (await failedSoFar(stage)) - failed
    const arrived = stage.moves.length - before
    return [
      claim(
        `${2 * rounds} moves, each with ≥ ${leastInFlight} requests in flight per proxy: none failed`,
        arrived === 2 * rounds && lost === 0 && strays === undefined,
        `${arrived} arrived, ${lost} requests failed${strays === undefined ? '' : `, ${strays}`}`,
      ),
    ]
  },
}
