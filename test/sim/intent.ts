// What an operator would type: manifests of a small world, and commands from its present heads.
import type { EndpointsCommand } from '../../src/discovery/index.ts'
import { type World as Heads, type Manifest, parseManifests } from '../../src/model/index.ts'
import type { ChangeCommand } from '../../src/push/index.ts'
import type { Action } from './plan.ts'
import { pickAt } from './random.ts'

const environmentNames = ['blue', 'green', 'amber', 'olive', 'teal']
const serviceNames = ['checkout', 'cart', 'search']
const groupNames = ['edge', 'side', 'deep']

/** Changed in place: what manifests were last sent, so that a deleted object can come back. */
export interface Intent {
  readonly groups: readonly string[]
  readonly services: readonly string[]
  /** Listener port of each group's gateway. */
  readonly ports: Map<string, number>
  /** Counts releases and endpoint changes, so that each is new. */
  counter: number
}

export const createIntent = (groups: number, services: number): Intent => ({
  groups: groupNames.slice(0, groups),
  services: serviceNames.slice(0, services),
  ports: new Map(groupNames.map((name, index) => [name, 10_000 + index])),
  counter: 0,
})

interface Environment {
  readonly name: string
  readonly version: string
  readonly ports: readonly number[]
  readonly connectTimeout?: string
}

const known = new Map<string, Manifest>()
function manifest(kind: string, name: string, spec: object): Manifest {
  const text = JSON.stringify({ apiVersion: 'verdigris.dev/v1alpha1', kind, metadata: { name }, spec })
  let found = known.get(text)
  if (found === undefined) {
    const parsed = parseManifests([{ file: `${name}.json`, text }])
    const [first] = parsed.ok ? parsed.value : []
    if (first === undefined) throw new Error(`${text}: ${JSON.stringify(parsed)}`)
    if (known.size > 5_000) known.clear()
    known.set(text, first)
    found = first
  }
  return found
}

const groupManifest = (name: string, size?: number): Manifest =>
  manifest('NodeGroup', name, {
    selector: { cluster: name },
    ...(size === undefined ? {} : { expected: { size } }),
  })
const gatewayManifest = ({ ports }: Intent, name: string): Manifest =>
  manifest('Gateway', name, {
    nodeGroups: [name],
    listeners: [{ name: 'http', port: ports.get(name) ?? 10_000 }],
  })
/** The first service is on every gateway, the others on all but the last. */
const routeManifest = ({ groups, services }: Intent, service: string, host = `${service}.test`): Manifest => {
  const gateways = service === services[0] || groups.length === 1 ? groups : groups.slice(0, -1)
  return manifest('Route', service, {
    gateways: gateways.map((name) => ({ name })),
    hosts: [host],
    rules: [{ service: { name: service } }],
  })
}
const serviceManifest = (name: string, environments: readonly Environment[]): Manifest =>
  manifest('Service', name, {
    ports: [{ name: 'http' }],
    environments: environments.map(({ name: each, version, ports, connectTimeout }) => ({
      name: each,
      release: { version },
      endpoints: { static: ports.map((port) => ({ address: '127.0.0.1', port })), registered: true },
      ...(connectTimeout === undefined ? {} : { upstream: { connectTimeout } }),
    })),
  })

const firstEnvironments: readonly Environment[] = [
  { name: 'blue', version: 'v1', ports: [9_001] },
  { name: 'green', version: 'v1', ports: [9_002] },
]

/** Everything, as it is at the start. */
export const firstManifests = (intent: Intent): readonly Manifest[] => [
  ...intent.groups.map((name) => groupManifest(name)),
  ...intent.groups.map((name) => gatewayManifest(intent, name)),
  ...intent.services.map((name) => serviceManifest(name, firstEnvironments)),
  ...intent.services.map((name) => routeManifest(intent, name)),
]

const by = { actor: 'sim', reason: '' }
const namespace = 'default'
export const apply = (...manifests: Manifest[]): ChangeCommand => ({
  ...by,
  verb: 'apply',
  manifests,
  allowDrain: true,
})

/** The environments of a service by its head; none when it is gone. */
function environmentsOf(heads: Heads, service: string): readonly Environment[] {
  const object = heads.get(`${namespace}/Service/${service}`)
  if (object?.kind !== 'Service') return []
  return object.spec.environments.map(({ name, release, endpoints, upstream }): Environment => {
    const ms = upstream?.connectTimeout
    return {
      name,
      version: release.version,
      ports: endpoints.static.flatMap(({ port }) => port ?? []),
      ...(ms === undefined ? {} : { connectTimeout: `${ms / 1_000}s` }),
    }
  })
}

