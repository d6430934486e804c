// The set-up of docker-compose.yml without containers: the same commands, manifests and Prometheus files, with addresses of this
// machine. Both Envoys listen on one port, as a fleet behind one address does: the kernel shares connections between them.
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ControlPlane,
  cliScript,
  type EnvoyProcess,
  freePorts,
  type Running,
  type Scope,
  startControlPlane,
  startEnvoy,
  thisPortOrFree,
  until,
  withoutOurVariables,
} from '../../src/demo/rig/index.ts'
import { compose, root, textOf } from './deployed.ts'
import type { FoundPrometheus } from './find-prometheus.ts'
import { type Prometheus, startPrometheus } from './prometheus.ts'

export interface StackOptions {
  readonly envoy: string
  readonly prometheus: FoundPrometheus
  /** Between two scrapes. */
  readonly everyMs: number
  /** The ports that people know, where they are free; else any. */
  readonly knownPorts: boolean
}

export interface Stack {
  readonly controlPlane: ControlPlane
  readonly prometheus: Prometheus
  readonly edges: readonly EnvoyProcess[]
  readonly backends: Readonly<Record<'blue' | 'green', Running>>
  /** Where clients come in. */
  readonly port: number
  /** Folder of the manifests as they were applied. */
  readonly manifests: string
  /** Our command line, against this control plane. Its exit status and all that it said. */
  cli(...words: readonly string[]): Promise<{ readonly code: number; readonly said: string }>
  /** Another proxy, of the given node cluster. */
  startProxy(nodeId: string, cluster: string): Promise<EnvoyProcess>
}

const edgeNames = ['edge-1', 'edge-2'] as const

/** Starts everything; resolves when both proxies serve. */
export async function startStack(scope: Scope, options: StackOptions): Promise<Stack> {
  const pick = (known: number): Promise<number> =>
    options.knownPorts ? thisPortOrFree(known) : freePorts(1).then(([port = 0]) => port)
  const ports = { xds: await pick(18_000), admin: await pick(18_001), http: await pick(18_002) }
  const [port, prometheusPort] = [await pick(10_000), await pick(9_090)]
  const [bluePort = 0, greenPort = 0] = await freePorts(2)
  const backendPorts = { blue: bluePort, green: greenPort }
  const controlPlane = await startControlPlane(scope, { ports })
  const services = compose().services
  const command = (name: string, changes: Readonly<Record<string, string>>): readonly string[] =>
    adapted(services[name]?.command ?? [], changes)
  const run = (name: string, words: readonly string[]): Promise<Running> =>
    scope.start(name, process.execPath, [cliScript(), ...words], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: withoutOurVariables,
    })
  const backend = (name: 'blue' | 'green'): Promise<Running> =>
    run(name, command(name, { '--address': '127.0.0.1', '--port': String(backendPorts[name]) }))
  const backends = { blue: await backend('blue'), green: await backend('green') }

  const startProxy = (nodeId: string, nodeCluster: string): Promise<EnvoyProcess> =>
    startEnvoy(scope, { binary: options.envoy, bootstrap: { nodeId, nodeCluster, xdsPort: ports.xds } })
  const edges = await Promise.all(edgeNames.map((name) => startProxy(name, 'edge')))
  const addresses = new Map([
    ['verdigris:18002', `127.0.0.1:${ports.http}`],
    ...edges.map(({ nodeId, admin }) => [`${nodeId}:9901`, admin] as const),
  ])
  // Before the first change, so that it sees counters begin.
  const { everyMs } = options
  const binary = options.prometheus.prometheus
  const prometheus = await startPrometheus(scope, { binary, port: prometheusPort, everyMs, addresses })

  const manifests = await writeManifests(await scope.folder(), port, backendPorts)
  const cli: Stack['cli'] = (...words) => sayCli(scope, ports.admin, words)
  const applied = await cli('apply', '-f', manifests, '--reason', 'npm run stack', '--wait')
  if (applied.code !== 0) throw new Error(`verdigris apply: ${applied.said}`)
  await Promise.all(edges.map((edge) => edge.ready(20_000)))
  const words = command('load', {})
  await run('load', [...words.filter((word) => !word.startsWith('http')), `http://127.0.0.1:${port}/`])
  return { controlPlane, prometheus, edges, backends, port, manifests, cli, startProxy }
}

/** `--flag=value` replaced by our values. */
const adapted = (words: readonly string[], changes: Readonly<Record<string, string>>): readonly string[] =>
  words.map((word) => {
    const [flag = ''] = word.split('=')
    const change = changes[flag]
    return change === undefined ? word : `${flag}=${change}`
  })

/** The manifests of the compose set-up; names of containers become this machine, with the ports that are free. */
async function writeManifests(
  folder: string,
  port: number,
  backendPorts: Readonly<Record<'blue' | 'green', number>>,
): Promise<string> {
  const source = ['deploy', 'compose', 'manifests']
  const target = join(folder, 'manifests')
  await mkdir(target)
  for (const name of await readdir(join(root, ...source))) {
    const text = textOf(...source, name)
      .replace('address: 0.0.0.0', 'address: 127.0.0.1')
      .replace('port: 10000', `port: ${port}`)
      .replaceAll(
        /host: (blue|green)(\s+)port: 8080/g,
        (_, host: 'blue' | 'green', space: string) => `host: localhost${space}port: ${backendPorts[host]}`,
      )
    await writeFile(join(target, name), text)
  }
  return target
}

async function sayCli(
  scope: Scope,
  adminPort: number,
  words: readonly string[],
): Promise<{ readonly code: number; readonly said: string }> {
  const server = ['--server', `127.0.0.1:${adminPort}`]
  const running = await scope.start('cli', process.execPath, [cliScript(), ...words, ...server], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...withoutOurVariables, NO_COLOR: '1' },
  })
  let said = ''
  for (const stream of [running.child.stdout, running.child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  const { code = 1 } = await running.ended
  return { code, said }
}

/** Waits until an alert of each name is pending or firing. Throws with those that are not. */
export async function alerted(
  { prometheus }: Pick<Stack, 'prometheus'>,
  names: readonly string[],
  timeoutMs = 30_000,
): Promise<void> {
  let missing: readonly string[] = names
  await until(
    `alerts ${names.join(', ')}`,
    timeoutMs,
    async () => {
      const active = await prometheus.alerts()
      missing = names.filter((name) => !active.has(name))
      if (missing.length === 0) return true
      throw new Error(`not yet: ${missing.join(', ')}; active: ${[...active.keys()].join(', ')}`)
    },
    200,
  )
}
