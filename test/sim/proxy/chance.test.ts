// What Envoy does in no fixed order: the simulated proxy does it by its draws, so that a seed brings back a run.
import { describe, expect, it } from 'vitest'
import type { ResourceTypeKey } from '../../../src/envoy-api/index.ts'
import { hashOf } from '../../../src/snapshot/hash.ts'
import type { VariantName } from '../../../src/xds/machine.ts'
import { resourceOf, scriptedOf } from '../transcripts/content.ts'
import { createConversation } from '../transcripts/conversation.ts'
import { createProxy } from './index.ts'

/** Draws that repeat these. */
function draws(...numbers: readonly number[]): () => number {
  let next = 0
  return () => numbers[next++ % numbers.length] ?? 0
}

/** A proxy that was given these in turn, and what its routes and endpoints are then, by content. */
function holds(variant: VariantName, random: () => number, ...sent: readonly string[]): readonly string[] {
  const proxy = createProxy({
    id: 'edge-1',
    cluster: 'edge',
    variant,
    initialFetchTimeoutMs: 0,
    judge: (_, __, body) =>
      scriptedOf(hashOf(body))?.label === 'semantic' ? { kind: 'semantic', text: 'bad' } : { kind: 'fine' },
    random,
    runtimeLayers: [],
    staticCluster: '',
  })
  const talk = createConversation(variant, { nodeInEveryDelta: false })
  proxy.step({ kind: 'connected' }, 0)
  for (const line of sent) {
    const [type = '', ...tokens] = line.split(' ')
    const resources = tokens.map((token) => resourceOf(type as ResourceTypeKey, token))
    proxy.step({ kind: 'response', bytes: talk.response(resources[0]?.key ?? 'cds', '1', resources, []) }, 0)
  }
  const { routes, endpoints } = proxy.view()
  return [...routes, ...endpoints].map(([name, { hash }]) => `${name}=${scriptedOf(hash)?.label}`).sort()
}

const start = ['cds a=1', 'eds a=1', 'lds l=1>r m=1>q', 'rds r=1>a q=1>a']

describe('chance', () => {
  it('rule proxy: delta: which of the other routes are taken with a refused one is drawn', () => {
    const refused = [...start, 'rds r=semantic>a q=2>a']
    expect(holds('delta', draws(0.1, 0.9), ...refused)).toEqual(['a=1', 'q=1', 'r=1'])
    expect(holds('delta', draws(0.9, 0.1), ...refused)).toEqual(['a=1', 'q=2', 'r=1'])
  })

  it('rule proxy: SotW: which of the other routes are taken with a refused one is not', () => {
    const refused = [...start, 'rds r=semantic>a q=2>a']
    for (const random of [draws(0.1, 0.9), draws(0.9, 0.1)])
      expect(holds('sotw', random, ...refused)).toEqual(['a=1', 'q=2', 'r=1'])
  })

  it('rule proxy: SotW: which endpoints are taken with refused ones is drawn for the clusters of the start', () => {
    const refused = ['cds a=1 b=1', 'eds a=1 b=1', 'eds a=semantic b=2']
    expect(holds('sotw', draws(0.1, 0.9), ...refused)).toEqual(['a=1', 'b=2'])
    expect(holds('sotw', draws(0.9, 0.1), ...refused)).toEqual(['a=1', 'b=1'])
  })
})
