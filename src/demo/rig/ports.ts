// Free TCP ports of this machine, found by trying.
import { randomInt } from 'node:crypto'
import { createServer, type Server } from 'node:net'

/** Below what systems give to outgoing connections (Linux from 32,768, macOS from 49,152): nobody is given one of these meanwhile. */
const [lowest, highest] = [10_240, 32_000]

/** So many different ports that were free a moment ago on 127.0.0.1. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = new Map<number, Server>()
  try {
    for (let tries = 0; servers.size < count; tries++) {
      if (tries > 1_000 + 100 * count) throw new Error(`found ${servers.size} free ports, wanted ${count}`)
      const port = randomInt(lowest, highest)
      const server = servers.has(port) ? undefined : await listen(port).catch(() => undefined)
      if (server !== undefined) servers.set(port, server)
    }
    return [...servers.keys()]
  } finally {
    await Promise.all([...servers.values()].map((server) => new Promise((resolve) => server.close(resolve))))
  }
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
