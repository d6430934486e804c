// Where the .proto files of our own API lie, and the package definition that grpc-js serves and calls them by.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  loadSync,
  type MessageTypeDefinition,
  type PackageDefinition,
  type ServiceDefinition,
} from '@grpc/proto-loader'
import { apiPackage } from '../names.ts'

/** Files of the API, relative to the include folder; imports come with them. */
export const protoFiles: readonly string[] = [
  'verdigris/admin/v1alpha1/config.proto',
  'verdigris/admin/v1alpha1/traffic.proto',
  'verdigris/admin/v1alpha1/push.proto',
  'verdigris/admin/v1alpha1/nodes.proto',
  'verdigris/admin/v1alpha1/events.proto',
  'verdigris/admin/v1alpha1/store.proto',
  'verdigris/admin/v1alpha1/endpoints.proto',
  'grpc/health/v1/health.proto',
  'grpc/reflection/v1/reflection.proto',
  'grpc/reflection/v1alpha/reflection.proto',
]
/** Messages that travel inside google.rpc.Status. */
export const detailFiles: readonly string[] = ['google/rpc/status.proto', 'google/rpc/error_details.proto']

/** The `protos` folder beside `src` or `dist`. */
export function protoRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const root = join(here, '..', '..', '..', 'protos')
  if (!existsSync(root)) throw new Error(`the folder ${root} is missing: this installation is not whole`)
  return root
}

/** The loaded API: looked up by full name, so that a misspelt one fails at the start and not at a call. */
export interface AdminApi {
  /** Short names of our own services, such as `Traffic`. */
  readonly services: readonly string[]
  service(name: string): ServiceDefinition
  message(name: string): MessageTypeDefinition<object, object>
  /** The descriptor (google.protobuf.DescriptorProto or EnumDescriptorProto, as an object) of what has that name. */
  descriptor(name: string): object | undefined
}

let loaded: AdminApi | undefined

/** Parses the .proto files once (about 40 ms); nothing is loaded at import. */
export function adminApi(): AdminApi {
  loaded ??= lookups(
    loadSync([...protoFiles, ...detailFiles], {
      includeDirs: [protoRoot()],
      longs: Number,
      enums: String,
      defaults: true,
      oneofs: true,
    }),
  )
  return loaded
}

function lookups(definition: PackageDefinition): AdminApi {
  const find = (name: string): PackageDefinition[string] => {
    const found = definition[name]
    if (found === undefined) throw new Error(`the API has no ${name}`)
    return found
  }
  const isService = (found: PackageDefinition[string]): boolean =>
    !('format' in found && typeof found.format === 'string')
  const own = `${apiPackage}.`
  return {
    services: Object.entries(definition).flatMap(([name, found]) =>
      name.startsWith(own) && isService(found) ? [name.slice(own.length)] : [],
    ),
    descriptor: (name) => {
      const found = definition[name]
      return found !== undefined && 'type' in found && typeof found.type === 'object' ? found.type : undefined
    },
    service: (name) => {
      const found = find(name)
      if (!isService(found)) throw new Error(`${name} is no service`)
      return found as ServiceDefinition
    },
    message: (name) => {
      const found = find(name)
      if (!('serialize' in found) || typeof found.serialize !== 'function')
        throw new Error(`${name} is no message`)
      return found as MessageTypeDefinition<object, object>
    },
  }
}
