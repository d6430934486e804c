#!/usr/bin/env node
// The command line. Reads which command is meant, loads that one, and runs it; --help loads none.
import { Command, CommanderError } from 'commander'
import picocolors from 'picocolors'
import { type CommandEntry, commandTable } from './command-table.ts'
import { exitCode } from './exit-codes.ts'
import { programVersion } from './version.ts'

const program = new Command('verdigris')
  .description(
    'Blue-green delivery for Envoy: prepared on every proxy, one decision, switched everywhere or nowhere.',
  )
  .version(programVersion(), '-V, --version')
  .usage('COMMAND [options]')
  .helpCommand(false)
  .showSuggestionAfterError()
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => write(text.replace(/^error:/, `${picocolors.red('error:')}`)),
  })
  .addHelpText(
    'after',
    `
Start here:
  verdigris demo                                  blue-green on real Envoys, in two minutes
  verdigris serve                                 run the control plane
  verdigris bootstrap --node-id edge-1 --node-cluster edge > edge-1.yaml
  verdigris apply -f examples/ --wait             say what there is
  verdigris switch checkout green --wait          move the traffic
  verdigris rollback checkout --wait              and back

verdigris COMMAND --help teaches each with examples.`,
  )

/** The command that the arguments mean: the first word that is no option. */
const wanted = process.argv.slice(2).find((word) => !word.startsWith('-'))

async function add(entry: CommandEntry): Promise<void> {
  const command = program
    .command(entry.name)
    .description(`${entry.summary[0]?.toUpperCase()}${entry.summary.slice(1)}.`)
  command.usage(entry.usage).helpGroup(`${entry.group}:`).copyInheritedSettings(program)
  if (entry.name === wanted) (await entry.load()).configure(command)
  else command.summary(entry.summary)
}

try {
  for (const entry of commandTable) await add(entry)
  // Nothing to do is a question: what is there?
  if (process.argv.length <= 2) program.outputHelp()
  else await program.parseAsync(process.argv)
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? exitCode('ok') : exitCode('usage')
}
