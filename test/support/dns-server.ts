// A name server for tests: A records that change, over UDP, on 127.0.0.1.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

export interface DnsServer {
  readonly port: number
  /** Name → IPv4 addresses. A name that is not there does not exist. */
  readonly records: Map<string, readonly string[]>
  /** Questions so far, by name. */
  readonly asked: ReadonlyMap<string, number>
  close(): void
}

const typeA = 1
const classIn = 1
const noSuchName = 3

/** Starts it. Answers have a TTL of 1 s. */
export async function startDnsServer(): Promise<DnsServer> {
  const records = new Map<string, readonly string[]>()
  const asked = new Map<string, number>()
  const socket = createSocket('udp4')
  socket.on('message', (message, peer) => {
    const question = questionIn(message)
    if (question === undefined) return
    asked.set(question.name, (asked.get(question.name) ?? 0) + 1)
    const found = records.get(question.name)
    socket.send(answerTo(message, question, found), peer.port, peer.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { port: socket.address().port, records, asked, close: () => void socket.close() }
}

interface Question {
  readonly name: string
  readonly type: number
  /** Bytes of header and question. */
  readonly end: number
}

/** RFC 1035, 4.1.2. */
function questionIn(message: Buffer): Question | undefined {
  const labels: string[] = []
  let at = 12
  for (;;) {
    const length = message[at]
    if (length === undefined || length > 63) return undefined
    at += 1
    if (length === 0) break
    labels.push(message.toString('latin1', at, at + length).toLowerCase())
    at += length
  }
  return at + 4 > message.length
    ? undefined
    : { name: labels.join('.'), type: message.readUInt16BE(at), end: at + 4 }
}

function answerTo(message: Buffer, { type, end }: Question, found: readonly string[] | undefined): Buffer {
  const addresses = type === typeA ? (found ?? []) : []
  const head = Buffer.from(message.subarray(0, end))
  // A response, recursion available; everything but the question is counted anew.
  head.writeUInt16BE(0x8180 | (found === undefined ? noSuchName : 0), 2)
  head.writeUInt16BE(addresses.length, 6)
  head.writeUInt16BE(0, 8)
  head.writeUInt16BE(0, 10)
  const answers = addresses.map((address) => {
    const answer = Buffer.alloc(16)
    answer.writeUInt16BE(0xc00c, 0)
    answer.writeUInt16BE(typeA, 2)
    answer.writeUInt16BE(classIn, 4)
    answer.writeUInt32BE(1, 6)
    answer.writeUInt16BE(4, 10)
    for (const [index, part] of address.split('.').entries()) answer.writeUInt8(Number(part), 12 + index)
    return answer
  })
  return Buffer.concat([head, ...answers])
}
