// A seed's run from start to end: a fleet comes up, things happen to it, then nothing more is broken and everything has to
// come to rest.
import { createHash } from 'node:crypto'
import { act, pauseOf } from './actions.ts'
import { apply, firstManifests } from './intent.ts'
import { createLife } from './life.ts'
import type { Fault, Life, Planted } from './life-types.ts'
import { type Plan, planOf } from './plan.ts'
import { checkRest, lastChanges } from './rest.ts'
import { createTrace } from './trace.ts'

export interface Outcome {
  readonly seed: number
  readonly fault: Fault | undefined
  /** Actions carried out. */
  readonly actions: number
  /** Milliseconds of the simulated time. */
  readonly elapsedMs: number
  readonly lines: number
  readonly hash: string
  /** The end of the trace. */
  readonly trace: readonly string[]
  readonly responses: number
  /** Of what is on disk at the end. */
  readonly disk: string
}

export interface SimulateOptions {
  readonly planted?: Planted
  /** Is given every line of the trace. */
  readonly show?: (line: string) => void
}

/** Runs a seed, or a plan that was made from one. */
export async function simulate(seed: number | Plan, options: SimulateOptions = {}): Promise<Outcome> {
  const plan = typeof seed === 'number' ? planOf(seed) : seed
  const trace = createTrace({ show: options.show })
  const life = createLife(plan, trace, options.planted)
  const onRejection = (cause: unknown): void =>
    life.blame('nothing throws', cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
  process.on('unhandledRejection', onRejection)
  let actions = 0
  try {
    await comeUp(life)
    for (const action of plan.actions) {
      await life.advance(action.gapMs)
      if (life.fault !== undefined) break
      actions += 1
      act(life, action)
      await pause(life, pauseOf(action))
    }
    if (life.fault === undefined) await comeToRest(life)
  } finally {
    process.off('unhandledRejection', onRejection)
  }
  return {
    seed: plan.seed,
    fault: life.fault,
    actions,
    elapsedMs: life.time.mono(),
    lines: trace.lines,
    hash: trace.hash(),
    trace: trace.last(60),
    responses: life.responses,
    disk: hashOf(life),
  }
}

async function comeUp(life: Life): Promise<void> {
  life.start()
  await life.advance(600)
  while (life.plane?.phase !== 'ready' && life.fault === undefined) await life.advance(200)
  void life.command(apply(...firstManifests(life.intent)))
  await life.advance(5_000)
}

/** Long pauses do not look at every half second. */
async function pause(life: Life, ms: number): Promise<void> {
  if (ms === 0) return
  if (ms > 600_000) life.time.hurry(20_000)
  await life.advance(ms)
  life.time.hurry(0)
}

async function comeToRest(life: Life): Promise<void> {
  life.heal()
  await life.advance(240_000)
  if (life.fault !== undefined) return
  await checkRest(life, 'healed')
  for (const change of lastChanges(life)) {
    void life.command(change())
    await life.advance(15_000)
    if (life.fault !== undefined) return
  }
  await life.advance(120_000)
  if (life.fault !== undefined) return
  await checkRest(life, 'changed')
  const { responses } = life
  await life.advance(60_000)
  if (life.fault === undefined && life.responses > responses)
    life.blame(
      'at rest nothing is sent',
      `${life.responses - responses} responses in a minute without change`,
    )
}

function hashOf({ disk }: Life): string {
  const hash = createHash('sha256')
  for (const key of [...disk.values.keys()].sort()) hash.update(key).update(disk.values.get(key) ?? '')
  return hash.digest('hex')
}
