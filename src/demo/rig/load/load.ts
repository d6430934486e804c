// Starts the load process and hands on what it reports.
import { childScript } from '../child-script.ts'
import type { Running, Scope } from '../scope.ts'
import type { FromLoad, LoadConfig, LoadReport, ToLoad } from './messages.ts'

export interface Load {
  readonly process: Running
  /** The newest report, at most `reportEveryMs` old. Undefined before the first. */
  latest(): LoadReport | undefined
  /** The counts of this moment. */
  sample(): Promise<LoadReport>
  /** Called for every regular report. */
  onReport(listener: (report: LoadReport) => void): void
  /** No new requests; resolves with the last counts when the running ones have ended. */
  stop(): Promise<LoadReport>
}

/** Starts sending at once. */
export async function startLoad(scope: Scope, config: LoadConfig): Promise<Load> {
  const running = await scope.start('load', process.execPath, [childScript('load/load-child')], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const { child } = running
  const tell = (message: ToLoad): void => {
    child.send(message)
  }
  let latest: LoadReport | undefined
  let samples = 0
  const listeners: ((report: LoadReport) => void)[] = []
  const waiting = new Map<number, (report: LoadReport) => void>()
  let stopped: ((report: LoadReport) => void) | undefined
  child.on('message', (message: FromLoad) => {
    latest = message.report
    if (message.kind === 'report') {
      for (const listener of listeners) listener(message.report)
    } else if (message.kind === 'sample') {
      waiting.get(message.id)?.(message.report)
      waiting.delete(message.id)
    } else {
      stopped?.(message.report)
    }
  })
  const died = running.ended.then((end): never => {
    throw new Error(`the load ended with ${end.signal ?? end.code}`)
  })
  died.catch(() => undefined)
  tell({ kind: 'start', config })
  return {
    process: running,
    latest: () => latest,
    sample() {
      const id = ++samples
      const answer = new Promise<LoadReport>((resolve) => waiting.set(id, resolve))
      tell({ kind: 'sample', id })
      return Promise.race([answer, died])
    },
    onReport(listener) {
      listeners.push(listener)
    },
    async stop() {
      const answer = new Promise<LoadReport>((resolve) => {
        stopped = resolve
      })
      tell({ kind: 'stop' })
      const report = await Promise.race([answer, died])
      await running.stop(1_000)
      return report
    },
  }
}
