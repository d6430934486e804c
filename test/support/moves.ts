// Many switches and rollbacks under load, each only with enough requests in flight; what was lost, by clients and by Envoys.
import type { Load, LoadReport } from '../../src/demo/rig/index.ts'
import { failuresByEnvoy } from './envoy-counts.ts'
import type { Fleet, Releases } from './fleet.ts'

export interface MovePlan {
  /** Switches, and as many rollbacks. */
  readonly rounds: number
  /** Requests in flight through each proxy before a move is made. */
  readonly inFlight: number
  /** Every so many rounds the switch goes to a release that was applied a moment ago: its cluster is new. 0: never. */
  readonly newReleaseEvery: number
  /** Every so many rounds the release under traffic is replaced in place: its cluster is exchanged. 0: never. */
  readonly inPlaceEvery: number
  /** Every so many rounds nothing moves for longer than backends and proxies keep idle connections. 0: never. */
  readonly restEvery: number
  /** Through each proxy; default 520. */
  readonly ratePerSecond?: number
  /** Ends with the round in which clients saw the first failure: for runs that have to show one. */
  readonly untilFailure?: boolean
  /** Milliseconds after which no further round begins, so that a run that drags says where. Default 240,000. */
  readonly withinMs?: number
}

export interface MoveResult {
  readonly switches: number
  readonly rollbacks: number
  /** Fewest requests in flight through any proxy at any move. */
  readonly leastInFlight: number
  /** Requests a second through the slowest proxy. */
  readonly slowestRate: number
  readonly travels: Readonly<Record<string, number>>
  readonly requests: number
  /** By the clients: `edge-1: 503 no healthy upstream` → how often. */
  readonly failedByClients: Readonly<Record<string, number>>
  /** By the Envoys: `edge-1: http.….downstream_rq_5xx 3`. */
  readonly failedByEnvoys: readonly string[]
  /** Pushes that did not end as done, and rounds that there was no time for. */
  readonly notDone: readonly string[]
}

/** Longer than the 5 s after which backends close idle connections. */
const restMs = 6_500

/** Plays the plan on a fleet that is live and all on blue, with blue and green at release 1. */
export async function playMoves(fleet: Fleet, plan: MovePlan): Promise<MoveResult> {
  const load = await fleet.load(plan.ratePerSecond === undefined ? {} : { ratePerSecond: plan.ratePerSecond })
  await enoughInFlight(load, plan.inFlight)
  let leastInFlight = Number.POSITIVE_INFINITY
  let release = 1
  let releases: Releases = { blue: '1', green: '1' }
  const notDone: string[] = []
  const done = { switches: 0, rollbacks: 0 }
  const times: { readonly what: string; readonly waitedMs: number; readonly tookMs: number }[] = []
  const note = async (what: string, move: () => Promise<unknown>): Promise<void> => {
    const began = performance.now()
    leastInFlight = Math.min(leastInFlight, await enoughInFlight(load, plan.inFlight))
    const enough = performance.now()
    try {
      await move()
    } catch (cause) {
      notDone.push(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`)
    }
    times.push({ what, waitedMs: enough - began, tookMs: performance.now() - enough })
  }
  const every = (rounds: number, round: number): boolean => rounds > 0 && round % rounds === rounds - 1

  const deadline = performance.now() + (plan.withinMs ?? 240_000)
  for (let round = 0; round < plan.rounds; round++) {
    if (plan.untilFailure === true && (await load.sample()).targets.some(({ failed }) => failed > 0)) break
    if (performance.now() > deadline) {
      notDone.push(`out of time before round ${round} of ${plan.rounds}; slowest: ${slowest(times)}`)
      break
    }
    if (every(plan.newReleaseEvery, round)) {
      release += 1
      releases = { ...releases, green: String(release) }
      // Not waited for: the switch comes while the new cluster is still warming.
      await note(`apply green ${release}`, () => fleet.apply(fleet.service(releases)))
    }
    await note(`switch ${round}`, async () => {
      await fleet.done(fleet.switchTo('green'))
      done.switches += 1
    })
    if (every(plan.inPlaceEvery, round)) {
      release += 1
      releases = { ...releases, green: String(release) }
      await note(`apply green ${release} in place`, async () => {
        const answer = await fleet.apply(fleet.service(releases), { inPlace: true })
        // The release is not part of what a proxy is told: often there is nothing to push.
        if (answer.push !== '') await fleet.done(answer)
      })
    }
    await note(`rollback ${round}`, async () => {
      await fleet.done(fleet.rollback())
      done.rollbacks += 1
    })
    if (every(plan.restEvery, round)) await new Promise((resolve) => setTimeout(resolve, restMs))
  }
  const total = await load.stop()
  const failedByEnvoys = await Promise.all(
    fleet.edges.map(async ({ name, envoy }) =>
      (await failuresByEnvoy(envoy)).map((stat) => `${name}: ${stat}`),
    ),
  )
  return {
    ...done,
    leastInFlight,
    notDone,
    ...totalsOf(total),
    failedByEnvoys: failedByEnvoys.flat(),
  }
}

/** The five moves that took longest, with how long each had to wait for its load. */
function slowest(
  times: readonly { readonly what: string; readonly waitedMs: number; readonly tookMs: number }[],
): string {
  return [...times]
    .sort((a, b) => b.waitedMs + b.tookMs - a.waitedMs - a.tookMs)
    .slice(0, 5)
    .map(({ what, waitedMs, tookMs }) => `${what} ${tookMs.toFixed()} ms (load ${waitedMs.toFixed()} ms)`)
    .join(', ')
}

export function totalsOf(
  total: LoadReport,
): Pick<MoveResult, 'slowestRate' | 'travels' | 'requests' | 'failedByClients'> {
  const travels: Record<string, number> = {}
  const failedByClients: Record<string, number> = {}
  for (const target of total.targets) {
    for (const [travel, count] of Object.entries(target.travels))
      travels[travel] = (travels[travel] ?? 0) + count
    for (const [kind, count] of Object.entries(target.failures))
      failedByClients[`${target.name}: ${kind}`] = count
  }
  return {
    slowestRate: Math.min(...total.targets.map(({ sent }) => (sent / total.atMs) * 1_000)),
    travels,
    requests: total.targets.reduce((sum, { sent }) => sum + sent, 0),
    failedByClients,
  }
}

/** Waits until every proxy has so many requests in flight; the fewest at that moment. */
export async function enoughInFlight(load: Load, wanted: number): Promise<number> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const { targets } = await load.sample()
    const least = Math.min(...targets.map(({ inFlight }) => inFlight))
    if (least >= wanted) return least
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(
    `never ${wanted} requests in flight through every proxy: the load does not reach its rate here`,
  )
}