/** All of a service's traffic to one environment. */
export const switchTo = (service: string, environment: string): ChangeCommand => ({
  ...by,
  verb: 'switch',
  namespace,
  service,
  weights: { [environment]: 10_000 },
  // Environments of every size: the gate of switches would refuse most of them.
  force: true,
})

/** The service with one environment changed, or more of them. */
function withEnvironment(
  heads: Heads,
  service: string,
  change: (environments: readonly Environment[]) => readonly Environment[],
): ChangeCommand | undefined {
  const environments = environmentsOf(heads, service)
  const changed = change(environments)
  return environments.length === 0 || changed.length === 0
    ? undefined
    : apply(serviceManifest(service, changed))
}

/** What an owner says of endpoints; undefined: there is no environment. Some leases run out, some words are of an old release. */
export function churnOf(intent: Intent, heads: Heads, { a, b, c }: Action): EndpointsCommand | undefined {
  const service = pickAt(intent.services, a)
  const environments = environmentsOf(heads, service)
  if (environments.length === 0) return undefined
  const { name: environment } = pickAt(environments, b)
  intent.counter += 1
  const rest = (b * 7_919) % 1
  const target = { namespace, service, environment, force: false }
  const owner = rest < 0.5 ? 'ci' : 'pods'
  const count = Math.floor(c * 4)
  const ports = Array.from({ length: count }, (_, index) => 20_000 + ((intent.counter * 4 + index) % 12))
  const endpoints = ports.map((port) => ({ address: '127.0.0.2', port }))
  const ttl = (a * 31) % 1 < 0.4 ? { ttlMs: 2_000 + Math.floor(rest * 60_000) } : {}
  const incarnation = (c * 17) % 1 < 0.1 ? { incarnation: 1 } : {}
  if ((c * 131) % 1 < 0.2)
    return { ...target, verb: 'drain', endpoints: endpoints.slice(0, 1), undo: rest < 0.4 }
  if ((c * 131) % 1 < 0.5) {
    return { ...target, ...ttl, verb: 'patch', owner, put: endpoints.slice(1), remove: endpoints.slice(0, 1) }
  }
  return { ...target, ...incarnation, ...ttl, verb: 'set', owner, endpoints }
}

/** Every third move takes its time, up to some seconds; a few ask for what is refused. */
function rampOf(share: number): { readonly ramp?: number } {
  const rest = (share * 7_919) % 1
  return rest < 0.35 ? { ramp: Math.floor(rest * 30_000) } : {}
}

/** The command of an action, by what there is now; undefined: there is nothing to do it to. */
export function commandOf(
  intent: Intent,
  heads: Heads,
  { kind, a, b, c }: Action,
): ChangeCommand | undefined {
  const service = pickAt(intent.services, a)
  const environments = environmentsOf(heads, service)
  const chosen = environments.length === 0 ? undefined : pickAt(environments, b)
  const change = (next: (one: Environment) => Environment): ChangeCommand | undefined =>
    withEnvironment(heads, service, (all) => all.map((one) => (one.name === chosen?.name ? next(one) : one)))
  intent.counter += 1
  const { counter } = intent
  switch (kind) {
    case 'switch':
      return { ...switchTo(service, chosen?.name ?? 'blue'), ...rampOf(c) }
    case 'split': {
      const other = environments.length === 0 ? undefined : pickAt(environments, c)
      if (chosen === undefined || other === undefined || chosen.name === other.name) return undefined
      return {
        ...by,
        verb: 'split',
        namespace,
        service,
        weights: { [chosen.name]: 9_000, [other.name]: 1_000 },
        force: c < 0.7,
        ...rampOf(b),
      }
    }
    case 'rollback':
      return { ...by, verb: 'rollback', namespace, service }
    case 'visit':
      return visitOf(heads, service, environments, b, c)
    case 'release':
      return change((one) => ({ ...one, version: `v${counter}`, ports: [9_000 + counter] }))
    case 'endpoints': {
      const count = Math.floor(c * 4)
      const ports = Array.from({ length: count }, (_, index) => 9_000 + counter * 4 + index)
      return change((one) => ({ ...one, ports }))
    }
    case 'settings':
      return change((one) => ({ ...one, connectTimeout: `${1 + (counter % 7)}s` }))
    case 'grow': {
      const free = environmentNames.filter((name) => environments.every((one) => one.name !== name))
      if (free.length === 0) return undefined
      const added = { name: pickAt(free, b), version: `v${counter}`, ports: [9_000 + counter] }
      return withEnvironment(heads, service, (all) => [...all, added])
    }
    case 'shrink':
      return withEnvironment(heads, service, (all) => all.filter(({ name }) => name !== chosen?.name))
    case 'listener': {
      const group = pickAt(intent.groups, b)
      intent.ports.set(group, ((intent.ports.get(group) ?? 0) + 100) % 20_000)
      return apply(gatewayManifest(intent, group))
    }
    case 'expect':
      return apply(groupManifest(pickAt(intent.groups, b), c < 0.5 ? undefined : Math.floor(c * 6)))
    case 'dropRoute':
      return { ...by, verb: 'delete', keys: [{ key: `${namespace}/Route/${service}` }] }
    case 'dropService':
      return {
        ...by,
        verb: 'delete',
        keys: ['TrafficPolicy', 'Route', 'Service']
          .map((each) => `${namespace}/${each}/${service}`)
          .filter((key) => heads.has(key) || !key.includes('Policy'))
          .map((key) => ({ key })),
      }
    case 'bringBack':
      if (environments.length > 0 && heads.has(`${namespace}/Route/${service}`)) return undefined
      return apply(
        ...(environments.length > 0 ? [] : [serviceManifest(service, firstEnvironments)]),
        routeManifest(intent, service),
      )
    default:
      return undefined
  }
}

