// Backends that say their name and then echo, and connections to them, for what is moved connection by connection.
import { connect, createServer, type Socket } from 'node:net'

export interface EchoBackend {
  readonly name: string
  readonly port: number
  /** Connections that it has now. */
  open(): number
  close(): void
}

/** Says its name, then everything that it hears. */
export async function startEcho(name: string): Promise<EchoBackend> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    socket.write(`${name}\n`)
    socket.pipe(socket)
  })
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  return {
    name,
    port,
    open: () => sockets.size,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** A connection that was taken by a backend. */
export interface EchoConnection {
  /** The name of the backend. */
  readonly backend: string
  /** Sends a word and waits until it comes back; one at a time. Rejects when the connection ends before. */
  say(word: string): Promise<void>
  isOpen(): boolean
  end(): void
}

/** Resolves once a backend has said its name; rejects when the connection is refused or ends before. */
export const dial = (port: number): Promise<EchoConnection> => talk(connect({ host: '127.0.0.1', port }))

/** The same over a socket that is there, such as one of TLS. */
export function talk(socket: Socket): Promise<EchoConnection> {
  return new Promise((resolve, reject) => {
    let heard = ''
    let open = true
    let backend: string | undefined
    let waiting: { readonly word: string; done(): void; fail(error: Error): void } | undefined
    const gone = (why: string): void => {
      open = false
      reject(new Error(why))
      waiting?.fail(new Error(why))
      waiting = undefined
    }
    const say: EchoConnection['say'] = (word) =>
      new Promise((done, fail) => {
        if (!open) return fail(new Error('the connection has ended'))
        waiting = { word, done, fail }
        socket.write(`${word}\n`)
      })
    const line = (text: string): void => {
      if (backend === undefined) {
        backend = text
        resolve({ backend, say, isOpen: () => open, end: () => socket.destroy() })
        return
      }
      const now = waiting
      waiting = undefined
      if (now?.word === text) now.done()
      else now?.fail(new Error(`heard ${text}, wanted ${now.word}`))
    }
    socket.on('data', (bytes) => {
      const [rest, ...lines] = (heard + bytes.toString()).split('\n').reverse()
      heard = rest ?? ''
      for (const text of lines.reverse()) line(text)
    })
    socket.on('error', (cause) => gone(cause.message))
    socket.on('close', () => gone('the connection was closed'))
  })
}
