// verdigris delete
import type { Command } from 'commander'
import { changeOptions, finishChange } from '../change.ts'
import { kindList, kindOf } from '../kind-names.ts'
import { type WriteOptions, withWrite } from '../options.ts'
import { withSession } from '../session.ts'

type Options = WriteOptions & { readonly etag?: string; readonly allowDrain?: boolean }

export function configure(command: Command): void {
  command
    .argument('<kind>', kindList())
    .argument('<name...>')
    .option('--etag <etag>', 'delete only this content (with one name)')
    .option('--allow-drain', 'accept that listeners in use drain')
  withWrite(command)
    .addHelpText(
      'after',
      `
Examples:
  verdigris delete route web --wait
  verdigris delete svc checkout cart --dry-run`,
    )
    .action((kindText: string, names: readonly string[], options: Options) => {
      const kind = kindOf(kindText)
      if (kind === undefined) command.error(`error: no kind '${kindText}'; there are ${kindList()}`)
      if (options.etag !== undefined && names.length > 1) command.error('error: --etag goes with one name')
      return withSession(options, async (session) => {
        const answer = await session.client.call('Config', 'Delete', {
          targets: names.map((name) => ({
            key: { namespace: options.namespace, kind, name },
            etag: options.etag ?? '',
          })),
          options: changeOptions(options),
          allowDrain: options.allowDrain === true,
        })
        return answer.ok ? finishChange(session, answer.value, options) : answer.error
      })
    })
}
