// Sockets that proxies bind: whoever opens one claims it on each of its node groups.
import { addressesOverlap, canonicalAddress, isWildcard } from '../address.ts'
import type { Claim } from '../kind-definition.ts'

/** Where a proxy listens. */
export interface Socket {
  readonly address: string
  readonly port: number
}

/** `127.0.0.1:80`, `[::1]:80`. */
export const socketText = ({ address, port }: Socket): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

/** Whether one proxy cannot bind both. */
export const socketsClash = (a: Socket, b: Socket): boolean =>
  a.port === b.port && addressesOverlap(a.address, b.address)

/**
 * A socket is claimed twice: as itself, and as one of its port, where only a wildcard meets the others. So whatever
 * the number of listeners on a port, nobody is compared with everybody. `group` is `namespace/name`.
 */
export function socketClaims(group: string, socket: Socket, path: string): readonly Claim[] {
  const family = socket.address.includes(':') ? 6 : 4
  const breadth = isWildcard(socket.address) ? 'all' : 'one'
  const clash = (other: string): string =>
    `${socketText(socket)} is already taken on node group "${group}" by ${other}`
  return [
    { claim: `socket ${group} ${canonicalAddress(socket.address)} ${socket.port}`, path, clash },
    {
      claim: `port ${group} ${family} ${socket.port}`,
      detail: breadth,
      path,
      overlaps: (mine, theirs) => mine !== theirs,
      clash: (other) => `${clash(other)}, on ${breadth === 'all' ? 'one address of it' : 'every address'}`,
    },
  ]
}
