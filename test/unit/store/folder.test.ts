// The store's folder: who may open it, and what is said when it cannot be opened or written.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, it } from 'vitest'
import { openStore, reportStore } from '../../../src/store/index.ts'
import { openClassicLevel } from '../../../src/store/io/classic-level.ts'
import { encodeFrame } from '../../../src/store/record.ts'
import { builtStore } from './built.ts'
import {
  bytesOf,
  cleanUp,
  committed,
  freshFolder,
  opened,
  plain,
  problemIn,
  proof,
  puts,
  traffic,
} from './fixtures.ts'

describe('a second opening', () => {
  cleanUp()
  const built = builtStore()

  it('by another process is refused, with the process and the folder and what to do', async () => {
    const dir = await freshFolder()
    const holder = spawn(process.execPath, [join(import.meta.dirname, 'child.mjs'), built, 'hold', dir], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface({ input: holder.stdout }), 'line')
    expect(line).toBe('open')
    const refused = problemIn(await openStore({ dir }))
    expect(refused.kind).toBe('precondition')
    expect(refused.message).toBe(
      `the store in ${dir} is open in process ${holder.pid}: stop it, or give another folder`,
    )
    holder.stdin.end()
    await once(holder, 'exit')
    await opened(dir)
  })

  it('by the same process is refused too', async () => {
    const dir = await freshFolder()
    await opened(dir)
    expect(problemIn(await openStore({ dir })).message).toContain(`this process (${process.pid})`)
  })

  it('after a close leaves no owner behind', async () => {
    const dir = await freshFolder()
    const store = await opened(dir)
    expect(await readdir(dir)).toContain('owner.json')
    await store.close()
    expect(await readdir(dir)).not.toContain('owner.json')
  })
})

describe('a store folder', () => {
  cleanUp()

  it('is made where it is missing, parents too', async () => {
    const dir = join(await freshFolder(), 'a', 'b')
    const store = await opened(dir)
    expect(store.view().revision).toBe(0)
  })

  it('that cannot be made or written is refused clearly, and nothing is left', async () => {
    const base = await freshFolder()
    const file = join(base, 'file')
    await writeFile(file, 'not a folder')
    const readOnly = process.platform === 'linux' ? ['/sys/verdigris-store'] : []
    for (const dir of [file, join(file, 'below'), ...readOnly]) {
      const refused = problemIn(await openStore({ dir }))
      expect(refused.kind).toBe('unavailable')
      expect(refused.message).toContain(`the store folder ${dir} cannot be written`)
    }
    expect(await readFile(file, 'utf8')).toBe('not a folder')
  })

  it.runIf(process.platform === 'linux')(
    'below a folder that is there and takes nothing is refused at once, where mkdir -p of Node never returns',
    async () => {
      for (const dir of ['/proc/verdigris-store', '/proc/verdigris-store/below']) {
        const { kind, message } = problemIn(await openStore({ dir }))
        expect(kind).toBe('unavailable')
        expect(message).toContain(`the store folder ${dir} cannot be written: ENOENT`)
      }
    },
  )

  it('that was written by a newer version is refused before anything is opened', async () => {
    const dir = await freshFolder()
    await (await opened(dir)).close()
    const path = join(dir, 'verdigris-store.json')
    const identity = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(path, JSON.stringify({ ...identity, format: 2 }))
    const refused = problemIn(await openStore({ dir }))
    expect(refused.kind).toBe('precondition')
    expect(refused.message).toMatch(/newer version \(format 2/)
    await writeFile(path, JSON.stringify(identity))
    await opened(dir)
  })

  it('with one record of a newer format is refused, with the name of the record', async () => {
    const dir = await freshFolder()
    const store = await opened(dir)
    await committed(store, puts([traffic('checkout', 'blue')]))
    await store.close()
    const engine = await openClassicLevel(join(dir, 'level'), { create: false })
    if (!engine.ok) throw new Error(engine.error.message)
    const key = 'obj/default/Traffic/checkout'
    const { bytes } = encodeFrame(key, 'json', Buffer.from('{}'))
    bytes[1] = 2
    await engine.value.write([{ key, value: bytes }])
    await engine.value.close()
    const refused = problemIn(await openStore({ dir }))
    expect(refused.kind).toBe('precondition')
    expect(refused.message).toContain(key)
  })

  it('whose newest answered commit is missing is refused, though all the rest adds up', async () => {
    const dir = await freshFolder()
    const store = await opened(dir)
    await committed(store, puts([traffic('checkout', 'blue')]))
    await store.close()
    const older = `${dir}-older`
    await cp(join(dir, 'level'), older, { recursive: true })
    const again = await opened(dir)
    await committed(again, puts([traffic('checkout', 'green')]))
    await again.close()
    await rm(join(dir, 'level'), { recursive: true })
    await rename(older, join(dir, 'level'))
    const refused = problemIn(await openStore({ dir }))
    expect(refused.message).toMatch(/record root: it is of commit 1, but commit 2 was answered/)
  })

  it('can be verified without being changed, and is not made by that', async () => {
    const dir = await freshFolder()
    expect(problemIn(await reportStore(join(dir, 'none'), proof)).kind).toBe('notFound')
    expect(await readdir(dir)).toEqual([])
    const store = await opened(dir)
    await committed(store, puts([traffic('checkout', 'blue')]))
    expect(problemIn(await reportStore(dir, proof)).message).toContain('is open in')
    const { keys } = store.stats()
    await store.close()
    const before = bytesOf(dir)
    const fine = { ok: true, value: { state: 'fine', records: keys, revisions: { count: 1, newest: 1 } } }
    expect(await reportStore(dir, proof)).toMatchObject(fine)
    expect(await reportStore(dir, proof)).toMatchObject(fine)
    expect(bytesOf(dir)).toEqual(before)
    await rm(join(dir, 'level'), { recursive: true })
    expect(await reportStore(dir, proof)).toMatchObject({ ok: true, value: { state: 'damaged' } })
  })

  it('opens with what it has when only the mark of answered commits is lost', async () => {
    const dir = await freshFolder()
    const store = await opened(dir)
    await committed(store, puts([traffic('checkout', 'blue')]))
    const was = plain(store)
    await store.close()
    await rm(join(dir, 'answered'))
    expect(plain(await opened(dir))).toEqual(was)
  })
})

/** A folder on a file system of this many MiB, or why there is none. */
function tinyDisk(megabytes: number): { readonly dir: string } | { readonly why: string } {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return { why: 'a tmpfs can only be mounted by root on Linux' }
  try {
    const dir = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim()
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir], { stdio: 'pipe' })
    return { dir }
  } catch (error) {
    return { why: `mount: ${error instanceof Error ? error.message : String(error)}` }
  }
}

