import { describe, expect, it } from 'vitest'
import { type StoredOf, sidecarSpec, trafficPolicySpec, type World } from '../../../src/model/index.ts'
import { createTranslator, type DraftGroup } from '../../../src/translate/index.ts'
import { changed, traffic, worldOf } from '../../golden/world.ts'

const group = (name: string): string =>
  `kind: NodeGroup\nmetadata: { name: ${name} }\nspec: { selector: { cluster: ${name} } }\n`
const service = (name: string, more = ''): string => `kind: Service
metadata: { name: ${name} }
spec:
  ports: [{ name: http }]
  environments:
    - { name: blue, release: { version: '1' }, endpoints: { static: [{ address: 10.0.0.1, port: 15006 }] } }
    - { name: green, release: { version: '2' }, endpoints: { static: [{ address: 10.0.0.2, port: 15006 }] } }
${more}`
const sidecar = (name: string, calls: string): string => `kind: Sidecar
metadata: { name: ${name} }
spec:
  nodeGroups: [${name}]
  inbound: [{ name: http, port: 15006, localPort: 8080, service: { name: a }, environment: blue }]
  outbound: [{ name: calls, port: 15001, services: [${calls}] }]
`
const policy = (name: string, fields: object) => ({
  ...{ kind: 'TrafficPolicy' as const, namespace: 'default', name, labels: {} },
  spec: trafficPolicySpec.parse({ service: name, ...fields }),
})

const base = worldOf(
  [
    ...['edge', 'one', 'two', 'three'].map(group),
    'kind: Gateway\nmetadata: { name: edge }\nspec: { nodeGroups: [edge], listeners: [{ name: http, port: 80 }] }\n',
    'kind: Route\nmetadata: { name: shop }\nspec: { gateways: [{ name: edge }], hosts: [shop.test], rules: [{ service: { name: b } }] }\n',
    ...['a', 'b', 'c'].map((name) => service(name)),
    sidecar('one', '{ name: b }, { name: c }'),
    sidecar('two', '{ name: b }'),
    sidecar('three', '{ name: c }'),
  ].join('---\n'),
)

const route = (spec: string): string => `kind: Route\nmetadata: { name: rules }\nspec: ${spec}\n`
const withRoute = (spec: string): World => new Map([...base, ...worldOf(route(spec))])

/** Routes of the outbound listener of a sidecar: host → what each matches and where it leads. */
function hostsOf(drafts: DraftGroup, name: string): Record<string, unknown> {
  const found = drafts.routeConfigurations.find((each) => each.name === `default/sidecar~${name}/calls`)
  return Object.fromEntries(
    (found?.virtualHosts ?? []).flatMap(({ front, routes }) =>
      (front.domains ?? []).map((host) => [
        host,
        routes.map(
          ({ json, clusters }) =>
            `${json.match?.prefix ?? json.match?.pathSeparatedPrefix} ${clusters.join(' ')}`,
        ),
      ]),
    ),
  )
}

