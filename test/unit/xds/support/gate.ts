// A gate that lets everybody through, as access does without --client-ca.
import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js'

export const openGate: ServerInterceptor = (_, call) => new ServerInterceptingCall(call)
