// The gRPC access log of every listener: there from the first day and silent, so that turning it on is a runtime
// flag and never a listener edit, which drains.

import { names } from '../base/index.ts'
import type { envoy } from '../envoy-api/index.ts'
import { defaults } from './defaults.ts'
import { duration } from './duration.ts'
import { extension } from './extension.ts'

/**
 * An access log to the control plane for the fraction of requests that `runtimeKey` says, 0 without it. The draw
 * is by request id, so that the entries of one request are logged together, on every proxy it passes.
 */
export function grpcAccessLog(logName: string, runtimeKey: string): envoy.AccessLog {
  return {
    name: 'envoy.access_loggers.http_grpc',
    filter: {
      runtimeFilter: { runtimeKey, percentSampled: { numerator: 0, denominator: 'MILLION' } },
    },
    typedConfig: extension('envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig', {
      commonConfig: {
        logName,
        grpcService: { envoyGrpc: { clusterName: names.controlPlaneCluster } },
        transportApiVersion: 'V3',
        bufferFlushInterval: duration(defaults.accessLogBufferMs),
        bufferSizeBytes: defaults.accessLogBufferBytes,
      },
    }),
  }
}
