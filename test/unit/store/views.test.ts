// What `verdigris store` prints, at 80 columns.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import picocolors from 'picocolors'
import { describe, expect, it } from 'vitest'
import { printReport, printSalvaged } from '../../../src/cli/views/store-views.ts'
import { reportStore, salvageStore } from '../../../src/store/index.ts'
import { cleanUp, freshFolder, opened, proof } from './fixtures.ts'
import { liveIn } from './lived-in.ts'

function terminal() {
  const lines: string[] = []
  const color = picocolors.createColors(false)
  const out = (text: string): void => {
    lines.push(text)
  }
  return { lines, out, say: out, progress: out, width: 80, color, errorColor: color }
}

describe('what verdigris store prints', () => {
  cleanUp()

  it('fits 80 columns, names each fault with what it means, and what is lost', async () => {
    const dir = await freshFolder()
    await liveIn(dir, 40)
    await (await opened(dir)).close()
    const fine = terminal()
    const report = await reportStore(dir, proof)
    if (!report.ok) throw new Error(report.error.message)
    printReport(fine, report.value)
    expect(
      fine.lines
        .join('\n')
        .replaceAll(dir, 'DIR')
        .replace(/Id: .*/, 'Id: …'),
    ).toMatch(/^Store: {5}DIR\nState: {5}fine\nId: …\nCommits: {3}41\nRevisions: 41, newest r41\n/)
    const level = join(dir, 'level')
    const table = join(level, readdirSync(level).find((name) => name.endsWith('.ldb')) ?? '')
    const bytes = readFileSync(table)
    bytes[40] = (bytes[40] ?? 0) ^ 0xff
    writeFileSync(table, bytes)
    const damaged = terminal()
    const found = await reportStore(dir, proof)
    if (!found.ok) throw new Error(found.error.message)
    printReport(damaged, { ...found.value, dir: 'DIR' })
    const text = damaged.lines.join('\n')
    expect(text).toMatch(/State: {5}damaged: \d+ faults/)
    expect(text).toMatch(
      /\.ldb: the block of \d+ bytes does not match its checksum, at byte 0\n {4}records from gen/,
    )
    for (const line of damaged.lines) expect(line.length, line).toBeLessThanOrEqual(80)
    const done = terminal()
    const salvaged = await salvageStore(dir, join(await freshFolder(), 'new'), proof)
    if (!salvaged.ok) throw new Error(salvaged.error.message)
    printSalvaged(done, { ...salvaged.value, dir: 'DIR', to: 'NEWDIR' })
    expect(done.lines.join('\n')).toMatch(/Lost: .*\nNext: start with `verdigris serve --data-dir NEWDIR`/s)
    for (const line of done.lines) expect(line.length, line).toBeLessThanOrEqual(80)
  })
})
