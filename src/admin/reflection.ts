// Answers of the gRPC reflection protocol from our own descriptors, the same for v1 and v1alpha.
import { type FileShape, symbolsOf } from './descriptors.ts'

/** A request as it arrives: one of these is set. */
export interface ReflectionRequest {
  readonly fileByFilename?: string
  readonly fileContainingSymbol?: string
  readonly fileContainingExtension?: object
  readonly allExtensionNumbersOfType?: string
  readonly listServices?: string
}
/** What is answered, beside the echo of the request. */
export type ReflectionAnswer =
  | { readonly fileDescriptorResponse: { readonly fileDescriptorProto: readonly Uint8Array[] } }
  | { readonly listServicesResponse: { readonly service: readonly { readonly name: string }[] } }
  | {
      readonly allExtensionNumbersResponse: {
        readonly baseTypeName: string
        readonly extensionNumber: readonly number[]
      }
    }
  | { readonly errorResponse: { readonly errorCode: number; readonly errorMessage: string } }

/** gRPC code NOT_FOUND, as the protocol wants it. */
const notFoundCode = 5
const invalidArgumentCode = 3

/** Makes the answering function; `encode` gives the bytes of a FileDescriptorProto, once per file. */
export function createReflection(
  files: readonly FileShape[],
  encode: (file: FileShape) => Uint8Array,
): (request: ReflectionRequest) => ReflectionAnswer {
  const byName = new Map(files.map((file) => [file.name, file]))
  const bySymbol = new Map(files.flatMap((file) => symbolsOf(file).map((symbol) => [symbol, file] as const)))
  const bytes = new Map<string, Uint8Array>()
  const services = files.flatMap((file) =>
    file.service.map((service) => ({ name: `${file.package}.${service.name}` })),
  )

  const encoded = (file: FileShape): Uint8Array => {
    const known = bytes.get(file.name) ?? encode(file)
    bytes.set(file.name, known)
    return known
  }
  /** The file and all that it imports, each once. */
  const withImports = (file: FileShape, seen: Set<string> = new Set()): FileShape[] => {
    if (seen.has(file.name)) return []
    seen.add(file.name)
    const imports = file.dependency.flatMap((name) => {
      const imported = byName.get(name)
      return imported === undefined ? [] : withImports(imported, seen)
    })
    return [file, ...imports]
  }
  const answerFile = (file: FileShape | undefined, wanted: string): ReflectionAnswer =>
    file === undefined
      ? { errorResponse: { errorCode: notFoundCode, errorMessage: `no ${wanted.slice(0, 200)}` } }
      : { fileDescriptorResponse: { fileDescriptorProto: withImports(file).map(encoded) } }

  return (request) => {
    if (request.listServices !== undefined) return { listServicesResponse: { service: services } }
    if (request.fileByFilename !== undefined) {
      return answerFile(byName.get(request.fileByFilename), `file ${request.fileByFilename}`)
    }
    if (request.fileContainingSymbol !== undefined) {
      const symbol = request.fileContainingSymbol.replace(/^\./, '')
      return answerFile(bySymbol.get(symbol), `symbol ${symbol}`)
    }
    if (request.allExtensionNumbersOfType !== undefined) {
      // proto3 without extensions: the type is known or not, its extensions are none.
      const type = request.allExtensionNumbersOfType
      return bySymbol.has(type)
        ? { allExtensionNumbersResponse: { baseTypeName: type, extensionNumber: [] } }
        : answerFile(undefined, `type ${type}`)
    }
    if (request.fileContainingExtension !== undefined)
      return answerFile(undefined, 'extension: this API has none')
    return { errorResponse: { errorCode: invalidArgumentCode, errorMessage: 'an empty request' } }
  }
}