const disk = tinyDisk(24)
if ('why' in disk) process.stderr.write(`skipped: a full disk: ${disk.why}\n`)

describe.skipIf('why' in disk)('a full disk', () => {
  const mounted = 'dir' in disk ? disk.dir : ''
  afterAll(async () => {
    if (mounted === '') return
    execFileSync('umount', ['-l', mounted])
    await rm(mounted, { recursive: true, force: true })
  })

  it('turns the store read-only with a typed error; what was answered is served, and there after space was made', async () => {
    const dir = join(mounted, 'store')
    const ballast = join(mounted, 'ballast')
    await writeFile(ballast, Buffer.alloc(14 * 1024 * 1024))
    const reasons: string[] = []
    const first = await openStore({ dir, onReadOnly: (reason) => reasons.push(reason) })
    if (!first.ok) throw new Error(first.error.message)
    const store = first.value
    let answered = 0
    let refused = undefined as Awaited<ReturnType<typeof store.commit>> | undefined
    for (let n = 0; n < 200 && refused === undefined; n++) {
      const value = `${n} ${'x'.repeat(100_000)}`
      const result = await store.commit({ records: { put: [{ table: 'push', key: `p${n}`, value }] } })
      if (result.ok) answered++
      else refused = result
    }
    expect(answered).toBeGreaterThan(5)
    expect(refused).toMatchObject({ ok: false, error: { kind: 'unavailable' } })
    expect(refused?.ok === false && refused.error.message).toContain('the disk is full')
    expect(reasons.length).toBe(1)
    expect(store.view().records('push').size).toBe(answered)
    expect(problemIn(await store.commit({})).message).toContain('read-only')
    await store.close()

    await rm(ballast)
    const again = await openStore({ dir })
    if (!again.ok) throw new Error(again.error.message)
    expect(again.value.view().records('push').size).toBeGreaterThanOrEqual(answered)
    expect((await again.value.commit(puts([traffic('checkout', 'blue')]))).ok).toBe(true)
    await again.value.close()
  })
})
