// A cohort by header and a mirror: a few see the new release, and then it sees everything while nobody sees it.
import { environmentHeader, httpGet, until } from '../rig/index.ts'
import type { DemoProxy, Stage } from '../stage.ts'
import { allGoTo, claim, failedSoFar, type Scene } from './scene.ts'

/** As examples/demo/checkout.yaml names and describes them. */
const cohort = 'testers'
const mirror = 'try-green'
const header = { 'x-tester': 'yes' }

export const cohortByHeader: Scene = {
  title: 'A cohort: testers see the new release, nobody else does',
  command: (stage) => `verdigris cohort ${stage.world.service} ${cohort} on --wait`,
  async play(stage) {
    const { world } = stage
    const [first = '', second = ''] = world.environments.map(({ name }) => name)
    const failed = await failedSoFar(stage)
    const push = await set(stage, { cohorts: { [cohort]: true } })
    const strays = await allGoTo(stage, first)
    const asked = await Promise.all(
      stage.proxies.flatMap((proxy) => tries.map(() => askAsTester(stage, proxy))),
    )
    const led = asked.filter((environment) => environment === second).length
    await stage.pause(stage.paceMs)
    const off = await set(stage, { cohorts: { [cohort]: false } })
    // A worker of a proxy may take a moment longer than its ACK.
    let after: readonly string[] = []
    await until('testers are back', 2_000, async () => {
      after = await Promise.all(stage.proxies.map((proxy) => askAsTester(stage, proxy)))
      return after.every((environment) => environment === first) || undefined
    }).catch(() => undefined)
    const lost = (await failedSoFar(stage)) - failed
    return [
      claim(
        `with "x-tester: yes" ${led} of ${asked.length} went to ${second}; all others stayed at ${first}`,
        push.phase === 'PUSH_PHASE_DONE' && led === asked.length && strays === undefined && lost === 0,
        strays ?? `${push.phase}, ${lost} failed`,
      ),
      claim(
        'turned off, they are where everybody is',
        off.phase === 'PUSH_PHASE_DONE' && after.every((environment) => environment === first),
        `${off.phase}: ${after.join(', ')}`,
      ),
    ]
  },
}

export const mirrored: Scene = {
  title: 'A mirror: requests are copied, no answer comes from there',
  command: (stage) => `verdigris mirror ${stage.world.service} ${mirror} on --wait`,
  async play(stage) {
    const { world } = stage
    const [first = '', second = ''] = world.environments.map(({ name }) => name)
    const failed = await failedSoFar(stage)
    const push = await set(stage, { mirrors: { [mirror]: { on: true } } })
    const before = await copies(stage)
    const start = await stage.load().sample()
    const strays = await allGoTo(stage, first)
    await stage.pause(stage.paceMs)
    const end = await stage.load().sample()
    const made = (await copies(stage)) - before
    const asked = end.targets.reduce(
      (sum, target, index) => sum + target.ok - (start.targets[index]?.ok ?? 0),
      0,
    )
    await set(stage, { mirrors: { [mirror]: { on: false } } })
    const stopped = await until('no more copies', 5_000, () => copiesNothing(stage)).catch(() => false)
    const lost = (await failedSoFar(stage)) - failed
    return [
      claim(
        `${asked} requests, ${made} copies to ${second}; clients saw answers of ${first} only`,
        push.phase === 'PUSH_PHASE_DONE' && isMirrored(made / asked) && strays === undefined && lost === 0,
        strays ?? `${push.phase}: ${made} copies of ${asked} requests, ${lost} failed`,
      ),
      claim('turned off, nothing more is copied', stopped, 'copies went on'),
    ]
  },
}

const tries = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
/** Half of the requests at most; a mirror's bounds drop copies rather than hold anything up, on a busy machine many. */
const isMirrored = (share: number): boolean => share > 0.02 && share < 0.6

async function set(
  stage: Stage,
  change: {
    readonly cohorts?: Readonly<Record<string, boolean>>
    readonly mirrors?: Readonly<Record<string, { readonly on: boolean }>>
  },
) {
  return stage.arrived(
    await stage.admin.call('Traffic', 'Set', {
      ...{ service: stage.world.service, ...change, options: { reason: 'a look at the new release' } },
    }),
  )
}

/** The environment that answers a tester. */
async function askAsTester({ world }: Stage, { port }: DemoProxy): Promise<string> {
  const { status, body } = await httpGet(`http://127.0.0.1:${port}/`, {
    headers: { host: world.host, ...header },
  })
  return /"environment":"([^"]*)"/.exec(body)?.[1] ?? `${status} without ${environmentHeader}`
}

/** True when half a second of load made no copy; undefined otherwise, to be asked again: what was under way ends first. */
async function copiesNothing(stage: Stage): Promise<true | undefined> {
  const before = { copies: await copies(stage), load: await stage.load().sample() }
  await stage.pause(500)
  const after = { load: await stage.load().sample(), copies: await copies(stage) }
  const asked = after.load.targets.every(({ ok }, index) => ok > (before.load.targets[index]?.ok ?? 0))
  // Fewer is no copy either: a proxy forgets the counts of a cluster when its removal comes.
  return asked && after.copies <= before.copies ? true : undefined
}

/** Copies that the proxies have sent so far. */
async function copies({ proxies }: Stage): Promise<number> {
  const stats = await Promise.all(
    proxies.map(({ envoy }) => envoy.stats(`mirror~${mirror}.*\\.upstream_rq_total$`)),
  )
  return stats.flatMap((each) => [...each.values()]).reduce((sum, count) => sum + count, 0)
}
