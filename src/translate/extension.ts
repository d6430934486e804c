// Extension configuration as proto3 JSON has it.
import { type envoy, typeUrlOf } from '../envoy-api/index.ts'

/** The messages that stand inside an Any, by full name: what is put into one is checked like everything else. */
interface Extensions {
  'envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig': envoy.HttpGrpcAccessLogConfig
  'envoy.extensions.filters.http.fault.v3.HTTPFault': envoy.HTTPFault
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation': envoy.HttpHeaderMutationHeaderMutation
  'envoy.extensions.filters.http.router.v3.Router': envoy.Router
  'envoy.extensions.filters.http.stateful_session.v3.StatefulSession': envoy.StatefulSession
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': envoy.HttpConnectionManager
  'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation': envoy.EarlyHeaderMutationHeaderMutationHeaderMutation
  'envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig': envoy.UuidRequestIdConfig
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': envoy.HttpProtocolOptions
}

/** An Any of this message type: `@type` and the message's own fields. */
export function extension<Message extends keyof Extensions>(
  message: Message,
  fields: Extensions[Message],
): envoy.AnyMessage {
  return { '@type': typeUrlOf(message), ...fields }
}
