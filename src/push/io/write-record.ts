// The end of a push on disk: its record, and nothing more to go back to.
import type { Push } from '../push-state.ts'
import { beforeKeys, pushValue } from '../records.ts'
import type { Engine } from './engine.ts'

export async function writeRecord(engine: Engine, push: Push): Promise<void> {
  const rows = beforeKeys(engine.store.view().records('push'), push.id)
  const written = await engine.store.commit({
    records: {
      put: [{ table: 'push', key: push.id, value: pushValue(push) }],
      delete: rows.map((key) => ({ table: 'push', key })),
    },
  })
  if (!written.ok) engine.log.error({ event: 'store_refused', push: push.id, problem: written.error })
}
