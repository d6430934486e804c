import { describe, expect, it } from 'vitest'
import type { BarrierCount } from '../../../src/fleet/index.ts'
import type { PushEvent } from '../../../src/push/machine.ts'
import { step } from '../../../src/push/machine.ts'
import type { Push, PushStep } from '../../../src/push/push-state.ts'
import { phaseOf } from '../../../src/push/push-state.ts'

const timeouts = { prepareMs: 20_000, switchMs: 5_000 }
const now = { wall: 1_700_000_000_000, mono: 100_000 }
const late = { wall: now.wall + 60_000, mono: now.mono + 60_000 }

const push = (at: PushStep): Push => ({
  id: '7',
  number: 7,
  revision: 41,
  verb: 'switch',
  actor: 'deploy-bot',
  reason: '',
  objects: ['default/Traffic/checkout'],
  startedAt: now.wall,
  arrivedAt: now.mono,
  step: at,
  groups: new Map([
    ['default/edge', { group: 'default/edge', before: 3, nodes: 0, preparedNodes: 0, switchedNodes: 0 }],
    ['default/side', { group: 'default/side', before: 8, nodes: 0, preparedNodes: 0, switchedNodes: 0 }],
  ]),
  timings: {},
  refusals: [],
  ...(at.kind === 'stepping' ? { ramp: { ms: 1_000, steps: 3, step: 1 } } : {}),
})

const count = (more: Partial<BarrierCount> = {}): BarrierCount => {
  const sum = { there: 2, apart: 0, gone: 0, silent: 0, away: 0, ...more }
  const nodes = sum.there + sum.apart + sum.gone + sum.silent + sum.away
  return { ...sum, nodes, open: sum.silent + sum.away === 0, ...more }
}
const counted = (edge: Partial<BarrierCount> = {}, side: Partial<BarrierCount> = {}): PushEvent => ({
  kind: 'counted',
  counts: new Map([
    ['default/edge', count(edge)],
    ['default/side', count(side)],
  ]),
})
const generations = new Map([
  ['default/edge', 4],
  ['default/side', 9],
])

const steps = {
  preparing: { kind: 'preparing', deadline: now.mono + 20_000 },
  prepared: { kind: 'prepared', deadline: now.mono + 20_000 },
  deciding: { kind: 'deciding' },
  switching: { kind: 'switching', deadline: now.mono + 5_000, toldAt: now.mono },
  aborting: { kind: 'aborting', why: 'why' },
  ramping: { kind: 'ramping', dueAt: 0 },
  stepping: { kind: 'stepping' },
  takingBack: { kind: 'takingBack', why: 'why' },
  reverting: { kind: 'reverting', deadline: now.mono + 5_000, toldAt: now.mono, why: 'why' },
  ended: { kind: 'ended', phase: 'done' },
} as const satisfies Record<PushStep['kind'], PushStep>

const events = {
  'all there': counted(),
  'one silent': counted({ silent: 1 }),
  'one gone': counted({ gone: 1 }),
  refused: { kind: 'refused', refused: { node: 'edge-2', type: 'rds', resources: [], detail: 'no good' } },
  deadline: { kind: 'deadline', held: ['edge-2: RDS of generation 4 not ACKed'] },
  turn: { kind: 'turn' },
  decided: { kind: 'decided', switched: generations, flushMs: 2 },
  undecided: { kind: 'undecided' },
  impossible: { kind: 'impossible', why: 'not valid any more' },
  takenBack: { kind: 'takenBack', revision: 42, generations },
  due: { kind: 'due' },
  stepped: { kind: 'stepped', switched: generations },
  'cannot step': { kind: 'cannotStep', why: 'not valid any more' },
  abort: { kind: 'abort', actor: 'ops', reason: 'not today' },
  overtaken: { kind: 'overtaken', by: 'push/8' },
} as const satisfies Record<string, PushEvent>

/** Step and event → step after, with the commit that is asked for; what is not listed changes nothing, or is a bug (!). */
const table: Record<keyof typeof steps, Partial<Record<keyof typeof events, string>>> = {
  preparing: {
    'all there': 'prepared, asks for its turn',
    'one gone': 'prepared, asks for its turn',
    refused: 'aborting, commits compensation',
    deadline: 'aborting, commits compensation',
    impossible: 'aborting, commits compensation',
    abort: 'aborting, commits compensation',
    overtaken: 'ended overtaken',
    decided: '!',
  },
  prepared: {
    'one silent': 'preparing',
    turn: 'deciding, commits decision',
    refused: 'aborting, commits compensation',
    impossible: 'aborting, commits compensation',
    abort: 'aborting, commits compensation',
    overtaken: 'ended overtaken',
    decided: '!',
  },
  deciding: {
    decided: 'switching',
    undecided: 'preparing',
    impossible: 'aborting, commits compensation',
    overtaken: 'ended overtaken',
  },
  switching: {
    'all there': 'ended done, commits record',
    'one gone': 'ended split, commits record',
    refused: 'takingBack, commits compensation',
    abort: 'takingBack, commits compensation',
    overtaken: 'ended overtaken',
    decided: '!',
  },
  aborting: { takenBack: 'ended aborted', overtaken: 'ended overtaken', decided: '!' },
  ramping: {
    refused: 'takingBack, commits compensation',
    abort: 'takingBack, commits compensation',
    due: 'stepping, commits step',
    overtaken: 'ended overtaken',
    decided: '!',
  },
  stepping: {
    'cannot step': 'takingBack, commits compensation',
    stepped: 'switching',
    overtaken: 'ended overtaken',
    decided: '!',
  },
  takingBack: { takenBack: 'reverting', overtaken: 'ended overtaken', decided: '!' },
  reverting: {
    'all there': 'ended reverted, commits record',
    'one gone': 'ended reverted, commits record',
    deadline: 'ended split, commits record',
    overtaken: 'ended overtaken',
    decided: '!',
  },
  ended: { decided: '!' },
}

