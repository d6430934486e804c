// RawSnapshots and Patches as changes: whom they concern, what is said of them, and what a restart makes of them.
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { afterDeath, appliedRig, gateway, group, route, service, world } from './support/rig.ts'

const nodes = ['edge-1', 'edge-2']
const object = (kind: string, name: string, spec: string): string =>
  `---\napiVersion: verdigris.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`
const patch = (merge: string, groups = '[edge]', name = 'patch'): string =>
  object(
    'Patch',
    name,
    `{nodeGroups: ${groups}, target: {type: Cluster, service: checkout}, merge: ${merge}}`,
  )
const type = 'type.googleapis.com/envoy'
const routes = (to: string): string =>
  `{'@type': ${type}.config.route.v3.RouteConfiguration, name: mine, virtualHosts: [{name: all, domains: ['*'], routes: [{match: {prefix: /}, route: {cluster: ${to}}}]}]}`
const raw = (resource: string): string =>
  object('RawSnapshot', 'raw', `{nodeGroups: [edge], resources: [${resource}]}`)

describe('a Patch', () => {
  it('concerns its own node groups and no others', async () => {
    const rig = await appliedRig({ nodes })
    await rig.apply(
      group('inner') +
        gateway('inner', 10_001) +
        route('inner', ['inner'], 'inner.test').replace('name: inner}}]', 'name: checkout}}]') +
        service(),
    )
    await rig.talk()
    const answer = await rig.apply(patch('{connectTimeout: 7s}'))
    await rig.talk()
    expect(rig.push(answer).groups.map((each) => each.group)).toEqual(['default/edge'])
    expect(rig.push(answer).phase).toBe('done')
  })

  it('that changes nothing is taken, and said to', async () => {
    const rig = await appliedRig({ nodes })
    const said = 'Patch default/patch changes nothing: Cluster "default/checkout/blue.1" is so already'
    const tried = await rig.apply(patch('{type: EDS}'), { dryRun: true })
    expect(tried.notes).toContain(said)
    const answer = await rig.apply(patch('{type: EDS}'))
    expect(answer.notes).toContain(said)
    expect(answer.push).toBeUndefined()
  })

  it('holds up who takes its target away, by name', async () => {
    const rig = await appliedRig({ nodes })
    await rig.apply(patch('{connectTimeout: 7s}'))
    await rig.talk()
    await expect(
      rig.apply(service('checkout').replace(/, \{name: green.*\]\}$/m, ']}')),
    ).resolves.toBeDefined()
    const gone = await rig.delivery.change({
      verb: 'delete',
      actor: 'test',
      reason: 'test',
      keys: [{ key: 'default/Route/checkout' }],
      force: true,
    })
    expect(gone).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('no Cluster of service "checkout" is generated') },
    })
  })
})

describe('a RawSnapshot', () => {
  it('that leads to the model says so, and holds up the next release of what it names', async () => {
    const rig = await appliedRig({ nodes })
    const answer = await rig.apply(raw(routes('default/checkout/green.1')))
    expect(answer.notes.join()).toContain(
      'leads to cluster "default/checkout/green.1": no traffic command moves that',
    )
    await rig.talk()
    await expect(rig.apply(service('checkout').replace('version: v2', 'version: v3'))).rejects.toThrow(
      /RouteConfiguration .*mine.* refers to cluster .*default\/checkout\/green.1/,
    )
  })

  it('has its Secrets again after a restart, although their bodies are nowhere in the store', async () => {
    const ca = Buffer.from('-----BEGIN CERTIFICATE-----\n').toString('base64')
    const secret = `{'@type': ${type}.extensions.transport_sockets.tls.v3.Secret, name: trusted, validationContext: {trustedCa: {inlineBytes: '${ca}'}}}`
    const rig = await appliedRig({ nodes })
    await rig.apply(raw(secret))
    await rig.talk()
    const held = rig.store.view().generations.get('default/edge')?.at(-1)?.types.get(typeUrls.sds)?.entries
    expect([...(held?.keys() ?? [])]).toEqual(['trusted'])
    const again = await afterDeath(rig, nodes)
    await again.talk()
    const answer = await again.switchTo('green')
    await again.talk()
    expect(again.push(answer).phase).toBe('done')
    expect(again.logged.filter(({ event }) => String(event).includes('secret'))).toEqual([])
  })
})

it('both are part of the first world as of any other', async () => {
  const rig = await appliedRig({ nodes })
  const answer = await rig.apply(
    world + patch('{connectTimeout: 7s}') + raw(routes('default/checkout/blue.1')),
  )
  await rig.talk()
  expect(rig.push(answer).phase).toBe('done')
  expect(rig.fleet.faults).toEqual([])
})
