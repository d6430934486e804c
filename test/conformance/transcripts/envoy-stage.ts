// The stage with a real Envoy. Nothing rests on its speed: what is expected is waited for, and then a pause that shows that
// nothing more comes.
import { setTimeout as sleep } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import { type EnvoyProcess, openScope, startEnvoy } from '../../../src/demo/rig/index.ts'
import type { Heard, Stage, StageOptions } from '../../sim/transcripts/stage.ts'
import { scriptedHeld } from './held.ts'
import { startScriptedAds } from './scripted-ads.ts'

export interface EnvoyStageOptions extends StageOptions {
  /** Path of the binary. */
  readonly binary: string
  /**
   * Milliseconds without a word after which nothing more is expected: after something was heard, and after nothing was
   * (then the proxy needs the time to take in what it was sent). What comes later is heard by the next move.
   */
  readonly quietMs: { readonly afterWords: number; readonly afterNone: number }
  /** Milliseconds for what is expected. */
  readonly patienceMs: number
  /** Nothing is expected: what is, is. */
  readonly update: boolean
}

/** A server and no Envoy yet. */
export async function envoyStage(options: EnvoyStageOptions): Promise<Stage> {
  const { variant, quietMs, patienceMs, update } = options
  const scope = await openScope('transcript')
  const ads = await startScriptedAds(variant)
  let envoy: EnvoyProcess | undefined

  return {
    async start() {
      await envoy?.stop()
      ads.heard.splice(0)
      envoy = await startEnvoy(scope, {
        binary: options.binary,
        bootstrap: { nodeId: 'edge-1', nodeCluster: 'edge', variant, xdsPort: ads.port },
        concurrency: 1,
        drainTimeS: options.drainMs / 1_000,
        rewrite: (yaml) => (options.plain ? withoutValidators(yaml) : yaml),
      })
    },
    async listen(wanted) {
      const end = performance.now() + patienceMs
      let last = performance.now()
      let count = 0
      for (;;) {
        const { length } = requestsIn(ads.heard)
        if (length > count) {
          count = length
          last = performance.now()
        }
        const enough = count >= wanted || performance.now() > end
        const pause = count > 0 ? quietMs.afterWords : quietMs.afterNone
        if (enough && performance.now() - last >= pause) return ads.heard.splice(0)
        await sleep(5)
      }
    },
    send: (bytes) => ads.send(bytes),
    drop: () => ads.drop(),
    down() {
      ads.serve(false)
      ads.drop()
    },
    async up() {
      ads.serve(true)
      // It tries again within the second of its bootstrap.
      if (update) await sleep(1_200)
    },
    wait: (ms) => sleep(ms),
    async held(settled) {
      const end = performance.now() + patienceMs
      for (;;) {
        if (envoy === undefined) throw new Error('no Envoy')
        const held = scriptedHeld(
          JSON.parse(await envoy.get('/config_dump?include_eds')),
          JSON.parse(await envoy.get('/runtime')),
        )
        if (update || settled(held) || performance.now() > end) return held
        await sleep(20)
      }
    },
    async close() {
      ads.close()
      await scope.close()
    },
  }
}

const requestsIn = (heard: readonly Heard[]): readonly Heard[] =>
  heard.filter(({ kind }) => kind === 'request')

function withoutValidators(yaml: string): string {
  const bootstrap = parse(yaml)
  delete bootstrap.dynamic_resources.ads_config.config_validators
  return stringify(bootstrap)
}
