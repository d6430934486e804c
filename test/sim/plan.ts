// What happens in a run, from the seed: a list of plain values, so that a run can be cut short, or thinned out, and be the
// same but for that.
import { createRandom, pickAt, type Random } from './random.ts'

/** How often each kind of action comes. */
const weights = {
  // Commands.
  switch: 12,
  split: 4,
  rollback: 5,
  release: 6,
  grow: 3,
  shrink: 2,
  endpoints: 4,
  settings: 2,
  // Endpoints: strewn in by a chance of their own, so that they change no plan but by coming in between.
  register: 0,
  // Cohorts and mirrors: strewn in likewise.
  visit: 0,
  listener: 1,
  expect: 1,
  dropRoute: 1,
  dropService: 1,
  bringBack: 3,
  again: 3,
  abort: 4,
  // Proxies.
  leave: 4,
  join: 6,
  restart: 3,
  twin: 1,
  untwin: 1,
  newcomer: 2,
  // The way between.
  stall: 2,
  unstall: 3,
  cut: 2,
  mend: 3,
  break: 4,
  breakAll: 1,
  slow: 2,
  // What proxies refuse.
  refuse: 6,
  refuseAll: 1,
  accept: 5,
  // The control plane and its clocks.
  crash: 3,
  stop: 1,
  fullDisk: 0.5,
  jump: 1,
  // Time.
  wait: 4,
  hours: 0.4,
} as const

export type ActionKind = keyof typeof weights

/** `a`, `b` and `c` in [0, 1): what it is done to, and how, of what there is then. */
export interface Action {
  readonly kind: ActionKind
  /** Milliseconds after the one before. */
  readonly gapMs: number
  readonly a: number
  readonly b: number
  readonly c: number
}

export interface Plan {
  readonly seed: number
  readonly groups: number
  readonly services: number
  readonly proxies: number
  readonly actions: readonly Action[]
}

const kinds = Object.keys(weights).filter((kind): kind is ActionKind => kind in weights)
const total = kinds.reduce((sum, kind) => sum + weights[kind], 0)

/** The run of a seed. */
export function planOf(seed: number): Plan {
  const random = createRandom(seed, 'plan')
  const size = random.next()
  // Most are small, because small ones are quick and find most; one in forty is a fleet.
  const proxies =
    size < 0.7 ? random.between(4, 12) : size < 0.975 ? random.between(12, 30) : random.between(100, 300)
  const length = proxies >= 100 ? random.between(25, 40) : random.between(60, 140)
  return {
    seed,
    groups: random.between(1, proxies >= 100 ? 2 : 3),
    services: random.between(1, 3),
    proxies,
    actions: withVisits(
      withChurn(
        Array.from({ length }, () => actionOf(random)),
        createRandom(seed, 'churn'),
      ),
      createRandom(seed, 'visits'),
    ),
  }
}

/** Endpoints come and go between all that happens, now and then in bursts. */
function withChurn(actions: readonly Action[], random: Random): readonly Action[] {
  return actions.flatMap((action) => {
    const count = random.chance(0.15) ? (random.chance(0.2) ? random.between(2, 6) : 1) : 0
    const churn = Array.from(
      { length: count },
      (): Action => ({
        kind: 'register',
        gapMs: random.between(0, 400),
        a: random.next(),
        b: random.next(),
        c: random.next(),
      }),
    )
    return [action, ...churn]
  })
}

/** Cohorts and mirrors are defined, turned on and off and taken away between all that happens. */
const withVisits = (actions: readonly Action[], random: Random): readonly Action[] =>
  actions.flatMap((action) => {
    if (!random.chance(0.08)) return [action]
    const [gapMs, a, b, c] = [random.between(0, 800), random.next(), random.next(), random.next()]
    return [action, { kind: 'visit', gapMs, a, b, c }]
  })

function actionOf(random: Random): Action {
  let left = random.next() * total
  let kind = pickAt(kinds, 0)
  for (const each of kinds) {
    kind = each
    left -= weights[each]
    if (left < 0) break
  }
  return { kind, gapMs: gapOf(random), a: random.next(), b: random.next(), c: random.next() }
}

/** Bursts, the pace of people, and pauses in which things come to their ends. */
function gapOf(random: Random): number {
  const kind = random.next()
  if (kind < 0.3) return random.between(0, 20)
  if (kind < 0.8) return random.between(50, 1_500)
  return random.between(2_000, 9_000)
}
