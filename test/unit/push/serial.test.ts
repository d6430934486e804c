import { describe, expect, it } from 'vitest'
import { createSerial } from '../../../src/push/io/serial.ts'

describe('one thing after another', () => {
  it('also what a job itself asks for', async () => {
    const serial = createSerial()
    const said: string[] = []
    const outer = serial.run(async () => {
      void serial.run(async () => {
        said.push('inner')
      })
      await Promise.resolve()
      said.push('outer')
    })
    const last = serial.run(async () => {
      said.push('last')
    })
    await Promise.all([outer, last])
    expect(said).toEqual(['outer', 'inner', 'last'])
    await serial.idle()
    expect(serial.waiting).toBe(0)
  })

  it('goes on after a job that failed, which fails for its own caller only', async () => {
    const serial = createSerial()
    const failing = serial.run(async () => {
      throw new Error('no')
    })
    const next = serial.run(async () => 'yes')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('yes')
  })
})
