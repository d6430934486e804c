// verdigris delete
import type { Command } from 'commander'
import { changeOptions, finishChange } from '../change.ts'
import { kindList } from '../kind-names.ts'
import { type WriteOptions, withWrite } from '../options.ts'
import { withSession } from '../session.ts'
import { readTargets } from '../targets.ts'

type Options = WriteOptions & { readonly etag?: string; readonly allowDrain?: boolean }

export function configure(command: Command): void {
  command
    .argument('<kind>', `${kindList()}; or KIND/NAME`)
    .argument('[name...]')
    .option('--etag <etag>', 'delete only this content (with one name)')
    .option('--allow-drain', 'accept that listeners in use drain')
  withWrite(command)
    .addHelpText(
      'after',
      `
Examples:
  verdigris delete route web --wait
  verdigris delete svc checkout cart --dry-run --diff
  verdigris delete service/checkout route/web --reason "moved away"`,
    )
    .action((kind: string, names: readonly string[], options: Options) => {
      const targets = readTargets([kind, ...names])
      if (!targets.ok) command.error(`error: ${targets.error}`)
      const objects = targets.value.of === 'objects' ? targets.value.objects : []
      if (objects.length === 0) command.error('error: wanted names after the kind, or KIND/NAME')
      if (options.etag !== undefined && objects.length > 1) command.error('error: --etag goes with one name')
      return withSession(options, async (session) => {
        const answer = await session.client.call('Config', 'Delete', {
          targets: objects.map(({ kind, name }) => ({
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
