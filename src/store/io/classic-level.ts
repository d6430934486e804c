// The embedded engine: LevelDB by classic-level. Batches are synced writes; its lock keeps a second process out. Why this
// one: docs/decisions/store-engine.md.
import { ClassicLevel } from 'classic-level'
import type { Result } from '../../base/index.ts'
import { err, limits, ok } from '../../base/index.ts'
import type { Engine, EngineFault, EngineWrite } from '../engine.ts'
import { codeOf } from './errors.ts'

/** Entries fetched from LevelDB in one call while reading through. */
const entriesPerRead = 512

/** Opens the database in this folder; `create` makes it where there is none. */
export async function openClassicLevel(
  folder: string,
  { create }: { readonly create: boolean },
): Promise<Result<Engine, EngineFault>> {
  const db = new ClassicLevel<string, Uint8Array>(folder, { keyEncoding: 'utf8', valueEncoding: 'view' })
  try {
    await db.open({ createIfMissing: create, compression: false })
  } catch (error) {
    return err(faultOf(error))
  }
  const engine: Engine = {
    batch: { writes: limits.storeBatchWrites, bytes: limits.storeBatchBytes },
    async get(key) {
      try {
        return ok(await db.get(key))
      } catch (error) {
        return err(faultOf(error))
      }
    },
    async *entries(prefix) {
      const iterator = db.iterator({ gte: prefix, lt: `${prefix}\u007f` })
      try {
        for (;;) {
          const read = await iterator.nextv(entriesPerRead)
          if (read.length === 0) return
          for (const entry of read) yield ok(entry)
        }
      } catch (error) {
        yield err(faultOf(error))
      } finally {
        await iterator.close()
      }
    },
    async write(batch) {
      try {
        await db.batch(batch.map(operation), { sync: true })
        return ok(undefined)
      } catch (error) {
        return err(faultOf(error))
      }
    },
    close: () => db.close(),
  }
  return ok(engine)
}

const operation = ({ key, value }: EngineWrite) =>
  value === undefined ? ({ type: 'del', key } as const) : ({ type: 'put', key, value } as const)

/** LevelDB says most by its text; the code tells lock and corruption. */
function faultOf(error: unknown): EngineFault {
  const chain: unknown[] = []
  for (let link: unknown = error; link instanceof Error; link = link.cause) chain.push(link)
  const message = chain.map((link) => (link instanceof Error ? link.message : '')).join(': ')
  const codes = chain.map(codeOf)
  if (codes.includes('LEVEL_LOCKED')) return { kind: 'locked', message }
  if (/no space left|quota|file too large/i.test(message)) return { kind: 'full', message }
  if (/permission denied|read-only file system|operation not permitted|EACCES|EROFS/i.test(message))
    return { kind: 'denied', message }
  if (codes.includes('LEVEL_CORRUPTION') || /corrupt|does not exist/i.test(message))
    return { kind: 'damaged', message }
  return { kind: 'failed', message: message === '' ? String(error) : message }
}
