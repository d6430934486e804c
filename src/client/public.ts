// verdigris/client: the admin API of Verdigris for programs in TypeScript and JavaScript.
//
//   import { connect } from 'verdigris/client'
//   const verdigris = connect({ server: '127.0.0.1:18001', actor: 'ci' })
//   await verdigris.arrived(await verdigris.traffic.switch({ service: 'checkout', environment: 'green' }))
//
// docs/reference/client.md is its page. Importing it reads no environment, opens nothing and loads gRPC and its codec only.
export type * from '../api/api.generated.ts'
export type { Problem, Violation as Fault } from '../base/index.ts'
export { type ChangeLike, type ConnectOptions, connect, type Verdigris } from './connect.ts'
export { type ErrorKind, type ProxyRefusal, VerdigrisError } from './errors.ts'
export type {
  Answer,
  CallOptions,
  DurationInput,
  JsonObject,
  MomentInput,
  Pem,
  Request,
  ServiceClient,
  Services,
  WatchOptions,
} from './services.ts'
