// verdigris demo
import type { Command } from 'commander'

export function configure(command: Command): void {
  command
    .option('--once', 'end when the story is over, also on a terminal')
    .option('--json', 'print the figures as JSON on stdout; everything else goes to stderr')
    .addHelpText(
      'after',
      `
Finds Envoy ($ENVOY_BIN, PATH, our cache) or installs a pinned one, starts the
control plane and three Envoys under load, and plays: apply, switch, rollback, a
push that is refused, a crash, many moves. Any claim that does not hold makes
the exit status 1. On a terminal it then stays up until Ctrl-C.

Examples:
  verdigris demo
  verdigris demo --once --json > figures.json`,
    )
    .action(async (options: { readonly once?: boolean; readonly json?: boolean }) => {
      const { runDemo } = await import('../../demo/index.ts')
      process.exitCode = await runDemo({ once: options.once === true, json: options.json === true })
    })
}
