// Routes: hosts that only one virtual host has, and targets that are one thing and not two.
import { type Check, type Fault, has, list, number, text } from './fault.ts'

export const routeChecks: Readonly<Record<string, Check>> = {
  'envoy.config.route.v3.RouteConfiguration': function* (configuration) {
    const hosts = list(configuration, 'virtualHosts')
    const seen = new Map<string, number>()
    for (const [index, host] of hosts.entries()) {
      for (const domain of new Set(domainsOf(host))) {
        const earlier = seen.get(domain)
        if (earlier === undefined) seen.set(domain, index)
        else {
          const message = `"${domain}" belongs to virtualHosts[${earlier}] already`
          yield { path: ['virtualHosts', index, 'domains'], message }
        }
      }
    }
  },
  'envoy.config.route.v3.VirtualHost': function* (host) {
    const domains = domainsOf(host)
    for (const [index, domain] of domains.entries()) {
      if (domains.indexOf(domain) !== index) {
        yield { path: ['domains', index], message: `"${domain}" is there twice` }
      }
    }
    if (has(host, 'matcher'))
      yield { path: ['matcher'], message: 'wanted routes: the two exclude each other' }
  },
  'envoy.config.route.v3.WeightedCluster': function* (weighted) {
    let sum = 0
    for (const [index, cluster] of list(weighted, 'clusters').entries()) {
      const weight = number(cluster, 'weight')
      if (weight === undefined)
        yield { path: ['clusters', index, 'weight'], message: 'wanted a value, found none' }
      sum += weight ?? 0
    }
    if (sum === 0) yield { path: ['clusters'], message: 'wanted a sum of weights above 0' }
    if (sum > 0xffff_ffff) yield { path: ['clusters'], message: `wanted a sum of 32 bits, found ${sum}` }
  },
  'envoy.config.route.v3.WeightedCluster.ClusterWeight': (cluster) => oneOf(cluster, 'name'),
  'envoy.config.route.v3.RouteAction.RequestMirrorPolicy': (mirror) => oneOf(mirror, 'cluster'),
  'envoy.config.route.v3.RouteAction': function* (action) {
    for (const field of ['clusterSpecifierPlugin', 'inlineClusterSpecifierPlugin']) {
      if (has(action, field)) yield { path: [field], message: 'no plugin chooses clusters here' }
    }
  },
}

/** Envoy compares hosts in lower case. */
const domainsOf = (host: unknown): readonly string[] =>
  list(host, 'domains').map((domain) => String(domain).toLowerCase())

/** A cluster by its name or by a header, not both, not neither. */
function* oneOf(target: unknown, name: string): Iterable<Fault> {
  const given = [text(target, name), text(target, 'clusterHeader')].filter((each) => each !== '').length
  if (given === 1) return
  yield {
    path: given === 0 ? [name] : ['clusterHeader'],
    message: `wanted one of ${name} and clusterHeader, found ${given}`,
  }
}
