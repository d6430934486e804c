// A delta ADS client by hand: it asks as an Envoy asks, ACKs everything, keeps names and versions, and says when it has been
// answered and when it has it all.
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import protobuf from 'protobufjs'
import { adsMethods, typeUrls } from '../../src/envoy-api/index.ts'

const { Reader, Writer } = protobuf
type Type = 'cds' | 'eds' | 'lds' | 'rds'
/** Type → name → version. */
export type Held = Readonly<Record<Type, ReadonlyMap<string, string>>>

export interface DeltaRun {
  readonly held: Held
  /** Milliseconds from the call to the first response, and to the last one of everything that was asked for. */
  readonly answeredMs: number
  readonly completeMs: number
  readonly responses: Readonly<Record<Type, number>>
  readonly resources: Readonly<Record<Type, number>>
}

interface Response {
  readonly type: Type
  readonly nonce: string
  readonly versions: ReadonlyMap<string, string>
}

/**
 * Connects, again and again until somebody listens, and takes everything. `held`: what it says to have, as after a lost
 * stream; then it is complete when its endpoints, which are always sent again, have come.
 */
export async function runDelta(options: {
  readonly port: number
  readonly node: string
  readonly cluster: string
  readonly routes: string
  readonly wanted: Readonly<Record<Type, number>>
  readonly held?: Held
  /** Milliseconds to stay when it has everything. */
  readonly stayMs?: number
  /** Names of what comes after it has everything, while it stays. */
  readonly heard?: (type: Type, names: readonly string[]) => void
}): Promise<DeltaRun> {
  const began = performance.now()
  for (;;) {
    const run = await attempt(options, began)
    if (run !== undefined) return run
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function attempt(
  { port, node, cluster, routes, wanted, held, heard, stayMs = 0 }: Parameters<typeof runDelta>[0],
  began: number,
): Promise<DeltaRun | undefined> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': -1,
  })
  const got: Record<Type, Map<string, string>> = {
    ...{ cds: new Map(held?.cds), eds: new Map(), lds: new Map(held?.lds), rds: new Map(held?.rds) },
  }
  const responses = { cds: 0, eds: 0, lds: 0, rds: 0 }
  const resources = { cds: 0, eds: 0, lds: 0, rds: 0 }
  let answeredMs: number | undefined
  return new Promise((resolve) => {
    const call = client.makeBidiStreamRequest(
      adsMethods.delta.path,
      (bytes: Uint8Array) => Buffer.from(bytes),
      (bytes: Buffer) => bytes,
      new Metadata(),
    )
    const finish = (run: DeltaRun | undefined): void => {
      call.removeAllListeners('data')
      // After what was written: the last ACKs arrive.
      if (heard === undefined || run === undefined) call.resume()
      else
        call.on('data', (bytes: Buffer) => {
          const { type, nonce, versions } = read(bytes)
          call.write(request(type, { nonce }))
          heard(type, [...versions.keys()])
        })
      call.on('end', () => client.close())
      const leave = (): void => {
        call.end()
        resolve(run)
      }
      if (run === undefined || stayMs === 0) leave()
      else if (heard === undefined) setTimeout(leave, stayMs)
      else {
        setTimeout(() => call.end(), stayMs)
        resolve(run)
      }
    }
    call.on('error', () => finish(undefined))
    call.on('data', (bytes: Buffer) => {
      answeredMs ??= performance.now() - began
      const { type, nonce, versions } = read(bytes)
      responses[type] += 1
      resources[type] += versions.size
      for (const [name, version] of versions) got[type].set(name, version)
      call.write(request(type, { nonce }))
      const isWhole = got.cds.size >= wanted.cds && got.lds.size >= wanted.lds
      if (type === 'cds' && held === undefined && got.cds.size >= wanted.cds)
        call.write(request('eds', { names: [...got.cds.keys()] }))
      if (type === 'lds' && held === undefined) call.write(request('rds', { names: [routes] }))
      if (isWhole && got.eds.size >= wanted.eds && got.rds.size >= wanted.rds)
        finish({
          ...{ held: got, answeredMs, responses, resources },
          completeMs: performance.now() - began,
        })
    })
    const first = { node, cluster }
    if (held === undefined) {
      call.write(request('cds', { ...first, names: ['*'] }))
      call.write(request('lds', { names: ['*'] }))
      return
    }
    call.write(request('cds', { ...first, names: ['*'], versions: held.cds }))
    call.write(request('eds', { names: [...held.eds.keys()], versions: held.eds }))
    call.write(request('lds', { names: ['*'], versions: held.lds }))
    call.write(request('rds', { names: [routes], versions: held.rds }))
  })
}

function request(
  type: Type,
  fields: {
    readonly node?: string
    readonly cluster?: string
    readonly names?: readonly string[]
    readonly versions?: ReadonlyMap<string, string>
    readonly nonce?: string
  },
): Uint8Array {
  const writer = Writer.create()
  if (fields.node !== undefined)
    writer.uint32(10).bytes(
      Writer.create()
        .uint32(10)
        .string(fields.node)
        .uint32(18)
        .string(fields.cluster ?? '')
        .finish(),
    )
  writer.uint32(18).string(typeUrls[type])
  for (const name of fields.names ?? []) writer.uint32(26).string(name)
  for (const [name, version] of fields.versions ?? [])
    writer.uint32(42).bytes(Writer.create().uint32(10).string(name).uint32(18).string(version).finish())
  if (fields.nonce !== undefined) writer.uint32(50).string(fields.nonce)
  return writer.finish()
}

const typeOf = new Map((['cds', 'eds', 'lds', 'rds'] as const).map((type) => [typeUrls[type], type]))

function read(bytes: Uint8Array): Response {
  const reader = Reader.create(bytes)
  const versions = new Map<string, string>()
  let type: Type | undefined
  let nonce = ''
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag >>> 3 === 2) {
      const end = reader.uint32() + reader.pos
      let name = ''
      let version = ''
      while (reader.pos < end) {
        const field = reader.uint32()
        if (field >>> 3 === 3) name = reader.string()
        else if (field >>> 3 === 1) version = reader.string()
        else reader.skipType(field & 7)
      }
      versions.set(name, version)
    } else if (tag >>> 3 === 4) type = typeOf.get(reader.string())
    else if (tag >>> 3 === 5) nonce = reader.string()
    else reader.skipType(tag & 7)
  }
  if (type === undefined) throw new Error('a response of a type that was not asked for')
  return { type, nonce, versions }
}
