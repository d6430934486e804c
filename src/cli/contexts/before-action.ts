// What happens between the command line and the command: its context is looked up, and said where that surprises.
import { type Command, CommanderError } from 'commander'
import { exitCode } from '../exit-codes.ts'
import { createTerminal } from '../output/terminal.ts'
import { printable } from '../output/words.ts'
import { reportProblem } from '../report.ts'
import { chooseContext, fillIn } from './use-context.ts'

/** Fills in what the context says. A context that cannot be had ends the command: it is said, then thrown. */
export async function useContext(command: Command): Promise<void> {
  const flags = command.opts<{ readonly context?: string; readonly configFile?: string }>()
  const chosen = await chooseContext(flags, process.env)
  if (!chosen.ok) {
    reportProblem(createTerminal(), chosen.error)
    throw new CommanderError(exitCode('usage'), 'verdigris.context', chosen.error.message)
  }
  for (const surprise of fillIn(command, chosen.value))
    createTerminal().say(printable(`note: ${surprise}; unset it, or give the flag`))
}
