// The workloads of a mesh, a process: each is an HTTP server that answers with its environment, or asks the next service through its own
// sidecar and puts its environment before that answer. Argument: JSON array of {environment, next?: {port, host}, delayMs}.
// Passes on what a good application passes on (request id, client, `x-verdigris-*`), unless the request says `x-forget: <its place>`.
import { Agent, createServer, request } from 'node:http'

process.on('disconnect', () => process.exit(0))
const workloads = JSON.parse(process.argv[2] ?? '[]')

/** Idle connections end before those of the proxy do, so that none is taken that is closing. */
const agent = new Agent({ keepAlive: true, timeout: 2_000, maxSockets: 256 })
const header = 'x-environment'
const passes = /^x-(request-id|forwarded-for|envoy-external-address|verdigris-.*)$/

/** What an application saw of a request: its environment, client and id. */
const seenOf = (headers) =>
  ['x-verdigris-environment', 'x-forwarded-for', 'x-envoy-external-address', 'x-request-id']
    .map((name) => String(headers[name] ?? '-').replaceAll(', ', '+'))
    .join(' ')

function answer(response, status, chain, seen) {
  const body = `${chain}\n`
  response.writeHead(status, { 'content-length': body.length, [header]: chain, 'x-seen': seen })
  response.end(body)
}

function serve({ name, environment, next, delayMs }) {
  const server = createServer((incoming, response) => {
    incoming.resume()
    const { headers } = incoming
    const seen = seenOf(headers)
    if (next === undefined) {
      setTimeout(() => answer(response, 200, environment, seen), delayMs)
      return
    }
    const forgets = headers['x-forget'] === name
    const passed = Object.entries(headers).filter(
      ([key]) => key === 'x-forget' || (!forgets && passes.test(key)),
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
          answer(response, later.statusCode ?? 502, chain, `${seen},${later.headers['x-seen']}`)
        })
      },
    )
    call.on('error', (error) => answer(response, 502, `${name}: ${error.message}`, seen))
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