/** Defines a cohort and a mirror, turns them on or off, together with weights or alone, or takes the policy away. */
function visitOf(
  heads: Heads,
  service: string,
  environments: readonly Environment[],
  b: number,
  c: number,
): ChangeCommand | undefined {
  const [from, to] = environments
  if (from === undefined || to === undefined) return undefined
  const key = `${namespace}/TrafficPolicy/${service}`
  if (!heads.has(key) || c < 0.1) {
    const [one, other] = b < 0.5 ? [from.name, to.name] : [to.name, from.name]
    return apply(
      manifest('TrafficPolicy', service, {
        service,
        stickiness: { bucket: true },
        cohorts: [
          { name: 'team', environment: other, matches: [{ headers: [{ name: 'x', present: true }] }] },
        ],
        mirrors: [{ name: 'copy', from: one, to: other }],
      }),
    )
  }
  if (c < 0.25) return { ...by, verb: 'delete', keys: [{ key }] }
  const isOn = b < 0.6
  const cohorts = c < 0.6 ? { cohorts: { team: isOn } } : {}
  const mirrors = c > 0.45 ? { mirrors: { copy: isOn ? ('on' as const) : ('off' as const) } } : {}
  const weights = b > 0.3 && b < 0.4 ? { weights: { [from.name]: 7_000, [to.name]: 3_000 } } : {}
  return { ...by, verb: 'set-traffic', namespace, service, ...cohorts, ...mirrors, ...weights }
}

/**
 * Everything there again, and new content of every type for everybody, in one change: one more environment everywhere, every
 * listener on another port, every route for another host. Groups expect nobody in particular.
 */
export function lastManifests(intent: Intent, heads: Heads): readonly Manifest[] {
  for (const [index, group] of intent.groups.entries()) intent.ports.set(group, 30_000 + index)
  const environments = (name: string): readonly Environment[] => {
    const present = environmentsOf(heads, name)
    return present.length > 0 ? present : firstEnvironments
  }
  const moved = (one: Environment): Environment => ({ ...one, ports: [...one.ports, 8_998] })
  return [
    ...intent.groups.map((name) => groupManifest(name)),
    ...intent.groups.map((name) => gatewayManifest(intent, name)),
    ...intent.services.map((name) => serviceManifest(name, [...environments(name).map(moved), last])),
    ...intent.services.map((name) => routeManifest(intent, name, `${name}.last.test`)),
  ]
}

const last: Environment = { name: 'last', version: 'v1', ports: [8_999] }

/** A command as a line of the trace. */
export function describe(command: ChangeCommand): string {
  switch (command.verb) {
    case 'apply':
      return `apply ${command.manifests.map(({ kind, name }) => `${kind}/${name}`).join(' ')}`
    case 'delete':
      return `delete ${command.keys.map(({ key }) => key).join(' ')}`
    case 'rollback':
      return `rollback ${command.service}`
    case 'fence':
    case 'unfence':
      return `${command.verb} ${command.service}`
    case 'undo':
    case 'restore':
      return `${command.verb} r${command.revision}`
    default: {
      const { weights, cohorts, mirrors } = command
      return `${command.verb} ${command.service} ${JSON.stringify({ ...weights, ...cohorts, ...mirrors })}`
    }
  }
}
