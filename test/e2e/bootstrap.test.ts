// The bootstraps on a real Envoy: it takes them, and what stands in the documentation about them is what it does.
import { execFile, execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { renderBootstrap } from '../../src/bootstrap/index.ts'
import { openScope, type Scope, startEnvoy } from '../../src/demo/rig/index.ts'
import type { SupportedEnvoy } from '../../src/envoy-binary/index.ts'
import { bareTypes, leastState, nameOnly } from '../support/ads-facts.ts'
import { type BareAds, startBareAds } from '../support/bare-ads.ts'
import { describeWithBothEnvoys, envoyBinary, supportedEnvoys } from '../support/with-envoy.ts'
import { shippedBootstraps } from '../unit/bootstrap/files.ts'

let scope: Scope
let ads: BareAds | undefined
beforeEach(async () => {
  scope = await openScope('test')
})
afterEach(async () => {
  ads?.close()
  ads = undefined
  await scope.close()
})

describeWithBothEnvoys('the bootstraps', () => {
  describe.each(supportedEnvoys)('on the %s Envoy supported', (release) => {
    it.each([...shippedBootstraps])('%s is valid', async (_name, options) => {
      const folder = await scope.folder()
      const file = join(folder, 'bootstrap.yaml')
      const tls = options.tls === undefined ? {} : { tls: selfSigned(folder) }
      await writeFile(file, renderBootstrap({ ...options, ...tls }))
      const { stderr } = await promisify(execFile)(envoyBinary(release), [
        ...['--mode', 'validate', '-c', file, '--disable-hot-restart', '-l', 'warning'],
      ])
      // Deprecated fields and unsafe settings are warnings.
      expect(stderr).not.toMatch(/\[(warning|error|critical)\]/)
    })

    it.each(['sotw', 'delta'] as const)('%s is ready as soon as it is answered', async (variant) => {
      ads = await startBareAds(leastState([nameOnly(bareTypes.cds, 'one')]))
      const envoy = await start(release, variant, ads.port)
      await envoy.ready(5_000)
      expect(ads.firsts().filter(({ verdict }) => verdict.kind === 'nack')).toEqual([])
      expect((await envoy.stats('^runtime.num_layers$')).get('runtime.num_layers')).toBe(2)
    })

    it('is not ready while nobody answers', async () => {
      ads = await startBareAds(new Map())
      const envoy = await start(release, 'delta', ads.port)
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      expect(await envoy.isReady()).toBe(false)
    })

    it.each(['sotw', 'delta'] as const)(
      '%s refuses to lose its last cluster, and keeps it',
      async (variant) => {
        ads = await startBareAds(leastState([nameOnly(bareTypes.cds, 'one')]))
        const envoy = await start(release, variant, ads.port)
        await envoy.ready(5_000)
        const verdicts = await ads.push(bareTypes.cds, [], ['one'])
        expect(verdicts).toMatchObject([
          { kind: 'nack', detail: expect.stringContaining('below configured minimum') },
        ])
        expect(await envoy.get('/clusters')).toContain('one::')
      },
    )

    it.each(['sotw', 'delta'] as const)(
      '%s refuses a first answer without any cluster, and is ready all the same',
      async (variant) => {
        ads = await startBareAds(leastState([]))
        const envoy = await start(release, variant, ads.port)
        await envoy.ready(5_000)
        const clusters = ads.firsts().filter(({ typeUrl }) => typeUrl === bareTypes.cds)
        expect(clusters.map(({ verdict }) => verdict.kind)).toEqual(['nack'])
      },
    )
  })
})

function start(release: SupportedEnvoy, variant: 'sotw' | 'delta', xdsPort: number) {
  const bootstrap = { nodeId: 'edge-1', nodeCluster: 'edge', variant, xdsPort }
  return startEnvoy(scope, { binary: envoyBinary(release), bootstrap })
}

/** Envoy reads certificate files even to validate: a key pair of a minute stands for all three. */
function selfSigned(folder: string): { ca: string; certificate: string; key: string } {
  const [certificate, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')]
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=edge-1',
      '-out',
      certificate,
      '-keyout',
      key,
    ],
    { stdio: 'ignore' },
  )
  return { ca: certificate, certificate, key }
}
