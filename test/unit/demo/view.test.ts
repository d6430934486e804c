import { stripVTControlCharacters } from 'node:util'
import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { type Figures, figuresOf, moveOf, spreadOf } from '../../../src/demo/figures.ts'
import type { DemoState } from '../../../src/demo/state.ts'
import { renderFrame } from '../../../src/demo/view/frame.ts'
import { openScreen } from '../../../src/demo/view/screen.ts'
import { renderSummary, renderVerdict } from '../../../src/demo/view/summary.ts'
import { noteLoad } from '../../../src/demo/watch.ts'

const plain = pc.createColors(false)
const state = (): DemoState => ({
  environments: ['blue', 'green'],
  proxies: (['delta', 'delta', 'sotw'] as const).map((variant, index) => ({
    name: `edge-${index + 1}`,
    variant,
    port: 10_001 + index,
    shares: new Map([
      ['blue', index === 0 ? 1 : 0.25],
      ['green', index === 0 ? 0 : 0.75],
    ]),
    perSecond: 519.6,
    requests: 1_234_567,
    failed: index === 2 ? 3 : 0,
    generation: index === 1 ? undefined : 12,
  })),
  scenes: 6,
  scene: { number: 2, title: 'Switch', command: 'verdigris switch checkout green --wait' },
  controlPlane: 'serving',
  lastPush: 'p3 switch · done · last ACK 12.3 ms · skew 0.8 ms · flush 2.0 ms',
  claims: [
    { text: 'every request goes to blue', holds: true },
    { text: 'everything moved to green, no request failed', holds: false, seen: '3 requests failed' },
  ],
  figures: undefined,
  elapsedMs: 83_000,
})
const figures: Figures = {
  requests: 123_456,
  failures: {},
  envoy5xx: 0,
  switches: { count: 21, p50: 5.12, p99: 9, worst: 12.34 },
  rollbacks: { count: 21, p50: 5, p99: 9, worst: 12 },
  flush: { count: 42, p50: 1, p99: 2, worst: 3 },
  worstSkewMs: 1.5,
  claims: [],
}

describe('the live view', () => {
  it('shows shares, rates, failures and generations of every proxy', () => {
    expect(renderFrame(state(), plain).join('\n')).toMatchInlineSnapshot(`
      "Verdigris · blue-green on real Envoys                       scene 2 of 6 · 1:23
      ───────────────────────────────────────────────────────────────────────────────
      ▶ Switch
        verdigris switch checkout green --wait

      proxy         blue                           green  req/s  requests failed  gen
      edge-1 delta  100 % ████████████████████████  0 %     520 1,234,567      0   12
      edge-2 delta   25 % ██████▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓ 75 %     520 1,234,567      0    –
      edge-3 sotw    25 % ██████▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓ 75 %     520 1,234,567      3   12

      control plane  serving
      last push      p3 switch · done · last ACK 12.3 ms · skew 0.8 ms · flush 2.0 ms

      ✔ every request goes to blue
      ✖ everything moved to green, no request failed: 3 requests failed"
    `)
  })

  it('is at most 79 columns wide, however long the texts are', () => {
    const long = state()
    long.lastPush = 'x'.repeat(200)
    long.claims.push({ text: 'y'.repeat(200), holds: true, quote: 'q'.repeat(300) })
    long.scene = { number: 1, title: 't', command: 'z'.repeat(200) }
    for (const line of renderFrame(long, plain)) expect(line.length).toBeLessThanOrEqual(79)
  })

  it('fits the rows that there are: the oldest claims go, and all of them stand in what stays', () => {
    const claims = Array.from({ length: 30 }, (_, index) => ({ text: `claim ${index}`, holds: true }))
    const full = { ...state(), claims }
    expect(renderFrame(full, plain, 23)).toHaveLength(23)
    expect(renderFrame(full, plain, 23).at(-1)).toBe('✔ claim 29')
    let text = ''
    const screen = openScreen({ isTTY: true, rows: 24, write: (part: string) => (text += part) }, true)
    screen.draw(full)
    // Colours are there or not, by the environment (CI has them).
    expect(stripVTControlCharacters(text)).not.toContain('claim 0\n')
    expect(stripVTControlCharacters(text)).toContain('claim 29\n')
    screen.settle(full)
    expect(stripVTControlCharacters(text)).toContain('✔ claim 0\n')
  })
  it('leaves lines that are said to the terminal to wrap: cut, a path or an address is lost', () => {
    let text = ''
    const screen = openScreen({ isTTY: true, write: (part: string) => (text += part) }, true)
    screen.draw(state())
    screen.say('x'.repeat(200))
    expect(text.lastIndexOf('\x1b[?7h')).toBeGreaterThan(text.lastIndexOf('\x1b[?7l'))
  })
  it('draws over the old frame on a terminal, and only says what stays elsewhere', () => {
    const drawn = (isTTY: boolean): string => {
      let text = ''
      const screen = openScreen({ isTTY, write: (part: string) => (text += part) }, isTTY)
      screen.scene(state())
      screen.claim({ text: 'it holds', holds: true })
      screen.draw(state())
      screen.draw(state())
      screen.close()
      return text
    }
    expect(drawn(true).split('scene 2 of 6')).toHaveLength(3)
    // As many lines up as the first frame had.
    expect(drawn(true)).toContain(`\x1b[${renderFrame(state(), plain).length}A`)
    expect(drawn(false)).toBe(
      '[ 83.0 s] 2/6 Switch\n          $ verdigris switch checkout green --wait\n          ✔ it holds\n',
    )
  })
})

