// Says again, as long as it is so, that the store takes no changes: one line at the start is soon scrolled away.
import { limits } from '../base/index.ts'
import type { StoreCondition } from '../store/index.ts'
import type { Logger } from './log.ts'

/** Looks at the store's condition now and every minute; an error in the log each time that it takes no changes. */
export function remindOfCondition(condition: () => StoreCondition, log: Logger): { stop(): void } {
  const say = (): void => {
    const now = condition()
    if (now.kind === 'writable') return
    const { reason, next } = now
    if (now.kind === 'readOnly') {
      log.error({ event: 'store_takes_no_changes', reason, next })
      return
    }
    log.error({
      event: 'store_damaged',
      reason,
      next,
      intent: now.intent,
      groups: now.groups,
      faults: now.faults.slice(0, limits.faultsLogged),
      faultCount: now.faults.length,
    })
  }
  say()
  const timer = setInterval(say, limits.remindMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
