// Metrics: one table, fed by what crosses the channel, read over HTTP; no label that a fleet could grow.
import { describe, expect, it } from 'vitest'
import type { FromStreams } from '../../../src/channel/index.ts'
import type { NodeStatus } from '../../../src/fleet/index.ts'
import { createMetrics, type MetricRow, metricTable, watchEventLoop } from '../../../src/ops/index.ts'
import type { PushRecord } from '../../../src/push/index.ts'
import { expectBlock, row } from '../../support/generated-block.ts'

const cluster = 'type.googleapis.com/envoy.config.cluster.v3.Cluster'
const node = {
  id: 'edge-1',
  cluster: 'edge',
  metadata: {},
  locality: { region: '', zone: '', subZone: '' },
  agent: '',
}
const opened = (stream: string, variant: 'sotw' | 'delta'): FromStreams => ({
  kind: 'opened',
  stream,
  node,
  variant,
  peer: 'p',
  at: 0,
})
const closed = (stream: string): FromStreams => ({
  kind: 'closed',
  stream,
  node: 'edge-1',
  reason: 'gone',
  at: 0,
})
const push = (id: string, phase: PushRecord['phase'], verb = 'switch'): PushRecord => ({
  ...{
    id,
    revision: 1,
    verb,
    actor: 'a',
    reason: '',
    objects: [],
    phase,
    startedAt: 0,
    groups: [],
    refusals: [],
  },
  timings: { flushMs: 1, committedMs: 1, decidedMs: 1.5, firstAckMs: 2, lastAckMs: 4 },
})
const status = (connected: boolean, group: string | undefined, refuses = false): NodeStatus => ({
  ...{ node, group, connected, streams: [], lastSeen: 0 },
  types: [
    {
      type: cluster,
      unwarmed: [],
      ...(refuses ? { nack: { generation: 1, version: '', detail: '', at: 0 } } : {}),
    },
  ],
})
const lines = async (metrics: ReturnType<typeof createMetrics>): Promise<string[]> =>
  (await metrics.expose()).text.split('\n').filter((line) => line.startsWith('verdigris_'))

