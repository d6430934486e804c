// A line between a proxy and the control plane that can be cut: the proxy keeps what it has and comes back on its own.
import { connect, createServer, type Socket } from 'node:net'

export interface Relay {
  /** On 127.0.0.1. */
  readonly port: number
  /** Ends every connection and takes no new one until it is mended. */
  cut(): void
  mend(): void
  close(): void
}

/** Starts a relay to a port of 127.0.0.1. */
export async function startRelay(to: number): Promise<Relay> {
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer((near) => {
    if (isCut) return near.destroy()
    const far = connect(to, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => undefined)
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
    return undefined
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  const cut = (): void => {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    port,
    cut,
    mend: () => {
      isCut = false
    },
    close: () => {
      cut()
      server.close()
    },
  }
}
