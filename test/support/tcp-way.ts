// A way between a proxy and its control plane that a test can break: cut it, close it, let it hang, or lose one end of it.
import { connect, createServer, type Socket } from 'node:net'

export interface TcpWay {
  readonly port: number
  /** Connections that go through now. */
  readonly open: number
  /** Ends every connection, on both sides. New ones go through. */
  cut(): void
  /** Ends every connection on the client's side only: the server's is open and nobody is there any more. */
  loseClient(): void
  /** Nothing goes through either way, and nothing is closed; `flow` goes on where it stopped. */
  hang(): void
  flow(): void
  /** Refuses new connections, until told otherwise. */
  close(refused: boolean): void
  end(): Promise<void>
}

/** Opens a way to a port of this machine, on a free port. */
export async function openTcpWay(target: number): Promise<TcpWay> {
  const pairs = new Set<{ readonly client: Socket; readonly server: Socket }>()
  const lost = new Set<Socket>()
  let refuses = false
  const listener = createServer((client) => {
    client.on('error', () => {})
    if (refuses) {
      client.destroy()
      return
    }
    const server = connect(target, '127.0.0.1')
    const pair = { client, server }
    pairs.add(pair)
    server.on('error', () => {})
    client.pipe(server)
    server.pipe(client)
    client.once('close', () => {
      pairs.delete(pair)
      if (!lost.has(server)) server.destroy()
    })
    server.once('close', () => {
      lost.delete(server)
      client.destroy()
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    get open() {
      return pairs.size
    },
    cut: () => {
      for (const { client, server } of pairs) {
        client.destroy()
        server.destroy()
      }
    },
    loseClient: () => {
      for (const { client, server } of pairs) {
        lost.add(server)
        client.unpipe()
        server.unpipe()
        server.resume()
        client.destroy()
      }
    },
    hang: () => {
      for (const { client, server } of pairs) {
        client.unpipe().pause()
        server.unpipe().pause()
      }
    },
    flow: () => {
      for (const { client, server } of pairs) {
        client.pipe(server)
        server.pipe(client)
      }
    },
    close: (refused) => {
      refuses = refused
    },
    end: async () => {
      for (const { client, server } of pairs) {
        client.destroy()
        server.destroy()
      }
      for (const server of lost) server.destroy()
      await new Promise<void>((resolve) => listener.close(() => resolve()))
    },
  }
}
