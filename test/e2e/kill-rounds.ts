// The control plane is killed again and again in the middle of what it does, from one seed: switches, rollbacks, new releases
// and a rollback that overtakes a switch. What each round has to leave behind is checked after it.
import { readFile } from 'node:fs/promises'
import type { ChangeAnswer, EnvironmentTraffic, PushRecord } from '../../src/api/index.ts'
import { type Load, type LoadReport, until } from '../../src/demo/rig/index.ts'
import { configurationOf, failuresByEnvoy } from '../support/envoy-counts.ts'
import type { Fleet } from '../support/fleet.ts'

export interface KillPlan {
  readonly seed: number
  readonly rounds: number
  /** Through each proxy. */
  readonly ratePerSecond: number
  /** Milliseconds after which no further round begins. */
  readonly withinMs: number
  /** Told of each round when it is over. */
  readonly note?: (line: string) => void
}

export interface KillResult {
  readonly rounds: number
  readonly kills: number
  /** How often a command was answered before the kill, and how often it had to be sent again. */
  readonly answered: number
  readonly sentAgain: number
  readonly requests: number
  /** Phase → pushes that a kill met in it, as the log has them. */
  readonly met: Readonly<Record<string, number>>
  /** Final phase → pushes. */
  readonly phases: Readonly<Record<string, number>>
  /** Everything that must not be: one sentence each. */
  readonly faults: readonly string[]
  /** Milliseconds from a start to a final push, per round. */
  readonly resumeMs: readonly number[]
  /** Milliseconds of each round. */
  readonly roundMs: readonly number[]
}

type Environment = 'blue' | 'green'
type Move = 'switch' | 'rollback' | 'release' | 'releaseAndSwitch' | 'overtake'

const other = (environment: Environment): Environment => (environment === 'blue' ? 'green' : 'blue')

/** Numbers from 0 to 1 from a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Proxies under load; one more has none, and is paused now and then to keep a push in the middle of its switch. */
const served = 5

/** Plays the plan on a fleet of six that is live, all on blue, blue and green at release 1. */
export async function playKills(fleet: Fleet, plan: KillPlan): Promise<KillResult> {
  const load = await fleet.load({
    targets: fleet.edges.slice(0, served).map(({ name, port }) => ({
      ...{ name, host: '127.0.0.1', port, authority: 'shop.test', path: '/' },
      ratePerSecond: plan.ratePerSecond,
    })),
  })
  await until('every proxy has answered', 10_000, async () =>
    (await load.sample()).targets.every(({ turns }) => turns.length > 0) ? true : undefined,
  )
  const scene = createScene(fleet, load, plan)
  const deadline = performance.now() + plan.withinMs
  for (let round = 0; round < plan.rounds; round++) {
    if (performance.now() > deadline) break
    await scene.play(round)
  }
  await scene.settled()
  const total = await load.stop()
  for (const target of total.targets) {
    for (const [kind, count] of Object.entries(target.failures))
      scene.faults.push(`${target.name}: ${count} × ${kind}`)
  }
  for (const { name, envoy } of fleet.edges) {
    for (const stat of await failuresByEnvoy(envoy)) scene.faults.push(`${name}: ${stat}`)
  }
  return {
    ...scene.counts,
    requests: total.targets.reduce((sum, { sent }) => sum + sent, 0),
    met: phasesMet(await readFile(fleet.controlPlane.logFile, 'utf8')),
    phases: Object.fromEntries(scene.phases),
    faults: scene.faults,
    resumeMs: scene.resumeMs,
    roundMs: scene.roundMs,
  }
}

