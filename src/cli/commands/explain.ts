// verdigris explain
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ExplainAnswer, NamedValue } from '../../api/index.ts'
import {
  countOption,
  type NamespaceOptions,
  type OutputOptions,
  type ServerOptions,
  several,
  withNamespace,
  withOutput,
  withServer,
} from '../options.ts'
import { printData } from '../output/data.ts'
import { printable } from '../output/words.ts'
import { withSession } from '../session.ts'
import { explanationLines } from '../views/explanation.ts'

type Options = OutputOptions &
  NamespaceOptions &
  ServerOptions & {
    readonly method?: string
    readonly header?: readonly string[]
    readonly cookie?: readonly string[]
    readonly query?: readonly string[]
    readonly grpc?: boolean
    readonly proxy?: string
    readonly group?: string
    readonly gateway?: string
    readonly port?: number
    readonly tlsSni?: string
    readonly sourceIp?: string
    readonly claim?: readonly string[]
    readonly locality?: string
    readonly generation?: number
  }

export function configure(command: Command): void {
  command
    .argument('<url>', 'what the client asks for: http://HOST/PATH, https://…, or tcp://:PORT')
    .option('-X, --method <method>', 'GET unless you say otherwise; with --grpc POST')
    .option('-H, --header <header>', '"name: value"; several times', severalOf(':'))
    .option('--cookie <cookie>', 'name=value; several times', severalOf('='))
    .option('--query <parameter>', 'name=value, added to the URL; several times', several)
    .option('--grpc', 'a gRPC call')
  for (const option of [
    new Option('--proxy <node>', 'what this proxy holds, instead of what its group is served'),
    new Option('--group <group>', 'a node group: NAME or NAMESPACE/NAME'),
    new Option('--gateway <name>', 'a Gateway or Sidecar'),
    new Option('--port <port>', 'of the listener').argParser(countOption),
    new Option('--generation <number>', 'a stored generation (default: the newest)').argParser(countOption),
  ]) {
    command.addOption(option.helpGroup('Where:'))
  }
  for (const option of [
    new Option('--source-ip <address>', 'from where the client comes'),
    new Option('--claim <claim>', 'name=value of a valid token; several times').argParser(severalOf('=')),
    new Option('--locality <place>', 'REGION[/ZONE[/SUBZONE]] of the proxy'),
    new Option('--tls-sni <name>', 'server name of the handshake (default: the host)'),
  ]) {
    command.addOption(option.helpGroup('What only the proxy knows:'))
  }
  withServer(withOutput(withNamespace(command)))
    .addHelpText(
      'after',
      `
Nothing is sent. Without --proxy, --group, --gateway or --port it is said of
every listener that knows the host.

Exit status: 0 the request goes somewhere, 1 no route takes it (404) or nobody
listens, 2 or more: not found out.

Examples:
  verdigris explain http://shop.test/cart
  verdigris explain http://shop.test/cart -H "x-team: checkout" --proxy edge-1
  verdigris explain https://shop.test/pay -X POST --cookie session=s1 -o json
  verdigris explain http://cart.test/shop.v1.Cart/Add --grpc
  verdigris explain http://shop.test/ --source-ip 10.1.2.3
  verdigris explain http://shop.test/ --claim groups=testers
  verdigris explain tcp://:5432 --gateway data`,
    )
    .action((url: string, options: Options) =>
      withSession(options, async ({ client, terminal }) => {
        const answer = await client.call('Traffic', 'Explain', requestOf(url, options))
        if (!answer.ok) return answer.error
        if (options.output !== 'table') printData(terminal, options.output, answer.value)
        else {
          for (const line of explanationLines(answer.value, terminal)) terminal.out(printable(line))
          for (const note of answer.value.notes) terminal.say(printable(`note: ${note}`))
        }
        return goesSomewhere(answer.value) ? 'ok' : 'failed'
      }),
    )
}

/** Whether every listener that was told of may lead the request somewhere. */
const goesSomewhere = ({ explanations }: ExplainAnswer): boolean =>
  explanations.every(({ ways }) =>
    ways.some(({ outcome }) => outcome !== 'NOT_FOUND' && outcome !== 'CLOSED'),
  )

/** Collects an option with two parts. */
const severalOf =
  (separator: ':' | '=') =>
  (text: string, before: readonly string[] | undefined): readonly string[] => {
    if (text.indexOf(separator) < 1) throw new InvalidArgumentError(`Wanted NAME${separator}VALUE.`)
    return several(text, before)
  }

function requestOf(url: string, options: Options) {
  const { method, header = [], cookie = [], query = [], grpc, claim = [], locality } = options
  const headers = [
    ...header.map((text) => named(text, ':')),
    ...(cookie.length === 0 ? [] : [{ name: 'cookie', value: cookie.join('; ') }]),
    ...(grpc === true ? [{ name: 'content-type', value: 'application/grpc' }] : []),
  ]
  const [region = '', zone = '', subZone = ''] = (locality ?? '').split('/')
  return {
    url: query.length === 0 ? url : withQuery(url, query),
    method: method ?? (grpc === true ? 'POST' : 'GET'),
    headers,
    namespace: options.namespace,
    proxy: options.proxy ?? '',
    group: options.group ?? '',
    gateway: options.gateway ?? '',
    port: options.port ?? 0,
    generation: options.generation ?? 0,
    sni: options.tlsSni ?? '',
    sourceAddress: options.sourceIp ?? '',
    claims: claim.map((text) => named(text, '=')),
    ...(locality === undefined ? {} : { locality: { region, zone, subZone } }),
  }
}

function named(text: string, separator: string): NamedValue {
  const at = text.indexOf(separator)
  return { name: text.slice(0, at).trim(), value: text.slice(at + 1).trim() }
}

function withQuery(url: string, query: readonly string[]): string {
  const [before = ''] = url.split('#')
  return `${before}${before.includes('?') ? '&' : '?'}${query.join('&')}`
}
