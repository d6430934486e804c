// Keeps the state of the live view up to date: the load's reports, and twice a second what the proxies hold.
import type { LoadReport } from './rig/index.ts'
import type { Stage } from './stage.ts'
import type { DemoState } from './state.ts'

/** Reports that a share is averaged over: half a second. */
const window = 5

/** Follows the load. */
export function watchLoad(stage: Stage, state: DemoState): void {
  const reports: LoadReport[] = []
  stage.load().onReport((report) => {
    reports.push(report)
    if (reports.length > window + 1) reports.shift()
    const first = reports[0]
    if (first !== undefined) noteLoad(state, first, report)
  })
}

/** Shares and rates are what came between the two reports, totals are the later one's. */
export function noteLoad(state: DemoState, earlier: LoadReport, later: LoadReport): void {
  for (const [index, target] of later.targets.entries()) {
    const proxy = state.proxies[index]
    const before = earlier.targets[index]
    if (proxy === undefined || before === undefined) continue
    const answered = target.ok - before.ok
    proxy.shares = new Map(
      state.environments.map((name) => {
        const own = (target.environments[name] ?? 0) - (before.environments[name] ?? 0)
        return [name, answered === 0 ? 0 : own / answered]
      }),
    )
    const seconds = (later.atMs - earlier.atMs) / 1_000
    proxy.perSecond = seconds === 0 ? 0 : (target.sent - before.sent) / seconds
    proxy.requests = target.sent
    proxy.failed = target.failed
  }
}

/** One look at the control plane: what each proxy holds and how the newest push went. Quiet while it is away. */
export async function watchControlPlane(stage: Stage, state: DemoState): Promise<void> {
  if (state.controlPlane !== 'serving') {
    for (const proxy of state.proxies) proxy.generation = undefined
    return
  }
  try {
    const [{ nodes }, { pushes }] = await Promise.all([
      stage.admin.call('Nodes', 'List', {}, 1_000),
      stage.admin.call('Push', 'List', { limit: 1 }, 1_000),
    ])
    for (const proxy of state.proxies) proxy.generation = nodes.find((node) => node.id === proxy.name)?.holds
    const push = pushes[0]
    if (push !== undefined) {
      const { firstAckMs, lastAckMs, flushMs } = push.timings ?? {}
      const parts = [
        `${push.id} ${push.verb} ${push.phase.replace('PUSH_PHASE_', '').toLowerCase()}`,
        ...(lastAckMs === undefined ? [] : [`last ACK ${lastAckMs.toFixed(1)} ms`]),
        ...(lastAckMs === undefined || firstAckMs === undefined
          ? []
          : [`skew ${(lastAckMs - firstAckMs).toFixed(1)} ms`]),
        ...(push.refusals.length === 0 ? [] : [`${push.refusals.length} refused`]),
        ...(flushMs === undefined ? [] : [`flush ${flushMs.toFixed(1)} ms`]),
      ]
      state.lastPush = parts.join(', ')
    }
  } catch {
    // Away for a moment: the next look is half a second off.
  }
}
