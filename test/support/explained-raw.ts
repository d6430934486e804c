// Resources in Envoy's own words, for explanations of what no kind makes.

type Value = Record<string, unknown>

/** A listener of Envoy's own words with what no kind makes: prefixes without segments, folded case, older matchers, a share of requests, hashes of several things. */
export function rawResources(port: number, backend: number): Value[] {
  const type = (name: string): string => `type.googleapis.com/${name}`
  const cluster = (name: string): Value => ({
    '@type': type('envoy.config.cluster.v3.Cluster'),
    name,
    type: 'STATIC',
    connectTimeout: '1s',
    loadAssignment: {
      clusterName: name,
      endpoints: [
        {
          lbEndpoints: [
            { endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue: backend } } } },
          ],
        },
      ],
    },
  })
  const to = (name: string): Value => ({ cluster: name })
  const named = (name: string, key: string): Value => ({
    responseHeadersToAdd: [{ header: { key: 'x-cluster', value: name } }],
    name: key,
  })
  const weights = [
    { name: 'own-a', weight: 3, responseHeadersToAdd: [{ header: { key: 'x-cluster', value: 'own-a' } }] },
    { name: 'own-b', weight: 2, responseHeadersToAdd: [{ header: { key: 'x-cluster', value: 'own-b' } }] },
  ]
  const routes: Value[] = [
    { match: { prefix: '/fold', caseSensitive: false }, route: to('own-a'), ...named('own-a', 'fold') },
    {
      match: {
        prefix: '/half',
        runtimeFraction: { defaultValue: { numerator: 50 }, runtimeKey: 'own.half' },
      },
      route: to('own-b'),
      ...named('own-b', 'half'),
    },
    { match: { prefix: '/half' }, route: to('own-a'), ...named('own-a', 'other-half') },
    {
      match: { prefix: '/hash', queryParameters: [{ name: 'several', presentMatch: true }] },
      route: {
        weightedClusters: { clusters: weights, useHashPolicy: true },
        hashPolicy: [
          { header: { headerName: 'x-a' } },
          { cookie: { name: 'session' } },
          { queryParameter: { name: 'q' } },
        ],
      },
      name: 'several',
    },
    {
      match: { prefix: '/hash' },
      route: {
        weightedClusters: { clusters: weights, useHashPolicy: true },
        hashPolicy: [{ header: { headerName: 'x-a' }, terminal: true }, { queryParameter: { name: 'q' } }],
      },
      name: 'first',
    },
    {
      match: { prefix: '/old', headers: [{ name: 'x-a', stringMatch: { exact: 'one' }, invertMatch: true }] },
      directResponse: { status: 202 },
      name: 'inverted',
    },
    {
      match: { prefix: '/old', headers: [{ name: 'x-b', rangeMatch: { start: 5, end: 43 } }] },
      directResponse: { status: 203 },
      name: 'ranged',
    },
    {
      match: { prefix: '/old', headers: [{ name: 'x-tier' }] },
      directResponse: { status: 206 },
      name: 'there',
    },
  ]
  const manager = {
    '@type': type('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
    statPrefix: 'own',
    httpFilters: [
      {
        name: 'envoy.filters.http.router',
        typedConfig: { '@type': type('envoy.extensions.filters.http.router.v3.Router') },
      },
    ],
    routeConfig: {
      name: 'own',
      virtualHosts: [
        {
          name: 'pre',
          domains: ['pre.*'],
          routes: [{ match: { prefix: '/' }, directResponse: { status: 204 }, name: 'pre' }],
        },
        { name: 'rest', domains: ['*'], routes },
      ],
    },
  }
  return [
    cluster('own-a'),
    cluster('own-b'),
    {
      '@type': type('envoy.config.listener.v3.Listener'),
      name: 'own',
      address: { socketAddress: { address: '127.0.0.1', portValue: port } },
      filterChains: [
        { filters: [{ name: 'envoy.filters.network.http_connection_manager', typedConfig: manager }] },
      ],
    },
  ]
}
