#!/usr/bin/env node
// The command line: finds out which command is meant, loads that one, and runs it; --help loads none.
import { exitCode } from './exit-codes.ts'
import { runProgram } from './program.ts'

// A reader that has seen enough (head, less) is no failure; one of stderr that went away is nobody to complain to.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCode('ok'))
    throw error
  })
}

await runProgram(process.argv.slice(2))
