// Opens a gRPC port: bound, or a Problem that says which flag chooses another.
import { logVerbosity, type Server, type ServerCredentials, setLogVerbosity } from '@grpc/grpc-js'
import { err, ok, type Problem, type Result } from '../../base/index.ts'
import { bindProblem, hostPort, type ListenAddress } from '../listen-rule.ts'

/** Binds a grpc-js server; gives the port, which for port 0 is the one the system chose. */
export function bindGrpc(
  server: Server,
  where: ListenAddress & { readonly flag: string },
  credentials: ServerCredentials,
): Promise<Result<number, Problem>> {
  // grpc-js also writes the fault to stderr, past every log; who debugs it sets GRPC_VERBOSITY.
  if (process.env.GRPC_VERBOSITY === undefined) setLogVerbosity(logVerbosity.NONE)
  return new Promise((resolve) => {
    server.bindAsync(hostPort(where.address, where.port), credentials, (error, port) => {
      resolve(error === null ? ok(port) : err(bindProblem(error.message, where)))
    })
  })
}
