// What a damaged store is opened as, and what a salvage makes of it.
import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openDamagedStore, openStore, reportStore, salvageStore } from '../../../src/store/index.ts'
import {
  bytesOf,
  cleanUp,
  committed,
  freshFolder,
  generation,
  opened,
  plain,
  problemIn,
  proof,
  puts,
  traffic,
} from './fixtures.ts'
import { liveIn } from './lived-in.ts'

const logOf = (dir: string): string => {
  const level = join(dir, 'level')
  return join(level, readdirSync(level).find((name) => name.endsWith('.log')) ?? 'none')
}
const valueIn = <T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

describe('a store that lost its newest commits', () => {
  cleanUp()

  it('is opened as it was before them, says what may be lost, and takes nothing', async () => {
    const dir = await freshFolder()
    await liveIn(dir)
    truncateSync(logOf(dir), Math.floor(statSync(logOf(dir)).size * 0.6))
    const before = bytesOf(dir)
    const refused = problemIn(await openStore({ dir }))
    expect(refused.kind).toBe('unavailable')
    const store = valueIn(await openDamagedStore(dir, refused.message, proof))
    const condition = store.condition()
    expect(condition).toMatchObject({ kind: 'damaged', intent: 'whole' })
    const edge =
      condition.kind === 'damaged' ? condition.groups.find(({ group }) => group === 'g/edge') : undefined
    expect(edge?.isNewest).toBe(false)
    expect(edge?.newest).toBeLessThan(18)
    expect(store.view().revision).toBe((edge?.newest ?? 0) + 1)
    const written = problemIn(await store.commit(puts([traffic('checkout', 'blue')])))
    expect(written.kind).toBe('precondition')
    expect(written.message).toMatch(/read-only: .*Next: look with `verdigris store verify/s)
    // Pushes that were under way rest; node groups are known.
    expect(
      [...store.view().records('push').values()].every((push) => JSON.stringify(push).includes('endedAt')),
    ).toBe(true)
    expect(store.view().applied.has('g/NodeGroup/edge')).toBe(true)
    expect(bytesOf(dir)).toEqual(before)
  })

  it('is salvaged to one that starts, whose numbers go on above all that may have been used', async () => {
    const dir = await freshFolder()
    await liveIn(dir)
    truncateSync(logOf(dir), Math.floor(statSync(logOf(dir)).size * 0.6))
    const to = join(await freshFolder(), 'new')
    const salvaged = valueIn(await salvageStore(dir, to, proof))
    expect(salvaged.lost.join('\n')).toMatch(/newest commits/)
    const store = await opened(to)
    const kept = store.view().generations.get('g/edge') ?? []
    const [last, carried] = [kept.at(-2), kept.at(-1)]
    expect(carried?.number).toBeGreaterThanOrEqual(19)
    expect([...(carried?.types ?? [])]).toEqual([...(last?.types ?? [])])
    expect(store.view().revision).toBeGreaterThanOrEqual(19)
    const next = generation('g/edge', (carried?.number ?? 0) + 1, { cds: { a: 'cluster' } })
    await committed(store, {
      ...puts([traffic('s0', 'x')]),
      generations: [next.generation],
      resources: next.resources,
    })
    expect(store.view().heads.get('default/Traffic/s0')?.spec).toEqual({ weights: { x: 10_000 } })
    expect(problemIn(await salvageStore(dir, to, proof)).message).toMatch(/open in process|is not empty/)
  })
})

describe('a store of which only the engine’s own books are damaged', () => {
  cleanUp()

  it('is opened whole, and nothing newer can be lost', async () => {
    const dir = await freshFolder()
    await liveIn(dir)
    const was = plain(await opened(dir))
    await (await opened(join(await freshFolder(), 'x'))).close()
    const copy = await freshFolder()
    await liveIn(copy)
    writeFileSync(join(copy, 'level', 'CURRENT'), 'nothing')
    const store = valueIn(await openDamagedStore(copy, 'why', proof))
    const condition = store.condition()
    expect(condition.kind === 'damaged' && condition.groups.every(({ isNewest }) => isNewest)).toBe(true)
    expect(store.view().heads.size).toBe((was as { heads: unknown[] }).heads.length)
    const to = join(await freshFolder(), 'new')
    expect(valueIn(await salvageStore(copy, to, proof)).lost).toEqual([])
    const now = plain(await opened(to)) as { records: unknown }
    expect(now.records).toEqual((was as { records: unknown }).records)
  })
})

describe('generations', () => {
  cleanUp()

  it('are told whole now and then, so that one damaged record does not take all later ones with it', async () => {
    const dir = await freshFolder()
    await liveIn(dir, 40)
    await (await opened(dir)).close()
    const table = readdirSync(join(dir, 'level')).find((name) => name.endsWith('.ldb')) ?? ''
    const path = join(dir, 'level', table)
    const bytes = Buffer.from(bytesOf(dir).get(join('level', table)) ?? '', 'hex')
    // The first block holds the oldest generations of the first group.
    bytes[40] = (bytes[40] ?? 0) ^ 0xff
    writeFileSync(path, bytes)
    const report = valueIn(await reportStore(dir, proof))
    expect(report.state).toBe('damaged')
    expect(report.groups.find(({ group }) => group === 'g/edge')?.newest).toBe(40)
    expect(report.faults.map(({ meaning }) => meaning).join()).toMatch(
      /records from .* may be missing or old/,
    )
  })
})
