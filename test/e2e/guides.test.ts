// The guides, followed as they are written: on real Envoys, command by command, what is shown compared with what comes.
import { expect, it } from 'vitest'
import { followPage } from '../support/console-run.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

const single = ['examples/single']

describeWithEnvoy('a guide that is followed does what it says', () => {
  it.each([
    ['README.md', single],
    ['docs/guides/first-fleet.md', single],
    ['docs/guides/gateway-tls.md', []],
    ['docs/guides/sidecar-mesh.md', []],
    ['docs/guides/ci.md', single],
    ['docs/guides/upgrade.md', single],
  ])(
    '%s',
    async (file, copies) => {
      await expect(followPage(file, { copies })).resolves.toBeUndefined()
    },
    180_000,
  )
})
