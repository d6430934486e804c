// Decides whether an identity may call a method. Roles (viewer, operator, admin) have their place here; until
// they come, whoever passed the gate may call everything.
import { ok, type Problem, type Result } from '../base/index.ts'
import type { Identity } from './identity.ts'

/** The three ports. */
export type Port = 'xds' | 'admin' | 'http'

/** One call at the gate. */
export interface Call {
  readonly port: Port
  /** gRPC: `/package.Service/Method`; HTTP: `GET /metrics`. */
  readonly method: string
}

/** Whether `identity` may make this call; the refusal is a `denied` Problem with `authenticated: true`. */
export function authorize(_identity: Identity, _call: Call): Result<void, Problem> {
  return ok(undefined)
}
