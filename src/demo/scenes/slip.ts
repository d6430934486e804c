// A slip of the hand, which the control plane finds itself: refused with what to write instead, and nothing is touched.
import type { Stage } from '../stage.ts'
import { allGoTo, changeCounters, claim, counterChanges, failedSoFar, type Scene } from './scene.ts'

export const slip: Scene = {
  title: 'A slip',
  command: (stage) => `verdigris switch ${stage.world.service} grene`,
  async play(stage) {
    const failed = await failedSoFar(stage)
    const counters = await countersOf(stage)
    const said = await misspelt(stage)
    const first = stage.world.environments[0]?.name ?? ''
    const strays = await allGoTo(stage, first)
    const changed = counterDifferences(counters, await countersOf(stage))
    const lost = (await failedSoFar(stage)) - failed
    await stage.pause(stage.paceMs / 2)
    return [
      claim(
        'a misspelt environment is refused; no proxy changed anything',
        said !== undefined && changed.length === 0 && strays === undefined && lost === 0,
        said === undefined ? 'it was accepted' : (strays ?? [...changed, `${lost} failed`].join(', ')),
        said,
      ),
    ]
  },
}

/** The server's message; undefined when it accepted. */
async function misspelt(stage: Stage): Promise<string | undefined> {
  try {
    await stage.admin.call('Traffic', 'Switch', { service: stage.world.service, environment: 'grene' })
    return undefined
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

async function countersOf(stage: Stage): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  return new Map(
    await Promise.all(stage.proxies.map(async (proxy) => [proxy.name, await changeCounters(proxy)] as const)),
  )
}

/** What differs between two looks at every proxy's change counters. */
function counterDifferences(
  before: ReadonlyMap<string, ReadonlyMap<string, number>>,
  after: ReadonlyMap<string, ReadonlyMap<string, number>>,
): string[] {
  return [...after].flatMap(([name, counters]) =>
    counterChanges(name, before.get(name) ?? new Map(), counters),
  )
}
