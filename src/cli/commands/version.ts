// verdigris version
import type { Command } from 'commander'
import { type OutputOptions, type ServerOptions, withOutput, withServer } from '../options.ts'
import { printData } from '../output/data.ts'
import { createTerminal } from '../output/terminal.ts'
import { printable } from '../output/words.ts'
import { withSession } from '../session.ts'
import { programVersion } from '../version.ts'

type Options = OutputOptions & ServerOptions & { readonly client?: boolean }

export function configure(command: Command): void {
  command.option('--client', 'only of this program: asks no server')
  withServer(withOutput(command))
    .addHelpText(
      'after',
      `
Examples:
  verdigris version
  verdigris version --client
  verdigris version --context prod -o json`,
    )
    .action(async (options: Options) => {
      const client = programVersion()
      if (options.client === true) {
        const terminal = createTerminal()
        if (options.output === 'table') terminal.out(`client: ${client}`)
        else printData(terminal, options.output, { client })
        return
      }
      await withSession(options, async ({ client: asked, terminal }) => {
        if (options.output === 'table') terminal.out(`client: ${client}`)
        const answer = await asked.call('Store', 'GetStatus', {})
        const server = asked.serverVersion()
        if (!answer.ok && server === undefined) return answer.error
        if (options.output !== 'table')
          printData(terminal, options.output, { client, server: server ?? 'unknown' })
        else terminal.out(printable(`server: ${server ?? 'unknown: older than 0.1.0 or not a Verdigris'}`))
        return 'ok'
      })
    })
}
