// Which Prometheus is used: the one that was named, the one on PATH, the one fetched before, or Debian's package, taken out into a
// folder of ours: nothing is installed, and no service starts.
import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

export interface FoundPrometheus {
  readonly prometheus: string
  readonly promtool: string
}

const run = promisify(execFile)
const ways =
  'install one (Debian, Ubuntu, Homebrew: package prometheus), or name one in $PROMETHEUS_BIN with promtool beside it'

/** Finds it, or throws with the ways to have one. $PROMETHEUS_BIN has its promtool beside it. `fetch`: whether it may be downloaded. */
export async function findPrometheus({ fetch }: { readonly fetch: boolean }): Promise<FoundPrometheus> {
  const { env } = process
  const named = env.PROMETHEUS_BIN
  if (named !== undefined && named !== '') return here(named, '$PROMETHEUS_BIN')
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const found = join(folder, 'prometheus')
    if (folder !== '' && (await isThere(found)) && (await isThere(join(folder, 'promtool'))))
      return here(found, 'PATH')
  }
  const folder = join(cacheOf(env), 'verdigris', 'prometheus')
  const cached = join(folder, 'usr', 'bin', 'prometheus')
  if (!(await isThere(cached))) {
    if (!fetch) throw new Error(`there is no Prometheus: ${ways}`)
    await fetchPackage(folder)
  }
  return here(cached, 'the cache')
}

async function here(path: string, from: string): Promise<FoundPrometheus> {
  const found = { prometheus: path, promtool: join(dirname(path), 'promtool') }
  try {
    await run(found.prometheus, ['--version'])
    await run(found.promtool, ['--version'])
  } catch (cause) {
    throw new Error(`the Prometheus of ${from} does not run: ${textOf(cause)}`, { cause })
  }
  return found
}

/** Debian's and Ubuntu's package, downloaded and unpacked beside its place, then put there at once. */
async function fetchPackage(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true })
  const workshop = await mkdtemp(`${folder}-`)
  try {
    await run('apt-get', ['download', 'prometheus'], { cwd: workshop })
    const file = (await readdir(workshop)).find((name) => name.endsWith('.deb'))
    if (file === undefined) throw new Error('apt-get gave no package')
    await run('dpkg', ['-x', join(workshop, file), join(workshop, 'whole')])
    await rename(join(workshop, 'whole'), folder).catch(async (cause: unknown) => {
      // Somebody else was quicker: theirs is as good.
      if (!(await isThere(join(folder, 'usr', 'bin', 'prometheus')))) throw cause
    })
  } catch (cause) {
    throw new Error(`there is no Prometheus: ${ways}. Fetching Debian's package: ${textOf(cause)}`, { cause })
  } finally {
    await rm(workshop, { recursive: true, force: true })
  }
}

function cacheOf(env: Readonly<Record<string, string | undefined>>): string {
  const base = env.XDG_CACHE_HOME
  return base?.startsWith('/') ? base : join(env.HOME ?? homedir(), '.cache')
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
