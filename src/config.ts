// The configuration of `verdigris serve`: flags over environment over file over defaults, as one frozen Config.
// Errors name the flag, the variable or the field that is wrong, all of them at once.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseDocument } from 'yaml'
import type { ListenAddress, TlsFiles } from './access/index.ts'
import {
  err,
  invalid,
  type Json,
  limits,
  ok,
  type Problem,
  type Result,
  type Violation,
} from './base/index.ts'
import {
  fieldOf,
  type Setting,
  type SettingName,
  type Settings,
  settingNames,
  settings,
  variableOf,
} from './settings.ts'
import { readTargets, twins, type WebhookTarget } from './webhooks/index.ts'

/** What the program runs with. Times in milliseconds; addresses are not resolved yet. */
export interface Config {
  /** Absolute path of the store's folder. */
  readonly dataDir: string
  /** What a start does with a store that is damaged or cannot be written. */
  readonly storeDamaged: 'serve' | 'refuse'
  /** Absolute path of a watched file of endpoints, or of a folder of them. */
  readonly endpointsFile?: string
  readonly xds: ListenAddress
  readonly admin: ListenAddress
  readonly http: ListenAddress
  readonly tls?: TlsFiles
  /** Absolute path of the folder of certificate files. */
  readonly secretsDir?: string
  readonly insecurePlaintext: boolean
  /** RawSnapshots and Patches may have what runs code or uses files of the proxies. */
  readonly allowUnsafeExtensions: boolean
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'
  readonly logFormat: 'auto' | 'json' | 'text'
  readonly timeouts: {
    readonly prepareMs: number
    readonly switchMs: number
    readonly settleMs: number
    readonly goneMs: number
    readonly retireDelayMs: number
    readonly retireDeadlineMs: number
    readonly stopGraceMs: number
  }
  /** 0: connections of proxies have no age. */
  readonly xdsConnectionAgeMs: number
  /** Who is told of events. */
  readonly webhooks: readonly WebhookTarget[]
}

/** Where settings come from. Flag values are as commander gives them: strings, or true for a switch. */
export interface ConfigSources {
  readonly flags: Readonly<Record<string, string | boolean | undefined>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Path of a YAML file: `--config`, else VERDIGRIS_CONFIG. */
  readonly file?: string
}

/** The Config, or every fault at once, each with the flag, variable or field that holds it. */
export function loadConfig(sources: ConfigSources): Result<Config, Problem> {
  const faults: Violation[] = []
  const fromFile =
    sources.file === undefined ? new Map<string, FileValue>() : readConfigFile(sources.file, faults)

  const read = <Name extends SettingName>(name: Name): Settings[Name] => {
    const setting: Setting = settings[name]
    const given = sources.flags[name] ?? undefined
    const variable = sources.env[variableOf(name)]
    const inFile = fromFile.get(fieldOf(name))
    const [value, where]: readonly [unknown, Omit<Violation, 'message'>] =
      given !== undefined
        ? [given, { path: `--${name}` }]
        : variable !== undefined && variable !== ''
          ? [variable, { path: variableOf(name) }]
          : inFile !== undefined
            ? [inFile.value, { path: fieldOf(name), file: inFile.file, line: inFile.line }]
            : [setting.fallback, { path: `--${name}` }]
    if (value === undefined) return undefined
    const parsed = setting.schema.safeParse(typeof value === 'number' ? String(value) : value)
    // The schema of this very name made the value.
    if (parsed.success) return parsed.data as Settings[Name]
    const wanted = parsed.error.issues[0]?.message ?? 'not valid'
    faults.push({ ...where, message: `${wanted}, found ${JSON.stringify(value)}` })
    return undefined
  }

  for (const field of fromFile.keys()) {
    if (field !== 'webhooks' && !settingNames.some((name) => fieldOf(name) === field)) {
      const at = fromFile.get(field)
      faults.push({
        path: field,
        message: `no such setting${nearest(field)}`,
        ...(at === undefined ? {} : { file: at.file, line: at.line }),
      })
    }
  }
  for (const variable of Object.keys(sources.env)) {
    const own = variable.startsWith('VERDIGRIS_') && !foreignVariables.has(variable)
    if (own && !settingNames.some((name) => variableOf(name) === variable)) {
      faults.push({ path: variable, message: `no such variable${nearestVariable(variable)}` })
    }
  }
  const tls = { cert: read('tls-cert'), key: read('tls-key'), clientCa: read('client-ca') }
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    faults.push({
      path: tls.cert === undefined ? '--tls-cert' : '--tls-key',
      message: '--tls-cert and --tls-key go together: give both or neither',
    })
  } else if (tls.clientCa !== undefined && tls.cert === undefined) {
    faults.push({ path: '--client-ca', message: 'needs --tls-cert and --tls-key' })
  }
  const secretsDir = read('secrets-dir')
  const endpointsFile = read('endpoints-file')
  const listen = (name: 'xds' | 'admin' | 'http'): ListenAddress => ({
    address: read(`${name}-address`) ?? '127.0.0.1',
    port: read(`${name}-port`) ?? 0,
  })
  const config: Config = {
    dataDir: resolve(read('data-dir') ?? '.'),
    storeDamaged: read('store-damaged') ?? 'serve',
    ...(endpointsFile === undefined ? {} : { endpointsFile: resolve(endpointsFile) }),
    xds: listen('xds'),
    admin: listen('admin'),
    http: listen('http'),
    ...(tls.cert === undefined || tls.key === undefined
      ? {}
      : {
          tls: {
            cert: tls.cert,
            key: tls.key,
            ...(tls.clientCa === undefined ? {} : { clientCa: tls.clientCa }),
          },
        }),
    ...(secretsDir === undefined ? {} : { secretsDir: resolve(secretsDir) }),
    insecurePlaintext: read('insecure-plaintext') ?? false,
    allowUnsafeExtensions: read('allow-unsafe-extensions') ?? false,
    logLevel: read('log-level') ?? 'info',
    logFormat: read('log-format') ?? 'auto',
    timeouts: {
      prepareMs: read('prepare-timeout') ?? 0,
      switchMs: read('switch-timeout') ?? 0,
      settleMs: read('settle') ?? 0,
      goneMs: read('gone-after') ?? 0,
      retireDelayMs: read('retire-delay') ?? 0,
      retireDeadlineMs: read('retire-deadline') ?? 0,
      stopGraceMs: read('stop-grace') ?? 0,
    },
    xdsConnectionAgeMs: read('xds-connection-age') ?? 0,
    webhooks: webhooksOf(fromFile.get('webhooks'), read('webhooks-file'), faults),
  }
  const ports = [config.xds, config.admin, config.http]
  const names: readonly SettingName[] = ['xds-port', 'admin-port', 'http-port']
  for (const [index, one] of ports.entries()) {
    const same = ports.findIndex((other) => other.port === one.port && other.address === one.address)
    if (one.port !== 0 && same < index) {
      faults.push({
        path: `--${names[index]}`,
        message: `port ${one.port} is that of --${names[same]} already`,
      })
    }
  }
  return faults.length > 0 ? err(invalid(faults)) : ok(freeze(config))
}

