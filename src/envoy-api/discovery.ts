// The requests of the discovery services, read by hand: they arrive by the thousand, carry 61 kB of node when Envoy
// is told nothing else, and must be readable without loading descriptors.
import { type Json, limits } from '../base/index.ts'
import { EnvoyApiError } from './errors.ts'
import { startPlace } from './place.ts'
import { readStruct } from './struct.ts'
import { eachField, type Reader } from './wire.ts'

/** envoy.config.core.v3.Node, without the list of extensions and addresses. */
export interface Node {
  readonly id: string
  readonly cluster: string
  /** `{}` when there is none. */
  readonly metadata: { readonly [key: string]: Json }
  readonly locality: { readonly region: string; readonly zone: string; readonly subZone: string }
  /** `envoy`, `gRPC Go`, … */
  readonly userAgentName: string
  /** As text: `1.40.0`. */
  readonly userAgentVersion: string
  /** Capabilities such as `xds.config.supports-resource-ttl`. */
  readonly clientFeatures: readonly string[]
}

/** google.rpc.Status, without details. */
interface ErrorDetail {
  readonly code: number
  readonly message: string
}

/** envoy.service.discovery.v3.DiscoveryRequest. */
export interface DiscoveryRequest {
  /** Last version accepted; empty at first. */
  readonly versionInfo: string
  /** Only the first request of a stream is sure to carry it. */
  readonly node: Node | undefined
  readonly resourceNames: readonly string[]
  readonly typeUrl: string
  readonly responseNonce: string
  /** Set in a NACK, and in nothing else. */
  readonly errorDetail: ErrorDetail | undefined
}