function createScene(fleet: Fleet, load: Load, plan: KillPlan) {
  const random = randomFrom(plan.seed)
  const faults: string[] = []
  const phases = new Map<string, number>()
  const resumeMs: number[] = []
  const roundMs: number[] = []
  const counts = { rounds: 0, kills: 0, answered: 0, sentAgain: 0 }
  const releases: Record<Environment, number> = { blue: 1, green: 1 }
  const held = new Map<string, number>()
  let at: Environment = 'blue'
  let mayRollBack = false

  const service = (): string => fleet.service({ blue: String(releases.blue), green: String(releases.green) })

  const pick = (): Move => {
    const dice = random()
    if (dice < 0.3) return 'switch'
    if (dice < 0.55) return 'rollback'
    if (dice < 0.65) return 'release'
    if (dice < 0.85) return 'releaseAndSwitch'
    return 'overtake'
  }

  /** One command that is sent until it is answered, always under the same request id. */
  const commandsOf = (move: Move, round: number): ((id: string) => Promise<ChangeAnswer>)[] => {
    const switchTo = (requestId: string): Promise<ChangeAnswer> =>
      fleet.admin.call('Traffic', 'Switch', {
        ...{ service: 'checkout', environment: other(at), options: { reason: `round ${round}`, requestId } },
      })
    const rollback = (requestId: string): Promise<ChangeAnswer> =>
      fleet.admin.call('Traffic', 'Rollback', {
        ...{ service: 'checkout', options: { reason: `round ${round}`, requestId } },
      })
    const apply = (requestId: string): Promise<ChangeAnswer> =>
      fleet.admin.call('Config', 'Apply', {
        sources: [{ name: 'release.yaml', text: service() }],
        options: { reason: `round ${round}`, requestId },
      })
    switch (move) {
      case 'switch':
        return [switchTo]
      case 'rollback':
        return [rollback]
      case 'release':
        return [apply]
      case 'releaseAndSwitch':
        return [apply, switchTo]
      case 'overtake':
        return [switchTo, rollback]
    }
  }

  /** SIGKILL, and the start again; now and then killed once more while it comes back. */
  const killAndStart = async (): Promise<void> => {
    const { controlPlane } = fleet
    await controlPlane.kill()
    counts.kills += 1
    for (let again = 0; again < 2 && random() < 0.3; again++) {
      const before = controlPlane.process()
      const starting = controlPlane.start().catch(() => undefined)
      await until('it is starting', 5_000, async () => controlPlane.process() !== before || undefined, 1)
      // From before it reads its store to a moment after it is ready.
      await pause(random() * 1_200)
      await controlPlane.kill()
      await starting
      counts.kills += 1
    }
    await controlPlane.start()
  }

  /** What a round may have changed on a proxy, and in which order it answered. */
  const check = async (
    round: string,
    move: Move,
    before: Look,
    pushes: readonly PushRecord[],
  ): Promise<void> => {
    await until(`${round}: every proxy is back`, 15_000, async () => {
      const { nodes } = await fleet.admin.call('Nodes', 'List', {}, 5_000)
      return nodes.every(({ connected, holds }) => connected && holds !== undefined) || undefined
    }).catch((cause: unknown) => faults.push(String(cause)))
    const after = await look()
    const isPlain =
      move !== 'overtake' &&
      pushes.every(({ phase }) => phase === 'PUSH_PHASE_DONE' || phase === 'PUSH_PHASE_ABORTED')
    for (const [index, { name }] of fleet.edges.entries()) {
      const took = after.turns[index] ?? []
      const since = took.filter(({ atMs }) => atMs > before.atMs).map(({ environment }) => environment)
      if (index < served && took.at(-1)?.environment !== at)
        faults.push(`${round}: ${name} answers ${took.at(-1)?.environment}, not ${at}`)
      const wanted = before.at === at ? 0 : 1
      // Taken back or overtaken: there and back again is what the record says.
      const fits = isPlain ? since.length === wanted : since.length <= wanted + 2
      if (index < served && !fits)
        faults.push(`${round}: ${name} went ${before.at} → ${since.join(' → ') || '(nowhere)'}`)
      const changed = (stat: RegExp): number =>
        Object.entries(after.counters[index] ?? {})
          .filter(([key]) => stat.test(key))
          .reduce((sum, [key, value]) => sum + value - (before.counters[index]?.[key] ?? 0), 0)
      if (changed(/cluster_modified|listener/) !== 0)
        faults.push(`${round}: ${name} changed clusters or listeners that did not change`)
      const reloads = changed(/config_reload/)
      if (isPlain ? reloads > wanted + 1 : reloads > 4)
        faults.push(`${round}: ${name} took ${reloads} route configurations`)
      const holds = after.holds.get(name) ?? 0
      if (holds < (held.get(name) ?? 0))
        faults.push(`${round}: ${name} holds generation ${holds} after ${held.get(name)}`)
      held.set(name, holds)
    }
  }

  interface Look {
    readonly at: Environment
    readonly atMs: number
    readonly turns: readonly LoadReport['targets'][number]['turns'][]
    readonly counters: readonly Readonly<Record<string, number>>[]
    readonly holds: ReadonlyMap<string, number>
  }
  const look = async (): Promise<Look> => {
    const counters = await Promise.all(fleet.edges.map(({ envoy }) => configurationOf(envoy)))
    const { nodes } = await fleet.admin.call('Nodes', 'List', {}, 5_000)
    const report = await load.sample()
    return {
      ...{ at, atMs: report.atMs, counters },
      turns: report.targets.map(({ turns }) => turns),
      holds: new Map(nodes.map(({ id, holds = 0 }) => [id, holds])),
    }
  }

  return {
    ...{ faults, phases, resumeMs, roundMs, counts },

    async play(round: number): Promise<void> {
      const began = performance.now()
      // A rollback needs a switch before it.
      const picked = pick()
      const move = picked === 'rollback' && !mayRollBack ? 'switch' : picked
      const name = `round ${round} (${move})`
      const before = await look()
      if (move === 'release' || move === 'releaseAndSwitch') releases[other(at)] += 1
      // Half of the kills by the clock from the command, half from its answer: decided, and not everywhere yet.
      const isWarm = move === 'switch' || move === 'rollback'
      const afterAnswer = random() < 0.5
      const killAfterMs = random() * (afterAnswer ? (isWarm ? 6 : 80) : isWarm ? 30 : 90)
      const commands = commandsOf(move, round)
      const ids = commands.map((_, index) => `kill-${plan.seed}-${round}-${index}`)
      const late = random() < 0.4 ? fleet.edges[served]?.envoy.process.child : undefined
      late?.kill('SIGSTOP')
      const sent = (async (): Promise<(ChangeAnswer | undefined)[]> => {
        const answers: (ChangeAnswer | undefined)[] = []
        for (const [index, command] of commands.entries())
          answers.push(await command(ids[index] ?? '').catch(() => undefined))
        return answers
      })()
      if (afterAnswer) await sent
      await pause(killAfterMs)
      await killAndStart()
      if (late !== undefined) {
        await pause(random() * 500)
        late.kill('SIGCONT')
      }
      const started = performance.now()
      const first = await sent
      const answers: ChangeAnswer[] = []
      for (const [index, command] of commands.entries()) {
        const known = first[index]
        counts[known === undefined ? 'sentAgain' : 'answered'] += 1
        const answer = await until(`${name}: an answer`, 30_000, () => command(ids[index] ?? ''))
        if (known !== undefined && (known.revision !== answer.revision || known.push !== answer.push))
          faults.push(
            `${name}: was answered r${known.revision}, push ${known.push}; then r${answer.revision}, push ${answer.push}`,
          )
        answers.push(answer)
      }
      const pushes: PushRecord[] = []
      for (const answer of answers) if (answer.push !== '') pushes.push(await fleet.admin.ended(answer))
      resumeMs.push(performance.now() - started)
      for (const { phase } of pushes) phases.set(phase, (phases.get(phase) ?? 0) + 1)
      const traffic = await fleet.admin.call('Traffic', 'Get', { service: 'checkout' })
      const wanted = environmentOf(traffic.environments)
      const unfit = pushes.filter(({ phase }) => phase === 'PUSH_PHASE_SPLIT')
      for (const push of unfit) faults.push(`${name}: push ${push.id} split: ${push.verdict}`)
      if (wanted === undefined) faults.push(`${name}: traffic is ${JSON.stringify(traffic.environments)}`)
      else at = wanted
      mayRollBack = at !== before.at && move !== 'rollback'
      await answersOf(load, at)
      await check(name, move, before, pushes)
      counts.rounds += 1
      roundMs.push(performance.now() - began)
      plan.note?.(
        `${name}: killed ${killAfterMs.toFixed(1)} ms after the ${afterAnswer ? 'answer' : 'command'}${late === undefined ? '' : ', one proxy paused'}, ${pushes.map(({ id, phase }) => `push ${id} ${phase.slice(11).toLowerCase()}`).join(', ')}, at ${at}, ${(performance.now() - began).toFixed()} ms`,
      )
    },

    /** At the end: no push under way, and no cluster left of releases that are gone. */
    async settled(): Promise<void> {
      const { pushes } = await fleet.admin.call('Push', 'List', { limit: 1_000 })
      for (const { id, phase } of pushes) {
        if (/PREPAR|SWITCHING|REVERTING/.test(phase)) faults.push(`push ${id} is still ${phase}`)
      }
      const ours = ['blue', 'green'].length
      await until('clusters of old releases are gone', 20_000, async () => {
        const stats = await Promise.all(
          fleet.edges.map(({ envoy }) => envoy.stats('^cluster\\.default.*\\.membership_total$')),
        )
        return stats.every(({ size }) => size === ours) || undefined
      }).catch((cause: unknown) => faults.push(String(cause)))
    },
  }
}