describe('the table at the end', () => {
  it('tells counts and spreads', () => {
    expect(renderSummary(figures, 3, plain).join('\n')).toMatchInlineSnapshot(`
      "123,456 requests through 3 Envoys: 0 failed

      command → last ACK              count         p50         p99       worst
      switches                           21      5.1 ms      9.0 ms     12.3 ms
      rollbacks                          21      5.0 ms      9.0 ms     12.0 ms
      of which flushing to disk          42      1.0 ms      2.0 ms      3.0 ms
      worst skew between proxies                                         1.5 ms"
    `)
  })
  it('names what failed', () => {
    const lines = renderSummary(
      { ...figures, failures: { 'edge-1: 503 no healthy upstream': 4 }, envoy5xx: 4 },
      3,
      plain,
    )
    expect(lines[0]).toContain('4 failed, 4 answered 5xx by Envoy')
    expect(lines[1]).toContain('4 × edge-1: 503 no healthy upstream')
    expect(renderVerdict(state().claims, plain)).toBe('✖ 1 of 2 claims do not hold')
    expect(renderVerdict([], plain)).toContain('all 0 claims hold')
  })
})

describe('figures', () => {
  it('ranks percentiles by the nearest value', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ count: 5, p50: 3, p99: 5, worst: 5 })
    expect(spreadOf([])).toEqual({ count: 0, p50: 0, p99: 0, worst: 0 })
  })

  it('takes a push for a move only when it arrived everywhere', () => {
    const push = {
      ...{ id: 'p1', revision: 1, verb: 'switch', actor: '', reason: '', objects: [], startedAt: null },
      ...{ endedAt: null, groups: [], refusals: [], verdict: '', compensatedBy: 0, ramp: null },
      timings: { firstAckMs: 3, lastAckMs: 5, flushMs: 1 },
    }
    expect(moveOf({ ...push, phase: 'PUSH_PHASE_DONE' })).toEqual({
      verb: 'switch',
      lastAckMs: 5,
      skewMs: 2,
      flushMs: 1,
    })
    expect(moveOf({ ...push, phase: 'PUSH_PHASE_ABORTED' })).toBeUndefined()
  })

  it('sums failures by proxy and kind', () => {
    const target = {
      ...{ name: 'edge-1', sent: 10, ok: 8, failed: 2, environments: {}, inFlight: 0, missed: 0, turns: [] },
      failures: { timeout: 2 },
      travels: { 'h1-kept': 10, 'h1-new': 0, 'h2-kept': 0, 'h2-new': 0 },
    }
    const report = { atMs: 1, worstPauseMs: 0, targets: [target, { ...target, name: 'edge-2' }] }
    expect(figuresOf(report, 2, [], [])).toMatchObject({
      requests: 20,
      failures: { 'edge-1: timeout': 2, 'edge-2: timeout': 2 },
    })
  })

  it('takes shares and rates from what came between two reports', () => {
    const shown = state()
    const target = (blue: number, green: number, sent: number) => ({
      ...{
        name: 'edge-1',
        sent,
        ok: blue + green,
        failed: 0,
        failures: {},
        inFlight: 0,
        missed: 0,
        turns: [],
      },
      environments: { blue, green },
      travels: { 'h1-kept': 0, 'h1-new': 0, 'h2-kept': 0, 'h2-new': 0 },
    })
    noteLoad(
      shown,
      { atMs: 0, worstPauseMs: 0, targets: [target(100, 0, 100)] },
      { atMs: 500, worstPauseMs: 0, targets: [target(150, 150, 300)] },
    )
    expect(shown.proxies[0]).toMatchObject({ perSecond: 400, requests: 300 })
    expect(shown.proxies[0]?.shares).toEqual(
      new Map([
        ['blue', 0.25],
        ['green', 0.75],
      ]),
    )
  })
})