/** Webhooks of the configuration file, and of the file of their own. */
function webhooksOf(
  field: FileValue | undefined,
  path: string | undefined,
  faults: Violation[],
): readonly WebhookTarget[] {
  const own = path === undefined ? undefined : webhooksIn(path, faults)
  const found = [field, own].flatMap((each) => {
    if (each === undefined) return []
    const { targets, faults: more } = readTargets(each.value, 'webhooks')
    faults.push(...more.map((fault) => ({ ...fault, file: each.file, line: each.line })))
    return targets
  })
  if (own !== undefined) faults.push(...twins(found, 'webhooks'))
  return found.map(({ secretFile, caFile, ...rest }) => ({
    ...rest,
    ...(secretFile === undefined ? {} : { secretFile: resolve(secretFile) }),
    ...(caFile === undefined ? {} : { caFile: resolve(caFile) }),
  }))
}

/** The list in a file of its own, which has nothing else. */
function webhooksIn(path: string, faults: Violation[]): FileValue | undefined {
  const flag = '--webhooks-file'
  const before = faults.length
  const fields = readConfigFile(path, faults, flag)
  const found = fields.get('webhooks')
  const others = [...fields.keys()].filter((field) => field !== 'webhooks')
  for (const field of others)
    faults.push({ path: field, message: `${flag} holds nothing but webhooks`, file: path })
  if (found === undefined && faults.length === before)
    faults.push({ path: flag, message: 'wanted a list of "webhooks"', file: path, line: 1 })
  return found
}

interface FileValue {
  readonly value: Json
  readonly file: string
  readonly line: number
}

/** Variables of other parts of the program that share the prefix. */
const foreignVariables = new Set([
  'VERDIGRIS_CONFIG',
  'VERDIGRIS_CLIENT_CONFIG',
  'VERDIGRIS_CONTEXT',
  'VERDIGRIS_SERVER',
  'VERDIGRIS_ACTOR',
  'VERDIGRIS_NAMESPACE',
  'VERDIGRIS_CLIENT_CERT',
  'VERDIGRIS_CLIENT_KEY',
  'VERDIGRIS_SERVER_CA',
  'VERDIGRIS_CACHE_DIR',
  'VERDIGRIS_REQUIRE_ENVOY',
  'VERDIGRIS_UPDATE',
])

/** Fields of a YAML mapping with the lines where they stand. */
function readConfigFile(file: string, faults: Violation[], flag = '--config'): Map<string, FileValue> {
  const values = new Map<string, FileValue>()
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    faults.push({
      path: flag,
      message: `cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`,
    })
    return values
  }
  const document = parseDocument(text, { uniqueKeys: true })
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length
  for (const error of document.errors) {
    faults.push({
      path: flag,
      message: error.message.split('\n')[0] ?? '',
      file,
      line: lineAt(error.pos[0]),
    })
  }
  if (document.errors.length > 0 || document.contents === null) return values
  const content: unknown = document.toJS({ maxAliasCount: limits.yamlAliases })
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    faults.push({ path: flag, message: 'wanted a mapping of settings', file, line: 1 })
    return values
  }
  for (const [field, value] of Object.entries(content)) {
    const node = document.get(field, true)
    const offset =
      typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
        ? node.range[0]
        : 0
    values.set(field, { value, file, line: lineAt(typeof offset === 'number' ? offset : 0) })
  }
  return values
}

const nearest = (field: string): string => {
  const close = settingNames.map(fieldOf).find((name) => alike(name, field))
  return close === undefined ? '' : `; did you mean ${close}?`
}
const nearestVariable = (variable: string): string => {
  const close = settingNames.map(variableOf).find((name) => alike(name, variable))
  return close === undefined ? '' : `; did you mean ${close}?`
}
/** The same letters but for case and dividers, or one a part of the other. */
function alike(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) =>
    text
      .toLowerCase()
      .replace(/^verdigris_/, '')
      .replace(/[^a-z0-9]/g, ''),
  )
  return (
    x === y ||
    (y !== undefined && y.length > 3 && x?.includes(y) === true) ||
    (x !== undefined && y?.includes(x) === true)
  )
}

function freeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) freeze(member)
  }
  return Object.freeze(value)
}
