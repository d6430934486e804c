// verdigris demo, and what stands in for the user's own backends and clients: demo backend, demo load
import { type Command, InvalidArgumentError } from 'commander'
import { parseDuration } from '../../base/index.ts'
import { countOption } from '../options.ts'

export function configure(command: Command): void {
  command
    .option('--once', 'end when the story is over, also on a terminal')
    .option('--json', 'print the figures as JSON on stdout; everything else goes to stderr')
    .addHelpText(
      'after',
      `
Finds Envoy ($ENVOY_BIN, PATH, our cache) or installs a pinned one, starts the
control plane and three Envoys under load, and plays: apply, switch, rollback, a
push that is refused, a crash, many moves. Any claim that does not hold makes
the exit status 1. On a terminal it then stays up until Ctrl-C.

Examples:
  verdigris demo
  verdigris demo --once --json > figures.json
  verdigris demo backend --environment blue --port 9101
  verdigris demo load http://127.0.0.1:10000/ --rate 100`,
    )
    .action(async (options: { readonly once?: boolean; readonly json?: boolean }) => {
      const { runDemo } = await import('../../demo/index.ts')
      process.exitCode = await runDemo({ once: options.once === true, json: options.json === true })
    })
  backend(command)
  load(command)
}

function backend(parent: Command): void {
  parent
    .command('backend')
    .usage('--environment NAME [options]')
    .description('Stand in for a backend: answer every request with the environment’s name.')
    .copyInheritedSettings(parent)
    .requiredOption('--environment <name>', 'what it says it is')
    .option('--address <address>', 'where it listens', '127.0.0.1')
    .option('--port <port>', 'its port; 0: any free one', portOption, 8_080)
    .option('--delay <time>', 'before each answer, such as 60ms', durationOption)
    .option('--fail-percent <percent>', 'of the requests, answered with 500', percentOption, 0)
    .addHelpText(
      'after',
      `
Examples:
  verdigris demo backend --environment blue --port 9101
  verdigris demo backend --environment green --port 9201 --fail-percent 20`,
    )
    .action(async (options: BackendOptions) => {
      const { serveBackend } = await import('../../demo/index.ts')
      const { delay: delayMs = 0, ...rest } = options
      process.exitCode = await serveBackend({ ...rest, delayMs, say })
    })
}

interface BackendOptions {
  readonly environment: string
  readonly address: string
  readonly port: number
  readonly delay?: number
  readonly failPercent: number
}

function load(parent: Command): void {
  parent
    .command('load')
    .usage('URL... [options]')
    .description('Stand in for clients: steady requests through proxies, and what became of them.')
    .copyInheritedSettings(parent)
    .argument('<url...>', 'of each proxy, http://HOST:PORT/PATH')
    .option('--host <name>', 'Host header (default: that of the URL)')
    .option('--rate <count>', 'requests a second to each', countOption, 50)
    .option('--every <time>', 'between two reports (default: 10s)', durationOption)
    .addHelpText(
      'after',
      `
Examples:
  verdigris demo load http://127.0.0.1:10000/ --rate 100
  verdigris demo load http://edge-1:10000/ http://edge-2:10000/ --host shop.test`,
    )
    .action(async (urls: readonly string[], options: LoadOptions) => {
      const wrong = urls.find((url) => !isHttp(url))
      if (wrong !== undefined) parent.error(`error: wanted http://HOST:PORT/PATH, found ${wrong}`)
      const { sendLoad } = await import('../../demo/index.ts')
      const { rate, every: everyMs = 10_000 } = options
      process.exitCode = await sendLoad({ targets: urls, host: options.host, rate, everyMs, say })
    })
}

interface LoadOptions {
  readonly host?: string
  readonly rate: number
  readonly every?: number
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const isHttp = (url: string): boolean => URL.canParse(url) && new URL(url).protocol === 'http:'

function portOption(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('Wanted a port from 0 to 65535.')
  return port
}

function percentOption(text: string): number {
  const percent = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || percent > 100) throw new InvalidArgumentError('Wanted 0 to 100.')
  return percent
}

function durationOption(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) throw new InvalidArgumentError('Wanted a time such as 250ms or 10s.')
  return ms
}
