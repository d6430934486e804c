// A live Envoy that is given one whole world after another, as a push would: clusters and endpoints, then listeners and
// routes, then what is left over is taken away.
import type { Json } from '../../../src/base/index.ts'
import { openScope, startEnvoy } from '../../../src/demo/rig/index.ts'
import {
  decodeJson,
  encodeAny,
  encodeJson,
  messageOfTypeUrl,
  splitAny,
  typeUrls,
} from '../../../src/envoy-api/index.ts'
import type { CompiledGroup } from '../../../src/snapshot/index.ts'
import { leastState } from '../../support/ads-facts.ts'
import { type BareResource, startBareAds, type Verdict } from '../../support/bare-ads.ts'
import { replaced } from './mutations.ts'

export interface WorldLoader {
  /** What Envoy refused of it, or did not answer; empty when it took everything. */
  load(compiled: CompiledGroup): Promise<readonly string[]>
  close(): Promise<void>
}

/** Milliseconds that an answer may take. */
const patienceMs = 10_000

export async function startWorldLoader(binary: string): Promise<WorldLoader> {
  const scope = await openScope('worlds')
  const ads = await startBareAds(leastState([]))
  const close = async (): Promise<void> => {
    ads.close()
    await scope.close()
  }
  const envoy = await startEnvoy(scope, {
    binary,
    concurrency: 1,
    drainTimeS: 1,
    logLevel: 'warning',
    // The first world brings the first cluster.
    rewrite: (yaml) => yaml.replace('min_clusters_num: 1', 'min_clusters_num: 0'),
    bootstrap: { nodeId: 'worlds', nodeCluster: 'edge', variant: 'delta', xdsPort: ads.port },
  })
  await envoy.ready(20_000)
  let serial = 0
  const held = new Map<string, ReadonlySet<string>>()

  async function push(
    typeUrl: string,
    sent: readonly BareResource[],
    removed: readonly string[] = [],
  ): Promise<readonly string[]> {
    const late = new Promise<undefined>((done) => setTimeout(done, patienceMs, undefined))
    const ended = envoy.process.ended.then(({ signal }) => `ended with ${signal}`)
    const answer = await Promise.race([ads.push(typeUrl, sent, removed), late, ended])
    if (typeof answer === 'string') throw new Error(`Envoy ${answer} at ${typeUrl}`)
    const verdict: Verdict | undefined = answer?.[0]
    const short = typeUrl.slice(typeUrl.lastIndexOf('.') + 1)
    if (verdict === undefined) return [`${short}: no answer in ${patienceMs} ms`]
    return verdict.kind === 'nack' ? [`${short}: ${verdict.detail}`] : []
  }
  return {
    async load(compiled) {
      serial += 1
      const of = (typeUrl: string): readonly BareResource[] =>
        [...(compiled.types.get(typeUrl)?.values() ?? [])].map(({ name, body }) => ({
          name,
          body,
          version: `${serial}`,
        }))
      const endpoints = of(typeUrls.eds)
      const nearby = endpoints.map(withNearEndpoints)
      const [clusters, near] = await Promise.all([
        push(typeUrls.cds, of(typeUrls.cds)),
        push(typeUrls.eds, nearby),
      ])
      // Endpoints as they are once nothing warms: those that do not answer would be waited for.
      const real = await push(typeUrls.eds, endpoints)
      const listeners = of(typeUrls.lds).map(unbound)
      const gone = (typeUrl: string, now: readonly BareResource[]): readonly string[] =>
        [...(held.get(typeUrl) ?? [])].filter((name) => !now.some((each) => each.name === name))
      const [listened, routed] = await Promise.all([
        push(typeUrls.lds, listeners, gone(typeUrls.lds, listeners)),
        push(typeUrls.rds, of(typeUrls.rds)),
      ])
      const left = gone(typeUrls.cds, of(typeUrls.cds))
      const removed = left.length === 0 ? [] : await push(typeUrls.cds, [], left)
      for (const typeUrl of [typeUrls.cds, typeUrls.lds])
        held.set(typeUrl, new Set(of(typeUrl).map(({ name }) => name)))
      return [...clusters, ...near, ...real, ...listened, ...routed, ...removed]
    },
    close,
  }
}

/** The resource with its JSON changed. */
function edited({ name, body, ...rest }: BareResource, edit: (json: Json) => Json): BareResource {
  const { typeUrl, value } = splitAny(body)
  const message = messageOfTypeUrl(typeUrl)
  return { ...rest, name, body: encodeAny(typeUrl, encodeJson(message, edit(decodeJson(message, value)))) }
}

const unbound = (listener: BareResource): BareResource =>
  edited(listener, (json) => replaced(json, ['bindToPort'], false))

/** Endpoints that refuse a connection at once, so that a first health check ends at once. */
const near: Json = {
  lbEndpoints: [{ endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue: 1 } } } }],
}
const withNearEndpoints = (assignment: BareResource): BareResource =>
  edited(assignment, (json) => replaced(json, ['endpoints'], [near]))
