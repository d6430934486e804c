// Tests on real Envoys, the newest supported and the oldest: where there is none they are skipped and say why; with
// VERDIGRIS_REQUIRE_ENVOY=1 they fail instead.
import { describe, it } from 'vitest'
import { findEnvoy, progressPrinter, type SupportedEnvoy } from '../../src/envoy-binary/index.ts'

/** Both ends of what is supported: a test that rests on what Envoy itself does runs on each. */
export const supportedEnvoys: readonly SupportedEnvoy[] = ['oldest', 'newest']

const required = process.env.VERDIGRIS_REQUIRE_ENVOY === '1'
const find = (release: SupportedEnvoy) =>
  findEnvoy({ release, install: required, progress: progressPrinter(process.stderr) })
const found = { newest: await find('newest'), oldest: await find('oldest') }

/** Path of the Envoy that the tests use. Throws where there is none. */
export function envoyBinary(release: SupportedEnvoy = 'newest'): string {
  const envoy = found[release]
  if (!envoy.ok) throw new Error(envoy.error.message)
  return envoy.value.path
}

/** As `describe`, for tests that start the newest Envoy. */
export const describeWithEnvoy = (name: string, tests: () => void): void =>
  describeOn(['newest'], name, tests)

/** As `describe`, for tests that start the newest Envoy and the oldest: both have to be there. */
export const describeWithBothEnvoys = (name: string, tests: () => void): void =>
  describeOn(supportedEnvoys, name, tests)

function describeOn(releases: readonly SupportedEnvoy[], name: string, tests: () => void): void {
  const missing = releases.find((release) => !found[release].ok)
  if (missing === undefined) {
    describe(name, tests)
  } else if (required) {
    describe(name, () => {
      it(`has the ${missing} Envoy to run on`, () => {
        envoyBinary(missing)
      })
    })
  } else {
    const { [missing]: envoy } = found
    const why = envoy.ok ? '' : envoy.error.message.split('\n')[0]
    process.stderr.write(`skipped: ${name}: the ${missing} supported: ${why}\n`)
    describe.skip(name, tests)
  }
}
