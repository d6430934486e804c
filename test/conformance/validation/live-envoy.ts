// A real Envoy as an ordinary ADS client that holds a whole good node group, and is sent one changed resource after
// another, each alone; after each the good one is put back.

import type { Json } from '../../../src/base/index.ts'
import { type EnvoyProcess, openScope, type Scope, startEnvoy } from '../../../src/demo/rig/index.ts'
import { encodeAny, encodeJson, messageOfTypeUrl, typeUrls } from '../../../src/envoy-api/index.ts'
import { type BareAds, type BareResource, startBareAds, type Verdict } from '../../support/bare-ads.ts'
import { replaced } from './mutations.ts'
import type { Resource } from './world.ts'

export type EnvoyVerdict =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly why: string }
  /** Neither: it waits for what never comes, and serves without this. */
  | { readonly kind: 'waits'; readonly why: string }
  | { readonly kind: 'died'; readonly why: string }

export interface LiveEnvoy {
  /** Sends `json` in the place of `resource`, under the name given. */
  judge(resource: Resource, name: string, json: Json): Promise<EnvoyVerdict>
  close(): Promise<void>
}

/** Milliseconds that an answer may take: those that come take a few. */
const patienceMs = 1_000
/** Milliseconds after which no answer is an answer. */
const longestMs = 10_000
const warmingClusters = '/config_dump?mask=dynamic_warming_clusters'

/** Starts it on these resources. What cannot be put back to good starts it anew. */
export async function startLiveEnvoy(
  binary: string,
  resources: readonly Resource[],
  rewrite: (yaml: string) => string = (yaml) => yaml,
): Promise<LiveEnvoy> {
  let serial = 0
  const good = new Map(resources.map((each) => [each, bytesOf(each.typeUrl, each.json)]))
  const bare = (resource: Resource, version: string): BareResource => ({
    name: resource.name,
    version,
    body: encodeAny(resource.typeUrl, good.get(resource) ?? new Uint8Array()),
  })
  let session = await start()

  async function start(): Promise<Session> {
    const types = new Map<string, BareResource[]>([
      [typeUrls.lds, []],
      [typeUrls.cds, []],
    ])
    for (const each of resources)
      types.set(each.typeUrl, [...(types.get(each.typeUrl) ?? []), bare(each, '1')])
    return openSession(binary, types, rewrite)
  }

  async function push(
    typeUrl: string,
    sent: readonly BareResource[],
    removed: readonly string[],
  ): Promise<Verdict | undefined> {
    const verdict = session.ads.push(typeUrl, sent, removed).then(([first]) => first)
    // Clusters that changed want their endpoints and secrets again (rule 20), and listeners what they name (22), or they wait.
    for (const after of followed.get(typeUrl) ?? []) {
      const again = resources.filter((each) => each.typeUrl === after)
      void session.ads.push(
        after,
        again.map((each) => bare(each, String(serial))),
      )
    }
    const { envoy } = session
    const ended = envoy.process.ended.then(() => undefined)
    for (let waited = patienceMs; ; waited += patienceMs) {
      const late = new Promise<'late'>((done) => setTimeout(done, patienceMs, 'late'))
      const answer = await Promise.race([verdict, ended, late])
      if (answer !== 'late') return answer
      // A busy machine is no reason to say that Envoy waits: it says so itself.
      const warming = await envoy.get(warmingClusters).catch(() => '')
      if (waited >= longestMs || warming.includes('dynamic_warming_clusters')) return undefined
    }
  }

  return {
    async judge(resource, name, json) {
      serial += 1
      const { typeUrl } = resource
      const renamed = name !== resource.name
      const text = JSON.stringify(json)
      const star = name === '*' || /"(routeConfigName|serviceName|name)":"\*"/.test(text)
      const foreign = JSON.stringify(typesIn(json)) !== JSON.stringify(typesIn(resource.json))
      const body = encodeAny(typeUrl, bytesOf(typeUrl, json))
      const verdict = await push(
        typeUrl,
        [{ name, version: `m${serial}`, body }],
        renamed ? [resource.name] : [],
      )
      const found = await said(verdict, session, name)
      serial += 1
      const back =
        found.kind === 'died'
          ? undefined
          : await push(typeUrl, [bare(resource, `g${serial}`)], renamed ? [name] : [])
      // A star asked for once is a wildcard for the rest of the stream; the types of a filter asked for once stay wanted.
      if (back?.kind !== 'ack' || star || foreign) {
        await session.close()
        session = await start()
      }
      return found
    },
    close: () => session.close(),
  }
}

/** Every `typeUrls` of it, in its order. */
const typesIn = (json: Json): readonly string[] => JSON.stringify(json).match(/"typeUrls":\[[^\]]*\]/g) ?? []

async function said(verdict: Verdict | undefined, session: Session, name: string): Promise<EnvoyVerdict> {
  if (verdict === undefined) {
    const end = session.envoy.process.end()
    if (end !== undefined) return { kind: 'died', why: `${end.signal ?? end.code}` }
    return { kind: 'waits', why: 'no answer' }
  }
  if (verdict.kind === 'nack') return { kind: 'refused', why: verdict.detail }
  // Its routes are on their way: it warms for a moment, or for ever.
  for (let waited = 0; waited < patienceMs; waited += 100) {
    const dump = await session.envoy.get('/config_dump?resource=dynamic_listeners').catch(() => '')
    const end = session.envoy.process.end()
    if (end !== undefined) return { kind: 'died', why: `${end.signal ?? end.code}` }
    if (!dump.includes('"warming_state"')) return { kind: 'taken' }
    await new Promise((done) => setTimeout(done, 100))
  }
  return { kind: 'waits', why: `listener ${name} warms` }
}

const followed: ReadonlyMap<string, readonly string[]> = new Map([
  [typeUrls.cds, [typeUrls.eds, typeUrls.sds]],
  [typeUrls.lds, [typeUrls.rds, typeUrls.sds, typeUrls.ecds]],
])

interface Session {
  readonly ads: BareAds
  readonly envoy: EnvoyProcess
  close(): Promise<void>
}

async function openSession(
  binary: string,
  types: ReadonlyMap<string, readonly BareResource[]>,
  rewrite: (yaml: string) => string,
): Promise<Session> {
  const scope: Scope = await openScope('validation')
  const ads = await startBareAds(types)
  const close = async (): Promise<void> => {
    ads.close()
    await scope.close()
  }
  try {
    const envoy = await startEnvoy(scope, {
      binary,
      concurrency: 1,
      drainTimeS: 1,
      logLevel: 'warning',
      rewrite,
      bootstrap: { nodeId: 'judge', nodeCluster: 'judge', variant: 'delta', xdsPort: ads.port },
    })
    await envoy.ready(20_000)
    const refused = ads.firsts().find(({ verdict }) => verdict.kind === 'nack')
    if (refused?.verdict.kind === 'nack')
      throw new Error(`the good world is refused: ${refused.verdict.detail}`)
    return { ads, envoy, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Listeners bind nothing; what they would clash over is found all the same. */
const bytesOf = (typeUrl: string, json: Json): Uint8Array =>
  encodeJson(
    messageOfTypeUrl(typeUrl),
    typeUrl === typeUrls.lds ? replaced(json, ['bindToPort'], false) : json,
  )
