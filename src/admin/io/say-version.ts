// Every answer ends with the version of the server, also where a method is unknown: who asks can tell why.
import { Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js'
import { versionTrailer } from '../../api/index.ts'

/** Puts the version into the trailers. */
export const sayVersion =
  (version: string): ServerInterceptor =>
  (_method, call) =>
    new ServerInterceptingCall(call, {
      sendStatus: (status, next) => {
        const metadata = status.metadata ?? new Metadata()
        metadata.set(versionTrailer, version)
        next({ ...status, metadata })
      },
    })
