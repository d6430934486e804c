import { describe, expect, it } from 'vitest'
import { parseManifests, planApply, planDelete, sidecarSpec } from '../../../src/model/index.ts'
import { sidecar } from '../../../src/model/kinds/sidecar.ts'
import { commit, filesOf, value } from './fixtures.ts'

const inbound = {
  name: 'http',
  port: 15_006,
  localPort: 8_080,
  service: { name: 'cart' },
  environment: 'blue',
}
const outbound = { name: 'calls', port: 15_001, services: [{ name: 'mail' }] }
const spec = (more: object = {}) =>
  sidecarSpec.parse({ nodeGroups: ['cart-blue'], inbound: [inbound], outbound: [outbound], ...more })
const content = (one: ReturnType<typeof spec>) => ({
  ...{ kind: 'Sidecar' as const, namespace: 'default', name: 'cart-blue', labels: {}, spec: one },
})
const effectOf = (after: ReturnType<typeof spec> | undefined) => {
  const [before, then] = [content(spec()), after === undefined ? undefined : content(after)]
  return [sidecar.effect?.(before, then), ...(sidecar.drains?.(before, then) ?? [])]
}

describe('a change of a Sidecar', () => {
  it.each([
    ['the port of the workload', { inbound: [{ ...inbound, localPort: 9_090 }] }],
    ['its environment and time-out', { inbound: [{ ...inbound, environment: 'green', timeout: '9s' }] }],
    ['the services that it calls', { outbound: [{ ...outbound, services: [{ name: 'other' }] }] }],
    ['a bound on connections', { outbound: [{ ...outbound, limits: { connections: 9 } }] }],
    ['one more listener', { outbound: [outbound, { ...outbound, name: 'more', port: 15_002 }] }],
    ['one more node group', { nodeGroups: ['cart-blue', 'cart-green'] }],
  ])('of %s drains nothing', (_, more) => {
    expect(effectOf(spec(more))).toEqual([undefined])
  })

  it.each([
    ['a port', { inbound: [{ ...inbound, port: 15_007 }] }, 'http (0.0.0.0:15006)'],
    ['TLS', { inbound: [{ ...inbound, tls: { secrets: ['x'] } }] }, 'http (0.0.0.0:15006)'],
    [
      'what calls are marked with',
      { outbound: [{ ...outbound, environment: 'blue' }] },
      'calls (127.0.0.1:15001)',
    ],
    [
      'a time-out of the listener',
      { outbound: [{ ...outbound, timeouts: { idle: '1s' } }] },
      'calls (127.0.0.1:15001)',
    ],
  ])('of %s drains that listener and no other', (_, more, listener) => {
    expect(effectOf(spec(more))).toEqual(['drains', listener])
  })

  it('drains everything when it goes, or leaves a node group', () => {
    const all = ['drains', 'http (0.0.0.0:15006)', 'calls (127.0.0.1:15001)']
    expect(effectOf(undefined)).toEqual(all)
    expect(effectOf(spec({ nodeGroups: ['other'] }))).toEqual(all)
  })
})

describe('what a Sidecar refers to', () => {
  const world = commit(new Map(), value(planApply(new Map(), value(parseManifests(filesOf('sidecars'))))))

  it('cannot be deleted below it', () => {
    for (const key of ['default/Service/mail', 'default/NodeGroup/cart-blue', 'default/Sidecar/cart-blue']) {
      const answer = planDelete(world, [{ key }])
      expect(answer.ok, key).toBe(false)
    }
  })
})