/** In which phases pushes were when the log of one process ends. */
function phasesMet(log: string): Record<string, number> {
  const met: Record<string, number> = {}
  let running = new Map<string, string>()
  const end = (): void => {
    for (const phase of running.values()) met[phase] = (met[phase] ?? 0) + 1
    running = new Map()
  }
  for (const line of log.split('\n')) {
    const found =
      /"event":"(delivery_ready|push_started|push_phase)"(?:,"push":"(\d+)")?(?:,"phase":"(\w+)")?/.exec(line)
    if (found === null) continue
    const [, event, push = '', phase = 'preparing'] = found
    if (event === 'delivery_ready') end()
    else if (/done|aborted|reverted|split|overtaken/.test(phase)) running.delete(push)
    else running.set(push, phase)
  }
  return met
}

/** Waits until every proxy answers from this environment to what is sent from now on; whoever does not is found by its turns. */
async function answersOf(load: Load, environment: Environment): Promise<void> {
  await until(`every proxy answers ${environment}`, 3_000, async () => {
    const { targets } = await load.sample()
    return targets.every(({ turns }) => turns.at(-1)?.environment === environment) || undefined
  }).catch(() => undefined)
  // What steps back soon after is still seen in this round.
  await pause(150)
}

/** The environment that has all of the traffic, wanted and applied alike. */
function environmentOf(environments: readonly EnvironmentTraffic[]): Environment | undefined {
  const all = environments.find(({ wanted, applied }) => wanted === 10_000 && applied === 10_000)
  return all?.environment === 'blue' || all?.environment === 'green' ? all.environment : undefined
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
