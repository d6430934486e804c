// An opening that was killed, or could not put back what it had set aside: the next one takes what is newest and whole.
import { cp, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../../src/store/index.ts'
import { openClassicLevel } from '../../../src/store/io/classic-level.ts'
import { cleanUp, committed, freshFolder, opened, plain, problemIn, puts, traffic } from './fixtures.ts'

describe('an opening that did not end', () => {
  cleanUp()
  let dir: string
  const level = (): string => join(dir, 'level')
  const aside = (): string => join(dir, 'level.before')

  /** A store of so many commits more; what it says when it is closed. */
  async function commits(count: number): Promise<unknown> {
    const store = await opened(dir)
    for (let index = 0; index < count; index += 1)
      await committed(store, puts([traffic('checkout', index % 2 === 0 ? 'green' : 'blue')]))
    const said = plain(store)
    await store.close()
    return said
  }
  async function reopened(): Promise<unknown> {
    const store = await opened(dir)
    const said = plain(store)
    await store.close()
    return said
  }
  /** The engine's log is gone, as it makes it go when it cannot read it. */
  async function loseLog(): Promise<void> {
    for (const name of await readdir(level())) if (name.endsWith('.log')) await rm(join(level(), name))
  }
  beforeEach(async () => {
    dir = await freshFolder()
  })

  it('leaves what it set aside to the next, where the engine lost its log', async () => {
    const said = await commits(3)
    await cp(level(), aside(), { recursive: true })
    await loseLog()
    expect(await reopened()).toEqual(said)
    expect(await readdir(dir)).not.toContain('level.before')
  })

  it('leaves it where the engine has no folder any more', async () => {
    const said = await commits(3)
    await rename(level(), aside())
    expect(await reopened()).toEqual(said)
  })

  it('is forgotten where the engine went on after it', async () => {
    await commits(2)
    await cp(level(), join(dir, 'old'), { recursive: true })
    const said = await commits(3)
    await rename(join(dir, 'old'), aside())
    expect(await reopened()).toEqual(said)
    expect(await readdir(dir)).not.toContain('level.before')
  })

  it('never takes back a store to before what was answered', async () => {
    await commits(2)
    await cp(level(), join(dir, 'old'), { recursive: true })
    await commits(3)
    await rename(join(dir, 'old'), aside())
    await rm(join(level(), 'CURRENT'))
    expect(problemIn(await openStore({ dir })).message).toContain('is damaged')
    expect(await readdir(dir)).toContain('level.before')
  })
  it.each(['no files', 'files without any commit'] as const)(
    'of a new store with %s leaves one that opens, though who it is was written down already',
    async (start) => {
      if (start !== 'no files') {
        const engine = await openClassicLevel(level(), { create: true })
        if (engine.ok) await engine.value.close()
      }
      // The owner's file is written right after the identity, and cannot be.
      await mkdir(join(dir, 'owner.json'))
      expect(problemIn(await openStore({ dir })).message).toContain('cannot be opened')
      expect(await readdir(dir)).toContain('verdigris-store.json')
      expect(await readdir(dir)).not.toContain('level.before')
      await rmdir(join(dir, 'owner.json'))
      const said = await commits(2)
      expect(await reopened()).toEqual(said)
    },
  )
})
