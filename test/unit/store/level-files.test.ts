// The check of LevelDB's files, on files that LevelDB wrote.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { crc32c } from '../../../src/store/crc32c.ts'
import { checkLevelFiles } from '../../../src/store/io/check-level.ts'
import { openClassicLevel } from '../../../src/store/io/classic-level.ts'
import { readLog } from '../../../src/store/leveldb/log.ts'
import { readManifest } from '../../../src/store/leveldb/manifest.ts'
import { checkTable } from '../../../src/store/leveldb/table.ts'
import { cleanUp, freshFolder } from './fixtures.ts'

/** A database with tables and a log, by LevelDB itself: values large and small, some deleted. */
async function written(): Promise<string> {
  const folder = join(await freshFolder(), 'level')
  for (let round = 0; round < 3; round++) {
    const engine = await openClassicLevel(folder, { create: true })
    if (!engine.ok) throw new Error(engine.error.message)
    for (let n = 0; n < 40; n++) {
      const value = n % 9 === 8 ? undefined : Buffer.alloc(n % 7 === 0 ? 70_000 : 30, `${round} ${n} `)
      await engine.value.write([{ key: `key/${n % 25}`, value }])
    }
    await engine.value.close()
  }
  return folder
}

const named = (folder: string, pattern: RegExp): Buffer => {
  const name = readdirSync(folder).find((file) => pattern.test(file))
  return readFileSync(join(folder, name ?? 'none'))
}

describe('the check of LevelDB files', () => {
  cleanUp()

  it('computes CRC-32C as published', () => {
    // Check value of the CRC catalogue, and of RFC 3720 B.4 for 32 zeros.
    expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283)
    expect(crc32c(Buffer.alloc(32), 0, 32)).toBe(0x8a9136aa)
    expect(crc32c(Buffer.from('xx123456789xx'), 2, 11)).toBe(0xe3069283)
  })

  it('finds nothing wrong with what LevelDB wrote', async () => {
    const folder = await written()
    expect(await checkLevelFiles(folder)).toEqual({ ok: true, value: { root: undefined } })
    const tables = readdirSync(folder).filter((name) => name.endsWith('.ldb'))
    const edits = readLog(named(folder, /^MANIFEST/))
    const live = edits.ok ? readManifest(edits.value) : edits
    expect(live.ok && [...live.value.tables.keys()].sort()).toEqual(
      tables.map((name) => Number.parseInt(name, 10)).sort(),
    )
    expect(tables.length).toBeGreaterThan(0)
    const log = readLog(named(folder, /\.log$/))
    expect(log.ok && log.value.length).toBe(40)
  })

  it('takes a log that ends in an unfinished write as far as it is whole', async () => {
    const folder = await written()
    const log = named(folder, /\.log$/)
    const lengths = Array.from({ length: 200 }, (_, cut) => {
      const records = readLog(log.subarray(0, log.length - cut * 37))
      return records.ok ? records.value.length : -1
    })
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(0)
    expect([...lengths].sort((a, b) => b - a)).toEqual(lengths)
    const zeros = readLog(Buffer.concat([log, Buffer.alloc(50_000)]))
    expect(zeros.ok && zeros.value.length).toBe(40)
  })

  it('refuses a log with a damaged record before a whole one, and says where', async () => {
    const folder = await written()
    const log = named(folder, /\.log$/)
    for (let at = 0; at < log.length / 2; at += 501) {
      const damaged = Buffer.from(log)
      damaged[at] = (damaged[at] ?? 0) ^ 0x10
      const records = readLog(damaged)
      expect(records.ok, `byte ${at}`).toBe(false)
      expect(records.ok ? 0 : records.error.at).toBeLessThanOrEqual(at)
    }
  })

  it('refuses a table for any byte of its blocks, and for every shorter length', async () => {
    const folder = await written()
    const table = named(folder, /\.ldb$/)
    expect(checkTable(table)).toBeUndefined()
    // The end holds two handles of at most 20 bytes each; the rest of its 40 bytes is padding that says nothing.
    for (let at = 0; at < table.length - 48; at += Math.max(1, Math.floor(table.length / 700))) {
      const damaged = Buffer.from(table)
      damaged[at] = (damaged[at] ?? 0) ^ 0x10
      expect(checkTable(damaged), `byte ${at}`).toBeDefined()
    }
    for (let length = 0; length < table.length; length += Math.max(1, Math.floor(table.length / 100))) {
      expect(checkTable(table.subarray(0, length)), `length ${length}`).toBeDefined()
    }
  })
})
