// Certificate files on a real disk: where they may lie, how they are exchanged, and what is told of it.
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { type SecretFiles, type SecretNews, watchSecretFiles } from '../../../src/secrets/index.ts'
import { look, type Watched } from '../../../src/secrets/watched.ts'
import { createTrust, type Pair } from '../../support/trust.ts'

const trust = createTrust()
const spec = { certificate: { chain: 'shop/tls.crt', key: 'shop/tls.key' } }
let dir: string
let files: SecretFiles
let news: SecretNews[]

const write = ({ cert, key }: Pair, folder = 'shop'): void => {
  mkdirSync(join(dir, folder), { recursive: true })
  writeFileSync(join(dir, folder, 'tls.crt'), cert)
  writeFileSync(join(dir, folder, 'tls.key'), key)
}
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'verdigris-secrets-'))
  news = []
  files = watchSecretFiles({
    dir,
    tell: (each) => news.push(each),
    settleMs: 5,
    patienceMs: 50,
    lookMs: 60_000,
  })
})
afterEach(() => {
  files.stop()
  rmSync(dir, { recursive: true, force: true })
})
const kinds = (): readonly string[] => news.map(({ kind }) => kind)
const soon = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5_000, interval: 10 })
const faultsOf = async (given: Parameters<SecretFiles['read']>[0]): Promise<string> => {
  const found = await files.read(given)
  return found.ok ? 'none' : found.error.map(({ path, message }) => `${path}: ${message}`).join('; ')
}

describe('files of a Secret', () => {
  it('are read where they lie below the folder, also by links', async () => {
    write(trust.issue(['shop.test']), 'real')
    symlinkSync('real', join(dir, 'shop'))
    expect((await files.read(spec)).ok).toBe(true)
  })

  it('are refused outside of it, missing, too large, or no files', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'verdigris-outside-'))
    try {
      write(trust.issue(['shop.test']))
      writeFileSync(join(outside, 'ca.crt'), trust.ca)
      symlinkSync(outside, join(dir, 'away'))
      expect(await faultsOf({ trustedCa: 'away/ca.crt' })).toMatch(
        /^spec.trustedCa: away\/ca.crt: leads out of/,
      )
      symlinkSync(join(outside, 'ca.crt'), join(dir, 'ca.crt'))
      expect(await faultsOf({ trustedCa: 'ca.crt' })).toMatch(/leads out of/)
      expect(await faultsOf({ trustedCa: 'none.crt' })).toMatch(
        /none.crt: cannot be read: there is no such file/,
      )
      expect(await faultsOf({ trustedCa: 'shop' })).toMatch(/wanted a file/)
      writeFileSync(join(dir, 'large.crt'), 'x'.repeat(limits.secretFileBytes + 1))
      expect(await faultsOf({ trustedCa: 'large.crt' })).toMatch(/wanted at most/)
    } finally {
      rmSync(outside, { recursive: true, force: true })
    }
  })

  it('are told when they change: written over, renamed in, or by a link that is turned', async () => {
    write(trust.issue(['one.test']))
    await files.read(spec)
    files.keep([spec])
    write(trust.issue(['two.test']))
    await soon(() => expect(kinds()).toEqual(['changed']))
    write(trust.issue(['three.test']), 'next')
    renameSync(join(dir, 'next', 'tls.key'), join(dir, 'shop', 'tls.key'))
    renameSync(join(dir, 'next', 'tls.crt'), join(dir, 'shop', 'tls.crt'))
    await soon(() => expect(kinds()).toEqual(['changed', 'changed']))
    write(trust.issue(['four.test']), 'data')
    rmSync(join(dir, 'shop'), { recursive: true })
    symlinkSync('data', join(dir, 'shop'))
    await soon(() => expect(kinds()).toEqual(['changed', 'changed', 'changed']))
    expect(files.state(spec)).toMatchObject({
      kind: 'good',
      facts: [{ subject: 'CN=four.test' }],
      faults: [],
    })
  })

  it('stay as they were good last while they are bad; that is said once, and that they are mended', async () => {
    const good = trust.issue(['shop.test'])
    write(good)
    await files.read(spec)
    files.keep([spec])
    writeFileSync(join(dir, 'shop', 'tls.key'), 'garbage')
    await soon(() => expect(kinds()).toEqual(['refused']))
    expect(files.state(spec)).toMatchObject({ kind: 'stale', facts: [{ subject: 'CN=shop.test' }] })
    await files.lookNow()
    expect(kinds()).toEqual(['refused'])
    write(good)
    await soon(() => expect(kinds()).toEqual(['refused', 'mended']))
    expect(files.state(spec)?.kind).toBe('good')
  })

  it('are looked after as long as a Secret names them', async () => {
    write(trust.issue(['one.test']))
    await files.read(spec)
    files.keep([spec])
    files.keep([])
    write(trust.issue(['two.test']))
    await files.lookNow()
    expect(news).toEqual([])
    expect(files.state(spec)).toBeUndefined()
  })
})

describe('a look', () => {
  const sound = (name: string) => ({ material: { trustedCa: name }, facts: [] })
  const good = (name: string) => ({ ok: true, value: sound(name) }) as const
  const bad = { ok: false, error: [{ path: 'spec', message: 'bad' }] } as const
  const before: Watched = { files: 'f', good: sound('a'), bad: undefined }

  it('says nothing of a file that is bad for a moment, as one that is being written is', () => {
    const [writing, first] = look(before, bad, 1_000, 500)
    expect(first).toBeUndefined()
    const [after, second] = look(writing, good('b'), 1_400, 500)
    expect(second).toMatchObject({ kind: 'changed', material: { trustedCa: 'b' } })
    expect(after.bad).toBeUndefined()
  })

  it('says after a while that it is bad, once, and keeps what was good', () => {
    const [writing] = look(before, bad, 1_000, 500)
    const [stale, news] = look(writing, bad, 1_500, 500)
    expect(news).toMatchObject({ kind: 'refused' })
    expect(stale.good).toBe(before.good)
    expect(look(stale, bad, 2_000, 500)[1]).toBeUndefined()
  })
})
