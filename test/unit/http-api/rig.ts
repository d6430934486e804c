// The API over HTTP beside the same API over gRPC: one server, two doors, one test each time.
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { afterEach } from 'vitest'
import { createHttpApi } from '../../../src/http-api/index.ts'
import { createHttpPort, createMetrics } from '../../../src/ops/index.ts'
import { type Rig, startRig } from '../admin/rig.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
  /** Parsed where it is JSON. */
  readonly json: unknown
}
export interface HttpRig extends Rig {
  readonly url: string
  readonly httpPort: number
  /** What only a bug throws. */
  readonly bugs: unknown[]
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** A change: JSON, unless the headers say otherwise. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** Anything: `path` goes out as it is, and headers too. */
  send(
    verb: string,
    path: string,
    headers?: Readonly<Record<string, string>>,
    body?: string | Buffer,
  ): Promise<Answer>
  /** Reads a watch until `enough` says so of what has come, then goes away. */
  watch(
    path: string,
    enough: (text: string) => boolean,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>
}

export async function startHttpRig(options: Parameters<typeof startRig>[0] = {}): Promise<HttpRig> {
  const rig = await startRig(options)
  const bugs: unknown[] = []
  const listen = { address: '127.0.0.1', port: 0 }
  const port = await createHttpPort({
    ...{
      listen,
      gate: rig.gate,
      metrics: createMetrics({ version: 'test' }),
      readiness: () => ({ ready: true }),
    },
    api: createHttpApi({
      ...{ calls: rig.calls, gate: rig.gate, listen, version: 'test' },
      failed: (_path, error) => bugs.push(error),
    }),
  })
  if (!port.ok) throw new Error(port.error.message)
  const httpPort = port.value.address.port
  const send: HttpRig['send'] = (verb, path, headers = {}, body) =>
    sendTo(httpPort, verb, path, headers, body)
  return {
    ...rig,
    ...{ url: `http://127.0.0.1:${httpPort}`, httpPort, bugs, send },
    get: (path, headers) => send('GET', path, headers),
    post: (path, body, headers) =>
      send('POST', path, { 'content-type': 'application/json', ...headers }, JSON.stringify(body)),
    watch: (path, enough, headers = {}) => sendTo(httpPort, 'GET', path, headers, undefined, enough),
    close: async () => {
      await port.value.stop()
      await rig.close()
    },
  }
}

function sendTo(
  port: number,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string | Buffer,
  enough?: (text: string) => boolean,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { port, host: '127.0.0.1', method, path, headers, agent: false },
      (response) => {
        let text = ''
        const done = (): void => {
          const { statusCode: status = 0, headers: got } = response
          const json: unknown =
            /json/.test(got['content-type'] ?? '') && text !== '' ? JSON.parse(text) : undefined
          resolve({ status, headers: got, text, json })
          if (enough !== undefined) request.destroy()
        }
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
          if (enough?.(text) === true) done()
        })
        response.on('end', done)
        response.on('error', reject)
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

/** What starts the server of a test; called once in a file. */
export function httpPerTest(): (options?: Parameters<typeof startRig>[0]) => Promise<HttpRig> {
  let rig: HttpRig | undefined
  afterEach(async () => {
    await rig?.close()
    rig = undefined
  })
  return async (options = {}) => {
    rig = await startHttpRig(options)
    return rig
  }
}

/** The messages of a watch, by id, with the kind of those that have one. */
export function eventsIn(
  text: string,
): readonly { readonly id?: string; readonly event?: string; readonly data: unknown }[] {
  return text
    .split('\n\n')
    .filter((block) => /^data:/m.test(block))
    .map((block) => {
      const fields = Object.fromEntries(
        block.split('\n').map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]),
      )
      return {
        ...(fields.id === undefined ? {} : { id: fields.id }),
        ...(fields.event === undefined ? {} : { event: fields.event }),
        data: JSON.parse(fields.data ?? '') as unknown,
      }
    })
}
