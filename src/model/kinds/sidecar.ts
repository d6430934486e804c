// Sidecar: what the proxies beside one workload (an environment of a service) take for it and from it.
import { z } from 'zod'
import { canonicalJson, limits } from '../../base/index.ts'
import type { KindDefinition, Mismatch, Reference } from '../kind-definition.ts'
import type { ObjectContent } from '../objects.ts'
import type { ListenerSettings } from './gateway/settings.ts'
import { nodeGroupReferences, nodeGroups } from './node-groups.ts'
import { certificateReference, trustedCaReference } from './secret.ts'
import { portMismatch, quoted } from './service-port.ts'
import { type Inbound, inbound, outbound } from './sidecar/sockets.ts'
import { type Socket, socketClaims, socketsClash, socketText } from './sockets.ts'

export const sidecarSpec = z
  .strictObject({
    nodeGroups: nodeGroups.describe('Node groups, of the same namespace: the proxies beside this workload.'),
    inbound: z
      .array(inbound)
      .max(limits.listenersPerSidecar)
      .default([])
      .describe('What the proxies take for the workload.'),
    outbound: z
      .array(outbound)
      .max(limits.listenersPerSidecar)
      .default([])
      .describe('What the proxies take from the workload, on its way to other services.'),
  })
  .superRefine((spec, context) => {
    const all = socketsOf(spec)
    const fault = (path: readonly (string | number)[], message: string): void => {
      context.addIssue({ code: 'custom', message, path: [...path] })
    }
    if (all.length === 0) fault([], 'found neither "inbound" nor "outbound", wanted at least one listener')
    all.forEach((each, at) => {
      const earlier = all.slice(0, at)
      const namesake = earlier.find(({ name: known }) => known === each.name)
      if (namesake !== undefined) {
        fault([...each.at, 'name'], `listener "${each.name}" is there twice (also at ${pathOf(namesake.at)})`)
      }
      const other = earlier.find((one) => socketsClash(one, each))
      if (other === undefined) return
      const message = `${socketText(each)} is already taken by listener "${other.name}" (${socketText(other)})`
      fault([...each.at, 'port'], message)
    })
    spec.inbound.forEach(({ localPort }, at) => {
      const taken = all.find((each) => socketsClash(each, { address: '127.0.0.1', port: localPort }))
      if (taken === undefined) return
      const message = `is taken by listener "${taken.name}" (${socketText(taken)}): the proxy would send to itself`
      fault(['inbound', at, 'localPort'], message)
    })
  })

export type SidecarSpec = z.infer<typeof sidecarSpec>

interface NamedSocket extends Socket {
  readonly name: string
  readonly at: readonly [direction: 'inbound' | 'outbound', index: number]
}

/** Every socket of a Sidecar. */
function socketsOf(spec: Pick<SidecarSpec, 'inbound' | 'outbound'>): readonly NamedSocket[] {
  return (['inbound', 'outbound'] as const).flatMap((direction) =>
    spec[direction].map(({ name: own, address, port }, index) => ({
      ...{ name: own, address, port },
      at: [direction, index] as const,
    })),
  )
}

const pathOf = ([direction, index]: NamedSocket['at']): string => `${direction}[${index}]`

export const sidecar: KindDefinition<'Sidecar'> = {
  summary: 'What the proxies beside one workload take for it (`inbound`) and from it (`outbound`).',
  spec: sidecarSpec,
  references: ({ spec }) => [
    ...nodeGroupReferences(spec.nodeGroups),
    ...spec.inbound.flatMap((each, index) => inboundReferences(each, `spec.inbound[${index}]`)),
    ...spec.outbound.flatMap(({ services }, index) =>
      services.map((service, at) => {
        const path = `spec.outbound[${index}].services[${at}]`
        return {
          kind: 'Service' as const,
          name: service.name,
          path: `${path}.name`,
          check: (target: ObjectContent) => portMismatch(target, service.port, `${path}.port`, 'a Sidecar'),
        }
      }),
    ),
  ],
  claims: ({ namespace, spec }) =>
    spec.nodeGroups.flatMap((group) =>
      socketsOf(spec).flatMap((each) =>
        socketClaims(`${namespace}/${group}`, each, `spec.${pathOf(each.at)}.port`),
      ),
    ),
  // As for a Gateway: a listener that changed or went drains; where its requests go may change without.
  effect: (before, after) => (drainingListeners(before.spec, after?.spec).length > 0 ? 'drains' : undefined),
  drains: (before, after) => drainingListeners(before.spec, after?.spec),
}

function inboundReferences({ service, environment, tls }: Inbound, path: string): readonly Reference[] {
  return [
    {
      kind: 'Service',
      name: service.name,
      path: `${path}.service.name`,
      check: (target) => [
        ...portMismatch(target, service.port, `${path}.service.port`, 'a Sidecar'),
        ...environmentMismatch(target, environment, `${path}.environment`),
      ],
    },
    ...(tls?.secrets ?? []).map((secret, at) => certificateReference(secret, `${path}.tls.secrets[${at}]`)),
    ...(tls?.clientCa === undefined ? [] : [trustedCaReference(tls.clientCa, `${path}.tls.clientCa`)]),
  ]
}

function environmentMismatch(target: ObjectContent, environment: string, path: string): readonly Mismatch[] {
  if (target.kind !== 'Service') return []
  const known = target.spec.environments.map((each) => each.name)
  if (known.includes(environment)) return []
  const message = `Service "${target.name}" has no environment "${environment}", wanted ${quoted(known)}`
  return [{ path, message }]
}

/** Listeners whose connections end: `http (0.0.0.0:15006)`. */
function drainingListeners(before: SidecarSpec, after: SidecarSpec | undefined): readonly string[] {
  const leaves = before.nodeGroups.some((group) => after?.nodeGroups.includes(group) !== true)
  const now = after === undefined || leaves ? new Map<string, string>() : bytesOf(after)
  const was = bytesOf(before)
  return socketsOf(before)
    .filter((each) => was.get(each.name) !== now.get(each.name))
    .map((each) => `${each.name} (${socketText(each)})`)
}

/** Listener → what the Envoy listener is made of. Where its requests go is in routes, the bound on connections in the runtime. */
function bytesOf({ inbound: taken, outbound: sent }: SidecarSpec): ReadonlyMap<string, string> {
  return new Map([
    ...taken.map((each) => [each.name, canonicalJson({ tls: each.tls, ...common(each) })] as const),
    ...sent.map(
      (each) => [each.name, canonicalJson({ environment: each.environment, ...common(each) })] as const,
    ),
  ])
}

function common({ address, port, accessLog, timeouts, limits: bounds }: Socket & ListenerSettings) {
  const { connections: _, ...rest } = bounds ?? {}
  return { address, port, accessLog, timeouts, bounds: rest }
}
