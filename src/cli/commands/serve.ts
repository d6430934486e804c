// verdigris serve
import type { Command } from 'commander'
import { Option } from 'commander'
import { hostPort, type ListenAddress } from '../../access/index.ts'
import { loadConfig } from '../../config.ts'
import { settingNames, settings, variableOf } from '../../settings.ts'
import { exitCode } from '../exit-codes.ts'
import { createTerminal, type Terminal } from '../output/terminal.ts'
import { printable } from '../output/words.ts'
import { reportProblem } from '../report.ts'
import { programVersion } from '../version.ts'

export function configure(command: Command): void {
  command.addOption(new Option('--config <file>', 'settings as YAML, fields in camelCase (VERDIGRIS_CONFIG)'))
  for (const name of settingNames) {
    const setting: { readonly value?: string; readonly help: string; readonly fallback: string | undefined } =
      settings[name]
    const fallback =
      setting.value === undefined || setting.fallback === undefined ? '' : ` (default: ${setting.fallback})`
    const flags = setting.value === undefined ? `--${name}` : `--${name} <${setting.value.toLowerCase()}>`
    command.addOption(new Option(flags, `${setting.help}${fallback}`))
  }
  command
    .addHelpText(
      'after',
      `
Each flag has a variable (${variableOf('xds-port')}) and a field in the file (xdsPort);
flags win over variables, variables over the file. They are listed in
docs/reference/flags.md.

Examples:
  verdigris serve
  verdigris serve --data-dir /var/lib/verdigris --log-format json
  verdigris serve --xds-address 0.0.0.0 --tls-cert tls.pem --tls-key tls.key \\
    --client-ca ca.pem`,
    )
    .action(async (_options: object, self: Command) => {
      const terminal = createTerminal()
      const { config: file = process.env.VERDIGRIS_CONFIG, ...given } =
        self.opts<Record<string, string | undefined>>()
      const flags = Object.fromEntries(
        settingNames.map((name) => [
          name,
          given[name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())],
        ]),
      )
      const config = loadConfig({
        flags,
        env: process.env,
        ...(file === undefined || file === '' ? {} : { file }),
      })
      if (!config.ok) {
        process.exitCode = exitCode(reportProblem(terminal, config.error))
        return
      }
      const asked = onStopSignals(terminal)
      const { serve } = await import('../../main.ts')
      const started = await serve(config.value)
      if (!started.ok) {
        // What to do next stands in the message itself.
        terminal.say(`${terminal.errorColor.red('error:')} ${printable(started.error.message)}`)
        process.exitCode = exitCode('failed')
        return
      }
      const { addresses, stop } = started.value
      banner(terminal, addresses, config.value.dataDir)
      await asked
      const late = await stop()
      // What was left behind may hold a socket open: it does not hold the process.
      process.exit(exitCode(late.length === 0 ? 'ok' : 'failed'))
    })
}

/** Resolves when SIGTERM or SIGINT has come, also while the state is still being loaded; another one ends at once. */
function onStopSignals(terminal: Terminal): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.on(name, () => {
        if (asked) process.exit(exitCode('interrupted'))
        asked = true
        terminal.say('stopping; once more to stop at once')
        resolve()
      })
    }
  })
}

function banner(
  terminal: Terminal,
  addresses: { readonly xds: ListenAddress; readonly admin: ListenAddress; readonly http: ListenAddress },
  dataDir: string,
): void {
  const line = (name: string, { address, port }: ListenAddress, hint: string): void =>
    terminal.out(`  ${name.padEnd(6)} ${hostPort(address, port).padEnd(21)} ${terminal.color.dim(hint)}`)
  terminal.out(`${terminal.color.bold('verdigris')} ${programVersion()}`)
  line('xDS', addresses.xds, 'proxies: verdigris bootstrap --node-id edge-1')
  line('admin', addresses.admin, 'commands: verdigris apply -f examples/single')
  line('http', addresses.http, '/metrics /healthz /readyz /v1alpha1/openapi.json')
  terminal.out(`  data   ${dataDir}`)
}