/** envoy.service.discovery.v3.DeltaDiscoveryRequest. */
export interface DeltaDiscoveryRequest {
  /** Only the first request of a stream is sure to carry it. */
  readonly node: Node | undefined
  readonly typeUrl: string
  readonly resourceNamesSubscribe: readonly string[]
  readonly resourceNamesUnsubscribe: readonly string[]
  /** Name → version held; meaningful in the first request of a type. */
  readonly initialResourceVersions: ReadonlyMap<string, string>
  readonly responseNonce: string
  /** Set in a NACK, and in nothing else. */
  readonly errorDetail: ErrorDetail | undefined
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** The request in these bytes. Throws EnvoyApiError when they are none. */
export function decodeDiscoveryRequest(bytes: Uint8Array): DiscoveryRequest {
  const names: string[] = []
  const request: Mutable<DiscoveryRequest> = {
    versionInfo: '',
    node: undefined,
    resourceNames: names,
    typeUrl: '',
    responseNonce: '',
    errorDetail: undefined,
  }
  eachDelimited(bytes, 'DiscoveryRequest', (fieldNumber, reader) => {
    if (fieldNumber === 1) request.versionInfo = reader.string()
    else if (fieldNumber === 2) request.node = decodeNode(reader.bytes())
    else if (fieldNumber === 3) add(names, reader.string())
    else if (fieldNumber === 4) request.typeUrl = reader.string()
    else if (fieldNumber === 5) request.responseNonce = reader.string()
    else if (fieldNumber === 6) request.errorDetail = decodeStatus(reader.bytes())
    else return false
    return true
  })
  return request
}

/** The request in these bytes. Throws EnvoyApiError when they are none. */
export function decodeDeltaDiscoveryRequest(bytes: Uint8Array): DeltaDiscoveryRequest {
  const subscribe: string[] = []
  const unsubscribe: string[] = []
  const versions = new Map<string, string>()
  const request: Mutable<DeltaDiscoveryRequest> = {
    node: undefined,
    typeUrl: '',
    resourceNamesSubscribe: subscribe,
    resourceNamesUnsubscribe: unsubscribe,
    initialResourceVersions: versions,
    responseNonce: '',
    errorDetail: undefined,
  }
  eachDelimited(bytes, 'DeltaDiscoveryRequest', (fieldNumber, reader) => {
    if (fieldNumber === 1) request.node = decodeNode(reader.bytes())
    else if (fieldNumber === 2) request.typeUrl = reader.string()
    else if (fieldNumber === 3) add(subscribe, reader.string())
    else if (fieldNumber === 4) add(unsubscribe, reader.string())
    else if (fieldNumber === 5) {
      const [name, version] = decodeTexts(reader.bytes(), 2)
      versions.set(name ?? '', version ?? '')
      if (versions.size > limits.namesPerRequest) tooMany()
    } else if (fieldNumber === 6) request.responseNonce = reader.string()
    else if (fieldNumber === 7) request.errorDetail = decodeStatus(reader.bytes())
    else return false
    return true
  })
  return request
}

/** A few bytes a name: what a large message could hold of them would keep everybody waiting. */
function add(names: string[], name: string): void {
  if (names.length >= limits.namesPerRequest) tooMany()
  names.push(name)
}

function tooMany(): never {
  throw new EnvoyApiError('', `more than ${limits.namesPerRequest} names in one request`)
}

/** The node in these bytes; its extensions, 60 kB of names, are stepped over. */
function decodeNode(bytes: Uint8Array): Node {
  const features: string[] = []
  const node: Mutable<Node> = {
    id: '',
    cluster: '',
    metadata: {},
    locality: { region: '', zone: '', subZone: '' },
    userAgentName: '',
    userAgentVersion: '',
    clientFeatures: features,
  }
  eachDelimited(bytes, 'Node', (fieldNumber, reader) => {
    if (fieldNumber === 1) node.id = reader.string()
    else if (fieldNumber === 2) node.cluster = reader.string()
    else if (fieldNumber === 3) node.metadata = readStruct(reader.bytes(), startPlace())
    else if (fieldNumber === 4) {
      const [region = '', zone = '', subZone = ''] = decodeTexts(reader.bytes(), 3)
      node.locality = { region, zone, subZone }
    } else if (fieldNumber === 6) node.userAgentName = reader.string()
    else if (fieldNumber === 7) node.userAgentVersion = reader.string()
    else if (fieldNumber === 8) node.userAgentVersion = decodeBuildVersion(reader.bytes())
    else if (fieldNumber === 10) features.push(reader.string())
    else return false
    return true
  })
  return node
}

/** As eachField for messages that have only delimited fields of interest. */
function eachDelimited(
  bytes: Uint8Array,
  what: string,
  onField: (fieldNumber: number, reader: Reader) => boolean,
): void {
  eachField(bytes, what, (fieldNumber, wireType, reader) => wireType === 2 && onField(fieldNumber, reader))
}

/** The strings in fields 1 to `count`: localities and map entries. */
function decodeTexts(bytes: Uint8Array, count: number): readonly string[] {
  const texts: string[] = new Array<string>(count).fill('')
  eachDelimited(bytes, 'message of strings', (fieldNumber, reader) => {
    if (fieldNumber > count) return false
    texts[fieldNumber - 1] = reader.string()
    return true
  })
  return texts
}

function decodeStatus(bytes: Uint8Array): ErrorDetail {
  const status: Mutable<ErrorDetail> = { code: 0, message: '' }
  eachField(bytes, 'google.rpc.Status', (fieldNumber, wireType, reader) => {
    if (fieldNumber === 1 && wireType === 0) status.code = reader.int32()
    else if (fieldNumber === 2 && wireType === 2) status.message = reader.string()
    else return false
    return true
  })
  return status
}

/** envoy.config.core.v3.BuildVersion as `major.minor.patch`. */
function decodeBuildVersion(bytes: Uint8Array): string {
  const numbers = [0, 0, 0]
  eachDelimited(bytes, 'BuildVersion', (fieldNumber, reader) => {
    if (fieldNumber !== 1) return false
    eachField(reader.bytes(), 'SemanticVersion', (part, wireType, version) => {
      if (part > 3 || wireType !== 0) return false
      numbers[part - 1] = version.uint32()
      return true
    })
    return true
  })
  return numbers.join('.')
}
