// What rules of a Route say besides their match, by chance: every feature, made of the same parts, ordinary or odd.
import fc from 'fast-check'

/** Texts that go wherever a rule takes one. */
export interface RuleParts {
  readonly path: fc.Arbitrary<string>
  readonly host: fc.Arbitrary<string>
  readonly headerName: fc.Arbitrary<string>
  readonly headerText: fc.Arbitrary<string>
  readonly duration: fc.Arbitrary<string>
}

const pick = <T>(...items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items)
const some = <T>(...items: readonly T[]): fc.Arbitrary<readonly T[]> =>
  fc.subarray([...items], { minLength: 1 })
const maybe = <Fields>(
  fields: { [Field in keyof Fields]: fc.Arbitrary<Fields[Field]> },
): fc.Arbitrary<object> => fc.record(fields, { requiredKeys: [] })

const methods = some('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE')
const regex = pick('/[a-z]+', '/items/[0-9]{1,4}', '/(a|b)/.*', '(?i)/x', '/\\d+\\.html')
const range = fc
  .tuple(fc.integer(), fc.integer({ min: 1, max: 1_000 }))
  .map(([start, length]) => ({ start, end: start + length }))

/** One condition on a header or a parameter. */
const condition = (name: fc.Arbitrary<string>, text: fc.Arbitrary<string>): fc.Arbitrary<object> =>
  fc.oneof(
    fc.record({ name, exact: text, ignoreCase: fc.boolean() }),
    fc.record({ name, prefix: text }),
    fc.record({ name, suffix: text }),
    fc.record({ name, contains: text }),
    fc.record({ name, regex }),
    fc.record({ name, present: fc.boolean() }),
  )

const headerCondition = ({ headerName: name, headerText: text }: RuleParts): fc.Arbitrary<object> =>
  fc.oneof(
    condition(name, text),
    fc.record({ name, exact: text, invert: fc.boolean() }),
    fc.record({ name, range }),
  )

/** A match: some of everything that it may ask for. */
export function anyMatch(parts: RuleParts): fc.Arbitrary<object> {
  const { path } = parts
  const where = fc.oneof(
    fc.record({ prefix: path }),
    fc.record({ exact: path }),
    fc.record({ regex: fc.oneof(regex, { weight: 1, arbitrary: path }) }),
  )
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record(
        {
          path: where,
          methods,
          headers: fc.array(headerCondition(parts), { maxLength: 3 }),
          query: fc.array(condition(parts.headerName, parts.headerText), { maxLength: 2 }),
        },
        { requiredKeys: [] },
      ),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        grpc: pick({}, { service: 'shop.v1.Cart' }, { service: 'Cart', method: 'Add_1' }),
        headers: fc.array(headerCondition(parts), { maxLength: 1 }),
      }),
    },
  )
}

/** A text in which Envoy substitutes nothing. */
const literal = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    text.map((each) => each.replaceAll('%', '%%')),
    pick(
      '%REQ(x-user)%',
      '%REQ(:authority)%/%PROTOCOL%',
      '%START_TIME%',
      '%UPSTREAM_HOST% %RESPONSE_CODE%',
      '%HOSTNAME%%ROUTE_NAME%',
    ),
  )

const changes = ({ headerName: any, headerText }: RuleParts): fc.Arbitrary<object> => {
  // What is matched often and is never changed: the method is no header.
  const headerName = any.map((name) => (name === ':method' ? 'x-method' : name))
  return fc.oneof(
    fc.tuple(headerName, literal(headerText)).map(([name, value]) => ({ set: { [name]: value } })),
    fc.tuple(headerName, literal(headerText)).map(([name, value]) => ({ add: { [name]: value } })),
    headerName.map((name) => ({ remove: [name] })),
  )
}

const percent = pick(0.0001, 0.5, 50, 99.9999, 100)
const fault = (parts: RuleParts): fc.Arbitrary<object> =>
  fc.oneof(
    fc.record({ delay: fc.record({ duration: parts.duration, percent }) }),
    fc.record({
      abort: fc.oneof(
        fc.record({ status: pick(200, 503, 599), percent }),
        fc.record({ grpcStatus: pick(1, 16) }),
      ),
      headers: fc.array(headerCondition(parts), { minLength: 1, maxLength: 2 }),
    }),
  )

