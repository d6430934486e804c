// Shares by weight, one after the other, each a push of its own: what was asked for is what the clients see.
import { claim, failedSoFar, type Scene } from './scene.ts'

const totalWeight = 10_000

/** Shares of the second environment, in 1/10,000. */
const steps = [1_000, 5_000, 10_000] as const
const measureMs = 1_500
/** Standard deviations within which a share must lie: a wrong alarm in 1.7 million. */
const sigmas = 5

export const shares: Scene = {
  title: 'Split: 90/10, 50/50, 0/100',
  command: (stage) => {
    const [first, second] = stage.world.environments
    return `verdigris split ${stage.world.service} ${first?.name}=90 ${second?.name}=10 --wait; …`
  },
  async play(stage, state) {
    const { admin, world } = stage
    const [first = '', second = ''] = world.environments.map(({ name }) => name)
    const failed = await failedSoFar(stage)
    const wrong: string[] = []
    const seen: string[] = []
    for (const share of steps) {
      const command = `verdigris split ${world.service} ${first}=${100 - share / 100} ${second}=${share / 100} --wait`
      if (state.scene !== undefined) state.scene = { ...state.scene, command }
      const weights = Object.fromEntries(
        [
          [first, totalWeight - share],
          [second, share],
        ].filter(([, weight]) => weight !== 0),
      )
      const push = await stage.arrived(
        await admin.call('Traffic', 'Split', {
          ...{ service: world.service, weights, options: { reason: 'a look at the new release' } },
        }),
      )
      if (push.phase !== 'PUSH_PHASE_DONE') wrong.push(`${push.phase}: ${push.verdict}`)
      // Nearly all that was in flight is answered by now.
      await stage.pause(300)
      const before = await stage.load().sample()
      await stage.pause(measureMs)
      const after = await stage.load().sample()
      const count = (name: string): number =>
        after.targets.reduce(
          (sum, target, index) =>
            sum + (target.environments[name] ?? 0) - (before.targets[index]?.environments[name] ?? 0),
          0,
        )
      const total = count(first) + count(second)
      const wanted = share / totalWeight
      const got = total === 0 ? 0 : count(second) / total
      const spread = sigmas * Math.sqrt((wanted * (1 - wanted)) / Math.max(1, total))
      // All is all, but for what was sent before and is answered late on a busy machine.
      const late = before.targets.reduce((sum, { inFlight }) => sum + inFlight, 0) / Math.max(1, total)
      const bound = spread === 0 ? late : spread
      seen.push(`${(got * 100).toFixed(1)} %`)
      if (total === 0 || Math.abs(got - wanted) > bound)
        wrong.push(`${(got * 100).toFixed(1)} % instead of ${share / 100} % of ${total}`)
      await stage.pause(stage.paceMs / 2)
    }
    const lost = (await failedSoFar(stage)) - failed
    const back = await stage.arrived(
      await admin.call('Traffic', 'Switch', {
        ...{ service: world.service, environment: first, options: { reason: 'seen enough' } },
      }),
    )
    if (back.phase !== 'PUSH_PHASE_DONE') wrong.push(`${back.phase}: ${back.verdict}`)
    return [
      claim(
        `10, 50, 100 % for ${second}: it got ${seen.join(', ')}; none failed`,
        wrong.length === 0 && lost === 0,
        wrong.length > 0 ? wrong.join(', ') : `${lost} failed`,
      ),
    ]
  },
}
