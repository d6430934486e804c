// Reads what a binary says about itself: only a program that answers as Envoy does is taken for one.
import { execFile } from 'node:child_process'
import { err, ok, type Result } from '../base/index.ts'
import { envoyReleases } from './wheel.ts'

/** The version (`1.40.0`) of the binary, by running it once; the error is a sentence that says what it did instead. */
export function envoyVersion(path: string): Promise<Result<string, string>> {
  return new Promise((resolve) => {
    execFile(path, ['--version'], { timeout: 20_000, maxBuffer: 1_048_576 }, (error, stdout, stderr) => {
      const version = parseEnvoyVersion(stdout)
      if (error === null && version !== undefined) return resolve(ok(version))
      const said = firstLine(stderr) ?? firstLine(stdout)
      if (error === null)
        return resolve(err(`${path} is not an Envoy: its --version says ${said ?? 'nothing'}`))
      const why = error.code === 'ENOENT' ? 'no such file' : error.code === 'EACCES' ? 'not executable' : said
      resolve(err(`${path} does not run: ${why ?? error.message.split('\n')[0] ?? 'no reason given'}`))
    })
  })
}

/** `1.40.0` out of `envoy  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL`. */
export function parseEnvoyVersion(output: string): string | undefined {
  return /\bversion: [0-9a-f]+\/(\d+\.\d+\.\d+)/.exec(output)?.[1]
}

/** A warning when the version is older than what the control plane is tried against. */
export function versionWarning(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = envoyReleases.oldest.version.split('.').map(Number)
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined
  return `Envoy ${version} is older than ${oldestMajor}.${oldestMinor}, the oldest that Verdigris is tried against`
}

function firstLine(text: string): string | undefined {
  const line = text.trim().split('\n')[0]?.slice(0, 200)
  return line === '' ? undefined : line
}
