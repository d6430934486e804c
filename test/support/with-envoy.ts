// Tests on a real Envoy: where there is none they are skipped and say why; with VERDIGRIS_REQUIRE_ENVOY=1 they fail instead.
import { describe, it } from 'vitest'
import { findEnvoy, progressPrinter } from '../../src/envoy-binary/index.ts'

const required = process.env.VERDIGRIS_REQUIRE_ENVOY === '1'
const found = await findEnvoy({ install: required, progress: progressPrinter(process.stderr) })

/** Path of the Envoy that the tests use. Throws where there is none. */
export function envoyBinary(): string {
  if (!found.ok) throw new Error(found.error.message)
  return found.value.path
}

/** As `describe`, for tests that start an Envoy. */
export function describeWithEnvoy(name: string, tests: () => void): void {
  if (found.ok) {
    describe(name, tests)
  } else if (required) {
    describe(name, () => {
      it('has an Envoy to run on', () => {
        envoyBinary()
      })
    })
  } else {
    process.stderr.write(`skipped: ${name}: ${found.error.message.split('\n')[0]}\n`)
    describe.skip(name, tests)
  }
}
