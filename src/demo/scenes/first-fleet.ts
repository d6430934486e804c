// The manifests are applied, the proxies get their first configuration, the load begins.
import { allGoTo, claim, type Scene } from './scene.ts'

export const firstFleet: Scene = {
  title: 'A fleet goes live',
  command: () => 'verdigris apply -f examples/demo --wait',
  async play(stage) {
    const { admin, world, proxies } = stage
    const answer = await admin.call('Config', 'Apply', {
      sources: world.files.map(({ name, text }) => ({ name, text })),
      options: { reason: 'the demo begins' },
    })
    const push = await stage.arrived(answer)
    await Promise.all(proxies.map(({ envoy }) => envoy.ready(20_000)))
    await stage.startLoad()
    await stage.pause(500)
    const first = world.environments[0]?.name ?? ''
    const strays = await allGoTo(stage, first)
    await stage.pause(stage.paceMs)
    return [
      claim(
        `applied ${answer.objects.length} objects as one revision; ${proxies.length} proxies serve it`,
        push.phase === 'PUSH_PHASE_DONE',
        `${push.phase}: ${push.verdict}`,
      ),
      claim(`every request goes to ${first}`, strays === undefined, strays),
    ]
  },
}
