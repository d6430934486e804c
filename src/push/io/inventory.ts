// The inventory on disk: written soon after a node is first seen or moves, and now and then; never at an ACK.
import { inventoryValue } from '../../fleet/index.ts'
import type { Engine } from './engine.ts'
import { nowOf } from './engine.ts'

/** Writes the inventory's news in one commit. */
export function writeInventory(engine: Engine): void {
  if (engine.unwritten.size === 0 || engine.writingInventory) return
  if (engine.store.condition().kind !== 'writable') return
  engine.writingInventory = true
  void engine.serial.run(async () => {
    engine.writingInventory = false
    const due = [...engine.unwritten]
    engine.unwritten.clear()
    const { mono } = nowOf(engine)
    const put = due.flatMap(([id]) => {
      const node = engine.fleet.nodes.get(id)
      if (node === undefined) return []
      node.seenOnRecord = node.lastSeen
      const gone = node.presence.kind === 'away' && node.presence.goneAt <= mono
      return [{ table: 'inventory' as const, key: id, value: inventoryValue(node, gone) }]
    })
    const gone = due.filter(([id]) => !engine.fleet.nodes.has(id))
    const written = await engine.store.commit({
      records: { put, delete: gone.map(([key]) => ({ table: 'inventory', key })) },
    })
    if (!written.ok) engine.log.error({ event: 'store_refused', problem: written.error })
  })
}
