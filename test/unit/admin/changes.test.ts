// Changes over the admin API: the command that each becomes, its answer at once, and what is refused before it is one.
import { type ServiceError, status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { toStruct } from '../../../src/admin/index.ts'
import { limits, ok } from '../../../src/base/index.ts'
import type { ChangeCommand } from '../../../src/push/index.ts'
import { answer, problemOf, push, serverPerTest } from './per-test.ts'
import { scripted } from './rig.ts'

const started = serverPerTest()
const route = `apiVersion: verdigris.dev/v1alpha1
kind: Route
metadata: {name: web}
spec:
  gateways: [{name: edge}]
  hosts: ["*"]
  rules: [{service: {name: cart}}]
`

describe('a change', () => {
  it('answers revision, push, objects and notes at once', async () => {
    const commands: ChangeCommand[] = []
    const { delivery } = scripted(async (command) => {
      commands.push(command)
      return ok(answer)
    })
    const { call } = await started({ delivery })
    const request = {
      sources: [{ name: 'web.yaml', text: route }],
      options: { reason: 'first', requestId: 'r-1' },
      inPlace: true,
    }
    expect(await call('Config/Apply', request, { 'x-verdigris-actor': 'deploy-bot' })).toEqual({
      revision: 12,
      push: '7',
      phase: 'PUSH_PHASE_UNSPECIFIED',
      objects: [
        {
          key: { namespace: 'default', kind: 'Service', name: 'cart' },
          change: 'CHANGED',
          lines: ['+ a'],
          effect: 'RECONNECTS',
        },
      ],
      notes: ['traffic unchanged: 90/10, set by deploy-bot in r41'],
      dryRun: false,
    })
    expect(commands).toMatchObject([
      {
        verb: 'apply',
        actor: 'unverified:deploy-bot',
        reason: 'first',
        requestId: 'r-1',
        inPlace: true,
        manifests: [{ kind: 'Route', namespace: 'default', name: 'web' }],
      },
    ])
  })

  it('takes manifests as data as well, in the namespace that the request names', async () => {
    const commands: ChangeCommand[] = []
    const { delivery } = scripted(async (command) => {
      commands.push(command)
      return ok(answer)
    })
    const { call } = await started({ delivery })
    const object = {
      apiVersion: 'verdigris.dev/v1alpha1',
      kind: 'Route',
      metadata: { name: 'web' },
      spec: { gateways: [{ name: 'edge' }], hosts: ['*'], rules: [{ service: { name: 'cart' } }] },
    }
    await call('Config/Apply', { objects: [toStruct(object)], namespace: 'shop' })
    expect(commands).toMatchObject([{ manifests: [{ namespace: 'shop', name: 'web' }] }])
  })

  it('of traffic is the same command in its three forms', async () => {
    const commands: ChangeCommand[] = []
    const { delivery } = scripted(async (command) => {
      commands.push(command)
      return ok(answer)
    })
    const { call } = await started({ delivery })
    await call('Traffic/Switch', { service: 'cart', environment: 'green', etag: 'e1' })
    await call('Traffic/Split', { service: 'cart', weights: { blue: 9_000, green: 1_000 } })
    await call('Traffic/Set', {
      namespace: 'shop',
      service: 'cart',
      weights: { blue: 10_000 },
      options: { manager: 'm' },
    })
    await call('Traffic/Rollback', { service: 'cart', options: { dryRun: true } })
    const by = { actor: 'unverified:anonymous', reason: '', service: 'cart' }
    expect(commands).toEqual([
      { ...by, verb: 'switch', namespace: 'default', weights: { green: 10_000 }, etag: 'e1' },
      { ...by, verb: 'split', namespace: 'default', weights: { blue: 9_000, green: 1_000 } },
      { ...by, verb: 'set-traffic', namespace: 'shop', weights: { blue: 10_000 }, manager: 'm' },
      { ...by, verb: 'rollback', namespace: 'default', dryRun: true },
    ])
  })

  it('of a broken manifest is refused with file, line and field, and nothing is asked of the engine', async () => {
    const commands: ChangeCommand[] = []
    const { delivery } = scripted(async (command) => {
      commands.push(command)
      return ok(answer)
    })
    const { call } = await started({ delivery })
    const problem = await problemOf(
      call('Config/Apply', {
        sources: [{ name: 'web.yaml', text: route.replace('hosts:', 'hosts: 1\n  hots:') }],
      }),
    )
    expect(problem?.kind).toBe('invalid')
    const said =
      problem?.kind === 'invalid' ? problem.violations.map((fault) => `${fault.path} ${fault.message}`) : []
    expect(said.join('\n')).toMatch(/spec\.hots web\.yaml:7:3: Route default\/web: unknown field/)
    expect(commands).toEqual([])
  })

  it.each<[string, object]>([
    ['Config/Get', { key: { kind: 'Pod', name: 'x' } }],
    ['Config/Delete', { targets: [{ key: { kind: '__proto__', name: 'x' } }] }],
    ['Config/List', { kind: 'constructor' }],
    ['Config/ListRevisions', { kinds: ['Service', 'pods'] }],
    ['Traffic/Switch', { service: 'cart' }],
    ['Traffic/Rollback', { service: 'cart', options: { reason: 'x'.repeat(limits.reasonLength + 1) } }],
    ['Traffic/Rollback', { service: 'cart', options: { requestId: 'two words' } }],
    ['Push/Wait', { id: '1', timeout: { seconds: -1, nanos: 0 } }],
  ])('or question with bad input is refused by field: %s %j', async (method, request) => {
    const script = scripted(async () => ok(answer))
    script.pushes.push(push('1', 'preparing'))
    const { call } = await started({ delivery: script.delivery })
    expect(await problemOf(call(method, request))).toMatchObject({ kind: 'invalid', violations: [{}] })
  })

  it('that throws is a bug: INTERNAL without its text, and the log hears of it', async () => {
    const failed: unknown[] = []
    const { delivery } = scripted(async () => {
      throw new Error('the secret is 42')
    })
    const { call } = await started({ delivery, failed: (method, error) => failed.push(method, error) })
    const error: ServiceError = await call('Traffic/Rollback', { service: 'x' }).then(
      () => expect.fail('answered'),
      (failure: ServiceError) => failure,
    )
    expect(error.code).toBe(status.INTERNAL)
    expect(error.details).not.toContain('42')
    expect(failed[0]).toBe('Traffic/Rollback')
  })
})
