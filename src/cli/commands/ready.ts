// verdigris ready: what a health check of a container or a script asks, without curl.
import { readFileSync } from 'node:fs'
import { request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type Exit, exitCode } from '../exit-codes.ts'
import { durationOption } from '../options.ts'
import { createTerminal, type Terminal } from '../output/terminal.ts'
import { printable } from '../output/words.ts'

interface Options {
  readonly http?: string
  readonly serverCa?: string
  readonly clientCert?: string
  readonly clientKey?: string
  /** Milliseconds. */
  readonly timeout?: number
}
interface Answer {
  readonly status: number
  readonly text: string
}

/** Milliseconds for an answer, and characters of it that are shown. */
const usualTimeoutMs = 2_000
const shown = 1_000

export function configure(command: Command): void {
  command
    .addOption(
      new Option('--http <host:port>', 'HTTP port of the control plane (default: 127.0.0.1:18002)').argParser(
        (text: string) => {
          if (!/^(\[[0-9a-fA-F:.%]+\]|[A-Za-z0-9._-]+):\d{1,5}$/.test(text)) {
            throw new InvalidArgumentError('Wanted HOST:PORT, such as 127.0.0.1:18002.')
          }
          return text
        },
      ),
    )
    .addOption(
      new Option('--server-ca <file>', 'CA of the server (PEM); makes it TLS').env('VERDIGRIS_SERVER_CA'),
    )
    .addOption(new Option('--client-cert <file>', 'own certificate (PEM)').env('VERDIGRIS_CLIENT_CERT'))
    .addOption(new Option('--client-key <file>', 'its private key (PEM)').env('VERDIGRIS_CLIENT_KEY'))
    .addOption(
      new Option('--timeout <time>', 'wait so long for an answer (default: 2s)').argParser(durationOption),
    )
    .addHelpText(
      'after',
      `
Status 0: it serves, also where it says "ready, but …" (the store takes no
changes: starting it again would not mend that, so a health check does not).
Status 1: it is there and not ready. Status 3: nobody answers.
VERDIGRIS_HTTP_ADDRESS and VERDIGRIS_HTTP_PORT of the server count here, too.

Examples:
  verdigris ready
  verdigris ready --http 127.0.0.1:18002 && verdigris apply -f fleet.yaml`,
    )
    .action(async (options: Options) => {
      process.exitCode = exitCode(await ready(options, createTerminal()))
    })
}

async function ready(options: Options, terminal: Terminal): Promise<Exit> {
  const { host, port } = placeOf(options.http)
  const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  try {
    const { status, text } = await ask(host, port, options)
    if (status === 200) {
      terminal.out(printable(text))
      return 'ok'
    }
    terminal.say(`${terminal.errorColor.red('error:')} ${at} says ${status}: ${printable(text)}`)
    return 'failed'
  } catch (error) {
    const why =
      error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error)
    terminal.say(`${terminal.errorColor.red('error:')} nobody to ask at ${at}: ${printable(why)}`)
    const next = 'say where it is with --http HOST:PORT (TLS: --server-ca)'
    terminal.say(`${terminal.errorColor.dim('next:')}  ${next}`)
    return 'notConnected'
  }
}

/** Where `verdigris serve` of the same environment listens; everywhere means here, too. */
function placeOf(given: string | undefined): { readonly host: string; readonly port: number } {
  if (given !== undefined) {
    const colon = given.lastIndexOf(':')
    return { host: given.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(given.slice(colon + 1)) }
  }
  const { VERDIGRIS_HTTP_ADDRESS: address = '', VERDIGRIS_HTTP_PORT: port = '' } = process.env
  const everywhere: Readonly<Record<string, string>> = {
    '': '127.0.0.1',
    '0.0.0.0': '127.0.0.1',
    '::': '::1',
  }
  return { host: everywhere[address] ?? address, port: port === '' ? 18_002 : Number(port) }
}

function ask(host: string, port: number, options: Options): Promise<Answer> {
  const { serverCa, clientCert, clientKey, timeout = usualTimeoutMs } = options
  const read = (file: string | undefined): Buffer | undefined =>
    file === undefined ? undefined : readFileSync(file)
  const isTls = serverCa !== undefined || clientCert !== undefined
  const base = { host, port, path: '/readyz', agent: false, signal: AbortSignal.timeout(timeout) }
  return new Promise((resolve, reject) => {
    const request = isTls
      ? requestTls({
          ...base,
          ca: read(serverCa),
          cert: read(clientCert),
          key: read(clientKey),
          // On this machine it is asked by address, while its certificate has its name.
          ...(isLoopback(host) ? { checkServerIdentity: () => undefined } : {}),
        })
      : requestPlain(base)
    request.on('error', reject)
    request.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        if (text.length < shown) text += part
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: text.slice(0, shown).trim() }),
      )
    })
    request.end()
  })
}

const isLoopback = (host: string): boolean =>
  host === '::1' || host === 'localhost' || host.startsWith('127.')
