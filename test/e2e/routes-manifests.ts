// What routes-features.test.ts tries: every part of a rule, in Routes named by what they show.

/** A Route of this name, for `<name>.test` on every proxy; `rules` as YAML. */
export const route = (name: string, rules: string): string => `kind: Route
metadata: { name: ${name} }
spec:
  gateways: [{ name: edge-sotw }, { name: edge-delta }]
  hosts: [${name}.test]
  rules:
${rules}
`

/** The Services and Routes: two endpoints for `web`, the first of them for the others. */
export const manifests = (first: number, second: number): string =>
  [
    `kind: Service
metadata: { name: web }
spec:
  ports: [{ name: http }]
  environments:
    - name: blue
      release: { version: "1" }
      endpoints: { static: [{ address: 127.0.0.1, port: ${first} }, { address: 127.0.0.1, port: ${second} }] }
`,
    `kind: Service
metadata: { name: named }
spec:
  ports: [{ name: http }]
  environments:
    - name: blue
      release: { version: "1" }
      endpoints: { dns: { hosts: [{ host: localhost, port: ${first} }] } }
`,
    ...['loose', 'tight'].map(
      (name) => `kind: Service
metadata: { name: ${name} }
spec:
  ports: [{ name: http }]
  upstream:
    circuitBreakers: ${name === 'loose' ? '{ retries: 1000 }' : '{ retryBudget: { percent: 10, minConcurrency: 1 } }'}
  environments:
    - { name: blue, release: { version: "1" }, endpoints: { static: [{ address: 127.0.0.1, port: ${first} }] } }
`,
    ),
    route(
      'budget',
      ['loose', 'tight']
        .map(
          (name) =>
            `    - { matches: [{ path: { prefix: /${name} } }], service: { name: ${name} }, retry: { on: [5xx], otherHosts: false, backOff: { base: 1ms } } }`,
        )
        .join('\n'),
    ),
    route(
      'match',
      `
    - { name: catch-all, service: { name: web }, requestHeaders: { set: { x-rule: none } } }
${[
  ['prefix', 'path: { prefix: /p }'],
  ['longer', 'path: { prefix: /p/longer }'],
  ['exact', 'path: { exact: /p/exact }'],
  ['regex', 'path: { regex: "/p/[0-9]+" }'],
  ['methods', 'path: { prefix: /p }, methods: [PUT, DELETE]'],
  ['h-exact', 'headers: [{ name: x-m, exact: one }]'],
  ['h-prefix', 'headers: [{ name: x-m, prefix: pre }]'],
  ['h-suffix', 'headers: [{ name: x-m, suffix: SUF, ignoreCase: true }]'],
  ['h-contains', 'headers: [{ name: x-m, contains: mid }]'],
  ['h-regex', 'headers: [{ name: x-m, regex: "[xyz]{3}" }]'],
  ['h-range', 'headers: [{ name: x-m, range: { start: 10, end: 20 } }]'],
  ['h-invert', 'path: { prefix: /invert }, headers: [{ name: x-i, exact: "no", invert: true }]'],
  ['h-absent', 'path: { prefix: /absent }, headers: [{ name: x-a, present: false }]'],
  ['q-exact', 'query: [{ name: q, exact: one }]'],
  ['q-regex', 'query: [{ name: q, regex: "[0-9]+" }]'],
  ['q-present', 'query: [{ name: r, present: true }]'],
  ['q-absent', 'path: { prefix: /absent-q }, query: [{ name: s, present: false }]'],
  ['grpc', 'grpc: { service: shop.Cart }'],
  ['grpc-method', 'grpc: { service: shop.Cart, method: Add }'],
]
  .map(
    ([name, match]) =>
      `    - { matches: [{ ${match} }], service: { name: web }, requestHeaders: { set: { x-rule: ${name} } } }`,
  )
  .join('\n')}`,
    ),
    route(
      'answer',
      `
    - { matches: [{ path: { prefix: /old } }], redirect: { scheme: https, host: new.test, port: 8443, prefix: /new, code: 308 } }
    - { matches: [{ path: { prefix: /strip/me } }], redirect: { prefix: /, stripQuery: true } }
    - { matches: [{ path: { exact: /moved } }], redirect: { path: /here, code: 302 } }
    - { matches: [{ path: { prefix: /https } }], redirect: { scheme: https } }
    - { matches: [{}], redirect: { prefix: /below } }
    - matches: [{ path: { exact: /hello } }]
      directResponse: { status: 418, body: '{"tea": "100%"}' }
      responseHeaders: { set: { content-type: application/json, x-who: "%PROTOCOL%" } }`,
    ),
    route(
      'rewrite',
      `
    - { matches: [{ path: { prefix: /a } }], service: { name: web }, rewrite: { prefix: /b/ } }
    - { matches: [{ path: { prefix: /gone/ } }], service: { name: web }, rewrite: { prefix: / } }
    - { matches: [{}], service: { name: web }, rewrite: { prefix: /root, host: inner.test } }
    - { matches: [{ path: { exact: /one } }], service: { name: web }, rewrite: { path: /two } }
    - { matches: [{ path: { exact: /name } }], service: { name: named }, rewrite: { autoHost: true } }
    - matches: [{ path: { regex: "/u/[^/]+/.*" } }]
      service: { name: web }
      rewrite: { regex: { pattern: "^/u/([^/]+)/(.*)$", substitution: '/\\2/of/\\1' } }`,
    ),
    route(
      'times',
      `
    - { matches: [{ path: { prefix: /short } }], service: { name: web }, timeout: 200ms }
    - { matches: [{ path: { prefix: /none } }], service: { name: web }, timeout: 0s }
    - { matches: [{ path: { prefix: /idle } }], service: { name: web }, timeout: 0s, idleTimeout: 200ms }
    - { matches: [{ path: { prefix: /stream } }], service: { name: web }, timeout: 0s, maxStreamDuration: 200ms }
    - matches: [{ path: { prefix: /again } }]
      service: { name: web }
      retry: { on: [gateway-error], statusCodes: [425], attempts: 2, backOff: { base: 1ms } }
    - matches: [{ path: { prefix: /tries } }]
      service: { name: web }
      timeout: 5s
      retry: { on: [reset, 5xx], attempts: 1, perTryTimeout: 200ms, backOff: { base: 1ms } }`,
    ),
    route(
      'headers',
      `
    - service: { name: web }
      requestHeaders:
        set: { X-Set: "50%%", x-from: "%REQ(x-id)%", x-client: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%" }
        add: { x-more: second }
        remove: [X-Secret]
      responseHeaders: { set: { x-backend: changed }, add: { x-served-by: "%UPSTREAM_CLUSTER%" }, remove: [x-powered-by] }`,
    ),
    route(
      'guard',
      `
    - { matches: [{ path: { prefix: /limited } }], service: { name: web }, rateLimit: { requests: 3, per: 1h } }
    - { matches: [{ path: { prefix: /burst } }], service: { name: web }, rateLimit: { requests: 1, per: 1h, burst: 5 } }
    - { matches: [{ path: { prefix: /small } }], service: { name: web }, maxRequestBytes: 100 }
    - { matches: [{ path: { prefix: /free } }], service: { name: web } }
    - matches: [{ path: { prefix: /late } }]
      service: { name: web }
      fault: { delay: { duration: 300ms }, headers: [{ name: x-rehearsal, exact: "yes" }] }
    - matches: [{ path: { prefix: /fails } }]
      service: { name: web }
      fault: { abort: { status: 503 }, headers: [{ name: x-rehearsal, exact: "yes" }] }
    - { matches: [{ path: { prefix: /half } }], service: { name: web }, fault: { abort: { status: 500, percent: 50 } } }
    - { matches: [{ path: { prefix: /own } }], directResponse: { status: 200 }, rateLimit: { requests: 2, per: 1h } }
    - { matches: [{ path: { prefix: /own/late } }], directResponse: { status: 200 }, fault: { abort: { status: 599 } } }
    - { matches: [{ path: { prefix: /calls } }], service: { name: web }, fault: { abort: { grpcStatus: 8 } } }`,
    ),
    route(
      'cors',
      `
    - matches: [{ path: { prefix: /api }, methods: [GET, PUT], headers: [{ name: x-app, present: true }] }]
      service: { name: web }
      cors:
        origins: [https://shop.test, "https://*.partner.test"]
        methods: [GET, PUT]
        headers: [x-app, content-type]
        exposeHeaders: [x-backend]
        maxAge: 10m
        credentials: true
    - { matches: [{ path: { prefix: /open } }], service: { name: web }, cors: { origins: ["*"] } }`,
    ),
  ].join('---\n')
