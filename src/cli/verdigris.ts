#!/usr/bin/env node
// The command line. Finds out which command is meant, loads that one, and runs it; --help loads none.
import { CommanderError } from 'commander'
import { exitCode } from './exit-codes.ts'
import { createProgram } from './program.ts'

// A reader that has seen enough (head, less) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCode('ok'))
  throw error
})

/** The first word that is no option. */
const wanted = process.argv.slice(2).find((word) => !word.startsWith('-'))
const program = await createProgram(wanted)
try {
  // Nothing to do is a question: what is there?
  if (process.argv.length <= 2) program.outputHelp()
  else await program.parseAsync(process.argv)
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? exitCode('ok') : exitCode('usage')
}
