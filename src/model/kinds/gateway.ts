// Gateway: the listeners that node groups open.
import { z } from 'zod'
import { limits } from '../../base/index.ts'
import { addressesOverlap, canonicalAddress, isWildcard } from '../address.ts'
import { ipAddress, name, port, refuseRepeats } from '../fields.ts'
import type { Claim, KindDefinition } from '../kind-definition.ts'

const listener = z.strictObject({
  name: name.describe('Name of the listener; routes refer to it.'),
  address: ipAddress.default('0.0.0.0').describe('IP address that the proxies bind.'),
  port: port.describe('TCP port that the proxies bind.'),
  protocol: z
    .enum(['HTTP'])
    .default('HTTP')
    .describe('What clients speak. `HTTP` takes HTTP/1.1 and HTTP/2.'),
})

export const gatewaySpec = z.strictObject({
  nodeGroups: z
    .array(name)
    .min(1, 'wanted at least one node group')
    .max(limits.nodeGroupsPerGateway)
    .superRefine((groups, context) =>
      refuseRepeats(
        groups,
        (group) => group,
        'node group',
        (index) => [index],
        context,
      ),
    )
    .describe('Node groups, of the same namespace, whose proxies open these listeners.'),
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
        const earlier = listeners.slice(0, index).find((other) => clashes(each, other))
        if (earlier === undefined) return
        const message = `${socket(each)} is already taken by listener "${earlier.name}" (${socket(earlier)})`
        context.addIssue({ code: 'custom', message, path: [index, 'port'] })
      })
    })
    .describe('Sockets to listen on.'),
})

export type GatewaySpec = z.infer<typeof gatewaySpec>
type Listener = GatewaySpec['listeners'][number]

const socket = ({ address, port: number }: { readonly address: string; readonly port: number }): string =>
  address.includes(':') ? `[${address}]:${number}` : `${address}:${number}`
const clashes = (a: Listener, b: Listener): boolean =>
  a.port === b.port && addressesOverlap(a.address, b.address)

export const gateway: KindDefinition<'Gateway'> = {
  summary: 'Listeners that the proxies of some node groups open.',
  spec: gatewaySpec,
  references: ({ spec }) =>
    spec.nodeGroups.map((group, index) => ({
      kind: 'NodeGroup',
      name: group,
      path: `spec.nodeGroups[${index}]`,
    })),
  claims: ({ namespace, spec }) =>
    spec.nodeGroups.flatMap((group) =>
      spec.listeners.flatMap((each, index) => socketClaims(`${namespace}/${group}`, each, index)),
    ),
  // Envoy answers a listener that changed or went with a drain of its connections; a new one disturbs nobody.
  effect: ({ spec: before }, after) => {
    if (after === undefined) return 'drains'
    const leaves = before.nodeGroups.some((group) => !after.spec.nodeGroups.includes(group))
    const changes = before.listeners.some((each) => {
      const now = after.spec.listeners.find((other) => other.name === each.name)
      return (
        now === undefined ||
        now.address !== each.address ||
        now.port !== each.port ||
        now.protocol !== each.protocol
      )
    })
    return leaves || changes ? 'drains' : undefined
  },
}

/**
 * A socket is claimed twice: as itself, and as one of its port, where only a wildcard meets the others. So whatever
 * the number of gateways on a port, nobody is compared with everybody.
 */
function socketClaims(group: string, each: Listener, index: number): readonly Claim[] {
  const family = each.address.includes(':') ? 6 : 4
  const breadth = isWildcard(each.address) ? 'all' : 'one'
  const path = `spec.listeners[${index}].port`
  const clash = (other: string): string =>
    `${socket(each)} is already taken on node group "${group}" by ${other}`
  return [
    { claim: `socket ${group} ${canonicalAddress(each.address)} ${each.port}`, path, clash },
    {
      claim: `port ${group} ${family} ${each.port}`,
      detail: breadth,
      path,
      overlaps: (mine, theirs) => mine !== theirs,
      clash: (other) => `${clash(other)}, on ${breadth === 'all' ? 'one address of it' : 'every address'}`,
    },
  ]
}
