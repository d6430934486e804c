// What readers that stall cost the server and the others: the same updates with and without them.
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { spreadOf } from '../../src/demo/figures.ts'
import type { Section } from './report.ts'
import type { StalledOptions, StalledResult } from './stalled-run.ts'

/** Each run in a process of its own, so that none inherits the memory of another. */
export function runApart(options: StalledOptions): Promise<StalledResult> {
  const child = fork(join(import.meta.dirname, 'stalled-child.js'), ['run', JSON.stringify(options)], {
    execArgv: [],
  })
  return new Promise((resolve, reject) => {
    child.once('message', (result: StalledResult) => resolve(result))
    child.once('exit', (code) => reject(new Error(`the run ended with ${code}`)))
  })
}

/** Two runs against each other. */
export function stalledSection(
  { stalled, bytes, updates }: StalledOptions,
  alone: StalledResult,
  beside: StalledResult,
): Section {
  const p99 = (result: StalledResult): number => spreadOf(result.times).p99
  return {
    title: `${stalled} stalled readers, snapshots of ${bytes / 1024} KiB, ${updates} updates (ms, MiB)`,
    times: { 'publish → ACK alone': alone.times, 'publish → ACK beside them': beside.times },
    counts: {
      'RSS alone': Math.round(alone.rss),
      'RSS beside them': Math.round(beside.rss),
      'heap and external alone': Math.round(alone.heap),
      'heap and external beside them': Math.round(beside.heap),
      'unsent at most': Math.round(beside.unsent),
      'streams cut': beside.cut,
      'bodies encoded alone': alone.bodiesEncoded,
      'bodies encoded beside them': beside.bodiesEncoded,
    },
    goals: [
      { text: 'RSS, MiB more', value: beside.rss - alone.rss, atMost: 64 },
      { text: 'heap and external, MiB more', value: beside.heap - alone.heap, atMost: 64 },
      { text: 'publish → ACK beside them over alone, p99', value: p99(beside) / p99(alone), atMost: 2 },
    ],
  }
}
