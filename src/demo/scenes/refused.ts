// Something broken, twice: a mistake that the control plane itself finds, and one that only a real proxy can find.
import type { PushRecord } from '../../admin/index.ts'
import type { Stage } from '../stage.ts'
import { allGoTo, changeCounters, claim, counterChanges, failedSoFar, type Scene } from './scene.ts'

export const refused: Scene = {
  title: 'Something broken',
  command: (stage) => `verdigris switch ${stage.world.service} grene; a gateway on a port that is taken`,
  async play(stage) {
    const failed = await failedSoFar(stage)
    const counters = await countersOf(stage)
    const said = await misspelt(stage)
    const unmoved = counterDifferences(counters, await countersOf(stage))
    await stage.pause(stage.paceMs / 2)
    const push = await portTaken(stage)
    const first = stage.world.environments[0]?.name ?? ''
    const strays = await allGoTo(stage, first)
    const lost = (await failedSoFar(stage)) - failed
    await stage.pause(stage.paceMs)
    const tookBack = push.phase === 'PUSH_PHASE_ABORTED' || push.phase === 'PUSH_PHASE_REVERTED'
    return [
      claim(
        'a misspelt environment is refused',
        said !== undefined && unmoved.length === 0,
        said === undefined ? 'it was accepted' : unmoved.join(', '),
        said,
      ),
      claim(
        'what a proxy refuses is taken back, and its reason is on record',
        tookBack && push.refusals.length > 0 && push.compensatedBy > 0,
        `${push.phase}, ${push.refusals.length} refusals: ${push.verdict}`,
        push.refusals.map(({ node, detail }) => `${node}: ${detail}`)[0],
      ),
      claim(
        'nothing moved, no request failed',
        strays === undefined && lost === 0,
        strays ?? `${lost} requests failed`,
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

/** A listener on a port of the backends: every check of ours passes, and the proxy cannot bind it. */
async function portTaken(stage: Stage): Promise<PushRecord> {
  const { admin, world, backends } = stage
  const name = world.gateways[0]?.gateway ?? ''
  const key = { namespace: 'default', kind: 'Gateway', name }
  const { manifest } = await admin.call('Config', 'Get', { key })
  if (manifest === null) throw new Error(`the gateway ${name} has no manifest`)
  const taken = backends.instances[0]?.port ?? 0
  const answer = await admin.call('Config', 'Apply', {
    sources: [{ name: 'broken.yaml', text: withListener(world.files, name, taken) }],
    options: { reason: 'one more listener' },
  })
  return stage.arrived(answer)
}

/** The gateway's own manifest with one more listener. */
function withListener(files: Stage['world']['files'], gateway: string, port: number): string {
  for (const { text } of files) {
    for (const document of text.split(/^---$/m)) {
      if (!/^kind: *Gateway$/m.test(document) || !new RegExp(`^ +name: *${gateway}$`, 'm').test(document))
        continue
      return document.replace(
        /^( +)listeners:.*$/m,
        (line, indent: string) =>
          `${line}\n${indent}  - name: taken\n${indent}    address: 127.0.0.1\n${indent}    port: ${port}`,
      )
    }
  }
  throw new Error(`no manifest of the gateway ${gateway}`)
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
