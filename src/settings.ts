// The table of settings of `verdigris serve`: schema, default, help. Flags, variables, fields of the file and the
// page docs/reference/flags.md all follow from it.
import { z } from 'zod'
import { limits, parseDuration } from './base/index.ts'

/** `250ms`, `20s`, `1m30s`, `2h` → milliseconds. */
const durationMs = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'wanted a duration such as 250ms, 20s or 1m30s')
  .transform((text) => parseDuration(text))
  .pipe(z.int().min(0).max(limits.expectWithinMs, 'wanted at most 24h'))
const port = z.coerce
  .number('wanted a port from 0 to 65535')
  .pipe(
    z
      .int('wanted a port from 0 to 65535')
      .min(0, 'wanted a port from 0 to 65535')
      .max(65_535, 'wanted a port from 0 to 65535'),
  )
const address = z
  .string()
  .regex(/^[A-Za-z0-9._:%-]{1,253}$/, 'wanted an IP address or a host name of this machine, without a port')
const path = z.string().min(1, 'wanted a path')
const flag = z.union([
  z.boolean(),
  z.enum(['true', 'false'], 'wanted true or false').transform((text) => text === 'true'),
])

/** One setting. Its flag is `--<name>`, its variable VERDIGRIS_<NAME>, its field in the file `name` in camelCase. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema
  /** As it would be written; undefined: none. */
  readonly fallback: string | undefined
  /** Placeholder of the value in help; none for a switch. */
  readonly value?: string
  readonly help: string
}

/** Every setting, in the order of help and page. */
export const settings = {
  'data-dir': {
    schema: path,
    fallback: './verdigris-data',
    value: 'PATH',
    help: 'folder of the store; made when missing',
  },
  'store-damaged': {
    schema: z.enum(['serve', 'refuse'], 'wanted serve or refuse'),
    fallback: 'serve',
    value: 'WAY',
    help: 'a store that is damaged, or cannot be written: serve what is proven of it, read-only, or refuse to start',
  },
  'endpoints-file': {
    schema: path,
    fallback: undefined,
    value: 'PATH',
    help: 'file of registered endpoints, or a folder of them; watched',
  },
  'webhooks-file': {
    schema: path,
    fallback: undefined,
    value: 'PATH',
    help: 'file (YAML) with a list of webhooks that are told of events; beside `webhooks` in the configuration file',
  },
  'xds-address': { schema: address, fallback: '127.0.0.1', value: 'ADDRESS', help: 'where proxies connect' },
  'xds-port': { schema: port, fallback: '18000', value: 'PORT', help: 'port for proxies; 0: any free one' },
  'admin-address': {
    schema: address,
    fallback: '127.0.0.1',
    value: 'ADDRESS',
    help: 'where the admin API listens (gRPC)',
  },
  'admin-port': {
    schema: port,
    fallback: '18001',
    value: 'PORT',
    help: 'port of the admin API; 0: any free one',
  },
  'http-address': {
    schema: address,
    fallback: '127.0.0.1',
    value: 'ADDRESS',
    help: 'where /metrics, /healthz and /readyz are',
  },
  'http-port': { schema: port, fallback: '18002', value: 'PORT', help: 'port of HTTP; 0: any free one' },
  'tls-cert': {
    schema: path,
    fallback: undefined,
    value: 'FILE',
    help: 'server certificate (PEM), for all three ports',
  },
  'tls-key': { schema: path, fallback: undefined, value: 'FILE', help: 'its private key (PEM)' },
  'client-ca': {
    schema: path,
    fallback: undefined,
    value: 'FILE',
    help: 'CA of client certificates (PEM); with it, nobody gets in without one',
  },
  'secrets-dir': {
    schema: path,
    fallback: undefined,
    value: 'PATH',
    help: 'folder below which the files of Secrets lie; they are read and watched, never copied',
  },
  'insecure-plaintext': {
    schema: flag,
    fallback: 'false',
    help: 'accept to listen off loopback without TLS; said at every start',
  },
  'allow-unsafe-extensions': {
    schema: flag,
    fallback: 'false',
    help: 'RawSnapshots and Patches may have what runs code, uses files, the environment or pipes of the proxies; said at every start',
  },
  'log-level': {
    schema: z.enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace'],
      'wanted fatal, error, warn, info, debug or trace',
    ),
    fallback: 'info',
    value: 'LEVEL',
    help: 'fatal, error, warn, info, debug or trace',
  },
  'log-format': {
    schema: z.enum(['auto', 'json', 'text'], 'wanted auto, json or text'),
    fallback: 'auto',
    value: 'FORMAT',
    help: 'json, text, or auto: text on a terminal, else json (always on stderr)',
  },
  'prepare-timeout': {
    schema: durationMs,
    fallback: '20s',
    value: 'TIME',
    help: 'a push is aborted when it is not prepared everywhere by then',
  },
  'switch-timeout': {
    schema: durationMs,
    fallback: '5s',
    value: 'TIME',
    help: 'a push is judged when it is not ACKed everywhere by then',
  },
  settle: {
    schema: durationMs,
    fallback: '30s',
    value: 'TIME',
    help: 'after a start, the first push waits so long at most for known proxies to come back',
  },
  'gone-after': {
    schema: durationMs,
    fallback: '1m',
    value: 'TIME',
    help: 'a proxy without a stream for so long is out of reach',
  },
  'retire-delay': {
    schema: durationMs,
    fallback: '30s',
    value: 'TIME',
    help: 'quiet time before a cluster that nothing refers to is removed',
  },
  'retire-deadline': {
    schema: durationMs,
    fallback: '15m',
    value: 'TIME',
    help: 'a retirement ends by then, whatever is still in flight',
  },
  'xds-connection-age': {
    schema: durationMs,
    fallback: '0s',
    value: 'TIME',
    help: 'proxies are asked to connect anew after so long, give or take a tenth; 0s: never',
  },
  'stop-grace': {
    schema: durationMs,
    fallback: '10s',
    value: 'TIME',
    help: 'time for a graceful stop before it is forced',
  },
} as const satisfies Readonly<Record<string, Setting>>

export type SettingName = keyof typeof settings
/** What the schemas give. */
export type Settings = {
  readonly [Name in SettingName]: z.output<(typeof settings)[Name]['schema']> | undefined
}

export const settingNames = Object.keys(settings).filter((name): name is SettingName =>
  Object.hasOwn(settings, name),
)
/** Environment variable of a setting. */
export const variableOf = (name: string): string => `VERDIGRIS_${name.toUpperCase().replaceAll('-', '_')}`
/** Field of a setting in the configuration file. */
export const fieldOf = (name: string): string =>
  name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