const cors = fc.record(
  {
    origins: some(
      'https://a.example.com',
      'http://*.example.org:8080',
      'https://*.co',
      'https://x_y.internal',
    ),
    methods,
    headers: some('x-a', 'content-type'),
    exposeHeaders: some('x-b'),
    maxAge: pick('0s', '10m', '8760h'),
    credentials: fc.boolean(),
  },
  { requiredKeys: ['origins'] },
)

const rateLimit = pick(
  { requests: 1 },
  { requests: 1_000_000_000, per: '50ms' },
  { requests: 10, per: '8760h', burst: 1_000_000_000 },
)

const plainHost = ({ host }: RuleParts): fc.Arbitrary<string> =>
  host.map((each) => (each === '*' ? 'any.example.com' : each.replace(/^\*\./, '')))

const rewrite = (parts: RuleParts): fc.Arbitrary<object> =>
  fc.oneof(
    fc.record({ path: parts.path }),
    fc.record({ prefix: parts.path, host: plainHost(parts) }),
    fc.record({
      regex: fc.record({
        pattern: pick('^/([a-z]+)/(.*)$', 'x', '(a)'),
        substitution: fc.oneof(parts.path, pick('/\\1', '\\\\', '')),
      }),
    }),
  )

const retry = ({ duration }: RuleParts): fc.Arbitrary<object> =>
  fc.record(
    {
      on: some(
        '5xx',
        'gateway-error',
        'reset',
        'reset-before-request',
        'connect-failure',
        'envoy-ratelimited',
        'retriable-4xx',
        'refused-stream',
        'cancelled',
        'deadline-exceeded',
        'internal',
        'resource-exhausted',
        'unavailable',
      ),
      statusCodes: some(400, 409, 425, 503, 599),
      attempts: pick(1, 10),
      perTryTimeout: pick('1ms'),
      perTryIdleTimeout: pick('1ms'),
      backOff: fc.oneof(
        fc.record({ base: duration }),
        pick({ base: '1ms', max: '1ms' }, { base: '1s', max: '8760h' }),
      ),
      otherHosts: fc.boolean(),
      bufferBytes: pick(1, 67_108_864),
    },
    { requiredKeys: ['on'] },
  )

/** What a rule does with its requests, besides where they go. */
export const forwarding = (parts: RuleParts): fc.Arbitrary<object> =>
  maybe({
    timeout: fc.oneof(pick('0s'), parts.duration),
    idleTimeout: parts.duration,
    maxStreamDuration: parts.duration,
    retry: retry(parts),
    rewrite: rewrite(parts),
    requestHeaders: changes(parts),
    upgrades: pick({ websocket: false }, {}),
    maxRequestBytes: pick(1, 67_108_864),
    cors,
  })

/** What every rule may do. */
export const guarding = (parts: RuleParts): fc.Arbitrary<object> =>
  maybe({ responseHeaders: changes(parts), rateLimit, fault: fault(parts) })

/** An answer of the proxy's own. */
export const answering = (parts: RuleParts): fc.Arbitrary<object> =>
  fc.oneof(
    fc.record({
      redirect: fc.record(
        {
          scheme: pick('http', 'https'),
          host: plainHost(parts),
          port: pick(1, 65_535),
          path: parts.path,
          code: pick(301, 302, 303, 307, 308),
          stripQuery: fc.boolean(),
        },
        { requiredKeys: ['scheme'] },
      ),
    }),
    fc.record({ redirect: fc.record({ prefix: parts.path }) }),
    fc.record({ directResponse: fc.record({ status: pick(200, 204, 418, 599), body: parts.headerText }) }),
  )

/** Prefixes are replaced where every match has one. */
export function fitting(rule: {
  readonly matches: readonly object[]
  readonly [field: string]: unknown
}): object {
  if (!/"(rewrite|redirect)":\{"prefix"/.test(JSON.stringify(rule))) return rule
  const matches = rule.matches.map((match) => {
    const { grpc: _, path, ...rest }: { grpc?: unknown; path?: object } = match
    return path !== undefined && 'prefix' in path ? { ...rest, path } : rest
  })
  return { ...rule, matches }
}
