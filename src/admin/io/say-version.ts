// Every answer ends with the version of the server, also where a method is unknown: who asks can tell why.
import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js'
import { versionTrailer } from '../../api/index.ts'

/** Puts the version into the trailers. */
export const sayVersion =
  (version: string): ServerInterceptor =>
  (_method, call) =>
    new ServerInterceptingCall(call, {
      sendStatus: (status, next) => {
        status.metadata?.set(versionTrailer, version)
        next(status)
      },
    })
