// Gateway: the listeners that node groups open.
import { z } from 'zod'
import { canonicalJson, limits } from '../../base/index.ts'
import { refuseRepeats } from '../fields.ts'
import type { KindDefinition, Reference } from '../kind-definition.ts'
import { type Listener, listener } from './gateway/listener.ts'
import { listenerSettings, settingsOf } from './gateway/settings.ts'
import { nodeGroupReferences, nodeGroups } from './node-groups.ts'
import { certificateReference, trustedCaReference } from './secret.ts'
import { tcpPortMismatch } from './service-port.ts'
import { socketClaims, socketsClash, socketText } from './sockets.ts'

export const gatewaySpec = z.strictObject({
  nodeGroups: nodeGroups.describe('Node groups, of the same namespace, whose proxies open these listeners.'),
  listeners: z
    .array(listener)
    .min(1, 'wanted at least one listener')
    .max(limits.listenersPerGateway)
    .superRefine((listeners, context) => {
      refuseRepeats(
        listeners,
        (each) => each.name,
        'listener',
        (index) => [index, 'name'],
        context,
      )
      listeners.forEach((each, index) => {
        const earlier = listeners.slice(0, index).find((other) => socketsClash(each, other))
        if (earlier === undefined) return
        const message = `${socketText(each)} is already taken by listener "${earlier.name}" (${socketText(earlier)})`
        context.addIssue({ code: 'custom', message, path: [index, 'port'] })
      })
    })
    .describe('Sockets to listen on.'),
  ...listenerSettings,
})

export type GatewaySpec = z.infer<typeof gatewaySpec>

export const gateway: KindDefinition<'Gateway'> = {
  summary: 'Listeners that the proxies of some node groups open.',
  spec: gatewaySpec,
  references: ({ spec }) => [
    ...nodeGroupReferences(spec.nodeGroups),
    ...spec.listeners.flatMap((each, index) => [
      ...serviceReferences(each, `spec.listeners[${index}].service`),
      ...secretReferences(each, `spec.listeners[${index}].tls`),
    ]),
  ],
  claims: ({ namespace, spec }) =>
    spec.nodeGroups.flatMap((group) =>
      spec.listeners.flatMap((each, index) =>
        socketClaims(`${namespace}/${group}`, each, `spec.listeners[${index}].port`),
      ),
    ),
  // Envoy answers a listener that changed or went with a drain of its connections; a new one disturbs nobody.
  effect: (before, after) => (drainingListeners(before.spec, after?.spec).length > 0 ? 'drains' : undefined),
  drains: (before, after) => drainingListeners(before.spec, after?.spec),
}

function serviceReferences({ service }: Listener, path: string): readonly Reference[] {
  if (service === undefined) return []
  const check: Reference['check'] = (target) => tcpPortMismatch(target, service.port, `${path}.port`)
  return [{ kind: 'Service', name: service.name, path: `${path}.name`, check }]
}

function secretReferences({ tls }: Listener, path: string): readonly Reference[] {
  if (tls === undefined) return []
  const certificates = tls.secrets.map((secret, at) => certificateReference(secret, `${path}.secrets[${at}]`))
  if (tls.clientCa === undefined) return certificates
  return [...certificates, trustedCaReference(tls.clientCa, `${path}.clientCa`)]
}

/** Listeners whose connections end: `https (0.0.0.0:443)`. Those that leave a node group count. */
function drainingListeners(before: GatewaySpec, after: GatewaySpec | undefined): readonly string[] {
  const leaves = before.nodeGroups.some((group) => after?.nodeGroups.includes(group) !== true)
  return before.listeners
    .filter((each) => {
      const now = after?.listeners.find((other) => other.name === each.name)
      return (
        leaves || now === undefined || after === undefined || bytesOf(before, each) !== bytesOf(after, now)
      )
    })
    .map((each) => `${each.name} (${socketText(each)})`)
}

/** What the Envoy listener is made of. The bound on connections is a runtime key, and no part of it. */
function bytesOf(spec: GatewaySpec, each: Listener): string {
  const { limits: bounds, ...settings } = settingsOf(spec, each)
  const { connections: _, ...rest } = bounds ?? {}
  const { address, port, protocol, tls, http3 } = each
  if (protocol === 'TCP') {
    // Where connections go, and how long they may take, comes by ECDS.
    const { proxyProtocol, timeouts } = settings
    const { connectionBufferBytes: buffer } = rest
    return canonicalJson({
      address,
      port,
      protocol,
      tls,
      proxyProtocol,
      buffer,
      handshake: timeouts?.handshake,
    })
  }
  return canonicalJson({ address, port, protocol, tls, http3: http3 === true, settings, bounds: rest })
}
