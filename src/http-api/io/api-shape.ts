// The shape of the API, read from the .proto files when it is first asked for: routes, schemas, and what becomes of bytes.
import {
  type AdminCalls,
  adminApi,
  apiPackage,
  encodeFile,
  type FileShape,
  loadComments,
  loadDescriptors,
} from '../../admin/index.ts'
import { err, invalid, type Json, limits, ok, type Problem, type Result } from '../../base/index.ts'
import { decodeJson, delimitedField, parseDescriptors, type Schemas } from '../../envoy-api/index.ts'
import { openApiOf } from '../openapi.ts'
import { type Route, routesOf } from '../routes.ts'

export interface ApiShape {
  readonly routes: readonly Route[]
  readonly schemas: Schemas
  /** The bytes of a request as its handler takes it. What is nested too deeply for protobuf is refused, as over gRPC. */
  request(route: Route, bytes: Uint8Array): Result<object, Problem>
  /** What a handler gave as proto3 JSON, every field without presence written. Refused beyond the bound that gRPC has, too. */
  answer(route: Route, message: object): Result<Json, Problem>
  /** The text of the OpenAPI document. */
  openApi(): string
}

/** Takes about 40 ms. Throws where the .proto files and what is served differ. */
export function loadApiShape(methods: AdminCalls['methods'], version: string): ApiShape {
  const files = loadDescriptors()
  const schemas = parseDescriptors(fileSet(files))
  const routes = routesOf(files, methods)
  const definitionOf = ({ method }: Route) => {
    const found = adminApi().service(`${apiPackage}.${method.service}`)[method.method]
    if (found === undefined) throw new Error(`the API has no ${method.name}`)
    return found
  }
  let document: string | undefined
  return {
    routes,
    schemas,
    request: (route, bytes) => {
      try {
        return ok(definitionOf(route).requestDeserialize(Buffer.from(bytes)))
      } catch (cause) {
        // The bytes are our own: what a parser refuses of them is their depth.
        const why = cause instanceof Error ? cause.message : String(cause)
        return err(invalid([{ path: '', message: `nested too deeply: ${why}` }]))
      }
    },
    answer: (route, message) => {
      const bytes = definitionOf(route).responseSerialize(message)
      if (bytes.length > limits.adminMessageBytes) return err(tooMuch)
      return ok(decodeJson(route.response, bytes, { schemas, defaults: true }))
    },
    openApi: () => {
      document ??= `${JSON.stringify(openApiOf({ routes, schemas, comments: loadComments(), version }), undefined, 2)}\n`
      return document
    },
  }
}

const tooMuch: Problem = {
  kind: 'limit',
  limit: 'adminMessageBytes',
  message: `the answer is larger than ${limits.adminMessageBytes} bytes: ask for less at once (pageSize, limit)`,
}

/** google.protobuf.FileDescriptorSet. */
const fileSet = (files: readonly FileShape[]): Uint8Array =>
  Buffer.concat(files.map((file) => delimitedField(1, encodeFile(file))))