describe('a sidecar', () => {
  it('leads the names of each service that it may call there, and no other host', () => {
    expect(hostsOf(createTranslator().translate(base, 'default/one'), 'one')).toEqual({
      b: ['/ default/b/blue.1'],
      'b.default': ['/ default/b/blue.1'],
      c: ['/ default/c/blue.1'],
      'c.default': ['/ default/c/blue.1'],
    })
  })

  it('has the clusters of what it calls and of its own workload, and not those of its own service', () => {
    const drafts = createTranslator().translate(base, 'default/two')
    expect(drafts.services.map(({ service: { name } }) => name)).toEqual(['b'])
    expect(drafts.fixed.map(({ name }) => name)).toContain('default/sidecar~two/http/8080')
  })

  it('moves with the gateways by one change of traffic, and its virtual host is made once for all sidecars', () => {
    const { translate } = createTranslator()
    const after = changed(base, [traffic('default', 'b', { green: 10_000 })])
    const [edge, one, two, three] = ['edge', 'one', 'two', 'three'].map((each) => [
      translate(base, `default/${each}`),
      translate(after, `default/${each}`),
    ])
    expect(edge?.[1]?.routeConfigurations[0]?.virtualHosts[0]?.clusters).toEqual(['default/b/green.1'])
    expect(hostsOf(two?.[1] as DraftGroup, 'two')).toEqual({
      b: ['/ default/b/green.1'],
      'b.default': ['/ default/b/green.1'],
    })
    const hostOf = (drafts: DraftGroup | undefined) =>
      drafts?.routeConfigurations
        .flatMap(({ virtualHosts }) => virtualHosts)
        .find(({ name }) => name === 'default/service/b')
    expect(hostOf(one?.[1])).toBe(hostOf(two?.[1]))
    // Who does not call it has nothing new, and no listener is anything new.
    expect(three?.[1]?.routeConfigurations).toEqual(three?.[0]?.routeConfigurations)
    for (const each of [one, two, three]) expect(each?.[1]?.listeners).toEqual(each?.[0]?.listeners)
  })

  it('keeps its virtual hosts by identity when only endpoints of a service change', () => {
    const { translate } = createTranslator()
    const before = translate(base, 'default/two')
    const [b] = worldOf(service('b').replace('10.0.0.1', '10.0.0.9')).values()
    const after = translate(b === undefined ? base : changed(base, [b]), 'default/two')
    const last = (drafts: DraftGroup) => drafts.routeConfigurations[0]?.virtualHosts[0]
    expect(last(after)).toBe(last(before))
    expect(after.services).not.toEqual(before.services)
  })

  it('takes what a Route says of a service first, and what the Route leaves goes on', () => {
    const world = withRoute(
      '{ sidecars: [{ name: one }], hosts: [b], rules: [{ matches: [{ path: { prefix: /x } }], service: { name: c } }] }',
    )
    const { translate } = createTranslator()
    const hosts = hostsOf(translate(world, 'default/one'), 'one')
    expect(hosts.b).toEqual(['/x default/c/blue.1', '/ default/b/blue.1'])
    expect(hosts['b.default']).toEqual(['/ default/b/blue.1'])
    // Neither other sidecars nor gateways have the Route.
    expect(hostsOf(translate(world, 'default/two'), 'two').b).toEqual(['/ default/b/blue.1'])
    expect(translate(world, 'default/edge')).toEqual(translate(base, 'default/edge'))
  })

  it('says nothing against a Route that takes everything of a service, nor against hosts of its own', () => {
    const world = withRoute(
      '{ sidecars: [{ name: one, listener: calls }], hosts: [b, else.test], rules: [{ service: { name: c } }] }',
    )
    const drafts = createTranslator().translate(world, 'default/one')
    expect(drafts.violations).toEqual([])
    const { b, 'else.test': other } = hostsOf(drafts, 'one')
    expect([b, other]).toEqual([['/ default/c/blue.1', '/ default/b/blue.1'], ['/ default/c/blue.1']])
  })

  it('edits no listener, whatever becomes of its workload and of the services that it calls', () => {
    const { translate } = createTranslator()
    const before = base.get('default/Sidecar/two') as StoredOf<'Sidecar'>
    const spec = sidecarSpec.parse({
      nodeGroups: ['two'],
      inbound: [{ ...before.spec.inbound[0], localPort: 9_090, environment: 'green', timeout: '3s' }],
      outbound: [{ ...before.spec.outbound[0], services: [{ name: 'c' }] }],
    })
    const after = translate(changed(base, [{ ...before, spec }]), 'default/two')
    expect(after.listeners).toEqual(translate(base, 'default/two').listeners)
    expect(after.fixed.map(({ name }) => name)).toContain('default/sidecar~two/http/9090')
  })

  it('takes callers by TLS where it says so, with the Secrets that it names', () => {
    const before = base.get('default/Sidecar/two') as StoredOf<'Sidecar'>
    const tls = { secrets: ['own'], clientCa: 'mesh', requireClientCertificate: true }
    const secrets = worldOf(
      ['own', 'mesh']
        .map(
          (name) =>
            `kind: Secret\nmetadata: { name: ${name} }\nspec: { certificate: { chain: a, key: b }, trustedCa: c }\n`,
        )
        .join('---\n'),
    )
    const spec = sidecarSpec.parse({
      ...{ nodeGroups: ['two'], outbound: [{ name: 'calls', port: 15_001, services: [{ name: 'b' }] }] },
      inbound: [
        { name: 'http', port: 15_006, localPort: 8_080, service: { name: 'a' }, environment: 'blue', tls },
      ],
    })
    const drafts = createTranslator().translate(
      changed(new Map([...base, ...secrets]), [{ ...before, spec }]),
      'default/two',
    )
    const [calls, inbound] = drafts.listeners
    expect(inbound?.facts.secrets).toEqual(['default/mesh/ca', 'default/own'])
    expect(JSON.stringify(inbound?.json)).toContain('"requireClientCertificate":true')
    expect(calls?.facts.secrets).toBeUndefined()
    // Nobody has read the files of these Secrets here: they are asked for.
    expect([...drafts.absentSecrets]).toEqual(expect.arrayContaining(['default/own', 'default/mesh/ca']))
  })

  it('believes what other proxies say, drops nothing, and marks calls where it is told to', () => {
    const text = (world: World) =>
      JSON.stringify(createTranslator().translate(world, 'default/two').listeners)
    expect(text(base)).not.toContain('earlyHeaderMutationExtensions')
    expect(text(base)).toContain('"useRemoteAddress":false')
    const before = base.get('default/Sidecar/two') as StoredOf<'Sidecar'>
    const outbound = before.spec.outbound.map((each) => ({ ...each, environment: 'blue' }))
    const marked = text(changed(base, [{ ...before, spec: { ...before.spec, outbound } }]))
    expect(marked).toContain(
      '"header":{"key":"x-verdigris-environment","value":"blue"},"appendAction":"ADD_IF_ABSENT"',
    )
  })
})

