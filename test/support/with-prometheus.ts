// Tests on a real Prometheus: where there is none they are skipped and say why; with VERDIGRIS_REQUIRE_ENVOY=1 they fail instead.
import { describe, it } from 'vitest'
import { type FoundPrometheus, findPrometheus } from '../stack/find-prometheus.ts'

const required = process.env.VERDIGRIS_REQUIRE_ENVOY === '1'
const found = await findPrometheus({ fetch: required }).catch((cause: unknown) =>
  cause instanceof Error ? cause : new Error(String(cause)),
)

/** Throws where there is none. */
export function prometheusHere(): FoundPrometheus {
  if (found instanceof Error) throw found
  return found
}

/** As `describe`, for tests that run Prometheus or promtool. */
export function describeWithPrometheus(name: string, tests: () => void): void {
  if (!(found instanceof Error)) describe(name, tests)
  else if (required) {
    describe(name, () => {
      it('has a Prometheus to run on', () => {
        prometheusHere()
      })
    })
  } else {
    process.stderr.write(`skipped: ${name}: ${found.message.split('\n')[0]}\n`)
    describe.skip(name, tests)
  }
}
