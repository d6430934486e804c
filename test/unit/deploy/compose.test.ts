// docker-compose.yml: what it names is there: commands, options, ports, paths, services. A real client of Compose takes it.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseBootstrapOptions } from '../../../src/bootstrap/index.ts'
import { createProgram } from '../../../src/cli/program.ts'
import { loadConfig } from '../../../src/config.ts'
import { type Manifest, parseManifests } from '../../../src/model/index.ts'
import { settings } from '../../../src/settings.ts'
import { compose, dashboard, prometheusConfig, root, textOf } from '../../stack/deployed.ts'

const { services, volumes } = compose()
const program = await createProgram('*')
const commandOf = (name: string): readonly string[] => services[name]?.command ?? []
/** Services that run our own image, with its entrypoint. */
const ours = Object.entries(services).filter(
  ([, one]) => one.build !== undefined && one.entrypoint === undefined,
)
const flagOf = (words: readonly string[], flag: string): string | undefined =>
  words.find((word) => word.startsWith(`${flag}=`))?.slice(flag.length + 1)

/** What is wrong with the words of a command line, as the program itself reads them. */
function wrongIn(words: readonly string[]): readonly string[] {
  let command: Command = program
  let rest = [...words]
  for (;;) {
    const next = command.commands.find((one) => one.name() === rest[0])
    if (next === undefined) break
    command = next
    rest = rest.slice(1)
  }
  if (command === program) return [`no command: ${words.join(' ')}`]
  const { operands, unknown } = command.parseOptions([...rest])
  const missing = command.options
    .filter((option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined)
    .map((option) => `wants ${option.flags}`)
  const least = command.registeredArguments.filter((argument) => argument.required).length
  return [...unknown, ...missing, ...(operands.length < least ? ['too few arguments'] : [])]
}

const manifests: readonly Manifest[] = (() => {
  const folder = join('deploy', 'compose', 'manifests')
  const read = parseManifests(
    readdirSync(join(root, folder)).map((file) => ({ file, text: textOf(folder, file) })),
  )
  if (!read.ok) throw new Error(JSON.stringify(read.error))
  return read.value
})()

describe('docker-compose.yml', () => {
  it.each(ours)('%s runs a command that there is, with options that it has', (_, { command = [] }) => {
    expect(wrongIn(command)).toEqual([])
  })

  it('configures a server that would start', () => {
    const flags = Object.fromEntries(
      commandOf('verdigris')
        .slice(1)
        .map((word) => word.replace(/^--/, '').split('='))
        .map(([flag = '', value]) => [flag, value ?? true]),
    )
    expect(loadConfig({ flags, env: {} })).toMatchObject({ ok: true })
  })

  it('writes bootstraps that there are, for the proxies that start from them', () => {
    const script = commandOf('bootstraps')
      .join('')
      .replaceAll(/\\\n\s*/g, ' ')
    const line = /verdigris\.js (bootstrap [^>]*)>/.exec(script)?.[1] ?? ''
    expect(wrongIn(line.trim().split(/\s+/))).toEqual([])
    const proxies = /for id in ([^;]*);/.exec(script)?.[1]?.split(' ') ?? []
    expect(proxies).toEqual(Object.keys(services).filter((name) => name.startsWith('edge-')))
    for (const name of proxies) {
      expect(commandOf(name)[1]).toBe(`/bootstraps/${name}.yaml`)
      expect(services[name]?.image).toBe('envoyproxy/envoy:v1.40.0')
    }
    expect(line).toContain('--xds-address verdigris')
  })

  it('takes every path from this repository or from a volume that is declared', () => {
    const mounted = Object.values(services).flatMap((one) => one.volumes.map((volume) => volume.split(':')))
    const [files, named] = [
      mounted.filter(([from]) => from?.startsWith('.')),
      mounted.filter(([from]) => !from?.startsWith('.')),
    ]
    expect(files.filter(([from = '']) => !existsSync(join(root, from)))).toEqual([])
    expect([...new Set(named.map(([from]) => from))].sort()).toEqual(Object.keys(volumes).sort())
  })

  it('mounts what its commands and variables read', () => {
    const inside = (service: string, path: string): boolean =>
      (services[service]?.volumes ?? []).some((volume) => {
        const [from = '', to = ''] = volume.split(':')
        if (path !== to && !path.startsWith(`${to}/`)) return false
        return !from.startsWith('.') || existsSync(join(root, from, path.slice(to.length)))
      })
    const grafana = services.grafana?.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? ''
    const config = flagOf(commandOf('prometheus'), '--config.file') ?? ''
    const provider = parse(textOf('deploy/grafana/provisioning/dashboards/verdigris.yml')).providers[0]
    expect(inside('grafana', grafana)).toBe(true)
    expect(inside('grafana', provider.options.path)).toBe(true)
    expect(inside('prometheus', config)).toBe(true)
    expect(inside('manifests', commandOf('manifests')[2] ?? '')).toBe(true)
    for (const file of prometheusConfig().rule_files)
      expect(inside('prometheus', join(config, '..', file))).toBe(true)
  })

  it('pins every image that is not ours, and waits for services that there are', () => {
    const images = Object.values(services).flatMap(({ image, build }) => (build === undefined ? [image] : []))
    expect(images.filter((image) => !/:v?\d+\.\d+\.\d+$/.test(image))).toEqual([])
    const awaited = Object.values(services).flatMap((one) => Object.keys(one.depends_on))
    expect(awaited.filter((name) => services[name] === undefined)).toEqual([])
  })

  it('has clients, Prometheus and Grafana call ports on which somebody listens', () => {
    const gateway = manifests.find((one) => one.kind === 'Gateway')
    const listener = gateway?.kind === 'Gateway' ? gateway.spec.listeners[0] : undefined
    const bootstrap = parseBootstrapOptions({ nodeId: 'a', nodeCluster: 'b' })
    const admin = bootstrap.ok ? bootstrap.value.adminPort : 0
    const listening = new Set([
      `verdigris:${settings['http-port'].fallback}`,
      `verdigris:${settings['admin-port'].fallback}`,
      ...['edge-1', 'edge-2'].flatMap((name) => [`${name}:${admin}`, `${name}:${listener?.port}`]),
      ...['blue', 'green'].map((name) => `${name}:${flagOf(commandOf(name), '--port')}`),
      'prometheus:9090',
    ])
    const targets = prometheusConfig().scrape_configs.flatMap((job) =>
      job.static_configs.flatMap((one) => one.targets),
    )
    const source = parse(textOf('deploy/grafana/provisioning/datasources/prometheus.yml')).datasources[0]
    const called = [
      ...targets,
      ...[...commandOf('load')].filter((word) => URL.canParse(word)).map((url) => new URL(url).host),
      new URL(source.url).host,
      commandOf('manifests')[4] ?? '',
    ]
    expect(called.length).toBeGreaterThan(6)
    expect(called.filter((address) => !listening.has(address))).toEqual([])
    expect(services['edge-1']?.ports).toEqual([`127.0.0.1:10001:${listener?.port}`])
  })

  it('asks for the health of the control plane alone, by a command that there is', () => {
    const [how, program, ...words] = services.verdigris?.healthcheck?.test ?? []
    expect([how, program]).toEqual(['CMD', 'verdigris'])
    expect(wrongIn(words)).toEqual([])
    for (const [name, { healthcheck }] of ours)
      if (name !== 'verdigris') expect(healthcheck, name).toMatchObject({ disable: true })
    const healthy = Object.values(services).flatMap((one) =>
      Object.entries(one.depends_on).filter(([, { condition }]) => condition === 'service_healthy'),
    )
    expect(new Set(healthy.map(([name]) => name))).toEqual(new Set(['verdigris']))
  })

  it('has manifests whose endpoints are its own backends', () => {
    const service = manifests.find((one) => one.kind === 'Service')
    const hosts = (service?.kind === 'Service' ? service.spec.environments : []).flatMap(
      ({ name, endpoints }) => (endpoints.dns?.hosts ?? []).map((one) => [name, one.host, one.port] as const),
    )
    expect(hosts).toHaveLength(2)
    for (const [environment, host, port] of hosts) {
      expect(flagOf(commandOf(host), '--environment')).toBe(environment)
      expect(flagOf(commandOf(host), '--port')).toBe(String(port))
    }
  })

  it('shows the dashboard that is provisioned, from the data source that is there', () => {
    const source = parse(textOf('deploy/grafana/provisioning/datasources/prometheus.yml')).datasources[0]
    expect(source).toMatchObject({ type: 'prometheus', isDefault: true })
    expect(dashboard().templating.list).toContainEqual(
      expect.objectContaining({ name: 'datasource', type: 'datasource', query: 'prometheus' }),
    )
  })
})

/** `docker compose` or `docker-compose`, the first that there is. */
const client = [['docker', 'compose'], ['docker-compose']].find(
  ([command = '', ...words]) => spawnSync(command, [...words, 'version']).status === 0,
)

const required = process.env.VERDIGRIS_REQUIRE_ENVOY === '1'
if (client === undefined && !required)
  process.stderr.write('skipped: a client of Compose: there is no docker compose and no docker-compose\n')

describe.skipIf(client === undefined && !required)('a client of Compose', () => {
  it('takes the file', () => {
    const [command = 'docker-compose', ...words] = client ?? []
    const said = execFileSync(command, [...words, '-f', join(root, 'docker-compose.yml'), 'config'])
    const read = parse(said.toString())
    expect(Object.keys(read.services).sort()).toEqual(Object.keys(services).sort())
  })
})
