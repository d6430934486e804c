// verdigris undo
import { type Command, Option } from 'commander'
import { changeOptions, finishChange } from '../change.ts'
import {
  type ChangeFlags,
  type OutputOptions,
  revisionOption,
  type ServerOptions,
  withChange,
  withOutput,
  withServer,
} from '../options.ts'
import { withSession } from '../session.ts'

/** What a way back has besides. */
export interface BackOptions extends ChangeFlags, OutputOptions, ServerOptions {
  readonly inPlace?: boolean
  readonly allowDrain?: boolean
}

export const withBack = (command: Command): Command =>
  withServer(
    withOutput(
      withChange(command)
        .addOption(new Option('--in-place', 'accept another release in an environment that carries traffic'))
        .addOption(new Option('--allow-drain', 'accept that listeners in use drain (--dry-run says which)')),
    ),
  )

export function configure(command: Command): void {
  command.argument('<revision>', 'r41 or 41, as verdigris history shows it', revisionOption)
  withBack(command)
    .addHelpText(
      'after',
      `
Puts back what one revision changed, as a new revision. What others changed
since stays; where they changed the same fields, it is refused and says which.
Traffic that the revision moved goes back as switch and split would move it.
To undo an undo, undo its revision.

Examples:
  verdigris undo r41 --dry-run
  verdigris undo r41 --wait --reason "timeouts too short"
  verdigris history checkout        which revisions there are`,
    )
    .action((revision: number, options: BackOptions) =>
      withSession(options, async (session) => {
        const answer = await session.client.call('Config', 'Undo', {
          revision,
          inPlace: options.inPlace === true,
          allowDrain: options.allowDrain === true,
          options: changeOptions(options),
        })
        return answer.ok ? finishChange(session, answer.value, options) : answer.error
      }),
    )
}
