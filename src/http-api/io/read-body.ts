// The JSON of a request's body: bounded while it is read, over one request and over all of them.
import type { IncomingMessage } from 'node:http'
import { err, invalid, limits, ok, type Result } from '../../base/index.ts'
import { notEncoded, notJson, type Refusal, refusalOf, tooLarge } from '../problem-details.ts'

export interface Bodies {
  /** Parsed JSON; an empty body is an empty object. */
  read(request: IncomingMessage): Promise<Result<unknown, Refusal>>
}

/** Bodies of one port: together they hold at most limits.httpBodiesBytes. */
export function createBodies(): Bodies {
  let held = 0
  return {
    read: async (request) => {
      const type = request.headers['content-type']
      // Nothing that a page of another site can send without asking first passes here.
      if (type === undefined || !/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type))
        return err(notJson(type))
      const encoding = request.headers['content-encoding'] ?? 'identity'
      if (encoding !== 'identity') return err(notEncoded(encoding))
      if (Number(request.headers['content-length'] ?? 0) > limits.adminMessageBytes) return err(tooLarge())
      const chunks: Buffer[] = []
      let length = 0
      const take = (chunk: Buffer): Refusal | undefined => {
        length += chunk.length
        held += chunk.length
        chunks.push(chunk)
        if (length > limits.adminMessageBytes) return tooLarge()
        return held > limits.httpBodiesBytes ? refusalOf(crowded) : undefined
      }
      const refused = await eachChunk(request, take)
      held -= length
      return refused === undefined ? parse(Buffer.concat(chunks)) : err(refused)
    },
  }
}

const crowded = {
  kind: 'unavailable',
  message: 'too many large requests at once; try again in a moment',
} as const

/** Until the end, or until `take` refuses; what comes after a refusal is read and thrown away, so that the answer arrives. */
const eachChunk = (
  request: IncomingMessage,
  take: (chunk: Buffer) => Refusal | undefined,
): Promise<Refusal | undefined> =>
  new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      const refused = take(chunk)
      if (refused === undefined) return
      request.off('data', read)
      request.resume()
      resolve(refused)
    }
    request.on('data', read)
    request.once('end', () => resolve(undefined))
    request.once('error', reject)
    request.once('close', () => reject(new Error('the request ended before its body')))
  })

function parse(bytes: Buffer): Result<unknown, Refusal> {
  if (bytes.length === 0) return ok({})
  try {
    return ok(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message : 'it is not UTF-8'
    return err(
      refusalOf(invalid([{ path: '', message: `the body is no JSON: ${why.slice(0, limits.pathShown)}` }])),
    )
  }
}
