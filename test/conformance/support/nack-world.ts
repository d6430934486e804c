// The content that NACKs are tried with: three of everything, and per type ways to be refused, by a field constraint and by
// meaning. One response brings all that a refusal can be mixed with: one resource changed, one bad, one gone, one new.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '../../../src/base/index.ts'
import { encodeAny, encodeJson, type ResourceTypeKey, resourceTypes } from '../../../src/envoy-api/index.ts'

/** Types whose refusals are tried, in the order of additions. */
export const refusable = ['cds', 'eds', 'sds', 'lds', 'rds'] as const
export type Refusable = (typeof refusable)[number]
/** Why Envoy refuses: its `validate.rules`, or what it finds when it builds the thing. */
export type Reason = 'constraint' | 'semantic'
export const reasons: readonly Reason[] = ['constraint', 'semantic']

export interface Made {
  readonly name: string
  /** Encoded google.protobuf.Any. */
  readonly body: Uint8Array
}
export type Contents = Readonly<Record<Refusable, readonly Made[]>>

export interface NackWorld {
  readonly good: Contents
  /** The type's whole set with one bad in it; `serial` makes it differ from every other. */
  bad(type: Refusable, reason: Reason, serial: number): readonly Made[]
  /** Another good set of the type, different for every serial. */
  other(type: Refusable, serial: number): readonly Made[]
}

const letters = ['a', 'b', 'c'] as const
const ads = { ads: {}, resourceApiVersion: 'V3' }
const extensions = 'type.googleapis.com/envoy.extensions.'

/**
 * `ports`: four free ones for listeners; `taken`: one that somebody else listens on; `endpoint`: where the clusters lead.
 */
export function nackWorld(where: {
  readonly ports: readonly number[]
  readonly taken: number
  readonly endpoint: number
}): NackWorld {
  const pairs = { first: selfSigned('first.test'), second: selfSigned('second.test') }
  const port = (letter: string): number => where.ports['abcd'.indexOf(letter)] ?? 0

  const cluster = (letter: string, patch: Record<string, Json> = {}): Made =>
    made('cds', cName(letter), {
      name: cName(letter),
      type: 'EDS',
      connectTimeout: '1s',
      edsClusterConfig: { edsConfig: ads },
      ...patch,
    })
  const endpoints = (letter: string, address = '127.0.0.1', portValue = where.endpoint): Made =>
    made('eds', cName(letter), {
      clusterName: cName(letter),
      endpoints: [
        {
          locality: {},
          loadBalancingWeight: 1,
          lbEndpoints: [{ endpoint: { address: { socketAddress: { address, portValue } } } }],
        },
      ],
    })
  const secret = (letter: string, chain: Json, key: string): Made =>
    made('sds', `secret-${letter}`, {
      name: `secret-${letter}`,
      tlsCertificate: { certificateChain: chain, privateKey: { inlineString: key } },
    })
  const certificate = (letter: string, pair: Pair): Made =>
    secret(letter, { inlineString: pair.certificate }, pair.key)
  const routes = (letter: string, route: Json, patch: Record<string, Json> = {}): Made =>
    made('rds', `routes-${letter}`, {
      name: `routes-${letter}`,
      virtualHosts: [{ name: 'all', domains: ['*'], routes: [route], ...patch }],
      validateClusters: true,
    })
  const route = (letter: string, prefix = '/'): Json => ({
    match: { prefix },
    route: { cluster: cName(letter) },
  })
  const listener = (letter: string, patch: Record<string, Json> = {}, filter = 'http'): Made =>
    made('lds', `listener-${letter}`, {
      name: `listener-${letter}`,
      address: { socketAddress: { address: '127.0.0.1', portValue: port(letter) } },
      filterChains: [chain(letter, filter)],
      ...patch,
    })

  const good: Contents = {
    cds: letters.map((letter) => cluster(letter)),
    // Also of a cluster that only comes with a change.
    eds: [...letters, 'd'].map((letter) => endpoints(letter)),
    sds: letters.map((letter) => certificate(letter, pairs.first)),
    lds: letters.map((letter) => listener(letter)),
    rds: letters.map((letter) => routes(letter, route(letter))),
  }
  /** One of a, b and c changed, one as it is given, one gone where the type removes; d new where the type adds. */
  const mixed: Record<Refusable, (b: Made, serial: number) => readonly Made[]> = {
    cds: (b, serial) => [
      cluster(changed(serial), { perConnectionBufferLimitBytes: 40_000 + serial }),
      b,
      cluster('d', { perConnectionBufferLimitBytes: 40_000 + serial }),
    ],
    eds: (b, serial) => [
      endpoints(changed(serial), '127.0.0.1', 1_000 + serial),
      b,
      endpoints(gone(serial), '127.0.0.1', 1_000 + serial),
      endpoints('d'),
    ],
    sds: (b, serial) => [
      certificate(changed(serial), pairs.second),
      b,
      certificate(gone(serial), pairs.second),
    ],
    lds: (b, serial) => [
      listener(changed(serial), { perConnectionBufferLimitBytes: 40_000 + serial }),
      b,
      listener('d', { perConnectionBufferLimitBytes: 40_000 + serial }),
    ],
    rds: (b, serial) => [
      routes(changed(serial), route(changed(serial), `/${serial}`)),
      b,
      routes(gone(serial), route(gone(serial), `/${serial}`)),
    ],
  }
  const broken: Record<Refusable, Record<Reason, (serial: number) => Made>> = {
    cds: {
      constraint: (serial) => cluster(victim(serial), { connectTimeout: '0s' }),
      semantic: (serial) =>
        cluster(victim(serial), {
          transportSocket: {
            name: 'none',
            typedConfig: { '@type': `${extensions}filters.http.router.v3.Router` },
          },
        }),
    },
    eds: {
      constraint: (serial) => endpoints(victim(serial), '127.0.0.1', 70_000),
      semantic: (serial) => endpoints(victim(serial), `no-address-${serial}`),
    },
    sds: {
      constraint: (serial) => secret(victim(serial), { filename: '' }, pairs.first.key),
      semantic: (serial) =>
        secret(victim(serial), { inlineString: `no certificate ${serial}` }, pairs.first.key),
    },
    lds: {
      constraint: (serial) => listener(victim(serial), {}, ''),
      semantic: (serial) =>
        listener(victim(serial), {
          address: { socketAddress: { address: '127.0.0.1', portValue: where.taken } },
        }),
    },
    rds: {
      constraint: (serial) => routes(victim(serial), route(victim(serial)), { domains: [] }),
      semantic: (serial) =>
        serial % 2 === 0
          ? routes(victim(serial), route(`missing-${serial}`))
          : routes(victim(serial), {
              match: { safeRegex: { regex: `(${serial}` } },
              route: { cluster: cName(victim(serial)) },
            }),
    },
  }
  const harmless: Record<Refusable, (serial: number) => Made> = {
    cds: (serial) => cluster(victim(serial), { perConnectionBufferLimitBytes: 80_000 + serial }),
    eds: (serial) => endpoints(victim(serial), '127.0.0.1', 2_000 + serial),
    sds: (serial) => certificate(victim(serial), pairs.second),
    lds: (serial) => listener(victim(serial), { perConnectionBufferLimitBytes: 80_000 + serial }),
    rds: (serial) => routes(victim(serial), route(victim(serial), `/other-${serial}`)),
  }
  return {
    good,
    bad: (type, reason, serial) => turned(mixed[type](broken[type][reason](serial), serial), serial),
    other: (type, serial) => mixed[type](harmless[type](serial), serial),
  }
}

