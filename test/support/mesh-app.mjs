// The workloads of a mesh, a process: each is an HTTP server that answers with its environment, or asks the next service through its own
// sidecar and puts its environment before that answer. Argument: JSON array of {environment, next?: {port, host}, delayMs}.
// Passes on what a good application passes on (`x-request-id`, `x-verdigris-*`), unless the request says `x-forget: <its place>`.
import { Agent, createServer, request } from 'node:http'

process.on('disconnect', () => process.exit(0))
const workloads = JSON.parse(process.argv[2] ?? '[]')

/** Idle connections end before those of the proxy do, so that none is taken that is closing. */
const agent = new Agent({ keepAlive: true, timeout: 2_000, maxSockets: 256 })
const header = 'x-environment'

function answer(response, status, chain, carried) {
  const body = `${chain}\n`
  response.writeHead(status, { 'content-length': body.length, [header]: chain, 'x-carried': carried })
  response.end(body)
}

function serve({ name, environment, next, delayMs }) {
  const server = createServer((incoming, response) => {
    incoming.resume()
    const { headers } = incoming
    const carried = String(headers['x-verdigris-environment'] ?? '-')
    if (next === undefined) {
      setTimeout(() => answer(response, 200, environment, carried), delayMs)
      return
    }
    const forgets = headers['x-forget'] === name
    const passed = Object.entries(headers).filter(
      ([key]) =>
        key === 'x-forget' || (!forgets && (key === 'x-request-id' || key.startsWith('x-verdigris-'))),
    )
    const call = request(
      {
        agent,
        host: '127.0.0.1',
        port: next.port,
        path: '/',
        headers: { host: next.host, ...Object.fromEntries(passed) },
      },
      (later) => {
        let text = ''
        later.setEncoding('utf8')
        later.on('data', (part) => {
          text += part
        })
        later.on('end', () => {
          const rest = later.statusCode === 200 ? text.trim() : `${later.statusCode} ${text.trim()}`
          const chain = `${environment}-${rest}`
          answer(response, later.statusCode ?? 502, chain, `${carried},${later.headers['x-carried']}`)
        })
      },
    )
    call.on('error', (error) => answer(response, 502, `${name}: ${error.message}`, carried))
    call.end()
  })
  server.keepAliveTimeout = 10_000
  return server
}

const ports = await Promise.all(
  workloads.map(
    (workload) =>
      new Promise((resolve, reject) => {
        const server = serve(workload)
        server.once('error', reject)
        server.listen({ port: workload.port, host: '127.0.0.1', backlog: 4_096 }, () =>
          resolve(server.address().port),
        )
      }),
  ),
)
process.send?.({ kind: 'listening', ports })
