// Free TCP ports of this machine, found by asking the system for them.
import { createServer, type Server } from 'node:net'

/** So many different ports that were free a moment ago on 127.0.0.1. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)))
  const ports = servers.map((server) => portOf(server))
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** The wanted port if it is free on 127.0.0.1 and on all addresses, else another one. */
export async function thisPortOrFree(wanted: number): Promise<number> {
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const server = await listen(wanted, host).catch(() => undefined)
    if (server === undefined) {
      const [free = 0] = await freePorts(1)
      return free
    }
    await new Promise((resolve) => server.close(resolve))
  }
  return wanted
}

function listen(port: number, host = '127.0.0.1'): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port, host, exclusive: true }, () => resolve(server))
  })
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port')
  return address.port
}
