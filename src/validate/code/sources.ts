// Where referenced configuration comes from: the stream that it is served on, and nowhere else.
import { type Check, enumName, get, has } from './fault.ts'

export const sourceChecks: Readonly<Record<string, Check>> = {
  'envoy.config.core.v3.ConfigSource': function* (source) {
    if (!has(source, 'ads')) {
      yield { path: ['ads'], message: 'wanted ads: separate streams and files give no order across types' }
    }
  },
  'envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig': function* (common) {
    const version = enumName(common, 'transportApiVersion', ['AUTO', 'V2', 'V3'])
    if (version === 'V2') yield { path: ['transportApiVersion'], message: 'wanted V3, found V2' }
  },
  'envoy.extensions.filters.network.http_connection_manager.v3.Rds': function* (rds) {
    if (!has(rds, 'configSource')) yield { path: ['configSource'], message: 'wanted a value, found none' }
    if ((get(rds, 'routeConfigName') ?? '') === '') {
      yield { path: ['routeConfigName'], message: 'wanted the name of a route configuration, found none' }
    }
  },
  'envoy.config.cluster.v3.Cluster.EdsClusterConfig': function* (eds) {
    if (!has(eds, 'edsConfig')) yield { path: ['edsConfig'], message: 'wanted a value, found none' }
  },
}
