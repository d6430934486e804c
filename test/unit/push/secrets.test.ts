// Certificates in delivery: read before they are intent, never in the store, followed when their files change and at a start.
import { describe, expect, it } from 'vitest'
import { err, ok } from '../../../src/base/index.ts'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { type SecretMaterial, type SecretSpec, secretFilesKey } from '../../../src/model/index.ts'
import type { SecretSource } from '../../../src/secrets/index.ts'
import { afterDeath, createRig, group, manifests, type Rig, route, service } from './support/rig.ts'

const nodes = ['edge-1']
const spec: SecretSpec = { certificate: { chain: 'shop.crt', key: 'shop.key' } }
const key = secretFilesKey(spec)
const material = (text: string): SecretMaterial => ({
  certificateChain: `chain ${text}`,
  privateKey: `key ${text}`,
})

/** Files that a test writes. */
function files(first: SecretMaterial | undefined) {
  const held = { now: first, kept: [] as readonly SecretSpec[] }
  const source: SecretSource = {
    read: async () =>
      held.now === undefined
        ? err([{ path: 'spec.certificate.key', message: 'shop.key: garbage' }])
        : ok(held.now),
    keep: (specs) => {
      held.kept = [...specs]
    },
  }
  return { held, source }
}

const object = (kind: string, name: string, text: string): string =>
  `---\napiVersion: verdigris.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${text}\n`
const secret = object('Secret', 'shop', '{certificate: {chain: shop.crt, key: shop.key}}')
const gateway = (port = 8443): string =>
  object(
    'Gateway',
    'edge',
    `{nodeGroups: [edge], listeners: [{name: https, port: ${port}, protocol: HTTPS, tls: {secrets: [shop]}}]}`,
  )
const world = group() + secret + gateway() + service() + route()

const newest = (rig: Rig) => rig.store.view().generations.get('default/edge')?.at(-1)
const served = (rig: Rig): string | undefined =>
  newest(rig)?.types.get(typeUrls.sds)?.entries.get('default/shop')
const by = { actor: 'deploy-bot', reason: '' }
const observe = (rig: Rig, text: string) =>
  rig.delivery.observe({ secrets: new Map([[key, material(text)]]), cause: 'files of Secret default/shop' })