// Envoy looks at the parts of a response in an order of its own, which may follow that of the response: each of the three
// has its turn at being the bad one, and at every place.
const turned = (set: readonly Made[], serial: number): readonly Made[] => {
  const by = Math.floor(serial / 3) % set.length
  return [...set.slice(by), ...set.slice(0, by)]
}
const changed = (serial: number): string => letters[serial % 3] ?? 'a'
const victim = (serial: number): string => letters[(serial + 1) % 3] ?? 'b'
const gone = (serial: number): string => letters[(serial + 2) % 3] ?? 'c'

const cName = (letter: string): string => `cluster-${letter}`

function made(key: ResourceTypeKey, name: string, json: Json): Made {
  const { typeUrl, message } = resourceTypes[key]
  return { name, body: encodeAny(typeUrl, encodeJson(message, json)) }
}

/** Whose secret and routes a listener takes: the new one has none of its own. */
const sharedBy = (letter: string): string => (letter === 'd' ? 'a' : letter)

/** A filter chain with TLS and routes, both by discovery. A filter without a name breaks a constraint. */
function chain(letter: string, filter: string): Json {
  return {
    transportSocket: {
      name: 'tls',
      typedConfig: {
        '@type': `${extensions}transport_sockets.tls.v3.DownstreamTlsContext`,
        commonTlsContext: {
          tlsCertificateSdsSecretConfigs: [{ name: `secret-${sharedBy(letter)}`, sdsConfig: ads }],
        },
      },
    },
    filters: [
      {
        name: filter,
        typedConfig: {
          '@type': `${extensions}filters.network.http_connection_manager.v3.HttpConnectionManager`,
          statPrefix: `listener-${letter}`,
          rds: { routeConfigName: `routes-${sharedBy(letter)}`, configSource: ads },
          httpFilters: [
            { name: 'router', typedConfig: { '@type': `${extensions}filters.http.router.v3.Router` } },
          ],
        },
      },
    ],
  }
}

interface Pair {
  readonly certificate: string
  readonly key: string
}

/** A certificate that signs itself. */
function selfSigned(name: string): Pair {
  const folder = mkdtempSync(join(tmpdir(), 'verdigris-nack-'))
  try {
    const [key, certificate] = [join(folder, 'key'), join(folder, 'certificate')]
    const done = spawnSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...['-keyout', key, '-out', certificate, '-days', '30', '-subj', `/CN=${name}`],
      ],
      { encoding: 'utf8' },
    )
    if (done.status !== 0) throw new Error(`openssl: ${done.error?.message ?? done.stderr}`)
    return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
