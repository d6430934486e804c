// The order and the bounds of the stop.
import { describe, expect, it } from 'vitest'
import { createLogger, type Ending, endRooms } from '../../../src/ops/index.ts'

const lines: string[] = []
const log = createLogger({ level: 'info', format: 'json', write: (line) => lines.push(line) })

describe('the end of the rooms', () => {
  it('rule stop: says it first, then ends pushes, those who ask, streams and whoever looks, the store last', async () => {
    const ended: string[] = []
    const endings = (['store', 'xds', 'http', 'pushes', 'admin', 'announcement'] as const).map(
      (room): Ending => ({ room, end: () => void ended.push(room) }),
    )
    expect(await endRooms(endings, 1_000, log)).toEqual([])
    expect(ended).toEqual(['announcement', 'pushes', 'admin', 'xds', 'http', 'store'])
  })

  it('rule stop: gives every room less than is left, and what an earlier one did not need', async () => {
    const given = new Map<string, number>()
    const endings = (['pushes', 'xds', 'store'] as const).map(
      (room): Ending => ({ room, end: (graceMs) => void given.set(room, graceMs) }),
    )
    await endRooms(endings, 10_000, log)
    for (const [room, ms] of given) {
      expect(ms, room).toBeGreaterThan(3_500)
      expect(ms, room).toBeLessThan(10_000)
    }
  })

  it('rule stop: leaves a room behind that does not end, goes on after one that fails, and names both', async () => {
    const ended: string[] = []
    const failed = await endRooms(
      [
        { room: 'pushes', end: () => new Promise(() => undefined) },
        { room: 'admin', end: () => Promise.reject(new Error('broken')) },
        { room: 'store', end: () => void ended.push('store') },
      ],
      200,
      log,
    )
    expect(failed).toEqual(['pushes', 'admin'])
    expect(ended).toEqual(['store'])
    expect(lines.join('')).toMatch(
      /"event":"stop_late","room":"pushes"[\s\S]*"event":"stop_failed","room":"admin"/,
    )
  })
})
