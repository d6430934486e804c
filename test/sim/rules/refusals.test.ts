// Whom a refusal blames: the rule looks at requests and responses alone.
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { VariantName } from '../../../src/xds/machine.ts'
import { createRig } from '../../unit/xds/support/rig.ts'
import { createHosts } from '../host.ts'
import { openLink } from '../network.ts'
import { requestOf } from '../proxy/mux.ts'
import { createRandom } from '../random.ts'
import { createTime } from '../time.ts'
import { createLedger } from './ledger.ts'
import { refusalsRule } from './refusals.ts'

/** The rule, with one proxy that is sent clusters and answers. */
function watch(variant: VariantName) {
  const faults: string[] = []
  const rule = refusalsRule({
    ledger: createLedger(),
    hosts: [],
    links: new Map(),
    plane: () => undefined,
    now: () => 0,
    fault: (_, text) => faults.push(text),
  })
  const hosts = createHosts({
    time: createTime(),
    random: createRandom(1, 'proxy'),
    say: () => {},
    open: () => undefined,
    stepped: () => {},
  })
  const host = hosts.add({ key: 'edge-1', id: 'edge-1', cluster: 'edge', variant })
  const link = openLink(createRig().hub, host, variant, 0)
  const typeUrl = typeUrls.cds
  return {
    faults,
    sent: (nonce: string, version: string) =>
      rule.written?.(link, { typeUrl, version, nonce, resources: [], removed: [] }),
    asked: (version: string) => rule.requested?.(link, requestOf(typeUrl, { version })),
    answered: (nonce: string, version: string, refusal?: string) =>
      rule.requested?.(link, requestOf(typeUrl, { nonce, version, refusal })),
  }
}

describe('refused content is never sent again', () => {
  it('blames what is sent again after its refusal', () => {
    const proxy = watch('sotw')
    proxy.sent('1', 'bad')
    proxy.answered('1', '', 'bad')
    proxy.sent('2', 'bad~1')
    expect(proxy.faults).toEqual(['edge-1 is sent CDS bad again, refused'])
  })

  it('blames what came before a response that was taken, when one request answers both', () => {
    const proxy = watch('sotw')
    proxy.sent('1', 'bad~1')
    proxy.sent('2', 'good~1')
    proxy.answered('2', 'good~1', 'bad')
    proxy.sent('3', 'good~2')
    expect(proxy.faults).toEqual([])
    proxy.sent('4', 'bad~3')
    expect(proxy.faults).toEqual(['edge-1 is sent CDS bad again, refused'])
  })

  it('lets what a proxy says that it took be tried again a few times, though nobody heard of its ACK', () => {
    const proxy = watch('sotw')
    proxy.asked('good')
    proxy.sent('1', 'good~1')
    proxy.answered('1', 'good', 'refuses what is good')
    for (let again = 0; again <= limits.resendsInARow; again += 1)
      proxy.sent(`${again + 2}`, `good~${again + 2}`)
    expect(proxy.faults).toEqual([])
    proxy.sent('last', 'good~9')
    expect(proxy.faults).toHaveLength(1)
  })

  it('blames the newest when the version of the answer is of none that waited', () => {
    const proxy = watch('sotw')
    proxy.sent('1', 'first')
    proxy.sent('2', 'second')
    proxy.answered('2', 'before', 'bad')
    proxy.sent('3', 'second~1')
    expect(proxy.faults).toEqual(['edge-1 is sent CDS second again, refused'])
  })

  it('does not take another request with the same nonce for an ACK', () => {
    const proxy = watch('delta')
    proxy.sent('1', 'bad')
    proxy.answered('1', '', 'bad')
    proxy.answered('1', '')
    proxy.sent('2', 'bad')
    expect(proxy.faults).toHaveLength(1)
  })
})