describe('metrics', () => {
  it('count streams, responses, ACKs, NACKs and repairs as the decider hears of them', async () => {
    const metrics = createMetrics({ version: '1' })
    const about = { stream: 's1', node: 'edge-1', type: cluster, generation: 3 }
    metrics.stream(opened('s1', 'delta'))
    metrics.stream(opened('s2', 'sotw'))
    metrics.stream({ kind: 'sent', ...about, resources: 2, bytes: 100 })
    metrics.stream({ kind: 'holds', ...about, group: 'g', acked: true, unwarmed: [], at: 0 })
    metrics.stream({ kind: 'holds', ...about, group: 'g', acked: false, unwarmed: [], at: 0 })
    metrics.stream({
      kind: 'nacked',
      ...about,
      group: 'g',
      version: 'v',
      good: 2,
      changed: [],
      detail: 'd',
      at: 0,
    })
    metrics.stream({ kind: 'repaired', ...about })
    metrics.stream(closed('s2'))
    metrics.stream(closed('never seen'))
    expect(await lines(metrics)).toEqual(
      expect.arrayContaining([
        'verdigris_streams{variant="delta"} 1',
        'verdigris_streams{variant="sotw"} 0',
        'verdigris_streams_opened_total{variant="sotw"} 1',
        'verdigris_responses_total{type="cds"} 1',
        'verdigris_response_bytes_total{type="cds"} 100',
        'verdigris_acks_total{type="cds"} 1',
        'verdigris_nacks_total{type="cds"} 1',
        'verdigris_nacks_total{type="lds"} 0',
        'verdigris_repairs_total{type="cds"} 1',
      ]),
    )
  })

  it('count a push once, when it is final, with its duration and skew when it is done', async () => {
    const metrics = createMetrics({ version: '1' })
    for (const phase of ['preparing', 'switching', 'done', 'done'] as const) metrics.push(push('1', phase))
    metrics.push(push('2', 'aborted', 'something new'))
    expect(await lines(metrics)).toEqual(
      expect.arrayContaining([
        'verdigris_pushes_total{verb="switch",outcome="done"} 1',
        'verdigris_pushes_total{verb="other",outcome="aborted"} 1',
        'verdigris_push_duration_seconds_count{verb="switch"} 1',
        'verdigris_push_duration_seconds_sum{verb="switch"} 0.004',
        'verdigris_push_skew_seconds_sum 0.002',
        'verdigris_push_step_seconds_sum{step="commit"} 0.001',
        'verdigris_push_step_seconds_sum{step="decide"} 0.0005',
        'verdigris_push_step_seconds_sum{step="switch"} 0.0025',
        'verdigris_push_flush_seconds_count 2',
      ]),
    )
  })

  it('read what the rooms keep themselves at each scrape', async () => {
    const metrics = createMetrics({ version: '1' })
    let commits = 2
    const stats = {
      flushMsTotal: 5,
      bytes: 7,
      resources: 3,
      keys: 1,
      revisions: 1,
      waiting: 0,
      readOnly: 'disk full',
    }
    metrics.read({
      ready: () => true,
      nodes: () => [status(true, 'g'), status(false, 'g', true), status(true, undefined)],
      store: () => ({ ...stats, commits }),
      revision: () => 41,
      pushes: () => [push('7', 'switching')],
      lag: () => ({ p50: 0.001, p99: 0.002, max: 0.003 }),
    })
    await metrics.expose()
    commits = 3
    expect(await lines(metrics)).toEqual(
      expect.arrayContaining([
        'verdigris_ready 1',
        'verdigris_nodes{state="connected"} 1',
        'verdigris_nodes{state="gone"} 1',
        'verdigris_nodes{state="held"} 1',
        'verdigris_nodes_refusing 1',
        'verdigris_store_commits_total 3',
        'verdigris_store_flush_seconds_total 0.005',
        'verdigris_revision 41',
        'verdigris_store_read_only 1',
        'verdigris_pushes_running{phase="switching"} 1',
        'verdigris_pushes_running{phase="preparing"} 0',
        'verdigris_event_loop_lag_seconds{quantile="0.99"} 0.002',
      ]),
    )
  })

  it('begin at zero, so that what happens first is an increase', async () => {
    const all = await lines(createMetrics({ version: '1' }))
    const zeros = [
      'verdigris_pushes_total{verb="switch",outcome="reverted"} 0',
      'verdigris_nacks_total{type="ecds"} 0',
      'verdigris_gate_refusals_total{port="admin"} 0',
    ]
    expect(all).toEqual(expect.arrayContaining(zeros))
  })

  it('say how old what runs is, a ramp beyond its time only, and how long a proxy has not moved on', async () => {
    const now = { wall: 100_000, mono: 5_000 }
    const metrics = createMetrics({ version: '1' }, () => now)
    let holds = 3
    metrics.read({
      pushes: () => [
        { ...push('1', 'switching'), startedAt: 90_000 },
        { ...push('2', 'switching'), startedAt: 50_000, ramp: { ms: 45_000, steps: 20, step: 3 } },
      ],
      retirements: () => [{ group: 'g', name: 'a', step: 'quiet', ageMs: 7_000 }],
      nodes: () => [{ ...status(true, 'g'), holds }],
      groups: () => new Map([['g', { newest: 4, expected: 0 }]]),
    })
    await metrics.expose()
    now.mono = 8_000
    const seen = await lines(metrics)
    holds = 4
    const after = await lines(metrics)
    expect(seen).toEqual(
      expect.arrayContaining([
        'verdigris_push_oldest_seconds 10',
        'verdigris_retirements{step="quiet"} 1',
        'verdigris_retirement_oldest_seconds 7',
        'verdigris_group_nodes{group="g",state="behind"} 1',
        'verdigris_group_generation{group="g"} 4',
        'verdigris_group_lag_seconds{group="g"} 3',
      ]),
    )
    expect(after).toContain('verdigris_group_lag_seconds{group="g"} 0')
  })

  it('lose the series of what was deleted', async () => {
    const metrics = createMetrics({ version: '1' })
    let groups = new Map([['a/edge', { newest: 1, expected: 0 }]])
    metrics.read({ nodes: () => [], groups: () => groups })
    expect((await lines(metrics)).join('\n')).toContain('group="a/edge"')
    groups = new Map()
    expect((await lines(metrics)).join('\n')).not.toContain('group="a/edge"')
  })

  it('do not grow with what comes from outside', async () => {
    const metrics = createMetrics({ version: '1' })
    const count = async (): Promise<number> => (await lines(metrics)).length
    metrics.stream({ kind: 'sent', stream: 's', node: 'n', type: 'x', generation: 1, resources: 1, bytes: 1 })
    metrics.push(push('first', 'done', 'first verb'))
    const before = await count()
    for (let index = 0; index < 200; index += 1) {
      metrics.stream({
        kind: 'sent',
        stream: `s${index}`,
        node: `n${index}`,
        type: `type-${index}`,
        generation: 1,
        resources: 1,
        bytes: 1,
      })
      metrics.push(push(`p${index}`, 'done', `verb-${index}`))
    }
    expect(await count()).toBe(before)
  })

  it('say nothing of a certificate that is not there', async () => {
    const metrics = createMetrics({ version: '1' })
    expect((await lines(metrics)).join('\n')).not.toContain('certificate')
    metrics.certificateExpires(2_000)
    expect(await lines(metrics)).toContain('verdigris_certificate_expiry_seconds 2')
  })

  it('declare units and totals as Prometheus wants them, and have a line on the page', () => {
    const rows: [string, MetricRow][] = Object.entries(metricTable)
    const wrong = rows.filter(([name, { type }]) => (type === 'counter') !== name.endsWith('_total'))
    expect(wrong).toEqual([])
    const labels = (one: MetricRow): string =>
      Object.entries(one.labels)
        .map(([label, values]) => `\`${label}\`: ${typeof values === 'string' ? values : values.join(', ')}`)
        .join('; ')
    const table = rows.map(([name, one]) => row(`\`${name}\``, one.type, one.help, labels(one)))
    expectBlock(
      'metrics.md',
      'metrics',
      ['| metric | type | what | labels |', '|---|---|---|---|', ...table].join('\n'),
    )
  })
})

describe('the event loop', () => {
  it('shows its lag when something blocks it', async () => {
    const loop = watchEventLoop(5)
    await new Promise((resolve) => setTimeout(resolve, 30))
    loop.read()
    // A reading costs the tick after it.
    await new Promise((resolve) => setTimeout(resolve, 30))
    const until = performance.now() + 120
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 30))
    const blocked = loop.read().max
    loop.stop()
    expect(blocked).toBeGreaterThan(0.08)
  })
})
