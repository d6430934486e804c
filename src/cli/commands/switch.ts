// verdigris switch
import type { Command } from 'commander'
import { changeOptions, finishChange } from '../change.ts'
import {
  type ChangeFlags,
  type NamespaceOptions,
  type OutputOptions,
  type ServerOptions,
  withChange,
  withNamespace,
  withOutput,
  withServer,
} from '../options.ts'
import { withSession } from '../session.ts'

type Options = ChangeFlags & OutputOptions & NamespaceOptions & ServerOptions & { readonly etag?: string }

export function configure(command: Command): void {
  command
    .argument('<service>')
    .argument('<environment>', 'where all traffic goes')
    .option('--etag <etag>', 'move only what you have seen (see get traffic -o yaml)')
  withServer(withOutput(withNamespace(withChange(command))))
    .addHelpText(
      'after',
      `
Examples:
  verdigris switch checkout green --wait
  verdigris switch checkout green --reason "release 2.4" --wait -o json
  verdigris rollback checkout --wait`,
    )
    .action((service: string, environment: string, options: Options) =>
      withSession(options, async (session) => {
        const answer = await session.client.call('Traffic', 'Switch', {
          namespace: options.namespace,
          service,
          environment,
          etag: options.etag ?? '',
          options: changeOptions(options),
        })
        if (!answer.ok) return answer.error
        const what =
          answer.value.revision === 0 && !answer.value.dryRun
            ? 'nothing changed'
            : `all traffic to ${environment}`
        return finishChange(session, answer.value, options, `${service}: ${what}`)
      }),
    )
}