function outcome(from: keyof typeof steps, event: keyof typeof events): string {
  const before = push(steps[from])
  try {
    const [after, effects] = step(before, events[event], event === 'deadline' ? late : now, timeouts)
    const { step: at } = after
    const asks = effects.map((effect) =>
      effect.kind === 'commit' ? `commits ${effect.what}` : 'asks for its turn',
    )
    const name = at.kind === 'ended' ? `ended ${at.phase}` : at.kind
    if (at.kind === before.step.kind && asks.length === 0) return 'stays'
    return [name, ...asks].join(', ')
  } catch {
    return '!'
  }
}

describe('the push machine', () => {
  for (const from of Object.keys(steps) as (keyof typeof steps)[]) {
    it(`allows from ${from} what the table says, and nothing else`, () => {
      const names = Object.keys(events) as (keyof typeof events)[]
      const found = Object.fromEntries(names.map((event) => [event, outcome(from, event)]))
      const wanted = Object.fromEntries(names.map((event) => [event, table[from][event] ?? 'stays']))
      // A switch that some do not answer goes back at its deadline; see below.
      expect({ ...found, deadline: from === 'switching' ? 'stays' : found.deadline }).toEqual(wanted)
    })
  }

  it('takes a switch back at its deadline when somebody in reach is silent, and calls it split when nobody is', () => {
    const at = (edge: Partial<BarrierCount>): Push => {
      const [waiting] = step(push(steps.switching), counted(edge), now, timeouts)
      return step(waiting, events.deadline, late, timeouts)[0]
    }
    expect(at({ silent: 1, away: 1 })).toMatchObject({
      step: { kind: 'takingBack' },
      verdict: 'no answer within 5000 ms: edge-2: RDS of generation 4 not ACKed',
    })
    expect(at({ away: 1 })).toMatchObject({ step: { kind: 'ended', phase: 'split' } })
    expect(at({ away: 1 }).verdict).toMatch(/^split 4 of 5: out of reach/)
  })

  it('names who was out of reach of a switch, and of a way back: a push was reverted without a word about them', () => {
    const counts = new Map([
      ['default/edge', count({ gone: 1, nodes: 2 })],
      ['default/side', count()],
    ])
    const open: PushEvent = { kind: 'counted', counts, absent: ['edge-7'] }
    expect(step(push(steps.switching), open, now, timeouts)[0].verdict).toMatch(
      /^split .*: out of reach: edge-7$/,
    )
    const [back] = step(push(steps.reverting), open, now, timeouts)
    expect(back).toMatchObject({ step: { kind: 'ended', phase: 'reverted' } })
    expect(back.verdict).toMatch(/; out of reach: edge-7$/)
  })

  it('lets no deadline pass before its time', () => {
    for (const from of ['preparing', 'switching', 'reverting'] as const) {
      expect(step(push(steps[from]), events.deadline, now, timeouts)[0].step.kind).toBe(from)
    }
  })

  it('waits for every group', () => {
    const [one] = step(push(steps.switching), counted({}, { silent: 1 }), now, timeouts)
    expect(one.step.kind).toBe('switching')
    const [both] = step(one, { kind: 'counted', counts: new Map([['default/side', count()]]) }, now, timeouts)
    expect(both.step).toEqual({ kind: 'ended', phase: 'done' })
  })

  it('is not prepared by what one group says while another has said nothing', () => {
    const only: PushEvent = { kind: 'counted', counts: new Map([['default/edge', count()]]) }
    expect(step(push(steps.preparing), only, now, timeouts)[0].step.kind).toBe('preparing')
  })

  it('goes back at once when a proxy refused while the decision was written down', () => {
    const [refused] = step(push(steps.deciding), events.refused, now, timeouts)
    expect(refused.step).toEqual({ kind: 'deciding', refused: 'edge-2 refused: no good' })
    const [after, effects] = step(refused, events.decided, now, timeouts)
    expect(after.step.kind).toBe('takingBack')
    expect(effects).toEqual([{ kind: 'commit', what: 'compensation' }])
    expect(step(refused, events.undecided, now, timeouts)[0].step.kind).toBe('aborting')
  })

  it('gives a push that lost its barrier the whole time again', () => {
    const [again] = step(push(steps.prepared), counted({ silent: 1 }), late, timeouts)
    expect(again.step).toEqual({ kind: 'preparing', deadline: late.mono + 20_000 })
  })

  it('measures the first and the last answer from the arrival of the command', () => {
    const at = (mono: number) => ({ wall: now.wall, mono: now.mono + mono })
    const [none] = step(
      push(steps.switching),
      counted({ there: 0, silent: 2 }, { there: 0, silent: 2 }),
      at(1),
      timeouts,
    )
    const [first] = step(none, counted({ there: 1, silent: 1 }, { there: 0, silent: 2 }), at(3), timeouts)
    const [last] = step(first, counted(), at(8), timeouts)
    expect(none.timings.firstAckMs).toBeUndefined()
    expect(last.timings).toMatchObject({ firstAckMs: 3, lastAckMs: 8 })
  })

  it('shows a step whose commit is under way as the step before', () => {
    expect(Object.values(steps).map(phaseOf)).toEqual([
      'preparing',
      'prepared',
      'prepared',
      'switching',
      'preparing',
      'switching',
      'switching',
      'switching',
      'reverting',
      'done',
    ])
  })
})
