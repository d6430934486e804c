// Clusters that are an extension: where their endpoints come from, and how they spread requests. Only what is emitted.
import { isPrime } from '../../base/index.ts'
import { socketFaults } from './addresses.ts'
import { typeFaults } from './extensions.ts'
import { type Check, type Fault, get, has, list, number, seconds } from './fault.ts'

const dns = 'envoy.extensions.clusters.dns.v3.DnsCluster'
const cares = 'envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig'
const policies = ['round_robin.v3.RoundRobin', 'least_request.v3.LeastRequest', 'random.v3.Random'].map(
  (name) => `envoy.extensions.load_balancing_policies.${name}`,
)

export const clusterTypeChecks: Readonly<Record<string, Check>> = {
  'envoy.config.cluster.v3.Cluster': function* (cluster) {
    if (!has(cluster, 'clusterType')) return
    const config = get(get(cluster, 'clusterType'), 'typedConfig')
    yield* typeFaults(config, [dns], ['clusterType', 'typedConfig'])
    const localities = list(get(cluster, 'loadAssignment'), 'endpoints')
    const hosts = localities.flatMap((each) => list(each, 'lbEndpoints'))
    if (
      get(config, 'allAddressesInSingleEndpoint') === true &&
      (localities.length !== 1 || hosts.length !== 1)
    ) {
      const message = `wanted one host where all of its addresses are one endpoint, found ${hosts.length}`
      yield { path: ['loadAssignment', 'endpoints'], message }
    }
  },
  'envoy.config.cluster.v3.LoadBalancingPolicy': function* (policy) {
    const choices = list(policy, 'policies')
    if (choices.length === 0) yield { path: ['policies'], message: 'wanted one or more, found none' }
    for (const [index, each] of choices.entries()) {
      const path = ['policies', index, 'typedExtensionConfig', 'typedConfig']
      yield* typeFaults(get(get(each, 'typedExtensionConfig'), 'typedConfig'), policies, path)
    }
  },
  'envoy.config.cluster.v3.Cluster.RingHashLbConfig': function* (ring) {
    const least = number(ring, 'minimumRingSize') ?? 1_024
    const most = number(ring, 'maximumRingSize') ?? 8_388_608
    if (least > most) yield at('maximumRingSize', `wanted at least minimumRingSize (${least}), found ${most}`)
  },
  'envoy.config.cluster.v3.Cluster.MaglevLbConfig': function* (maglev) {
    const size = number(maglev, 'tableSize')
    // Envoy ends with SIGFPE over a table of one entry.
    if (size !== undefined && !isPrime(size)) yield at('tableSize', `wanted a prime, found ${size}`)
  },
  [dns]: function* (cluster) {
    const failure = get(cluster, 'dnsFailureRefreshRate')
    const base = seconds(failure, 'baseInterval') ?? 0
    const most = seconds(failure, 'maxInterval')
    if (most !== undefined && base > most) {
      const path = ['dnsFailureRefreshRate', 'maxInterval']
      yield { path, message: `wanted at least baseInterval (${base} s), found ${most} s` }
    }
    const resolver = get(cluster, 'typedDnsResolverConfig')
    if (resolver === undefined) return
    yield* typeFaults(get(resolver, 'typedConfig'), [cares], ['typedDnsResolverConfig', 'typedConfig'])
  },
  [cares]: function* (resolver) {
    for (const [index, server] of list(resolver, 'resolvers').entries()) {
      yield* socketFaults(server, ['resolvers', index])
    }
  },
}

const at = (field: string, message: string): Fault => ({ path: [field], message })
