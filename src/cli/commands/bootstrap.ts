// verdigris bootstrap
import { type Command, InvalidArgumentError, Option } from 'commander'
import { bootstrapJson, parseBootstrapOptions, renderBootstrap } from '../../bootstrap/index.ts'
import { exitCode } from '../exit-codes.ts'
import { countOption } from '../options.ts'
import { createTerminal } from '../output/terminal.ts'
import { reportProblem } from '../report.ts'

interface Options {
  readonly nodeId: string
  readonly nodeCluster: string
  readonly sotw?: boolean
  readonly role: string
  readonly xdsAddress: string
  readonly xdsPort: number
  readonly adminAddress: string
  readonly adminPort: number
  readonly region?: string
  readonly zone?: string
  readonly subZone?: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly serverCa?: string
  readonly clientCert?: string
  readonly clientKey?: string
  readonly serverName?: string
  readonly maxHeapMib?: number
  readonly output: 'yaml' | 'json'
}

export function configure(command: Command): void {
  command
    .requiredOption('--node-id <id>', 'unique per proxy: it is followed by this name')
    .option('--node-cluster <name>', 'which fleet it belongs to; node groups select by it', 'edge')
    .addOption(new Option('--delta', 'resources arrive as differences (the default)').conflicts('sotw'))
    .option('--sotw', 'resources arrive as the state of the world')
    .addOption(
      new Option('--role <role>', 'where it stands').choices(['gateway', 'sidecar']).default('gateway'),
    )
    .option('--xds-address <address>', 'the control plane', '127.0.0.1')
    .option('--xds-port <port>', 'its port for proxies', portOption, 18_000)
    .option('--admin-address <address>', 'where the proxy’s own admin page listens', '127.0.0.1')
    .option('--admin-port <port>', 'its port; 0: any free one', portOption, 9_901)
    .option('--region <name>', 'locality of the proxy')
    .option('--zone <name>', 'within the region')
    .option('--sub-zone <name>', 'within the zone')
    .option(
      '--metadata <key=value>',
      'node metadata that node groups can select by; several times',
      metadataOption,
    )
    .option('--server-ca <file>', 'CA of the control plane (a path on the proxy’s machine); makes it TLS')
    .option('--client-cert <file>', 'certificate of the proxy')
    .option('--client-key <file>', 'its private key')
    .option('--server-name <name>', 'name in the control plane’s certificate (default: --xds-address)')
    .option('--max-heap-mib <count>', 'heap at which the proxy begins to shed load', countOption)
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['yaml', 'json']).default('yaml'))
    .addHelpText(
      'after',
      `
The bootstrap stays for the life of the proxy: everything else comes over xDS.

Examples:
  verdigris bootstrap --node-id edge-1 --node-cluster edge > edge-1.yaml
  envoy -c edge-1.yaml --concurrency 2
  verdigris bootstrap --node-id edge-2 --sotw --xds-address cp.internal \\
    --server-ca ca.pem --client-cert edge-2.pem --client-key edge-2.key`,
    )
    .action((options: Options) => {
      const terminal = createTerminal()
      const given = (pairs: Readonly<Record<string, string | undefined>>): Record<string, string> =>
        Object.fromEntries(
          Object.entries(pairs).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
        )
      const locality = given({ region: options.region, zone: options.zone, subZone: options.subZone })
      const tls = given({
        ca: options.serverCa,
        certificate: options.clientCert,
        key: options.clientKey,
        serverName: options.serverName,
      })
      const parsed = parseBootstrapOptions({
        nodeId: options.nodeId,
        nodeCluster: options.nodeCluster,
        variant: options.sotw === true ? 'sotw' : 'delta',
        role: options.role,
        xdsAddress: options.xdsAddress,
        xdsPort: options.xdsPort,
        adminAddress: options.adminAddress,
        adminPort: options.adminPort,
        ...(Object.keys(locality).length === 0 ? {} : { locality }),
        ...(options.metadata === undefined ? {} : { metadata: options.metadata }),
        ...(Object.keys(tls).length === 0 ? {} : { tls }),
        ...(options.maxHeapMib === undefined ? {} : { maxHeapMiB: options.maxHeapMib }),
      })
      if (!parsed.ok) {
        process.exitCode = exitCode(reportProblem(terminal, parsed.error))
        return
      }
      terminal.out(
        options.output === 'yaml'
          ? renderBootstrap(parsed.value).trimEnd()
          : JSON.stringify(bootstrapJson(parsed.value), undefined, 2),
      )
    })
}

function portOption(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('Wanted a port from 0 to 65535.')
  return port
}

function metadataOption(
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const split = text.indexOf('=')
  if (split < 1) throw new InvalidArgumentError('Wanted KEY=VALUE.')
  return Object.fromEntries([...Object.entries(before ?? {}), [text.slice(0, split), text.slice(split + 1)]])
}