describe('a Secret', () => {
  it('is refused with its field when its files are bad, and nothing is changed', async () => {
    const { source } = files(undefined)
    const rig = await createRig({ nodes, secrets: source })
    const answer = await rig.change({ ...by, verb: 'apply', manifests: manifests(world) })
    expect(answer).toMatchObject({
      ok: false,
      error: {
        kind: 'invalid',
        violations: [
          { path: 'spec.certificate.key', object: 'Secret default/shop', message: 'shop.key: garbage' },
        ],
      },
    })
    expect(rig.store.view().revision).toBe(0)
  })

  it('is refused where no folder of secrets was given', async () => {
    const rig = await createRig({ nodes })
    const answer = await rig.change({ ...by, verb: 'apply', manifests: manifests(world) })
    expect(answer).toMatchObject({
      ok: false,
      error: { violations: [{ message: expect.stringContaining('--secrets-dir') }] },
    })
  })

  it('is served by its hash, and its content is in no record of the store', async () => {
    const { held, source } = files(material('one'))
    const rig = await createRig({ nodes, secrets: source })
    await rig.apply(world)
    await rig.talk()
    const hash = served(rig)
    expect(hash).toMatch(/^[0-9a-f]{32}$/)
    expect(rig.store.has(hash ?? '')).toBe(false)
    const all = Buffer.concat([...rig.disk.values.values()].map((value) => Buffer.from(value))).toString(
      'latin1',
    )
    expect(all).toContain('shop.key')
    for (const text of ['key one', 'chain one']) expect(all).not.toContain(text)
    expect(held.kept).toEqual([spec])
  })

  it('has another generation when its files change, without a push; the same content has none', async () => {
    const { source } = files(material('one'))
    const rig = await createRig({ nodes, secrets: source })
    await rig.apply(world)
    await rig.talk()
    const [before, pushes] = [served(rig), rig.delivery.pushes(10).length]
    expect((await observe(rig, 'two')).ok).toBe(true)
    await rig.talk()
    expect(served(rig)).not.toBe(before)
    expect(newest(rig)?.cause).toBe('files of Secret default/shop')
    const { number } = newest(rig) ?? { number: 0 }
    await observe(rig, 'two')
    expect(newest(rig)?.number).toBe(number)
    expect(rig.delivery.pushes(10)).toHaveLength(pushes)
  })

  it('is served as its files are at a start, also when they changed meanwhile', async () => {
    const { held, source } = files(material('one'))
    const rig = await createRig({ nodes, secrets: source })
    await rig.apply(world)
    await rig.talk()
    const before = served(rig)
    const same = await afterDeath(rig, nodes, source)
    await same.talk()
    expect(newest(same)?.number).toBe(newest(rig)?.number)
    held.now = material('two')
    const after = await afterDeath(same, nodes, source)
    await after.talk()
    expect(served(after)).not.toBe(before)
    expect(newest(after)?.cause).toContain('at the start')
  })

  it('is not served at all when its files are gone at a start; traffic moves, and it is back with the files', async () => {
    const { held, source } = files(material('one'))
    const rig = await createRig({ nodes, secrets: source })
    await rig.apply(world)
    await rig.talk()
    const before = served(rig)
    held.now = undefined
    const after = await afterDeath(rig, nodes, source)
    await after.talk()
    expect(served(after)).toBeUndefined()
    const moved = await after.switchTo('green')
    await after.runOut()
    expect(after.push(moved).phase).toBe('done')
    expect((await observe(after, 'one')).ok).toBe(true)
    expect(served(after)).toBe(before)
  })
})

describe('a listener that is in use', () => {
  const started = async (connected: readonly string[] = nodes) => {
    const { source } = files(material('one'))
    const rig = await createRig({ nodes: connected, secrets: source })
    await rig.apply(world)
    await rig.talk()
    return rig
  }
  const edit = (more: object = {}) =>
    ({ ...by, verb: 'apply', manifests: manifests(gateway(9443)), ...more }) as const

  it('is not edited or deleted unless its drain is allowed; the refusal names it and its proxies', async () => {
    const rig = await started()
    const said =
      /Gateway default\/edge: listener https \(0.0.0.0:8443\) drains on 1 proxy of default\/edge.*--allow-drain/
    expect(await rig.change(edit())).toMatchObject({
      ok: false,
      error: { kind: 'precondition', message: expect.stringMatching(said) },
    })
    const keys = [{ key: 'default/Route/checkout' }, { key: 'default/Gateway/edge' }]
    expect(await rig.change({ ...by, verb: 'delete', keys, force: true })).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(said) },
    })
    expect(await rig.change(edit({ dryRun: true }))).toMatchObject({
      ok: true,
      value: { notes: [expect.stringContaining('listener https (0.0.0.0:8443) drains')] },
    })
    expect(await rig.change(edit({ allowDrain: true }))).toMatchObject({
      ok: true,
      value: { revision: 2, notes: [expect.stringContaining('drains')] },
    })
  })

  it('takes a listener beside it, a bound on connections, and what no proxy has, without a word', async () => {
    const more = `{nodeGroups: [edge], listeners: [
      {name: https, port: 8443, protocol: HTTPS, tls: {secrets: [shop]}, limits: {connections: 100}},
      {name: more, port: 8080}]}`
    const rig = await started()
    expect(
      await rig.change({ ...by, verb: 'apply', manifests: manifests(object('Gateway', 'edge', more)) }),
    ).toMatchObject({ ok: true, value: { notes: [] } })
    const nobody = await started([])
    expect(await nobody.change(edit())).toMatchObject({ ok: true })
  })
})
