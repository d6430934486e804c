// One Envoy before a bare server: refuse something, send the last good set again, look at what it holds. Nothing of the
// product's streams is in here.
import { names } from '../../../src/base/index.ts'
import { type EnvoyProcess, type Scope, startEnvoy, until } from '../../../src/demo/rig/index.ts'
import { resourceTypes } from '../../../src/envoy-api/index.ts'
import { bareTypes, nameOnly } from '../../support/ads-facts.ts'
import { type BareResource, startBareAds, type Verdict } from '../../support/bare-ads.ts'
import { type Held, heldBy, heldDifference, settled } from './held.ts'
import { type Made, type NackWorld, type Reason, type Refusable, refusable } from './nack-world.ts'

/** What the last good set is sent under: the version it had, or one that the proxy was never sent. */
export type Way = 'equal' | 'new'
export const ways: readonly Way[] = ['equal', 'new']

export interface TrialResult {
  /** Something of the refused response was there, or gone, before the repair. */
  readonly partly: boolean
  readonly repaired: boolean
  /** Envoy's text of the refusal; of a failed repair, what it says or holds instead. */
  readonly detail: string
  readonly failure: string
}

export interface Trials {
  run(type: Refusable, reason: Reason, way: Way): Promise<TrialResult>
  /** Has a type refused and sends nothing: what differs from the good after a while. */
  leaveMixed(type: Refusable): Promise<string>
  close(): Promise<void>
}

/** Milliseconds after which an answer or a repair is given up; they take a few where the machine is not busy. */
const patienceMs = 10_000

/** Starts the server and the Envoy, and waits until it holds all that is good. */
export async function startTrials(
  scope: Scope,
  options: { readonly binary: string; readonly variant: 'sotw' | 'delta'; readonly world: NackWorld },
): Promise<Trials> {
  const { world, variant } = options
  const good = new Map(refusable.map((type) => [type, versioned(world.good[type], type, '1')]))
  const server = await startBareAds(
    new Map([
      ...[...good].map(([type, resources]) => [resourceTypes[type].typeUrl, resources] as const),
      [resourceTypes.eds.typeUrl, [...(good.get('eds') ?? []), nameOnly(bareTypes.eds, names.localCluster)]],
      [
        bareTypes.rtds,
        [names.flagsLayer, names.temporaryLayer].map((name) => nameOnly(bareTypes.rtds, name)),
      ],
    ]),
  )
  const envoy = await startEnvoy(scope, {
    binary: options.binary,
    concurrency: 1,
    bootstrap: { nodeId: `trial-${variant}`, nodeCluster: 'trial', variant, xdsPort: server.port },
  })
  await envoy.ready(20_000)
  const push = async (
    type: Refusable,
    resources: readonly BareResource[],
    removed: readonly string[],
    version: string,
  ): Promise<Verdict> => {
    const verdict = server.push(resourceTypes[type].typeUrl, resources, removed, version)
    // Clusters that changed want their endpoints again (rule 20), or they warm until a time-out.
    if (type === 'cds') {
      const clusters = new Set(resources.map(({ name }) => name))
      const endpoints = (good.get('eds') ?? []).filter(({ name }) => clusters.has(name))
      void server.push(resourceTypes.eds.typeUrl, endpoints, [], '1')
    }
    return within(verdict.then(([first]) => first))
  }
  let serial = 0
  const reference = await settled(envoy)

  const run = async (type: Refusable, reason: Reason, way: Way): Promise<TrialResult> => {
    serial += 1
    const bad = versioned(world.bad(type, reason, serial), type, `bad-${serial}`)
    const kept = good.get(type) ?? []
    const missing = (from: readonly BareResource[], to: readonly BareResource[]): readonly string[] =>
      from.flatMap(({ name }) => (to.some((one) => one.name === name) ? [] : [name]))
    const refusal = await push(type, bad, missing(kept, bad), `bad-${serial}`)
    if (refusal.kind !== 'nack') throw new Error(`${type} ${reason} was not refused`)
    const partly = heldDifference(reference, await heldBy(envoy)) !== ''
    const version = way === 'equal' ? '1' : `1~${serial}`
    const again = way === 'equal' ? kept : versioned(world.good[type], type, version)
    const verdict = await push(type, again, missing(bad, again), version)
    const left = await differenceLeft(envoy, reference)
    const failure = verdict.kind === 'nack' ? `refused: ${verdict.detail}` : left
    // Whatever came of it, the next trial starts from what is good.
    if (failure !== '') {
      await push(
        type,
        versioned(world.good[type], type, `fresh-${serial}`),
        missing(bad, again),
        `fresh-${serial}`,
      )
      if ((await differenceLeft(envoy, reference)) !== '')
        throw new Error(`${type} ${reason}: stuck: ${left}`)
    }
    return { partly, repaired: failure === '', detail: refusal.detail, failure }
  }
  return {
    run,
    async leaveMixed(type) {
      serial += 1
      await push(
        type,
        versioned(world.bad(type, 'semantic', serial), type, `bad-${serial}`),
        [],
        `bad-${serial}`,
      )
      return differenceLeft(envoy, reference, 500)
    },
    async close() {
      await envoy.stop()
      server.close()
    },
  }
}

/** Delta versions stand for one resource's content, so each has its own. */
const versioned = (made: readonly Made[], type: Refusable, version: string): readonly BareResource[] =>
  made.map(({ name, body }) => ({ name, body, version: `${type}-${version}` }))

async function within(verdict: Promise<Verdict | undefined>): Promise<Verdict> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, patienceMs, undefined))
  const first = await Promise.race([verdict, late])
  return first ?? { kind: 'nack', ms: patienceMs, detail: `no answer in ${patienceMs} ms` }
}

/** What still differs after a moment; empty when nothing does. */
async function differenceLeft(envoy: EnvoyProcess, reference: Held, timeoutMs = patienceMs): Promise<string> {
  let left = ''
  await until('equal', timeoutMs, async () => {
    left = heldDifference(reference, await heldBy(envoy))
    return left === '' ? true : undefined
  }).catch(() => undefined)
  return left
}
