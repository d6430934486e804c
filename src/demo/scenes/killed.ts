// The control plane dies without a word while traffic goes on, and comes back: no proxy changes anything.
import { until } from '../rig/index.ts'
import { changeCounters, claim, counterChanges, failedSoFar, type Scene } from './scene.ts'

export const killed: Scene = {
  title: 'Kill the control plane (SIGKILL), start it again',
  command: (stage) => `kill -9 ${stage.controlPlane.process().pid}; verdigris serve`,
  async play(stage, state) {
    const { admin, controlPlane, proxies } = stage
    const failed = await failedSoFar(stage)
    const before = await Promise.all(proxies.map(changeCounters))
    const generations = await generationsOf(stage)

    await controlPlane.kill()
    state.controlPlane = 'killed'
    const { targets: atKill } = await stage.load().sample()
    await stage.pause(Math.max(1_500, stage.paceMs))
    const { targets: afterKill } = await stage.load().sample()
    const silent = afterKill.filter((target, index) => target.ok === (atKill[index]?.ok ?? 0))

    state.controlPlane = 'starting'
    await controlPlane.start()
    state.controlPlane = 'serving'
    await until('the proxies are back', 20_000, async () => {
      const { nodes } = await admin.call('Nodes', 'List', {}, 2_000)
      const back = nodes.filter((node) => node.connected && node.holds !== undefined)
      return back.length >= proxies.length || undefined
    })
    // Whatever it sends on their return, it has sent by now.
    await stage.pause(Math.max(1_000, stage.paceMs))
    const after = await Promise.all(proxies.map(changeCounters))
    const changed = proxies.flatMap(({ name }, index) =>
      counterChanges(name, before[index] ?? new Map(), after[index] ?? new Map()),
    )
    const now = await generationsOf(stage)
    const lost = (await failedSoFar(stage)) - failed
    return [
      claim(
        'with the control plane dead, every proxy went on serving',
        silent.length === 0 && lost === 0,
        silent.length > 0
          ? `${silent.map((target) => target.name).join(', ')} stood still`
          : `${lost} failed`,
      ),
      claim(
        'it came back to the same generation, and no proxy changed anything',
        changed.length === 0 && now === generations,
        changed.length > 0 ? changed.join(', ') : `generations ${generations} before, ${now} after`,
      ),
    ]
  },
}

/** `edge-1:7 edge-2:7`. */
async function generationsOf(stage: Parameters<Scene['play']>[0]): Promise<string> {
  const { nodes } = await stage.admin.call('Nodes', 'List', {})
  return nodes.map((node) => `${node.id}:${node.holds ?? '–'}`).join(' ')
}