describe('an environment that requests carry', () => {
  const armsOf = (world: World) =>
    createTranslator()
      .translate(world, 'default/edge')
      .routeConfigurations.flatMap(({ virtualHosts }) => virtualHosts.flatMap(({ routes }) => routes))
      .map(({ json }) => ({
        when:
          json.match?.headers?.map(({ name, stringMatch }) => `${name}=${stringMatch?.exact}`).join() ?? '',
        to: json.route?.weightedClusters?.clusters?.map(({ name, weight }) => `${name}:${weight}`).join(),
        marks: json.route?.weightedClusters?.clusters?.map(
          ({ requestHeadersToAdd = [] }) => requestHeadersToAdd[0]?.header?.value ?? '',
        ),
      }))

  it('is neither marked nor followed unless the policy says so', () => {
    const world = changed(base, [policy('b', {})])
    expect(armsOf(world)).toEqual([{ when: '', to: 'default/b/blue.1:10000', marks: [''] }])
  })

  it('is followed before cohorts and weights; who carries none is marked with what it gets', () => {
    const cohorts = [
      { name: 'testers', environment: 'green', matches: [{ headers: [{ name: 'x-test', exact: 'y' }] }] },
    ]
    const live = { ...traffic('default', 'b', { blue: 9_000, green: 1_000 }) }
    const world = changed(base, [
      policy('b', { carried: true, cohorts }),
      { ...live, spec: { weights: { blue: 9_000, green: 1_000 }, cohorts: ['testers'] } } as typeof live,
    ])
    expect(armsOf(world)).toEqual([
      { when: 'x-verdigris-environment=blue', to: 'default/b/blue.1:10000', marks: [''] },
      { when: 'x-verdigris-environment=green', to: 'default/b/green.1:10000', marks: [''] },
      { when: 'x-test=y', to: 'default/b/green.1:10000', marks: ['green'] },
      { when: '', to: 'default/b/green.1:1000,default/b/blue.1:9000', marks: ['green', 'blue'] },
    ])
  })

  it('is not followed to one that declares no endpoint and has no share: it would hold up every push', () => {
    const waiting = `    - { name: waiting, release: { version: '3' }, endpoints: { registered: true } }\n`
    const [b] = worldOf(service('b', waiting)).values()
    const world = changed(base, [policy('b', { carried: true }), ...(b === undefined ? [] : [b])])
    const followed = (each: World) => armsOf(each).map(({ when }) => when)
    expect(followed(world)).not.toContain('x-verdigris-environment=waiting')
    const sharing = changed(world, [traffic('default', 'b', { blue: 5_000, waiting: 5_000 })])
    expect(followed(sharing)).toContain('x-verdigris-environment=waiting')
  })
})
