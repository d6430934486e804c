// lmdb behind the store's engine interface, for the trial only. Set for safety, not speed: every transaction is synced
// before it is answered, nothing overlaps.
import { open } from 'lmdb'

export function openLmdb(folder) {
  let db
  try {
    db = open({
      path: folder,
      noSubdir: false,
      encoding: 'binary',
      overlappingSync: false,
      compression: false,
    })
  } catch (error) {
    return { ok: false, error: { kind: 'failed', message: String(error?.message ?? error) } }
  }
  const guard = async (work) => {
    try {
      return { ok: true, value: await work() }
    } catch (error) {
      return { ok: false, error: { kind: 'failed', message: String(error?.message ?? error) } }
    }
  }
  return {
    ok: true,
    value: {
      batch: { writes: 10_000, bytes: 4 * 1024 * 1024 },
      get: (key) => guard(() => db.get(key)),
      async *entries(prefix) {
        try {
          for (const { key, value } of db.getRange({
            start: prefix === '' ? undefined : prefix,
            end: `${prefix}\u007f`,
          })) {
            yield { ok: true, value: [String(key), value] }
          }
        } catch (error) {
          yield { ok: false, error: { kind: 'failed', message: String(error?.message ?? error) } }
        }
      },
      write: (batch) =>
        guard(async () => {
          await db.transaction(() => {
            for (const { key, value } of batch) {
              if (value === undefined) db.remove(key)
              else db.put(key, Buffer.from(value))
            }
          })
        }),
      close: () => db.close(),
    },
  }
}
